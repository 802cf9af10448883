//! The newest entries of one author, of one hashtag, or of everybody.

use std::sync::Arc;

use pipit_model::limits::LOG_ENTRIES;
use pipit_model::tweet::Entry;
use pipit_model::{HashtagId, UserId};

use crate::coherent::Weigh;
use crate::newest::Newest;

/// Whose log it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum LogKey {
    Author(UserId),
    Hashtag(HashtagId),
    Public,
}

/// The contiguous, freshest stretch of a log: every entry with an id of at least `floor` that is
/// not deleted, and none below. What is below is asked of the database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Log {
    /// Oldest first.
    entries: Vec<Entry>,
    /// 0 if there is nothing below.
    floor: i64,
}

impl Weigh for Arc<Log> {
    fn bytes(&self) -> usize {
        size_of::<Log>() + self.entries.capacity() * size_of::<Entry>()
    }
}

impl Log {
    /// A log of the entries at or above a floor, in any order, each perhaps more than once.
    pub(crate) fn new(mut entries: Vec<Entry>, floor: i64) -> Self {
        entries.sort_unstable_by_key(|entry| entry.id);
        entries.dedup_by_key(|entry| entry.id);
        let mut log = Self { entries, floor };
        log.trim();
        log
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn floor(&self) -> i64 {
        self.floor
    }

    /// Entries with `from <= id < before`, oldest first.
    pub(crate) fn between(&self, from: i64, before: i64) -> &[Entry] {
        let below = self.below(before);
        &below[below.partition_point(|entry| entry.id.0 < from)..]
    }

    /// A log that begins with this entry, which is the newest there is.
    pub(crate) fn starting_with(entry: Entry) -> Self {
        Self { entries: vec![entry], floor: entry.id.0 }
    }

    /// What is known of the newest entry.
    pub(crate) fn newest(&self) -> Newest {
        self.top(i64::MAX)
    }

    /// What is known of the newest entry with `id < before`.
    pub(crate) fn top(&self, before: i64) -> Newest {
        match self.below(before).last() {
            Some(entry) => Newest::at(entry.id.0),
            None => Newest::below(self.floor),
        }
    }

    /// The same log with one entry more.
    pub(crate) fn with(&self, entry: Entry) -> Self {
        let mut log = self.clone();
        match log.entries.binary_search_by_key(&entry.id, |entry| entry.id) {
            // Told twice, or too old for this stretch.
            Ok(_) => {}
            Err(_) if entry.id.0 < log.floor => {}
            Err(at) => log.entries.insert(at, entry),
        }
        log.trim();
        log
    }

    /// The same log with one entry less.
    pub(crate) fn without(&self, entry: &Entry) -> Self {
        let mut log = self.clone();
        log.entries.retain(|kept| kept.id != entry.id);
        log
    }

    /// Longer logs are cut a quarter at a time, so that not every new entry moves all others.
    fn trim(&mut self) {
        let Some(excess) = self.entries.len().checked_sub(LOG_ENTRIES + LOG_ENTRIES / 4) else {
            return;
        };
        let gone = excess + LOG_ENTRIES / 4;
        self.floor = self.entries[gone].id.0;
        self.entries.drain(..gone);
    }

    fn below(&self, before: i64) -> &[Entry] {
        // The usual page starts at the top: nothing to search for.
        if self.entries.last().is_none_or(|newest| newest.id.0 < before) {
            return &self.entries;
        }
        &self.entries[..self.entries.partition_point(|entry| entry.id.0 < before)]
    }
}

#[cfg(test)]
mod tests {
    use pipit_model::TweetId;
    use pipit_model::tweet::Kind;

    use super::*;

    fn entry(id: i64) -> Entry {
        Entry { id: TweetId(id), user_id: UserId(1), kind: Kind::Tweet }
    }

    fn ids(entries: &[Entry]) -> Vec<i64> {
        entries.iter().map(|entry| entry.id.0).collect()
    }

    #[test]
    fn entries_are_kept_in_order_once_and_above_the_floor() {
        let log = Log::new(vec![entry(30), entry(10), entry(20), entry(20)], 10);
        let log = log.with(entry(25)).with(entry(25)).with(entry(5)).without(&entry(10));
        assert_eq!(ids(log.between(0, i64::MAX)), [20, 25, 30]);
        assert_eq!(ids(log.between(20, 30)), [20, 25]);
        assert_eq!(log.newest(), Newest::at(30));
        assert_eq!(log.top(25), Newest::at(20));
        assert_eq!(log.top(20), Newest::below(10));
    }

    #[test]
    fn a_long_log_forgets_its_oldest_and_says_so() {
        let mut log = Log::new(Vec::new(), 0);
        for id in 1..=1000 {
            log = log.with(entry(id));
            assert!(log.entries.len() <= LOG_ENTRIES + LOG_ENTRIES / 4);
        }
        let oldest = log.entries[0].id.0;
        assert_eq!(log.floor(), oldest);
        assert_eq!(ids(log.between(0, i64::MAX)), (oldest..=1000).collect::<Vec<_>>());
        assert!(log.entries.len() >= LOG_ENTRIES);
    }
}
