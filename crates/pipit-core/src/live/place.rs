//! Where a stream goes on, on this node or another.
//!
//! On one node entries come in the order of their ids, and the last one says it all. Other nodes'
//! entries may come a moment later than newer ones: so a place names the newest ones singly, until
//! they are so old that nothing can come in between any more.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use pipit_model::{Timestamp, TweetId};

/// So long after an entry was made it has come, where all is heard: the bus takes milliseconds, a
/// loss is noticed in less, and clocks are expected to be nearer than that.
const SETTLED_SECS: i64 = 5;
/// Entries that are named singly; a home that gains more in five seconds is read by nobody.
const SINGLE_MAX: usize = 64;

/// All entries up to one, and some above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamPlace {
    floor: TweetId,
    above: BTreeSet<TweetId>,
}

/// Up to where nothing is to come any more, where all was heard until then.
pub(super) fn settled(heard_until: Timestamp) -> TweetId {
    TweetId(heard_until.plus_secs(-SETTLED_SECS).0 << 16)
}

impl StreamPlace {
    /// All entries up to this one.
    #[must_use]
    pub fn after(floor: TweetId) -> Self {
        Self { floor, above: BTreeSet::new() }
    }

    /// The entry up to which there is nothing to come.
    #[must_use]
    pub fn floor(&self) -> TweetId {
        self.floor
    }

    pub(super) fn contains(&self, id: TweetId) -> bool {
        id <= self.floor || self.above.contains(&id)
    }

    /// This one too; of those up to `settled`, all have come that ever will.
    pub(super) fn insert(&mut self, id: TweetId, settled: TweetId) {
        if !self.contains(id) {
            self.above.insert(id);
        }
        while let Some(lowest) = self.above.first().copied()
            && (lowest <= settled || self.above.len() > SINGLE_MAX)
        {
            self.raise(lowest);
        }
    }

    /// With one more it would have to count as settled what is not.
    pub(super) fn is_full(&self) -> bool {
        self.above.len() >= SINGLE_MAX
    }

    /// Nothing up to here is to come.
    pub(super) fn raise(&mut self, floor: TweetId) {
        self.floor = self.floor.max(floor);
        self.above = self.above.split_off(&TweetId(self.floor.0.saturating_add(1)));
    }
}

/// `FLOOR`, or `FLOOR.ID.ID` with those above it.
impl fmt::Display for StreamPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.floor.fmt(f)?;
        self.above.iter().try_for_each(|id| write!(f, ".{id}"))
    }
}

impl FromStr for StreamPlace {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut ids = text.split('.').map(|id| match id.parse() {
            Ok(id) if id >= 0 => Ok(TweetId(id)),
            _ => Err(()),
        });
        let mut place = Self::after(ids.next().ok_or(())??);
        for id in ids {
            if place.above.len() > SINGLE_MAX {
                return Err(());
            }
            place.above.insert(id?);
        }
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(secs: i64) -> TweetId {
        TweetId((secs * 1000) << 16)
    }

    #[test]
    fn where_all_is_settled_the_last_one_says_it_all() {
        let mut place = StreamPlace::after(TweetId(5));
        place.insert(TweetId(9), TweetId::MAX);
        assert_eq!(place.to_string(), "9");
        assert!(place.contains(TweetId(7)));
    }

    #[test]
    fn the_newest_are_named_until_they_are_settled() {
        let mut place = StreamPlace::after(id(1));
        place.insert(id(100), settled(Timestamp(100_000)));
        place.insert(id(98), settled(Timestamp(100_000)));
        assert!(place.contains(id(100)) && !place.contains(id(99)), "it may still come");
        assert_eq!(place.to_string().parse(), Ok(place.clone()));
        place.insert(id(104), settled(Timestamp(104_000)));
        assert_eq!(place.floor(), id(98));
        for secs in 105..300 {
            place.insert(id(secs), settled(Timestamp(104_000)));
        }
        assert!(place.is_full());
        assert!(place.contains(id(300 - SINGLE_MAX as i64)));
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in ["", "x", "-1", "1.", "1.-2", "1.x", &"1.".repeat(100)] {
            assert_eq!(text.parse::<StreamPlace>(), Err(()), "{text}");
        }
    }
}
