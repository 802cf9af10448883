//! The part of the database that a batch of commands is about: read and locked before, changed in
//! memory by each command in turn, and then written back as the difference.

use std::collections::HashMap;
use std::hash::Hash;

use pipit_model::AccountState;
use pipit_model::event::Standing;
use pipit_model::read_position::ReadPosition;
use pipit_model::tweet::Entry;

use super::notices::Notices;
use crate::entity::{media, tweets};

/// Rows as they were and as they are to be.
#[derive(Debug)]
pub(super) struct Tracked<K, V> {
    before: HashMap<K, V>,
    /// Only what differs from `before`; `None` is a row that goes.
    changed: HashMap<K, Option<V>>,
}

impl<K, V> Default for Tracked<K, V> {
    fn default() -> Self {
        Self { before: HashMap::new(), changed: HashMap::new() }
    }
}

impl<K: Eq + Hash + Ord + Clone, V: PartialEq + Clone> Tracked<K, V> {
    /// Notes a row that was read.
    pub(super) fn read(&mut self, key: K, row: V) {
        self.before.insert(key, row);
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        match self.changed.get(key) {
            Some(row) => row.as_ref(),
            None => self.before.get(key),
        }
    }

    pub(super) fn set(&mut self, key: K, row: V) {
        self.changed.insert(key, Some(row));
    }

    pub(super) fn remove(&mut self, key: K) {
        self.changed.insert(key, None);
    }

    /// Changes a row that is there.
    pub(super) fn edit(&mut self, key: &K, change: impl FnOnce(&mut V)) {
        if let Some(mut row) = self.get(key).cloned() {
            change(&mut row);
            self.set(key.clone(), row);
        }
    }

    /// Rows that were not there before, in key order.
    pub(super) fn inserted(&self) -> Vec<(&K, &V)> {
        self.sorted(|key, row| (!self.before.contains_key(key)).then_some(row.as_ref()?))
    }

    /// Rows that were there before and differ now, in key order.
    pub(super) fn updated(&self) -> Vec<(&K, &V)> {
        self.sorted(|key, row| {
            let row = row.as_ref()?;
            self.before.get(key).is_some_and(|before| before != row).then_some(row)
        })
    }

    /// Keys of the rows that go, in key order.
    pub(super) fn removed(&self) -> Vec<K> {
        let gone = self.sorted(|key, row| match row {
            None => self.before.get(key),
            Some(_) => None,
        });
        gone.into_iter().map(|(key, _)| key.clone()).collect()
    }

    /// The row as it was read.
    pub(super) fn original(&self, key: &K) -> Option<&V> {
        self.before.get(key)
    }

    fn sorted<'a>(
        &'a self,
        pick: impl Fn(&'a K, &'a Option<V>) -> Option<&'a V>,
    ) -> Vec<(&'a K, &'a V)> {
        let mut rows: Vec<_> =
            self.changed.iter().filter_map(|(key, row)| Some((key, pick(key, row)?))).collect();
        rows.sort_unstable_by(|a, b| a.0.cmp(b.0));
        rows
    }
}

impl<K: Eq + Hash + Ord + Clone> Tracked<K, i64> {
    /// Makes the row, with a new id, or takes it away; false if it stood so already.
    pub(super) fn turn(&mut self, key: K, to: Standing, id: impl FnOnce() -> i64) -> bool {
        if self.get(&key).is_some() == to.is_set() {
            return false;
        }
        match to {
            Standing::Set => self.set(key, id()),
            Standing::Unset => self.remove(key),
        }
        true
    }
}

/// What the writer needs of a user's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UserRow {
    pub(super) tweets: i64,
    pub(super) followers: i64,
    pub(super) following: i64,
    pub(super) count_version: i64,
    pub(super) locked: bool,
    pub(super) deleted: bool,
    pub(super) state: AccountState,
}

/// A hashtag's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HashtagRow {
    pub(super) id: i64,
    pub(super) tweets: i64,
}

/// What an idempotency key made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyRow {
    pub(super) request_hash: String,
    pub(super) resource_id: i64,
}

/// All rows a batch touches.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) users: Tracked<i64, UserRow>,
    pub(super) tweets: Tracked<i64, tweets::Model>,
    pub(super) hashtags: Tracked<String, HashtagRow>,
    /// `(user, tweet)` to the like's id.
    pub(super) likes: Tracked<(i64, i64), i64>,
    /// `(user, tweet)` to the bookmark's id.
    pub(super) bookmarks: Tracked<(i64, i64), i64>,
    /// `(user, retweeted tweet)` to the retweet's id.
    pub(super) retweets: Tracked<(i64, i64), i64>,
    /// `(follower, followed)` to the follow's id.
    pub(super) follows: Tracked<(i64, i64), i64>,
    /// `(who asks, whom)` to the request's id.
    pub(super) requests: Tracked<(i64, i64), i64>,
    /// `(who, whom)` to the block's id.
    pub(super) blocks: Tracked<(i64, i64), i64>,
    pub(super) keys: Tracked<String, KeyRow>,
    pub(super) media: Tracked<i64, media::Model>,
    /// `(hashtag name, tweet)` links to make and to cut.
    pub(super) new_links: Vec<(String, i64)>,
    pub(super) dead_links: Vec<(String, i64)>,
    /// `(tweet, user, handle)`.
    pub(super) new_mentions: Vec<(i64, i64, String)>,
    /// Whom the tweets to be deleted mention: `(tweet, user)`.
    pub(super) mentioned: Vec<(i64, i64)>,
    /// Retweets of the tweets to be deleted, the newest.
    pub(super) retweets_of_deleted: Vec<Entry>,
    pub(super) notices: Notices,
    /// How far people have read.
    pub(super) read_positions: Tracked<(i64, ReadPosition), i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_difference_is_written() {
        let mut rows = Tracked::default();
        for (key, row) in [(1, 'a'), (2, 'b'), (3, 'c')] {
            rows.read(key, row);
        }
        rows.set(1, 'x');
        rows.set(1, 'a');
        rows.set(2, 'y');
        rows.remove(3);
        rows.set(4, 'd');
        rows.set(5, 'e');
        rows.remove(5);
        assert_eq!(rows.updated(), [(&2, &'y')]);
        assert_eq!(rows.removed(), [3]);
        assert_eq!(rows.inserted(), [(&4, &'d')]);
        assert_eq!((rows.get(&3), rows.get(&4)), (None, Some(&'d')));
    }
}
