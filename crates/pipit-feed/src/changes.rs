//! Who posted or deleted something lately, so that a home that was merged before need not be merged
//! again while none of its authors did.
//!
//! One ring for all homes: a reader looks through what came since their last look, most often
//! nothing, where a merge walks over everybody they follow.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use pipit_model::UserId;

use crate::shim::{AtomicI64, Mutex};

/// Changes that are remembered: to look through more costs as much as to merge again.
const REMEMBERED: usize = 512;

/// How many changes there had been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment(i64);

/// The authors whose logs changed last.
#[derive(Debug)]
pub(crate) struct Changes {
    /// Of each change the author, at its number modulo the length.
    authors: Box<[AtomicI64]>,
    count: AtomicI64,
    /// Held by whoever adds one; those who look wait for nobody.
    adding: Mutex<()>,
}

impl Default for Changes {
    fn default() -> Self {
        let authors = (0..REMEMBERED).map(|_| AtomicI64::new(0)).collect();
        Self { authors, count: AtomicI64::new(0), adding: Mutex::new(()) }
    }
}

impl Changes {
    /// To be taken before what [`Changes::none_since`] is asked about is read.
    pub(crate) fn now(&self) -> Moment {
        Moment(self.count.load(Ordering::Acquire))
    }

    /// An author's log and cell have changed.
    pub(crate) fn add(&self, author: UserId) {
        let _adding = self.adding.lock().unwrap_or_else(PoisonError::into_inner);
        let count = self.count.load(Ordering::Relaxed);
        self.authors[place(count)].store(author.0, Ordering::Release);
        self.count.store(count + 1, Ordering::Release);
    }

    /// Anything may have changed: nobody's last look is good any more.
    pub(crate) fn add_all(&self) {
        let _adding = self.adding.lock().unwrap_or_else(PoisonError::into_inner);
        let count = self.count.load(Ordering::Relaxed);
        self.count.store(count + REMEMBERED as i64, Ordering::Release);
    }

    /// The present, if since then at most `most` changes came, and none by those whom `concerns`
    /// names.
    pub(crate) fn none_since(
        &self,
        then: Moment,
        most: usize,
        concerns: impl Fn(UserId) -> bool,
    ) -> Option<Moment> {
        let now = self.now();
        let most = most.min(REMEMBERED - 1) as i64;
        if now.0 - then.0 > most {
            return None;
        }
        let author = |n| UserId(self.authors[place(n)].load(Ordering::Acquire));
        if (then.0..now.0).any(|n| concerns(author(n))) {
            return None;
        }
        // Whoever added more meanwhile may have written over what was looked at.
        (self.now().0 - then.0 < REMEMBERED as i64).then_some(now)
    }
}

fn place(n: i64) -> usize {
    n as usize % REMEMBERED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ones_own_authors_count() {
        let changes = Changes::default();
        let then = changes.now();
        let none = |author, most| changes.none_since(then, most, |user| user == UserId(author));
        assert_eq!(none(1, 0), Some(then));
        changes.add(UserId(1));
        changes.add(UserId(2));
        assert_eq!((none(1, 9), none(2, 9)), (None, None));
        assert_eq!(none(3, 9), Some(changes.now()));
        assert_eq!(none(3, 1), None, "too many to look through");
        changes.add_all();
        assert_eq!(none(3, usize::MAX), None);
    }

    #[test]
    fn what_was_written_over_is_not_trusted() {
        let changes = Changes::default();
        let then = changes.now();
        for n in 1..REMEMBERED {
            changes.add(UserId(7));
            assert_eq!(changes.none_since(then, usize::MAX, |_| false), Some(changes.now()), "{n}");
        }
        changes.add(UserId(7));
        assert_eq!(changes.none_since(then, usize::MAX, |_| false), None);
    }
}
