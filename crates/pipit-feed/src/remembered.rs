//! The top of a home as it was merged last.

use std::cmp::Reverse;
use std::sync::PoisonError;

use pipit_model::tweet::Entry;

use crate::changes::Moment;
use crate::merge::Stretch;
use crate::shim::Mutex;

/// Longer ones are merged each time: the usual page is twenty, and memory is dear.
const ENTRIES_MAX: usize = 64;

/// The newest stretch of a merged timeline, if memory knew all of it, and when that was so.
#[derive(Debug)]
struct Top {
    at: Moment,
    /// How many entries were wanted.
    want: usize,
    /// Newest first.
    entries: Box<[Entry]>,
    from: i64,
}

/// What one reader's last merge found. It is of these followees: a copy with others starts anew.
#[derive(Debug, Default)]
pub(crate) struct Remembered(Mutex<Option<Top>>);

impl Clone for Remembered {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Remembered {
    /// What it takes in memory at most.
    pub(crate) const BYTES_MAX: usize = ENTRIES_MAX * size_of::<Entry>();

    /// The same stretch below `before`, if nothing changed: `still` says up to when an earlier
    /// moment holds.
    pub(crate) fn recall(
        &self,
        before: i64,
        want: usize,
        still: impl FnOnce(Moment) -> Option<Moment>,
    ) -> Option<Stretch> {
        let mut top = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let top = top.as_mut()?;
        let is_all_below = top.entries.first().is_none_or(|newest| newest.id.0 < before);
        if top.want != want || !is_all_below {
            return None;
        }
        top.at = still(top.at)?;
        Some(Stretch { entries: top.entries.to_vec(), from: top.from, blocked: Vec::new() })
    }

    /// Keeps a stretch that memory knows whole, of authors who have nothing above it.
    pub(crate) fn keep(&self, at: Moment, want: usize, stretch: &Stretch) {
        if stretch.blocked.is_empty() && stretch.entries.len() <= ENTRIES_MAX {
            let mut entries: Box<[Entry]> = stretch.entries.as_slice().into();
            entries.sort_unstable_by_key(|entry| Reverse(entry.id));
            let top = Top { at, want, entries, from: stretch.from };
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(top);
        }
    }
}

#[cfg(test)]
mod tests {
    use pipit_model::tweet::Kind;
    use pipit_model::{TweetId, UserId};

    use super::*;
    use crate::changes::Changes;

    fn stretch(ids: &[i64], blocked: Vec<usize>) -> Stretch {
        let entry = |id: &i64| Entry { id: TweetId(*id), user_id: UserId(1), kind: Kind::Tweet };
        Stretch { entries: ids.iter().map(entry).collect(), from: 3, blocked }
    }

    #[test]
    fn a_top_is_recalled_while_it_holds() {
        let changes = Changes::default();
        let top = Remembered::default();
        let recall = |before, want| {
            let still = |then| changes.none_since(then, 9, |user| user == UserId(1));
            let stretch = top.recall(before, want, still)?;
            Some(stretch.entries.iter().map(|entry| entry.id.0).collect::<Vec<_>>())
        };
        assert_eq!(recall(i64::MAX, 2), None, "nothing was kept");
        top.keep(changes.now(), 2, &stretch(&[3, 7], vec![4]));
        assert_eq!(recall(i64::MAX, 2), None, "memory did not know all of it");
        top.keep(changes.now(), 2, &stretch(&[3, 7], Vec::new()));
        assert_eq!((recall(8, 2), recall(i64::MAX, 2)), (Some(vec![7, 3]), Some(vec![7, 3])));
        assert_eq!((recall(7, 2), recall(8, 3)), (None, None), "another stretch");
        assert!(top.clone().0.lock().expect("whole").is_none(), "of other followees");

        // More by others than one would look through at once, but not since the last look.
        for _ in 0..20 {
            changes.add(UserId(2));
            assert!(recall(8, 2).is_some());
        }
        changes.add(UserId(1));
        assert_eq!(recall(8, 2), None);
    }
}
