//! Every route × every kind of caller × every kind of tweet: what each must be answered, by rules
//! that are written here once more, and not asked of the code that is tested.
//!
//! A door's test brings a [`Row`] for each of its routes and calls [`World::check`]; a route without
//! a row fails it.

mod ask;
mod rules;
mod world;

use axum::http::StatusCode;
use pipit_http::Route;

pub use ask::Checked;
pub use rules::{Object, Stranger, Who, shows};
pub use world::World;

/// How somebody stands to who wrote the tweets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Not signed in.
    Nobody,
    /// Signed in, and nothing else.
    Other,
    /// Wrote them.
    Owner,
    /// Follows.
    Follower,
    /// Followed, until they were blocked.
    Blocked,
    /// Followed, until they blocked.
    Blocking,
    /// Follows, and is muted: they do not notice.
    Muted,
    /// Follows, and mutes.
    Muting,
    /// Asked to follow a locked account, and was not let in.
    LockedOut,
    /// Limited by moderators: shown less, shows them no less.
    Limited,
    /// Followed, and was suspended: let in only to see why.
    Suspended,
    /// Was not let in yet.
    Waiting,
    /// Looks after others.
    Moderator,
    /// Looks after the server as well.
    Admin,
    /// Follows, and asks by an app that may do something else.
    Scopeless,
}

impl Caller {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Nobody,
        Self::Other,
        Self::Owner,
        Self::Follower,
        Self::Blocked,
        Self::Blocking,
        Self::Muted,
        Self::Muting,
        Self::LockedOut,
        Self::Limited,
        Self::Suspended,
        Self::Waiting,
        Self::Moderator,
        Self::Admin,
        Self::Scopeless,
    ];

    /// Their account's handle; nobody and the owner have none of their own.
    fn handle(self) -> Option<&'static str> {
        Some(match self {
            Self::Nobody | Self::Owner => return None,
            Self::Other => "other",
            Self::Follower => "follower",
            Self::Blocked => "blocked",
            Self::Blocking => "blocking",
            Self::Muted => "muted",
            Self::Muting => "muting",
            Self::LockedOut => "lockedout",
            Self::Limited => "limited",
            Self::Suspended => "suspended",
            Self::Waiting => "waiting",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
            Self::Scopeless => "scopeless",
        })
    }
}

/// Which tweet it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// For everybody.
    Public,
    /// For who comes to it.
    Unlisted,
    /// For followers.
    Followers,
    /// Gone.
    Deleted,
    /// For everybody, of an account that moderators limited.
    OfLimited,
    /// For everybody, of an account that is suspended.
    OfSuspended,
}

impl Subject {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Public,
        Self::Unlisted,
        Self::Followers,
        Self::Deleted,
        Self::OfLimited,
        Self::OfSuspended,
    ];

    /// A word that stands in this tweet alone.
    #[must_use]
    pub fn mark(self) -> &'static str {
        match self {
            Self::Public => "needlepublic",
            Self::Unlisted => "needleunlisted",
            Self::Followers => "needlefollowers",
            Self::Deleted => "needledeleted",
            Self::OfLimited => "needlelimited",
            Self::OfSuspended => "needlesuspended",
        }
    }

    /// As it is sent.
    fn visibility(self) -> &'static str {
        match self {
            Self::Unlisted => "unlisted",
            Self::Followers => "followers",
            _ => "public",
        }
    }

    /// Whose it is.
    fn author(self) -> Author {
        match self {
            Self::OfLimited => Author::Limited,
            Self::OfSuspended => Author::Suspended,
            _ => Author::Owner,
        }
    }
}

/// Who wrote the tweets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Author {
    Owner,
    Limited,
    Suspended,
}

impl Author {
    const ALL: [Self; 3] = [Self::Owner, Self::Limited, Self::Suspended];

    fn handle(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Limited => "quiet",
            Self::Suspended => "gone",
        }
    }
}

/// Which way is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// By a bearer token.
    Rest,
    /// By the session's cookie.
    Pages,
}

/// What is to be put right after a request that did what it asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Nothing.
    Nothing,
    /// Who follows, blocks and mutes whom.
    Ties,
    /// The tweet, or what is the owner's.
    Things,
    /// The caller's session.
    Session,
    /// Nothing could be: it is not sent by those who may.
    NoWayBack,
}

/// How a request is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// It does what it asks for.
    Good(&'static str),
    /// What is sent is wrong: whoever may ask is told so, and all others that they may not.
    Wrong(&'static str),
}

/// A route, how it is asked, and by whom it may be.
///
/// In paths and bodies these words are replaced: `TWEET`, `REPLY` (a friend's, to the tweet),
/// `AUTHOR` and `AUTHORID`; `MYLIST`, a list of the caller's with the authors on it; `OWNLIST`,
/// `FILTER`, `SESSION`, `MEDIA` with its `FILE`, and `APP` of the owner; `RULE` of the server; `ACTION`, what was done to the limited author;
/// `REPORT`, in which the owner's tweets are; `MARK`, the tweet's own word.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// In capitals.
    pub method: &'static str,
    /// With its query.
    pub path: &'static str,
    /// What is sent.
    pub body: Body,
    /// By whom it may be asked.
    pub who: Who,
    /// To whom the tweet's text is shown.
    pub shows: fn(Caller, Subject) -> bool,
    /// What is to be put right.
    pub after: After,
}

impl Row {
    /// A read that shows the tweet to these.
    #[must_use]
    pub const fn read(path: &'static str, who: Who, shows: fn(Caller, Subject) -> bool) -> Self {
        let (method, body, after) = ("GET", Body::Good(""), After::Nothing);
        Self { method, path, body, who, shows, after }
    }

    /// A read that shows no tweet.
    #[must_use]
    pub const fn bare(path: &'static str, who: Who) -> Self {
        Self::read(path, who, shows::nobody)
    }

    /// A write that shows whoever sees the tweet what became of it, or nothing.
    #[must_use]
    pub const fn write(method: &'static str, path: &'static str, body: Body, who: Who) -> Self {
        let (shows, after) = (shows::nobody as fn(Caller, Subject) -> bool, After::Nothing);
        Self { method, path, body, who, shows, after }
    }

    /// The same, which shows the tweet to these.
    #[must_use]
    pub const fn showing(self, shows: fn(Caller, Subject) -> bool) -> Self {
        Self { shows, ..self }
    }

    /// The same, after which this is put right.
    #[must_use]
    pub const fn then(self, after: After) -> Self {
        Self { after, ..self }
    }
}

/// What an answer means to who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// They may; but what they sent is wrong.
    Wrong,
    /// They have to sign in.
    SignIn,
    /// They may not.
    Forbidden,
    /// There is no such thing, as far as they are told.
    Missing,
    /// A bug.
    Broken,
}

impl Outcome {
    fn of(door: Door, status: StatusCode, leads_to: Option<&str>) -> Self {
        let to_sign_in = |to: &str| to.starts_with("/login?next") || to == "/settings/standing";
        match status {
            StatusCode::UNAUTHORIZED => Self::SignIn,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::Missing,
            _ if door == Door::Pages && leads_to.is_some_and(to_sign_in) => Self::SignIn,
            _ if status.is_success() || status.is_redirection() => Self::Done,
            _ if status.is_client_error() => Self::Wrong,
            _ => Self::Broken,
        }
    }
}

/// The route that a path is, of those of a door: the one with the fewest variable parts.
fn route_of<'a>(routes: &'a [Route], method: &str, path: &str) -> Option<&'a Route> {
    let path = path.split('?').next().unwrap_or_default();
    let fits = |route: &&Route| {
        let (pattern, given) = (route.path.split('/'), path.split('/'));
        route.method == method
            && pattern.clone().count() == given.clone().count()
            && pattern.zip(given).all(|(pattern, given)| match pattern.split_once('{') {
                Some((before, _)) => given.starts_with(before) && given.len() > before.len(),
                None => pattern == given,
            })
    };
    let variables = |route: &&Route| route.path.matches('{').count();
    routes.iter().filter(fits).min_by_key(variables)
}
