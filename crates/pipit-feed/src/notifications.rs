//! What a reader has not read yet: how far they have read, and what they were told since.
//!
//! Every page shows the number, so it is kept by ids: told twice it counts once, and what is read
//! drops out.

use std::sync::Arc;

use pipit_model::limits::UNREAD_MAX;
use pipit_model::notification::{Notification, NotificationKind};
use pipit_model::read_position::{ReadPosition, ReadPositions};
use pipit_model::visibility::{self, Tie, Visibility};
use pipit_model::{NotificationId, Timestamp, UserId};
use pipit_store::StoreError;

use crate::Feed;
use crate::coherent::Weigh;

/// What of a notification decides whether it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    id: NotificationId,
    actor_id: UserId,
    visibility: Visibility,
}

impl Told {
    fn new(notification: &Notification) -> Self {
        let Notification { id, actor_id, visibility, .. } = *notification;
        Self { id, actor_id, visibility }
    }
}

/// The newest unread notifications of one reader, at most [`UNREAD_MAX`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Unread {
    /// In order of id.
    told: Vec<Told>,
    /// Everything up to here is read.
    read_up_to: i64,
}

impl Unread {
    fn new(mut told: Vec<Told>, read_up_to: i64) -> Self {
        told.sort_unstable_by_key(|told| told.id);
        Self { told, read_up_to }
    }

    pub(crate) fn with(&self, notification: &Notification) -> Self {
        let mut now = self.clone();
        let new = Told::new(notification);
        if new.id.0 > now.read_up_to
            && let Err(at) = now.told.binary_search_by_key(&new.id, |told| told.id)
        {
            now.told.insert(at, new);
            // The oldest is the first that nobody counts.
            now.told.drain(..now.told.len().saturating_sub(UNREAD_MAX));
        }
        now
    }

    pub(crate) fn read_up_to(&self, last_id: i64) -> Self {
        let mut now = self.clone();
        now.read_up_to = last_id.max(now.read_up_to);
        now.told.retain(|told| told.id.0 > last_id);
        now
    }
}

impl Weigh for Arc<Unread> {
    fn bytes(&self) -> usize {
        size_of::<Unread>() + self.told.capacity() * size_of::<Told>()
    }
}

impl Weigh for ReadPositions {
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

impl Feed {
    /// How many notifications somebody has not read; [`UNREAD_MAX`] also stands for more. What they
    /// are not told after all (by whom they block or mute by now) is not counted, though it is among
    /// the newest that are looked at.
    ///
    /// # Errors
    /// What the database says.
    pub async fn unread(&self, reader: UserId, now: Timestamp) -> Result<usize, StoreError> {
        let (unread, ties) = tokio::try_join!(self.all_unread(reader), self.ties(reader))?;
        let for_followers = |told: &Told| told.visibility == Visibility::Followers;
        let followees = if unread.told.iter().any(for_followers) {
            Some(self.followees(reader).await?)
        } else {
            None
        };
        if followees.is_none() && ties.is_empty() {
            return Ok(unread.told.len());
        }
        let is_told = |told: &&Told| {
            let follows = followees.as_ref().is_some_and(|known| known.contains(told.actor_id));
            let tie = Tie { follows, ..ties.tie(told.actor_id, now) };
            visibility::is_told(tie, told.visibility)
        };
        Ok(unread.told.iter().filter(is_told).count())
    }

    async fn all_unread(&self, reader: UserId) -> Result<Arc<Unread>, StoreError> {
        let cache = &self.caches.unread;
        if let Some(unread) = cache.get(&reader) {
            return Ok(unread);
        }
        let ticket = cache.ticket(&reader);
        let read_up_to = self.read_positions(reader).await?.get(ReadPosition::Notifications);
        let kinds = &NotificationKind::ALL;
        let range = (read_up_to, i64::MAX);
        let rows = self.store.list_notifications(reader, kinds, range, UNREAD_MAX as u64).await?;
        let unread = Arc::new(Unread::new(rows.iter().map(Told::new).collect(), read_up_to));
        cache.offer(reader, unread.clone(), ticket);
        Ok(unread)
    }

    /// How far somebody has read.
    ///
    /// # Errors
    /// What the database says.
    pub async fn read_positions(&self, reader: UserId) -> Result<ReadPositions, StoreError> {
        let cache = &self.caches.read_positions;
        if let Some(positions) = cache.get(&reader) {
            return Ok(positions);
        }
        let ticket = cache.ticket(&reader);
        let positions = self.store.find_read_positions(reader).await?;
        cache.offer(reader, positions, ticket);
        Ok(positions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(id: i64) -> Notification {
        Notification {
            id: NotificationId(id),
            user_id: UserId(1),
            kind: NotificationKind::Follow,
            actor_id: UserId(2),
            tweet_id: None,
            visibility: Visibility::Public,
        }
    }

    fn ids(unread: &Unread) -> Vec<i64> {
        unread.told.iter().map(|told| told.id.0).collect()
    }

    #[test]
    fn what_is_told_twice_counts_once_and_what_is_read_drops_out() {
        let unread = Unread::new([9, 7].map(|id| Told::new(&told(id))).to_vec(), 5);
        let unread = unread.with(&told(9)).with(&told(11)).with(&told(4));
        assert_eq!(ids(&unread), [7, 9, 11]);
        assert_eq!(ids(&unread.read_up_to(9)), [11]);
        assert_eq!(unread.read_up_to(3), unread, "places only move forward");
    }

    #[test]
    fn the_newest_are_kept() {
        let unread = (1..=250).fold(Unread::default(), |unread, id| unread.with(&told(id)));
        assert_eq!(unread.told.len(), UNREAD_MAX);
        assert_eq!(ids(&unread)[0], 151);
        assert_eq!(unread.read_up_to(100).told.len(), UNREAD_MAX, "there are older unread ones");
        assert_eq!(unread.read_up_to(240).told.len(), 10);
    }
}
