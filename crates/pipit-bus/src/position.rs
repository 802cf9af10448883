//! Positions: how much a reader has seen, in a form that another node can compare with what it knows.

use std::fmt;
use std::str::FromStr;

use crate::message::Speaker;

/// A place in the stream, as Redis numbers it: milliseconds, then a count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(pub(crate) u64, pub(crate) u64);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.1)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (ms, count) = text.split_once('-').ok_or(())?;
        Ok(Self(ms.parse().map_err(|_| ())?, count.parse().map_err(|_| ())?))
    }
}

/// What a reader has seen: up to where a node had heard, and what it had said itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// In the stream.
    pub(crate) heard: Place,
    /// On the board.
    pub(crate) board: i64,
    pub(crate) speaker: Speaker,
    pub(crate) said: u64,
    /// Milliseconds: until then it may have shown what it had read from the database and not heard.
    /// Zero if it showed nothing of the kind.
    pub(crate) unheard_until: i64,
}

/// `HEARD.BOARD.NUMBER.HOLDER.SAID.UNHEARD`.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { heard, board, speaker, said, unheard_until } = self;
        write!(f, "{heard}.{board}.{}.{}.{said}.{unheard_until}", speaker.number, speaker.holder)
    }
}

impl FromStr for Position {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or(());
        let heard = next()?.parse()?;
        let board = next()?.parse().map_err(|_| ())?;
        let number = next()?.parse().map_err(|_| ())?;
        let holder = next()?.parse().map_err(|_| ())?;
        let said = next()?.parse().map_err(|_| ())?;
        let unheard_until = next()?.parse().map_err(|_| ())?;
        Ok(Self { heard, board, speaker: Speaker { number, holder }, said, unheard_until })
    }
}
