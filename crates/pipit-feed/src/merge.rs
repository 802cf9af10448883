//! Finding the newest entries of many logs. Pure: what memory does not know, it names.

use std::sync::Arc;

use pipit_model::tweet::Entry;

use crate::log::Log;

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
/// With many logs, only the few whose newest entries are among the `want` newest of all can be in
/// it: one look at each log finds them, and only they are opened.
pub(crate) fn stretch(logs: &[Option<Arc<Log>>], before: i64, want: usize) -> Stretch {
    let mut newest: Vec<i64> =
        logs.iter().flatten().filter_map(|log| log.newest_before(before)).collect();
    let mut from = nth_largest(&mut newest, want).unwrap_or(0);
    let mut entries: Vec<Entry> = Vec::with_capacity(want * 2);
    for log in logs.iter().flatten() {
        entries.extend_from_slice(log.between(from, before));
    }
    let mut ids: Vec<i64> = entries.iter().map(|entry| entry.id.0).collect();
    if let Some(tighter) = nth_largest(&mut ids, want) {
        from = tighter;
        entries.retain(|entry| entry.id.0 >= from);
    }
    let known = |log: &Option<Arc<Log>>| log.as_ref().is_some_and(|log| log.floor() <= from);
    let blocked =
        logs.iter().enumerate().filter(|(_, log)| !known(log)).map(|(place, _)| place).collect();
    Stretch { entries, from, blocked }
}

fn nth_largest(ids: &mut [i64], n: usize) -> Option<i64> {
    let last = n.checked_sub(1).filter(|last| *last < ids.len())?;
    let (_, nth, _) = ids.select_nth_unstable_by(last, |a, b| b.cmp(a));
    Some(*nth)
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

    fn ids(stretch: &Stretch) -> Vec<i64> {
        let mut ids: Vec<i64> = stretch.entries.iter().map(|entry| entry.id.0).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn the_newest_of_all_logs() {
        let logs = [log(&[1, 5, 9], 0), log(&[2, 6], 0), log(&[], 0), log(&[7, 8], 7)];
        let found = stretch(&logs, i64::MAX, 3);
        assert_eq!((ids(&found), found.from), (vec![7, 8, 9], 7));
        assert!(found.blocked.is_empty());

        let found = stretch(&logs, 7, 2);
        assert_eq!((ids(&found), found.from), (vec![5, 6], 5));
        assert_eq!(found.blocked, [3], "it may have something between 5 and 7");
    }

    #[test]
    fn what_is_not_in_memory_blocks() {
        let logs = [log(&[9], 0), None];
        assert_eq!(stretch(&logs, i64::MAX, 1).blocked, [1]);
        assert_eq!(stretch(&logs[..1], i64::MAX, 5).from, 0);
        assert_eq!(stretch(&[], i64::MAX, 5).from, 0);
    }
}
