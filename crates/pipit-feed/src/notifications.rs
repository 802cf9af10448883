//! What a reader has not read yet: how far they have read, and what they were told since.
//!
//! Every page shows the number, so it is kept by ids: told twice it counts once, and what is read
//! drops out.

use std::sync::Arc;

use pipit_model::limits::UNREAD_MAX;
use pipit_model::notification::NotificationKind;
use pipit_model::read_position::{ReadPosition, ReadPositions};
use pipit_model::{NotificationId, UserId};
use pipit_store::StoreError;

use crate::Feed;
use crate::coherent::Weigh;

/// The newest unread notifications of one reader, at most [`UNREAD_MAX`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Unread {
    /// In order of id.
    ids: Vec<NotificationId>,
    /// Everything up to here is read.
    read_up_to: i64,
}

impl Unread {
    fn new(mut ids: Vec<NotificationId>, read_up_to: i64) -> Self {
        ids.sort_unstable();
        Self { ids, read_up_to }
    }

    pub(crate) fn with(&self, id: NotificationId) -> Self {
        let mut now = self.clone();
        if id.0 > now.read_up_to
            && let Err(at) = now.ids.binary_search(&id)
        {
            now.ids.insert(at, id);
            // The oldest is the first that nobody counts.
            now.ids.drain(..now.ids.len().saturating_sub(UNREAD_MAX));
        }
        now
    }

    pub(crate) fn read_up_to(&self, last_id: i64) -> Self {
        let mut now = self.clone();
        now.read_up_to = last_id.max(now.read_up_to);
        now.ids.retain(|id| id.0 > last_id);
        now
    }
}

impl Weigh for Arc<Unread> {
    fn bytes(&self) -> usize {
        size_of::<Unread>() + self.ids.capacity() * size_of::<NotificationId>()
    }
}

impl Weigh for ReadPositions {
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

impl Feed {
    /// How many notifications somebody has not read; [`UNREAD_MAX`] also stands for more.
    ///
    /// # Errors
    /// What the database says.
    pub async fn unread(&self, reader: UserId) -> Result<usize, StoreError> {
        let cache = &self.caches.unread;
        if let Some(unread) = cache.get(&reader) {
            return Ok(unread.ids.len());
        }
        let ticket = cache.ticket(&reader);
        let read_up_to = self.read_positions(reader).await?.get(ReadPosition::Notifications);
        let kinds = &NotificationKind::ALL;
        let range = (read_up_to, i64::MAX);
        let rows = self.store.list_notifications(reader, kinds, range, UNREAD_MAX as u64).await?;
        let ids = rows.into_iter().map(|notification| notification.id).collect();
        let unread = Arc::new(Unread::new(ids, read_up_to));
        cache.offer(reader, unread.clone(), ticket);
        Ok(unread.ids.len())
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

    #[test]
    fn what_is_told_twice_counts_once_and_what_is_read_drops_out() {
        let id = NotificationId;
        let unread = Unread::new(vec![id(9), id(7)], 5);
        let unread = unread.with(id(9)).with(id(11)).with(id(4));
        assert_eq!(unread.ids, [id(7), id(9), id(11)]);
        assert_eq!(unread.read_up_to(9).ids, [id(11)]);
        assert_eq!(unread.read_up_to(3), unread, "places only move forward");
    }

    #[test]
    fn the_newest_are_kept() {
        let unread = (1..=250).fold(Unread::default(), |unread, n| unread.with(NotificationId(n)));
        assert_eq!(unread.ids.len(), UNREAD_MAX);
        assert_eq!(unread.ids[0], NotificationId(151));
        assert_eq!(unread.read_up_to(100).ids.len(), UNREAD_MAX, "there are older unread ones");
        assert_eq!(unread.read_up_to(240).ids.len(), 10);
    }
}
