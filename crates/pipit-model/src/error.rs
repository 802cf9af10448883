//! What can go wrong, chosen by what the client does next.

use std::borrow::Cow;

use crate::scope::Scope;

/// The result of everything that can be refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The one error of the core. A door turns it into a status in one `match`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It does not exist, or the caller may not see that it does.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// A field of the request breaks a rule; the message says which, in words for its author.
    #[error("{field}: {message}")]
    InvalidField {
        /// The field's name on the wire.
        field: &'static str,
        /// What is wrong and what would be right.
        message: Cow<'static, str>,
    },
    /// Nobody is signed in, or the token is no longer good.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// Signed in, but not allowed.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The app that asks was not given this right.
    #[error("the token lacks the scope {0}")]
    MissingScope(Scope),
    /// Somebody else has it already, or it clashes with what there is.
    #[error("{field}: {message}")]
    Conflict {
        /// The field's name on the wire.
        field: &'static str,
        /// What it clashes with.
        message: Cow<'static, str>,
    },
    /// Too many tries in too short a time.
    #[error("{what}: again in {retry_after_secs} seconds")]
    RateLimited {
        /// What there was too much of, as the start of a sentence.
        what: &'static str,
        /// When the next try is looked at.
        retry_after_secs: u64,
    },
    /// Too busy, or a part is away: the same call will work later.
    #[error("temporarily unavailable: {0}")]
    Unavailable(String),
    /// Our fault. The text is for the log, never for the client.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Error {
    /// A field that breaks a rule.
    pub fn invalid(field: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::InvalidField { field, message: message.into() }
    }

    /// A field whose value is taken.
    pub fn conflict(field: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Conflict { field, message: message.into() }
    }
}
