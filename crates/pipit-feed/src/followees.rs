//! Whom someone follows, each with what is known of their newest entry.

use std::sync::Arc;

use pipit_model::UserId;
use pipit_store::StoreError;

use crate::Feed;
use crate::coherent::Weigh;
use crate::newest::{Cell, NewestIds};
use crate::remembered::Remembered;

/// Whom someone follows.
#[derive(Debug, Clone)]
pub struct Followees {
    /// In order of id.
    ids: Vec<UserId>,
    /// Of each in its place, and last the reader's own: a home shows that too.
    newest: Vec<Arc<Cell>>,
    top: Remembered,
}

impl Followees {
    pub(crate) fn new(reader: UserId, mut ids: Vec<UserId>, cells: &NewestIds) -> Self {
        ids.sort_unstable();
        ids.dedup();
        let newest = cells.of_all(ids.iter().copied().chain([reader]));
        Self { ids, newest, top: Remembered::default() }
    }

    /// Their ids, in order of id.
    #[must_use]
    pub fn ids(&self) -> &[UserId] {
        &self.ids
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn contains(&self, user_id: UserId) -> bool {
        self.ids.binary_search(&user_id).is_ok()
    }

    pub(crate) fn newest(&self) -> &[Arc<Cell>] {
        &self.newest
    }

    pub(crate) fn top(&self) -> &Remembered {
        &self.top
    }

    pub(crate) fn with(&self, user_id: UserId, cells: &NewestIds) -> Self {
        let mut now = self.clone();
        if let Err(at) = now.ids.binary_search(&user_id) {
            now.ids.insert(at, user_id);
            now.newest.splice(at..at, cells.of_all([user_id].into_iter()));
        }
        now
    }

    pub(crate) fn without(&self, user_id: UserId) -> Self {
        let mut now = self.clone();
        if let Ok(at) = now.ids.binary_search(&user_id) {
            now.ids.remove(at);
            now.newest.remove(at);
        }
        now
    }
}

impl Weigh for Arc<Followees> {
    fn bytes(&self) -> usize {
        // A cell with its place in the map, as if nobody else followed the same people.
        const CELL_BYTES: usize = 72;
        size_of::<Followees>()
            + Remembered::BYTES_MAX
            + self.ids.capacity() * size_of::<UserId>()
            + self.newest.capacity() * (size_of::<Arc<Cell>>() + CELL_BYTES)
    }
}

impl Feed {
    /// Whom someone follows.
    ///
    /// # Errors
    /// What the database says.
    pub async fn followees(&self, user_id: UserId) -> Result<Arc<Followees>, StoreError> {
        let cache = &self.caches.followees;
        if let Some(followees) = cache.get(&user_id) {
            return Ok(followees);
        }
        let ticket = cache.ticket(&user_id);
        let ids = self.store.list_followees(user_id).await?;
        let followees = Arc::new(Followees::new(user_id, ids, &self.caches.newest));
        cache.offer(user_id, followees.clone(), ticket);
        Ok(followees)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn followees_are_a_set() {
        let cells = NewestIds::default();
        let followees = Followees::new(UserId(9), vec![UserId(3), UserId(1), UserId(3)], &cells);
        let followees = followees.with(UserId(2), &cells).with(UserId(2), &cells);
        let followees = followees.without(UserId(8));
        assert_eq!(followees.ids(), [UserId(1), UserId(2), UserId(3)]);
        assert!(!followees.without(UserId(2)).contains(UserId(2)));
        assert!(followees.contains(UserId(1)) && !followees.contains(UserId(4)));

        let own = |user| cells.find(UserId(user)).expect("in use");
        for (place, user) in [1, 2, 3, 9].into_iter().enumerate() {
            assert!(Arc::ptr_eq(&followees.newest()[place], &own(user)), "{user}");
        }
    }
}
