//! Input as checked values; what does not fit is answered with a [`Problem`] that says why.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRef, FromRequest, FromRequestParts, MatchedPath, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use pipit_core::{Access, Caller, Pipit};
use pipit_model::Error;
use pipit_model::limits::IDEMPOTENCY_KEY_BYTES_MAX;
use pipit_model::scope::Scope;
use serde::de::DeserializeOwned;

use crate::{Problem, rates};

/// A JSON body.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "Unsupported media type",
                "Send the body as JSON, with the header Content-Type: application/json.",
            ));
        }
        let body = Bytes::from_request(request, state).await.map_err(|e| unreadable_body(&e))?;
        parse_json(&body).map(Self)
    }
}

/// A JSON body that may be left out altogether.
#[derive(Debug, Clone, Copy)]
pub struct MaybeJson<T>(pub Option<T>);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for MaybeJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = Request::new(body);
        let body = Bytes::from_request(bytes, state).await.map_err(|e| unreadable_body(&e))?;
        if body.is_empty() {
            return Ok(Self(None));
        }
        let Json(value) =
            Json::from_request(Request::from_parts(parts, body.into()), state).await?;
        Ok(Self(Some(value)))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|text| text.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// A body that is too long or that broke off.
#[must_use]
pub fn unreadable_body(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body-too-large",
            "Body too large",
            "The body of a request may have at most 64 KiB.",
        );
    }
    Problem::new(
        StatusCode::BAD_REQUEST,
        "bad-request",
        "Bad request",
        "The body of the request could not be read to its end.",
    )
}

fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| (error.path().to_string(), error.into_inner()));
    let ended = parsed.and_then(|value| match json.end() {
        Ok(()) => Ok(value),
        Err(error) => Err((String::new(), error)),
    });
    ended.map_err(|(path, error)| {
        if error.is_data() {
            // serde's words name what was found and what was expected; "." is the body itself.
            let field = if path == "." { "body".to_owned() } else { path };
            return Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid-field",
                "Invalid field",
                format!("{field}: {error}."),
            )
            .of_field(field);
        }
        Problem::new(
            StatusCode::BAD_REQUEST,
            "bad-json",
            "Bad JSON",
            format!("The body is not valid JSON: {error}."),
        )
    })
}

/// The parameters behind the `?`.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        query.map(|axum::extract::Query(value)| Self(value)).map_err(|rejection| {
            let text = rejection.body_text();
            // axum's text is "Failed to deserialize query string: FIELD: REASON".
            let reason = text.split_once(": ").map_or(text.as_str(), |(_, reason)| reason);
            Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid-field",
                "Invalid field",
                format!("{reason}."),
            )
            .of_field(reason.split_once(": ").map_or("query", |(field, _)| field).to_owned())
        })
    }
}

/// The variable parts of a path. What does not parse names nothing that exists.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(value)| Self(value)).map_err(|_| Problem::no_such_path())
    }
}

/// The caller, who must be signed in by a bearer token that may do what the route is for.
#[derive(Debug, Clone, Copy)]
pub struct Bearer(pub Caller);

impl<S: Send + Sync> FromRequestParts<S> for Bearer
where
    Pipit: FromRef<S>,
    RouteNeeds: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Some(access) = bearer_access(&parts.headers, &Pipit::from_ref(state)).await? else {
            return Err(Error::Unauthenticated(SEND_A_TOKEN).into());
        };
        let caller = RouteNeeds::from_ref(state).met_by(access, parts)?;
        let nobody = || Error::Forbidden("this token belongs to an app alone, and to no person");
        Ok(Self(caller.ok_or_else(nobody)?))
    }
}

/// The caller, if a bearer token was sent. One that is not good is refused even where none is
/// needed: whoever sends a token believes to be signed in.
#[derive(Debug, Clone, Copy)]
pub struct MaybeBearer(pub Option<Caller>);

impl<S: Send + Sync> FromRequestParts<S> for MaybeBearer
where
    Pipit: FromRef<S>,
    RouteNeeds: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match bearer_access(&parts.headers, &Pipit::from_ref(state)).await? {
            Some(access) => Ok(Self(RouteNeeds::from_ref(state).met_by(access, parts)?)),
            None => Ok(Self(None)),
        }
    }
}

const SEND_A_TOKEN: &str = "send a token: Authorization: Bearer TOKEN";

/// What the bearer token of a request opens, if it has one; whoever sent it is counted.
///
/// # Errors
/// [`Error::Unauthenticated`] for one that is not good; [`Error::RateLimited`].
pub async fn bearer_access(headers: &HeaderMap, pipit: &Pipit) -> Result<Option<Access>, Error> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    let found = match token {
        Some(token) => pipit.access(token).await,
        None => Err(Error::Unauthenticated(SEND_A_TOKEN)),
    };
    // An app alone is nobody.
    match found.as_ref().ok().and_then(|access| access.caller()) {
        Some(caller) => rates::count(caller)?,
        None => rates::count_stranger()?,
    }
    found.map(Some)
}

/// What a route asks of an app's token. People themselves may do everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// All of these scopes.
    Scopes(&'static [Scope]),
    /// No app may do it.
    Person,
    /// It looks at no token.
    Nothing,
}

/// What each route of a door needs, by its method and its path as it was given to the router. A
/// route that is not named is for people alone.
#[derive(Debug, Clone, Copy)]
pub struct RouteNeeds(pub fn(&Method, &str) -> Option<Need>);

impl RouteNeeds {
    fn met_by(self, access: Access, parts: &Parts) -> Result<Option<Caller>, Error> {
        // Most callers are people: nothing is looked up for them.
        if access.grant().is_none() {
            return access.in_person();
        }
        let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        match (self.0)(&parts.method, route) {
            Some(Need::Scopes(scopes)) => access.with(scopes),
            Some(Need::Person | Need::Nothing) | None => access.in_person(),
        }
    }
}

/// What the client sent as `Idempotency-Key`.
#[derive(Debug, Clone, Default)]
pub struct IdempotencyKey(pub Option<String>);

impl IdempotencyKey {
    /// The key, as the core takes it.
    #[must_use]
    pub fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else {
            return Ok(Self(None));
        };
        let fits = |key: &&str| (1..=IDEMPOTENCY_KEY_BYTES_MAX).contains(&key.len());
        match value.to_str().ok().filter(fits) {
            Some(key) => Ok(Self(Some(key.to_owned()))),
            None => Err(Error::invalid(
                "Idempotency-Key",
                "must have 1 to 255 visible ASCII characters, like a UUID",
            )
            .into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[serde(rename = "content")]
        _content: String,
    }

    fn refusal(body: &str) -> (&'static str, Option<String>) {
        let problem = parse_json::<Body>(body.as_bytes()).expect_err(body);
        (problem.kind, problem.field.map(std::borrow::Cow::into_owned))
    }

    #[test]
    fn json_that_does_not_fit_says_where() {
        assert_eq!(refusal(r#"{"content": 5}"#), ("invalid-field", Some("content".into())));
        assert_eq!(refusal(r#"{"content": "a", "x": 1}"#).0, "invalid-field");
        assert_eq!(refusal("{}"), ("invalid-field", Some("body".into())));
        assert_eq!(refusal("[]").0, "invalid-field");
        for bad in ["", "{", "nul", r#"{"content": "\ud800"}"#, r#"{"content": "a"} x"#] {
            assert_eq!(refusal(bad), ("bad-json", None), "{bad}");
        }
    }
}
