//! Who looks at a page: found once a request, from the session cookie.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pipit_core::{Caller, UserCard};
use pipit_http::{Problem, rates};
use pipit_model::user::UserRef;
use pipit_model::{Error, Result, UserId};

use crate::error::Failure;
use crate::preferences::Preferences;
use crate::{Web, cookie, links};

/// Someone signed in.
#[derive(Debug, Clone)]
pub(crate) struct Viewer {
    pub caller: Caller,
    pub card: UserCard,
}

impl Viewer {
    pub(crate) fn id(&self) -> UserId {
        self.caller.user_id
    }
}

/// Anyone: perhaps signed in, on a page of this address.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub viewer: Option<Arc<Viewer>>,
    /// Signed in, but suspended: a stranger everywhere but on the page that says so.
    pub suspended: Option<Caller>,
    /// The page's address, with its query.
    pub here: String,
    pub preferences: Preferences,
}

impl Visitor {
    /// As the core wants it.
    pub(crate) fn caller(&self) -> Option<Caller> {
        self.viewer.as_ref().map(|viewer| viewer.caller)
    }
}

/// Looks up the visitor before, and clears a cookie that is no longer good after.
pub(crate) async fn recognise(
    State(web): State<Web>,
    mut request: Request,
    next: Next,
) -> Response {
    let token = cookie::token(&web, request.headers());
    let has_cookie = token.is_some();
    let found = match token {
        Some(token) => find_viewer(&web, token).await,
        None => Ok(Found::Nobody),
    };
    let (viewer, suspended) = match found {
        Ok(Found::Nobody) => (None, None),
        Ok(Found::Viewer(viewer)) => (Some(Arc::new(viewer)), None),
        Ok(Found::Suspended(caller)) => (None, Some(caller)),
        Err(error) => return Failure::from(error).into_response(),
    };
    let is_stale = has_cookie && viewer.is_none() && suspended.is_none();
    let here = request.uri().path_and_query().map_or("/", |here| here.as_str()).to_owned();
    let preferences = Preferences::of(request.headers());
    request.extensions_mut().insert(Visitor { viewer, suspended, here, preferences });
    let mut response = next.run(request).await;
    // Not where the page itself has set one: a sign-in.
    if is_stale
        && !response.headers().contains_key(header::SET_COOKIE)
        && let Some(cleared) = cookie::clear(&web)
    {
        response.headers_mut().insert(header::SET_COOKIE, cleared);
    }
    response
}

/// Whose a token is.
enum Found {
    Nobody,
    Viewer(Viewer),
    Suspended(Caller),
}

async fn find_viewer(web: &Web, token: &str) -> Result<Found> {
    let caller = match web.pipit.authenticate(token).await {
        Ok(caller) => caller,
        Err(Error::Unauthenticated(_)) => {
            rates::count_stranger()?;
            return Ok(Found::Nobody);
        }
        Err(Error::Forbidden(_)) => {
            let caller = web.pipit.authenticate_any(token).await?;
            rates::count(caller)?;
            return Ok(Found::Suspended(caller));
        }
        Err(error) => return Err(error),
    };
    rates::count(caller)?;
    match web.pipit.user(None, &UserRef::Id(caller.user_id)).await {
        Ok(user) => Ok(Found::Viewer(Viewer { caller, card: user.card })),
        Err(Error::NotFound(_)) => Ok(Found::Nobody),
        Err(error) => Err(error),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        let found = parts.extensions.get::<Self>().cloned();
        let missing = || Error::Internal("a page outside of visitor::recognise".to_owned());
        found.ok_or_else(|| Problem::from(missing()).into())
    }
}

/// Someone signed in; all others are sent to sign in, and then back.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn(pub Arc<Viewer>);

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        match (visitor.viewer, visitor.suspended) {
            (Some(viewer), _) => Ok(Self(viewer)),
            (None, Some(_)) => Err(Failure::Suspended),
            (None, None) => Err(Failure::SignIn { next: page_of(&parts.method, &visitor.here) }),
        }
    }
}

/// Someone signed in, also if they are suspended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AnyState(pub Caller);

impl<S: Send + Sync> FromRequestParts<S> for AnyState {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        match visitor.caller().or(visitor.suspended) {
            Some(caller) => Ok(Self(caller)),
            None => Err(Failure::SignIn { next: page_of(&parts.method, &visitor.here) }),
        }
    }
}

/// The page that a request came from, as far as its address tells.
fn page_of(method: &Method, here: &str) -> String {
    if *method == Method::GET || *method == Method::HEAD {
        return links::local_path(here).unwrap_or("/home").to_owned();
    }
    // `/@handle/ID/like` belongs to `/@handle/ID`.
    match here.rsplit_once('/') {
        Some((page, _)) if page.starts_with("/@") => page.to_owned(),
        _ => "/home".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_one_is_back_where_one_was() {
        for (method, here, expected) in [
            (Method::GET, "/settings?done=1", "/settings?done=1"),
            (Method::GET, "//evil", "/home"),
            (Method::POST, "/@ann/17/like", "/@ann/17"),
            (Method::POST, "/@ann/follow", "/@ann"),
            (Method::POST, "/settings/delete", "/home"),
        ] {
            assert_eq!(page_of(&method, here), expected, "{method} {here}");
        }
    }
}
