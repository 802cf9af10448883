//! People: their profiles, and the handles, hashtags and sessions by which things are found.

use std::mem;
use std::sync::{Arc, OnceLock};

use pipit_model::user::{User, UserCounts};
use pipit_model::{HashtagId, SessionId, UserId};
use pipit_store::{Session, StoreError};

use crate::Feed;
use crate::coherent::Weigh;

/// A profile as it is until its owner changes it.
#[derive(Debug)]
pub struct Profile {
    /// The account, without its counts: the [`UserCard`] says those.
    pub user: User,
    /// A door's own form of what stands beside each tweet, made when it is first asked for.
    pub rendered: OnceLock<Box<[u8]>>,
}

/// An account as it stands: cheap to copy.
#[derive(Debug, Clone)]
pub struct UserCard {
    /// The profile.
    pub profile: Arc<Profile>,
    /// Tweets, followers, followees.
    pub counts: UserCounts,
}

impl UserCard {
    fn new(mut user: User) -> Self {
        // Out of the profile: there they would stay what they are now.
        let counts = mem::take(&mut user.counts);
        Self { profile: Arc::new(Profile { user, rendered: OnceLock::new() }), counts }
    }

    /// The account.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.profile.user
    }
}

impl Weigh for UserCard {
    fn bytes(&self) -> usize {
        let user = self.user();
        let picture = user.profile_picture.as_ref().map_or(0, String::len);
        let more = user.banner.as_ref().map_or(0, String::len)
            + user.links.iter().map(|link| size_of::<String>() + link.len()).sum::<usize>();
        more + size_of::<Profile>()
            + 2 * (user.handle.len() + user.name.len() + picture)
            + user.bio.len()
    }
}

impl Weigh for Arc<Session> {
    fn bytes(&self) -> usize {
        size_of::<Session>()
    }
}

impl Weigh for UserId {
    fn bytes(&self) -> usize {
        // A handle, its key in the cache.
        size_of::<Self>() + 16
    }
}

impl Feed {
    /// The accounts with these ids, each in its place; [`None`] for those that never were. Deleted
    /// ones are among them.
    ///
    /// # Errors
    /// What the database says.
    pub async fn users(&self, ids: &[UserId]) -> Result<Vec<Option<UserCard>>, StoreError> {
        let load = async |missing: Vec<UserId>| {
            let users = self.store.get_users(&missing).await?;
            Ok(users.into_iter().map(|user| (user.id, UserCard::new(user))).collect())
        };
        self.caches.users.get_many(ids, load).await
    }

    /// The account with this id, also if it is deleted; [`None`] if there never was one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn user(&self, id: UserId) -> Result<Option<UserCard>, StoreError> {
        Ok(self.users(&[id]).await?.pop().flatten())
    }

    /// The accounts that have these handles (in lower case): handle and id of those that exist.
    ///
    /// # Errors
    /// What the database says.
    pub async fn user_ids(
        &self,
        handle_keys: &[String],
    ) -> Result<Vec<(String, UserId)>, StoreError> {
        let load = async |missing: Vec<String>| self.store.find_user_ids(&missing).await;
        let ids = self.caches.handles.get_many(handle_keys, load).await?;
        let known = handle_keys.iter().zip(ids);
        Ok(known.filter_map(|(key, id)| Some((key.clone(), id?))).collect())
    }

    /// The id of a hashtag, by the name under which it is compared; [`None`] if nobody ever used it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn hashtag_id(&self, name: &str) -> Result<Option<HashtagId>, StoreError> {
        let cache = &self.caches.hashtags;
        let name = name.to_owned();
        if let Some(id) = cache.get(&name) {
            return Ok(Some(id));
        }
        let ticket = cache.ticket(&name);
        let found = self.store.find_hashtag(&name).await?.map(|hashtag| hashtag.id);
        if let Some(id) = found {
            cache.offer(name, id, ticket);
        }
        Ok(found)
    }

    /// The same as [`Feed::session`], if it is in memory.
    #[must_use]
    pub fn cached_session(&self, id: SessionId) -> Option<Arc<Session>> {
        self.caches.sessions.get(&id)
    }

    /// A session that has not been ended; it may have expired.
    ///
    /// # Errors
    /// What the database says.
    pub async fn session(&self, id: SessionId) -> Result<Option<Arc<Session>>, StoreError> {
        let cache = &self.caches.sessions;
        if let Some(session) = cache.get(&id) {
            return Ok(Some(session));
        }
        let ticket = cache.ticket(&id);
        let session = self.store.find_session(id).await?.map(Arc::new);
        if let Some(session) = &session {
            cache.offer(id, session.clone(), ticket);
        }
        Ok(session)
    }
}
