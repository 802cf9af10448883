//! Lists of chosen people: who is on one, each with what is known of their newest entry.

use std::sync::Arc;

use pipit_model::list::List;
use pipit_model::{ListId, UserId};
use pipit_store::StoreError;

use crate::Feed;
use crate::coherent::Weigh;
use crate::newest::{Cell, NewestIds};

/// A list and everyone on it.
#[derive(Debug)]
pub struct Members {
    /// The list.
    pub list: List,
    /// In order of id.
    ids: Vec<UserId>,
    /// Of each in its place.
    newest: Vec<Arc<Cell>>,
}

impl Members {
    fn new(list: List, mut ids: Vec<UserId>, cells: &NewestIds) -> Self {
        ids.sort_unstable();
        ids.dedup();
        let newest = cells.of_all(ids.iter().copied());
        Self { list, ids, newest }
    }

    /// Their ids, in order of id.
    #[must_use]
    pub fn ids(&self) -> &[UserId] {
        &self.ids
    }

    /// Whether this one is on the list.
    #[must_use]
    pub fn contains(&self, user_id: UserId) -> bool {
        self.ids.binary_search(&user_id).is_ok()
    }

    pub(crate) fn newest(&self) -> &[Arc<Cell>] {
        &self.newest
    }
}

impl Weigh for Arc<Members> {
    fn bytes(&self) -> usize {
        // A cell with its place in the map, as if nobody else read the same people.
        const CELL_BYTES: usize = 72;
        let cells = self.newest.capacity() * (size_of::<Arc<Cell>>() + CELL_BYTES);
        let ids = self.ids.capacity() * size_of::<UserId>();
        size_of::<Members>() + self.list.name.len() + ids + cells
    }
}

impl Feed {
    /// A list and everyone on it, whosever it is; [`None`] if there is none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, id: ListId) -> Result<Option<Arc<Members>>, StoreError> {
        let cache = &self.caches.lists;
        if let Some(members) = cache.get(&id) {
            return Ok(Some(members));
        }
        let ticket = cache.ticket(&id);
        let (list, ids) =
            tokio::try_join!(self.store.find_list(id), self.store.list_member_ids(id))?;
        let Some(list) = list else {
            return Ok(None);
        };
        let members = Arc::new(Members::new(list, ids, &self.caches.newest));
        cache.offer(id, members.clone(), ticket);
        Ok(Some(members))
    }
}
