//! Says what is wrong with a history: a pure function, so that every fault can be planted in a test.
//!
//! It knows what each call may have done and when, and only says what no order of events could
//! explain: a call that failed may have been done, or may be done at any later time; a call under way
//! may have been done already or not yet. Errors are not wrong; they are counted elsewhere.

mod model;
mod reads;
mod streams;
#[cfg(test)]
mod tests;
mod writes;

use std::collections::BTreeMap;
use std::fmt;

use crate::history::History;
use model::Model;

pub(crate) use streams::delays;

/// What no order of events explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) kind: Kind,
    pub(crate) what: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// An acknowledged write is not in the database.
    LostWrite,
    /// One write is there twice, or one key answered with two tweets.
    DoubledWrite,
    /// What was refused, undone or never asked is there.
    UnaskedWrite,
    /// A count is not what it counts.
    WrongCount,
    /// Somebody does not see what they wrote themselves, or sees what they deleted.
    StaleRead,
    /// Somebody no longer sees what they have seen.
    SteppedBack,
    /// An entry that was there before the walk began is not in it.
    MissingEntry,
    /// An entry twice in a walk, or out of order.
    DoubledEntry,
    /// Something deleted is shown.
    ShownDeleted,
    /// Something is shown that nobody wrote.
    Invented,
    /// Somebody sees what is not for them.
    PrivacyLeak,
    /// Somebody who may is refused: as not signed in, or for a mistake they did not make.
    WronglyRefused,
    /// A stream left something out.
    Undelivered,
    /// A stream told something twice.
    DeliveredTwice,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.what)
    }
}

/// Everything that is wrong, in the order of its kinds.
pub(crate) fn judge(history: &History) -> Vec<Wrong> {
    let model = Model::of(history);
    let mut wrongs = Vec::new();
    writes::judge(history, &model, &mut wrongs);
    reads::judge(history, &model, &mut wrongs);
    streams::judge(history, &model, &mut wrongs);
    wrongs.sort_by_key(|wrong| wrong.kind);
    wrongs
}

/// How often each kind was found.
pub(crate) fn count(wrongs: &[Wrong]) -> BTreeMap<Kind, usize> {
    let mut counts = BTreeMap::new();
    for wrong in wrongs {
        *counts.entry(wrong.kind).or_default() += 1;
    }
    counts
}

/// Collects what is wrong.
fn say(wrongs: &mut Vec<Wrong>, kind: Kind, what: String) {
    wrongs.push(Wrong { kind, what });
}
