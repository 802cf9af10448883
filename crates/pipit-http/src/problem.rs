//! Errors as answers: RFC 9457 `application/problem+json`.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pipit_model::Error;
use pipit_model::scope::Scope;
use serde::Serialize;

use crate::request_id;

/// What a problem says it is.
pub(crate) const PROBLEM_TYPE: &str = "application/problem+json";

/// An error on its way to the client. The table of types is in `docs/errors-and-status.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The status of the answer.
    pub status: StatusCode,
    /// Stable, lower case, with hyphens; the last part of the problem's `type`.
    pub kind: &'static str,
    /// The same for every problem of this kind.
    pub title: &'static str,
    /// What is wrong this time, and what would be right.
    pub detail: Cow<'static, str>,
    /// The field that is wrong, by its name on the wire.
    pub field: Option<Cow<'static, str>>,
    /// The right that an app's token lacks.
    pub scope: Option<Scope>,
    /// In how many seconds the same may succeed.
    pub retry_after_secs: Option<u64>,
}

/// The problem on the wire.
#[derive(Debug, Serialize)]
struct Wire<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    request_id: String,
}

impl Problem {
    /// A problem without a field.
    pub fn new(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        let detail = detail.into();
        Self { status, kind, title, detail, field: None, scope: None, retry_after_secs: None }
    }

    /// The same problem, which will be none after so many seconds.
    #[must_use]
    pub fn retry_after(mut self, secs: u64) -> Self {
        self.retry_after_secs = Some(secs);
        self
    }

    /// The header that says so.
    #[must_use]
    pub fn retry_after_header(&self) -> Option<HeaderValue> {
        self.retry_after_secs.map(HeaderValue::from)
    }

    /// The same problem, of this field.
    #[must_use]
    pub fn of_field(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// No route has this path.
    #[must_use]
    pub fn no_such_path() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "Not found",
            "There is nothing at this address; /docs lists what there is.",
        )
    }

    /// The path has no such method.
    #[must_use]
    pub fn no_such_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "Method not allowed",
            "This address does not take this method; /docs lists those it takes.",
        )
    }
}

/// The one place where an error becomes a status. What is our fault is logged here, once, and told
/// to nobody.
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(what) => Self::new(
                StatusCode::NOT_FOUND,
                "not-found",
                "Not found",
                format!("There is no such {what}, or you may not see it."),
            ),
            Error::InvalidField { field, message } => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid-field",
                "Invalid field",
                format!("{field} {message}."),
            )
            .of_field(field),
            Error::Unauthenticated(why) => Self::new(
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "Not signed in",
                sentence(why),
            ),
            Error::Forbidden(why) => {
                Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", sentence(why))
            }
            Error::MissingScope(scope) => {
                let detail = format!("The token lacks the scope {scope}: ask the person for it.");
                let (kind, title) = ("insufficient-scope", "The token may not do this");
                let problem = Self::new(StatusCode::FORBIDDEN, kind, title, detail);
                Self { scope: Some(scope), ..problem }
            }
            Error::Conflict { field, message } => Self::new(
                StatusCode::CONFLICT,
                "conflict",
                "Conflict",
                format!("{field} {message}."),
            )
            .of_field(field),
            Error::RateLimited { what, retry_after_secs } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "rate-limited",
                "Too many requests",
                format!("{} Try again in {}.", sentence(what), duration(retry_after_secs)),
            )
            .retry_after(retry_after_secs),
            Error::Unavailable(why) => {
                tracing::warn!(request_id = request_id::current(), why, "answered 503");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "unavailable",
                    "Temporarily unavailable",
                    "The server cannot do this right now; try again in a moment.",
                )
                .retry_after(1)
            }
            Error::Internal(why) => {
                tracing::error!(request_id = request_id::current(), why, "answered 500");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    "Internal error",
                    "Something went wrong on our side; tell the operator the request id.",
                )
            }
        }
    }
}

/// A time to wait, as people say it.
fn duration(secs: u64) -> String {
    match secs {
        0..=90 => format!("{secs} seconds"),
        _ => format!("{} minutes", secs.div_ceil(60)),
    }
}

/// A text with a capital first and a full stop.
#[must_use]
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let retry_after = self.retry_after_header();
        let wire = Wire {
            r#type: format!("urn:pipit:problem:{}", self.kind),
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            field: self.field.as_deref(),
            scope: self.scope.map(Scope::name),
            request_id: request_id::current(),
        };
        let mut response = (self.status, axum::Json(wire)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(scope) = self.scope {
            let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
            if let Ok(challenge) = HeaderValue::try_from(challenge) {
                headers.insert(header::WWW_AUTHENTICATE, challenge);
            }
        }
        if let Some(secs) = retry_after {
            headers.insert(header::RETRY_AFTER, secs);
        }
        response
    }
}
