//! What is known of the newest entry of each author that somebody's home is made of: one number
//! each, which a merge over hundreds of authors looks at before it opens the few logs that matter.
//!
//! A cell changes only under the stripe of its author's log (`Coherent`), so that it never says
//! more than what the events said. It stays when the log is evicted: it is a fact, not a copy.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, Weak};

use pipit_model::UserId;

use crate::changes::Changes;
use crate::shim::{AtomicI64, Mutex, MutexGuard};

/// What is known of an author's newest entry, in one word: its id, or, as a number that is not
/// positive, an id from which on there is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Newest(i64);

impl Newest {
    pub(crate) const UNKNOWN: Self = Self(-i64::MAX);

    /// It has this id; older if that one is deleted later.
    pub(crate) fn at(id: i64) -> Self {
        Self(id)
    }

    /// It has a smaller id than this, which one is not known; 0 if there is none.
    pub(crate) fn below(floor: i64) -> Self {
        Self(-floor)
    }

    /// Its id, if that is known.
    pub(crate) fn id(self) -> Option<i64> {
        (self.0 > 0).then_some(self.0)
    }

    /// All entries with at least this id are known: the newest one, or none.
    pub(crate) fn floor(self) -> i64 {
        self.0.abs()
    }

    /// Whether everything is known from `reach` on: nothing but perhaps an entry with less.
    pub(crate) fn joins(self, reach: i64) -> bool {
        match self.id() {
            Some(id) => id < reach,
            None => self.floor() <= reach,
        }
    }
}

/// A [`Newest`] that is read and written without a lock.
#[derive(Debug)]
pub(crate) struct Cell(AtomicI64);

impl Cell {
    fn new() -> Self {
        Self(AtomicI64::new(Newest::UNKNOWN.0))
    }

    pub(crate) fn get(&self) -> Newest {
        Newest(self.0.load(Ordering::Acquire))
    }

    /// What a load from the database found; under the log's stripe.
    pub(crate) fn set(&self, newest: Newest) {
        self.0.store(newest.0, Ordering::Release);
    }

    /// The author posted; under the log's stripe. Told twice, or of an older one, it changes nothing.
    pub(crate) fn raise(&self, id: i64) {
        let known = self.get();
        // An id that is known is the newest; from a floor on, the first one is.
        let newer = if known.id().is_some() { id > known.floor() } else { id >= known.floor() };
        if newer || known == Newest::UNKNOWN {
            self.set(Newest::at(id));
        }
    }
}

/// The cells of all authors that somebody's cached followee list names; those of others vanish.
#[derive(Debug, Default)]
pub(crate) struct NewestIds {
    cells: Mutex<Cells>,
    /// What has happened to them.
    pub(crate) changes: Changes,
}

#[derive(Debug, Default)]
struct Cells {
    by_author: HashMap<UserId, Weak<Cell>>,
    /// At this many, those that nobody uses any more are dropped.
    sweep_at: usize,
}

/// Below this many cells sweeping is not worth it.
const SWEEP_MIN: usize = 1024;

impl NewestIds {
    /// The cells of these authors, each in its place.
    pub(crate) fn of_all(&self, authors: impl Iterator<Item = UserId>) -> Vec<Arc<Cell>> {
        let mut cells = self.lock();
        authors.map(|author| cells.of(author)).collect()
    }

    /// The cell of this author, if anybody looks at it.
    pub(crate) fn find(&self, author: UserId) -> Option<Arc<Cell>> {
        self.lock().by_author.get(&author)?.upgrade()
    }

    /// Nothing that is known can be trusted any more.
    pub(crate) fn forget_all(&self) {
        for cell in self.lock().by_author.values().filter_map(Weak::upgrade) {
            cell.set(Newest::UNKNOWN);
        }
        self.changes.add_all();
    }

    fn lock(&self) -> MutexGuard<'_, Cells> {
        // Every step leaves the map whole, whoever panicked while holding it.
        self.cells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cells {
    fn of(&mut self, author: UserId) -> Arc<Cell> {
        if let Some(cell) = self.by_author.get(&author).and_then(Weak::upgrade) {
            return cell;
        }
        // Twice what was in use last time: each sweep is paid for by as many new cells.
        if self.by_author.len() >= self.sweep_at.max(SWEEP_MIN) {
            self.by_author.retain(|_, cell| cell.strong_count() > 0);
            self.sweep_at = self.by_author.len() * 2;
        }
        let cell = Arc::new(Cell::new());
        self.by_author.insert(author, Arc::downgrade(&cell));
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_keeps_the_newest() {
        let cell = Cell::new();
        assert_eq!(cell.get(), Newest::UNKNOWN);
        cell.raise(7);
        cell.raise(5);
        assert_eq!(cell.get(), Newest::at(7));
        cell.set(Newest::below(6));
        cell.raise(5);
        assert_eq!(cell.get(), Newest::below(6), "what is below was not asked for");
        cell.raise(6);
        assert_eq!(cell.get(), Newest::at(6));
        cell.set(Newest::below(0));
        assert_eq!(cell.get(), Newest::below(0));
    }

    #[test]
    fn cells_that_nobody_uses_vanish() {
        let ids = NewestIds::default();
        let kept = ids.of_all([UserId(1)].into_iter());
        for n in 2..10_000 {
            drop(ids.of_all([UserId(n)].into_iter()));
        }
        assert!(ids.lock().by_author.len() <= 2 * SWEEP_MIN);
        kept[0].raise(9);
        assert_eq!(ids.find(UserId(1)).expect("in use").get(), Newest::at(9));
        assert!(ids.find(UserId(2)).is_none());
        ids.forget_all();
        assert_eq!(kept[0].get(), Newest::UNKNOWN);
    }
}
