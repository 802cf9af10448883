//! Input as values; what does not fit is answered with a page.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use pipit_http::extract::unreadable_body;
use pipit_http::{Problem, Query as HttpQuery};
use pipit_model::user::{Handle, UserRef};
use pipit_model::{Error, TweetId};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Failure;

/// The variable parts of a path. What does not parse names nothing that exists.
pub(crate) struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(value)| Self(value))
            .map_err(|_| Problem::no_such_path().into())
    }
}

/// The parameters behind the `?`.
pub(crate) struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let HttpQuery(value) = HttpQuery::<T>::from_request_parts(parts, state).await?;
        Ok(Self(value))
    }
}

/// Where a list goes on.
#[derive(Deserialize)]
pub(crate) struct Cursor {
    pub cursor: Option<String>,
}

/// An id, wherever one stands in an address or a form.
pub(crate) fn id(text: &str) -> Result<i64, Failure> {
    text.parse().map_err(|_| Problem::no_such_path().into())
}

/// A form as a browser sends it.
pub(crate) struct Form<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        use axum::extract::rejection::FormRejection as Rejected;

        let form = axum::extract::Form::<T>::from_request(request, state).await;
        form.map(|axum::extract::Form(value)| Self(value)).map_err(|rejection| {
            let problem = match rejection {
                Rejected::BytesRejection(rejection) => unreadable_body(&rejection),
                Rejected::InvalidFormContentType(_) => Problem::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "unsupported-media-type",
                    "Unsupported media type",
                    "This address takes what one of our forms sends.",
                ),
                _ => Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "invalid-field",
                    "Invalid field",
                    "The form arrived incomplete. Go back, reload the page and try again.",
                ),
            };
            problem.into()
        })
    }
}

/// A form whose fields may stand in it more than once.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// The first value of a field; empty if there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// All values of a field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// The person that `/@handle` names. Only by handle: a number is no name.
pub(crate) fn user_ref(handle: &str) -> Result<UserRef, Failure> {
    let handle = Handle::new(handle).map_err(|_| Error::NotFound("user"))?;
    Ok(UserRef::HandleKey(handle.key()))
}

/// The tweet that a path or a form names.
pub(crate) fn tweet_id(text: &str) -> Result<TweetId, Failure> {
    let id = text.parse().ok().filter(|id| *id > 0);
    Ok(TweetId(id.ok_or(Error::NotFound("tweet"))?))
}
