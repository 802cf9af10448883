//! Failures as pages, in words.

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pipit_http::{Problem, request_id};
use pipit_model::Error;

use crate::{links, page};

/// What a handler ends with if it cannot end with its page.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Told on a page.
    Problem(Problem),
    /// Somebody has to sign in first, and is then led back to this address.
    SignIn { next: String },
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            // The session ended between its check and its use.
            Error::Unauthenticated(_) => Self::SignIn { next: "/home".to_owned() },
            other => Self::Problem(other.into()),
        }
    }
}

/// The words around a problem's own: what the page is called, and the way on.
struct Words {
    headline: &'static str,
    link: &'static str,
    label: &'static str,
}

/// The one place where a problem gets its words.
fn words(problem: &Problem) -> Words {
    // "?" leads to the same address without its cursor.
    let (headline, link, label) = match (problem.status, problem.field.as_deref()) {
        (_, Some("cursor")) => ("That page has moved on", "?", "Start from the top"),
        (StatusCode::NOT_FOUND, _) => ("Nothing perched here", "/", "Back to the start"),
        (StatusCode::FORBIDDEN, _) => ("That is not allowed", "/", "Back to the start"),
        (StatusCode::METHOD_NOT_ALLOWED, _) => {
            ("This address only takes forms", "/", "Back to the start")
        }
        (StatusCode::CONFLICT, _) => ("That clashes with something", "/", "Back to the start"),
        (StatusCode::PAYLOAD_TOO_LARGE, _) => {
            ("That is too much at once", "/", "Back to the start")
        }
        (StatusCode::SERVICE_UNAVAILABLE, _) => ("Back in a moment", "/", "Back to the start"),
        (status, _) if status.is_server_error() => ("Something broke", "/", "Back to the start"),
        _ => ("That did not work", "/", "Back to the start"),
    };
    Words { headline, link, label }
}

#[derive(Template)]
#[template(path = "pages/error.html")]
struct ErrorPage<'a> {
    title: &'a str,
    status: u16,
    detail: &'a str,
    link: &'a str,
    label: &'a str,
    request_id: String,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let problem = match self {
            Self::Problem(problem) => problem,
            Self::SignIn { next } => return links::see_other(&links::login(&next)),
        };
        let Words { headline, link, label } = words(&problem);
        let detail = match problem.kind {
            // The problem's own words point to the documentation of the REST door.
            "not-found" if problem.detail.contains("/docs") => "There is no page at this address.",
            "method-not-allowed" => "Go back and use the button or form that brought you here.",
            _ => &problem.detail,
        };
        let mut response = page::html(
            problem.status,
            &ErrorPage {
                title: headline,
                status: problem.status.as_u16(),
                detail,
                link,
                label,
                request_id: request_id::current(),
            },
        );
        if problem.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// An address that takes another method, most often one of a form, opened by hand.
pub(crate) async fn method_not_allowed() -> Response {
    Failure::from(Problem::no_such_method()).into_response()
}

/// A page for a browser, a problem for everyone else, where no door has anything.
pub(crate) fn no_such_path(headers: &HeaderMap) -> Response {
    let accepts = headers.get_all(header::ACCEPT);
    let wants_page =
        accepts.iter().any(|value| value.to_str().is_ok_and(|text| text.contains("text/html")));
    if wants_page {
        Failure::from(Problem::no_such_path()).into_response()
    } else {
        Problem::no_such_path().into_response()
    }
}
