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
