//! OAuth 2.1: how an app comes to a token. [`authorize`] asks the person, [`token`] hands it out.
//!
//! A code is bound to the app, the person, the address, the scopes and the challenge it was asked
//! for with; it is good once, for ten minutes. Whoever brings it a second time ends what the first
//! one got: one of the two stole it.

mod authorize;
mod token;

pub use authorize::{Authorization, Consent, NotAuthorized};
pub use token::{IssuedToken, PasswordGrant, TokenRequest};

/// Why an app gets nothing, in the words of RFC 6749.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// Something is missing or makes no sense.
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// It is not the app it says.
    #[error("the app is not known, or its secret is wrong")]
    InvalidClient,
    /// The code (or the password) is not good.
    #[error("{0}")]
    InvalidGrant(&'static str),
    /// It asks for more than it was registered with, or for what does not exist.
    #[error("{0}")]
    InvalidScope(&'static str),
    /// The token belongs to another app.
    #[error("{0}")]
    UnauthorizedClient(&'static str),
    /// There is no such way to a token here.
    #[error("{0}")]
    UnsupportedGrantType(&'static str),
    /// The failure is not one of OAuth's.
    #[error(transparent)]
    Other(#[from] pipit_model::Error),
}

impl OAuthError {
    /// Its name on the wire.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant(_) => "invalid_grant",
            Self::InvalidScope(_) => "invalid_scope",
            Self::UnauthorizedClient(_) => "unauthorized_client",
            Self::UnsupportedGrantType(_) => "unsupported_grant_type",
            Self::Other(_) => "server_error",
        }
    }
}

impl From<pipit_store::StoreError> for OAuthError {
    fn from(error: pipit_store::StoreError) -> Self {
        Self::Other(error.into())
    }
}
