//! The hashtags that a reader follows.

use std::sync::Arc;

use pipit_model::{HashtagId, UserId};
use pipit_store::StoreError;

use crate::Feed;
use crate::coherent::Weigh;

/// A hashtag that somebody follows, without how much it is used: that changes too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedHashtag {
    /// Its id.
    pub id: HashtagId,
    /// NFC, case-folded, without the sigil.
    pub name: String,
}

impl Weigh for Arc<[FollowedHashtag]> {
    fn bytes(&self) -> usize {
        let names: usize = self.iter().map(|hashtag| hashtag.name.len()).sum();
        self.len() * size_of::<FollowedHashtag>() + names + 16
    }
}

impl Feed {
    /// The hashtags that someone follows, newest follow first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn followed_hashtags(
        &self,
        user_id: UserId,
    ) -> Result<Arc<[FollowedHashtag]>, StoreError> {
        let cache = &self.caches.hashtag_follows;
        if let Some(followed) = cache.get(&user_id) {
            return Ok(followed);
        }
        let ticket = cache.ticket(&user_id);
        let followed = self.store.list_followed_hashtags(user_id).await?.into_iter();
        let followed = followed.map(|found| FollowedHashtag { id: found.id, name: found.name });
        let followed: Arc<[FollowedHashtag]> = followed.collect();
        cache.offer(user_id, followed.clone(), ticket);
        Ok(followed)
    }
}
