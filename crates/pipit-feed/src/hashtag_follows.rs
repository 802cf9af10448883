//! The hashtags that a reader follows.

use std::sync::Arc;

use pipit_model::{HashtagId, UserId};
use pipit_store::StoreError;

use crate::Feed;
use crate::coherent::Weigh;

impl Weigh for Arc<[HashtagId]> {
    fn bytes(&self) -> usize {
        self.len() * size_of::<HashtagId>() + 16
    }
}

impl Feed {
    /// The hashtags that someone follows, in order of id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn followed_hashtags(&self, user_id: UserId) -> Result<Arc<[HashtagId]>, StoreError> {
        let cache = &self.caches.hashtag_follows;
        if let Some(ids) = cache.get(&user_id) {
            return Ok(ids);
        }
        let ticket = cache.ticket(&user_id);
        let followed = self.store.list_followed_hashtags(user_id).await?;
        let mut ids: Vec<HashtagId> = followed.into_iter().map(|hashtag| hashtag.id).collect();
        ids.sort_unstable();
        let ids: Arc<[HashtagId]> = ids.into();
        cache.offer(user_id, ids.clone(), ticket);
        Ok(ids)
    }
}
