//! Ids: 63-bit Snowflakes, `unix_ms << 16 | node << 8 | sequence`.
//!
//! The layout is the one that clients of the Mastodon API assume, so an id sorts by time and tells
//! when it was made. A node makes 256 ids a millisecond and then borrows from the next one; a
//! clock that steps back never repeats an id, since the generator only ever counts upwards.

use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Bits below the milliseconds: 8 for the node, 8 for the sequence.
const LOW_BITS: u32 = 16;
const SEQUENCE_MASK: i64 = 0xff;

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
        )]
        pub struct $name(pub i64);

        impl $name {
            /// Above every id that will ever be made: where a page walk starts.
            pub const MAX: Self = Self(i64::MAX);

            /// The moment the id was made, in whole milliseconds.
            #[must_use]
            pub fn timestamp(self) -> Timestamp {
                Timestamp(self.0 >> LOW_BITS)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }
    };
}

id_type! {
    /// A person's account.
    UserId
}
id_type! {
    /// A tweet, a reply or a retweet: each is an entry with an id of its own.
    TweetId
}
id_type! {
    /// A picture that was handed in.
    MediaId
}
id_type! {
    /// A hashtag.
    HashtagId
}
id_type! {
    /// A sign-in, on one device, until it ends.
    SessionId
}
id_type! {
    /// Something that somebody is told.
    NotificationId
}
id_type! {
    /// A list of chosen people.
    ListId
}
id_type! {
    /// What somebody tells the moderators.
    ReportId
}
id_type! {
    /// A rule of the server.
    RuleId
}
id_type! {
    /// What a moderator did.
    ActionId
}
id_type! {
    /// A tweet that waits for review.
    HeldId
}
id_type! {
    /// Words that somebody does not want to read.
    FilterId
}
id_type! {
    /// A registered app.
    AppId
}
/// Makes ids for one node. Shared by all threads, never repeats, never blocks.
#[derive(Debug)]
pub struct IdGenerator {
    node: AtomicU8,
    /// The last id given out, without the node's bits: `ms << 8 | sequence`.
    last: AtomicI64,
}

impl IdGenerator {
    /// A generator for a node; no other node of the same database may have the same number.
    #[must_use]
    pub fn new(node: u8) -> Self {
        Self { node: AtomicU8::new(node), last: AtomicI64::new(0) }
    }

    /// Makes ids for another node from now on.
    pub fn set_node(&self, node: u8) {
        self.node.store(node, Ordering::SeqCst);
        // In the millisecond that was begun, a smaller number would make a smaller id.
        self.stay_above(self.bound());
    }

    /// Makes every id from now on larger than this one, also if the clock says it is earlier.
    pub fn stay_above(&self, id: i64) {
        let next_millisecond = ((id >> LOW_BITS) + 1) << 8;
        self.last.fetch_max(next_millisecond, Ordering::SeqCst);
    }

    /// Makes every id from now on one of this millisecond or of a later one, also if the clock goes
    /// back.
    pub fn stay_from(&self, now: Timestamp) {
        self.last.fetch_max((now.0 << 8) - 1, Ordering::SeqCst);
    }

    /// Above every id given out so far.
    pub fn bound(&self) -> i64 {
        self.with_node(self.last.load(Ordering::SeqCst)) + 1
    }

    /// The next id: of this millisecond if it has one left, otherwise of the next.
    pub fn next(&self, now: Timestamp) -> i64 {
        let floor = now.0 << 8;
        let mut last = self.last.load(Ordering::Relaxed);
        loop {
            let next = floor.max(last + 1);
            match self.last.compare_exchange_weak(last, next, Ordering::SeqCst, Ordering::Relaxed) {
                Ok(_) => return self.with_node(next),
                Err(seen) => last = seen,
            }
        }
    }

    fn with_node(&self, tick: i64) -> i64 {
        (tick >> 8) << LOW_BITS
            | i64::from(self.node.load(Ordering::Relaxed)) << 8
            | tick & SEQUENCE_MASK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_carries_its_time_and_its_node() {
        let id = IdGenerator::new(7).next(Timestamp(1_700_000_000_123));
        assert_eq!(TweetId(id).timestamp(), Timestamp(1_700_000_000_123));
        assert_eq!(id >> 8 & 0xff, 7);
    }

    #[test]
    fn ids_rise_within_a_millisecond_past_it_and_when_the_clock_steps_back() {
        let ids = IdGenerator::new(0);
        let mut last = 0;
        for step in 0..2000 {
            let now = if step < 1000 { Timestamp(5_000) } else { Timestamp(1_000) };
            let id = ids.next(now);
            assert!(id > last, "{id} after {last}");
            last = id;
        }
    }

    #[test]
    fn ids_stay_above_those_of_before_a_restart() {
        let before = IdGenerator::new(200).next(Timestamp(9_000));
        let ids = IdGenerator::new(3);
        ids.stay_above(before);
        assert!(before < ids.bound());
        assert!(before < ids.next(Timestamp(1_000)));
    }

    #[test]
    fn threads_never_share_an_id() {
        let ids = IdGenerator::new(0);
        let make = || (0..5000).map(|_| ids.next(Timestamp(9))).collect::<Vec<i64>>();
        let mut all: Vec<i64> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..4).map(|_| scope.spawn(make)).collect();
            workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect()
        });
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 20_000);
    }
}
