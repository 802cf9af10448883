//! Finding the newest entries of many logs. Pure: what memory does not know, it names.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use pipit_model::tweet::Entry;

use crate::log::Log;
use crate::newest::Newest;

/// A stretch of a merged timeline, as far as memory knows it.
#[derive(Debug)]
pub(crate) struct Stretch {
    /// What is known with `from <= id < before`, in no order.
    pub(crate) entries: Vec<Entry>,
    /// Where the stretch ends; 0 at the end of time.
    pub(crate) from: i64,
    /// Logs (by their place) that are not known down to `from`.
    pub(crate) blocked: Vec<usize>,
}

/// The smallest stretch below `before` in which memory knows `want` entries.
///
/// `newest` says of each log what its newest entry is, and `open` gets the log itself, which is
/// dearer. Of hundreds of logs only those whose newest entries are among the `want` newest of all
/// can have something in the stretch, and only they are opened.
///
/// Each log is asked once what it knows, since others add to it meanwhile: one that blocked at first
/// and would not at a second look has entries that nobody took.
pub(crate) fn stretch(
    newest: impl Iterator<Item = Newest>,
    open: impl Fn(usize) -> Option<Arc<Log>>,
    before: i64,
    want: usize,
) -> Stretch {
    let mut tops = Largest::new(want);
    // Logs of which no entry below `before` is known, and how far down that is all.
    let mut closed: Vec<(usize, i64)> = Vec::new();
    for (place, mut newest) in newest.enumerate() {
        if newest.id().is_some_and(|id| id >= before) {
            // What lies above the page does not tell where the author goes on below it.
            newest = open(place).map_or(Newest::UNKNOWN, |log| log.top(before));
        }
        match newest.id() {
            Some(id) => tops.offer((id, place)),
            // The stretch ends at the last of the tops or above it.
            None if newest.floor() > tops.last().map_or(0, |(id, _)| id) => {
                closed.push((place, newest.floor()));
            }
            None => {}
        }
    }

    let mut from = tops.last().map_or(0, |(id, _)| id);
    let mut entries: Vec<Entry> = Vec::with_capacity(want * 2);
    // Of the opened logs, what their newest entry is and how far down each is known.
    let mut opened: Vec<(usize, i64, i64)> = Vec::with_capacity(want);
    for (id, place) in tops.into_iter() {
        let log = open(place);
        entries.extend_from_slice(log.as_ref().map_or(&[], |log| log.between(from, before)));
        opened.push((place, id, log.map_or(i64::MAX, |log| log.floor())));
    }
    if let Some(last) = want.checked_sub(1).filter(|last| *last < entries.len()) {
        let (_, last, _) = entries.select_nth_unstable_by_key(last, |entry| Reverse(entry.id));
        from = last.id.0;
        entries.truncate(want);
    }

    let cut = opened.iter().filter(|(_, id, floor)| *floor > from && *id >= from);
    let closed = closed.iter().filter(|(_, floor)| *floor > from);
    let blocked = cut.map(|(place, ..)| *place).chain(closed.map(|(place, _)| *place)).collect();
    Stretch { entries, from, blocked }
}

/// The same of a single log: its end.
pub(crate) fn stretch_of_one(log: Option<&Log>, before: i64, want: usize) -> Stretch {
    let known = log.map_or(&[][..], |log| log.between(0, before));
    let skipped = known.len().checked_sub(want.max(1));
    let mut entries = known[skipped.unwrap_or(0)..].to_vec();
    entries.reverse();
    let from = skipped.and_then(|_| entries.last()).map_or(0, |oldest| oldest.id.0);
    let floor = log.map_or(i64::MAX, Log::floor);
    Stretch { entries, from, blocked: if floor > from { vec![0] } else { Vec::new() } }
}

/// The `n` largest of what is offered.
struct Largest<T> {
    heap: BinaryHeap<Reverse<T>>,
    n: usize,
}

impl<T: Ord + Copy> Largest<T> {
    fn new(n: usize) -> Self {
        Self { heap: BinaryHeap::with_capacity(n), n }
    }

    fn offer(&mut self, value: T) {
        if self.heap.len() < self.n {
            self.heap.push(Reverse(value));
            return;
        }
        // Most are smaller than all that are kept.
        if self.heap.peek().is_some_and(|smallest| value > smallest.0)
            && let Some(mut smallest) = self.heap.peek_mut()
        {
            *smallest = Reverse(value);
        }
    }

    /// The smallest of them, if there are `n`.
    fn last(&self) -> Option<T> {
        self.heap.peek().filter(|_| self.heap.len() == self.n).map(|smallest| smallest.0)
    }

    fn into_iter(self) -> impl Iterator<Item = T> {
        self.heap.into_iter().map(|Reverse(value)| value)
    }
}

#[cfg(test)]
mod tests {
    use pipit_model::tweet::Kind;
    use pipit_model::{TweetId, UserId};

    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "what a look-up of a cached log answers")]
    fn log(ids: &[i64], floor: i64) -> Option<Arc<Log>> {
        let entry = |id: &i64| Entry { id: TweetId(*id), user_id: UserId(1), kind: Kind::Tweet };
        Some(Arc::new(Log::new(ids.iter().map(entry).collect(), floor)))
    }

    /// What is known of the newest entries is what the logs say.
    fn of_logs(logs: &[Option<Arc<Log>>], before: i64, want: usize) -> Stretch {
        let newest = logs.iter().map(|log| log.as_ref().map_or(Newest::UNKNOWN, |l| l.newest()));
        stretch(newest, |place| logs[place].clone(), before, want)
    }

    fn ids(stretch: &Stretch) -> Vec<i64> {
        let mut ids: Vec<i64> = stretch.entries.iter().map(|entry| entry.id.0).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn the_newest_of_all_logs() {
        let logs = [log(&[1, 5, 9], 0), log(&[2, 6], 0), log(&[], 0), log(&[7, 8], 7)];
        let found = of_logs(&logs, i64::MAX, 3);
        assert_eq!((ids(&found), found.from), (vec![7, 8, 9], 7));
        assert!(found.blocked.is_empty());

        let found = of_logs(&logs, 7, 2);
        assert_eq!((ids(&found), found.from), (vec![5, 6], 5));
        assert_eq!(found.blocked, [3], "it may have something between 5 and 7");
    }

    #[test]
    fn what_is_not_in_memory_blocks() {
        let logs = [log(&[9], 0), None];
        assert_eq!(of_logs(&logs, i64::MAX, 1).blocked, [1]);
        assert_eq!(of_logs(&logs[..1], i64::MAX, 5).from, 0);
        assert_eq!(of_logs(&[], i64::MAX, 5).from, 0);
    }

    #[test]
    fn one_log_is_as_good_as_one_of_many() {
        let logs = [None, log(&[], 0), log(&[], 3), log(&[2, 6, 9], 0), log(&[6, 9], 4)];
        for (log, before, want) in logs.iter().flat_map(|log| {
            let befores = [i64::MAX, 10, 9, 7, 6, 5, 1].into_iter();
            befores.flat_map(move |before| (1..5).map(move |want| (log, before, want)))
        }) {
            let merged = of_logs(std::slice::from_ref(log), before, want);
            let one = stretch_of_one(log.as_deref(), before, want);
            let case = format!("{log:?} below {before}, {want} wanted");
            assert_eq!((ids(&one), one.from), (ids(&merged), merged.from), "{case}");
            assert_eq!(one.blocked, merged.blocked, "{case}");
        }
    }

    #[test]
    fn only_logs_that_can_matter_are_opened() {
        let newest = [Newest::at(9), Newest::below(3), Newest::at(5), Newest::at(2)];
        let open = |place| match place {
            0 => log(&[4, 9], 4),
            2 => log(&[5], 4),
            _ => panic!("{place} was opened"),
        };
        let found = stretch(newest.into_iter(), open, i64::MAX, 2);
        assert_eq!((ids(&found), found.from), (vec![5, 9], 5));
        assert!(found.blocked.is_empty());
    }

    #[test]
    fn an_evicted_log_blocks_if_it_matters() {
        let newest = [Newest::at(9), Newest::at(7), Newest::below(8)];
        let open = |place| if place == 0 { log(&[8, 9], 0) } else { None };
        let found = stretch(newest.into_iter(), open, i64::MAX, 2);
        assert_eq!((ids(&found), found.from), (vec![8, 9], 8));
        assert!(found.blocked.is_empty(), "both others have nothing as new as 8");

        let found = stretch(newest.into_iter(), open, i64::MAX, 3);
        assert_eq!(found.blocked, [1, 2]);
    }
}
