//! What was asked, when, and what was answered: all that the judge knows.

use serde::{Deserialize, Serialize};

/// Microseconds since the run began.
pub(crate) type At = u64;

/// The whole run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct History {
    /// How long a write may take until others than its writer see it: nothing on one node.
    pub(crate) lag: At,
    pub(crate) calls: Vec<Call>,
    pub(crate) streams: Vec<Stream>,
    /// From here on nobody writes, and what was written has had its time to arrive.
    pub(crate) quiet: Option<At>,
    /// What the database holds at the end.
    pub(crate) truth: Option<Truth>,
}

/// One call. Each person makes one after the other, and passes on the position of the last answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Call {
    pub(crate) by: i64,
    pub(crate) began: At,
    pub(crate) ended: At,
    pub(crate) ask: Ask,
    pub(crate) answer: Answer,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Ask {
    /// The key is the `Idempotency-Key`, and the text begins with it: whatever is asked again by the
    /// same key is the same tweet.
    Post {
        key: u64,
        audience: Audience,
        reply_to: Option<i64>,
    },
    Delete {
        tweet: i64,
    },
    Tie {
        tie: Tie,
        on: bool,
    },
    /// A page; those of one walk have its number. It begins below the last entry of the page before.
    Read {
        view: View,
        walk: u64,
        below: Option<i64>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Audience {
    Everybody,
    Followers,
}

/// What can be between the caller and a tweet or a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Tie {
    Like(i64),
    Retweet(i64),
    Follow(i64),
    Block(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum View {
    Home,
    Profile(i64),
    Tweet(i64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Answer {
    Done,
    Posted(i64),
    Page {
        entries: Vec<Entry>,
        more: bool,
    },
    /// A status of 400 to 499: nothing was done.
    Refused(u16),
    /// A status of 500 and above, or no answer: it may have been done, or may be yet.
    Failed(String),
}

impl Answer {
    pub(crate) fn failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

/// A tweet as it was shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) id: i64,
    pub(crate) by: i64,
    /// Of its text; a retweet has none.
    pub(crate) key: Option<u64>,
    /// The tweet that it passes on.
    pub(crate) of: Option<i64>,
    pub(crate) liked: bool,
    pub(crate) likes: i64,
}

/// Somebody's stream, across all its connections.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Stream {
    pub(crate) by: i64,
    /// When it first said where it stands: what is posted from then on is delivered.
    pub(crate) from: Option<At>,
    /// Until when the last connection was up.
    pub(crate) until: At,
    pub(crate) connections: usize,
    pub(crate) events: Vec<Event>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Event {
    Tweet {
        at: At,
        entry: Entry,
    },
    /// Some were left out between the one before and the one that follows.
    Gap,
}

/// What the database holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Truth {
    pub(crate) tweets: Vec<Row>,
    /// Who, and which tweet or whom.
    pub(crate) likes: Vec<(i64, i64)>,
    pub(crate) follows: Vec<(i64, i64)>,
    pub(crate) blocks: Vec<(i64, i64)>,
    /// Counts that are not what they count, by name.
    pub(crate) wrong_counts: Vec<String>,
}

/// A tweet that is not deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) by: i64,
    pub(crate) key: Option<u64>,
    pub(crate) of: Option<i64>,
}
