//! Failures as pages, in words.

use std::borrow::Cow;

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pipit_http::{Problem, request_id};
use pipit_model::Error;
use serde::Serialize;

use crate::links;
use crate::page::{self, Bare};
use crate::preferences::Preferences;
use crate::words::Words;

/// What a handler ends with if it cannot end with its page.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Told on a page.
    Problem(Problem),
    /// Somebody has to sign in first, and is then led back to this address.
    SignIn { next: String },
    /// Somebody is suspended, and is led to where it says why.
    Suspended,
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

/// What a problem's page says.
struct Told<'a> {
    headline: &'static str,
    detail: Cow<'a, str>,
    /// The way on.
    link: &'static str,
    label: &'static str,
}

/// The one place where a problem gets its words.
fn told<'a>(problem: &'a Problem, w: &'static Words) -> Told<'a> {
    if problem.field.as_deref() == Some("cursor") {
        // The same address without its cursor.
        let (link, label) = ("?", w.from_the_top);
        return Told { headline: w.moved_on, detail: detail(problem, w), link, label };
    }
    let headline = match (problem.status, problem.kind) {
        (StatusCode::NOT_FOUND, _) => w.not_found,
        (StatusCode::FORBIDDEN, _) | (_, "cross-site") => w.forbidden,
        (StatusCode::METHOD_NOT_ALLOWED, _) => w.no_such_method,
        (StatusCode::CONFLICT, _) => w.conflict,
        (StatusCode::PAYLOAD_TOO_LARGE, _) => w.too_large,
        (StatusCode::TOO_MANY_REQUESTS, _) => w.too_many_requests,
        (StatusCode::SERVICE_UNAVAILABLE, _) => w.unavailable,
        (status, _) if status.is_server_error() => w.broken,
        _ => w.failed,
    };
    Told { headline, detail: detail(problem, w), link: "/", label: w.back_to_start }
}

/// What a problem says, in the page's language.
pub(crate) fn detail<'a>(problem: &'a Problem, w: &'static Words) -> Cow<'a, str> {
    Cow::Borrowed(match (problem.status, problem.kind) {
        (StatusCode::NOT_FOUND, _) => w.not_found_text,
        (_, "cross-site") => w.cross_site_text,
        (StatusCode::METHOD_NOT_ALLOWED, _) => w.no_such_method_text,
        (StatusCode::PAYLOAD_TOO_LARGE, _) => w.too_large_text,
        (StatusCode::SERVICE_UNAVAILABLE, _) => w.unavailable_text,
        (status, _) if status.is_server_error() => w.broken_text,
        _ => return w.sentence(problem.field.as_deref(), &problem.detail),
    })
}

#[derive(Template)]
#[template(path = "pages/error.html")]
struct ErrorPage<'a> {
    shell: Bare,
    status: u16,
    detail: &'a str,
    link: &'a str,
    label: &'a str,
    request_id: String,
}

fn page_of(problem: &Problem, preferences: Preferences) -> Response {
    let Told { headline, detail, link, label } = told(problem, preferences.w);
    let detail = &detail;
    page::html(
        problem.status,
        &ErrorPage {
            shell: Bare::new(headline, preferences),
            status: problem.status.as_u16(),
            detail,
            link,
            label,
            request_id: request_id::current(),
        },
    )
}

/// A failure has no words of its own: [`tell`] knows in which language to say it.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let problem = match self {
            Self::Problem(problem) => problem,
            Self::Suspended => return links::see_other("/settings/standing"),
            Self::SignIn { next } => {
                let mut response = links::see_other(&links::login(&next));
                response.extensions_mut().insert(SignInFirst);
                return response;
            }
        };
        let mut response = problem.status.into_response();
        if let Some(secs) = problem.retry_after_header() {
            response.headers_mut().insert(header::RETRY_AFTER, secs);
        }
        response.extensions_mut().insert(problem);
        response
    }
}

/// Marks the redirect of somebody who has to sign in: a script is told instead.
#[derive(Debug, Clone, Copy)]
struct SignInFirst;

/// Where a form leads, told to a script that sent it.
#[derive(Serialize)]
struct Sent<'a> {
    location: &'a str,
}

/// Around all pages: gives each failure the page that tells of it, as its reader likes it. A script
/// that sends a form in a page's place, and says so by taking JSON, gets JSON.
pub(crate) async fn tell(preferences: Preferences, request: Request, next: Next) -> Response {
    let is_script = prefers(request.headers(), "application/json");
    let response = next.run(request).await;
    if is_script { for_script(response, preferences) } else { in_words(response, preferences) }
}

fn for_script(mut response: Response, preferences: Preferences) -> Response {
    let w = preferences.w;
    if let Some(mut problem) = response.extensions_mut().remove::<Problem>() {
        problem.detail = told(&problem, w).detail.into_owned().into();
        return problem.into_response();
    }
    if response.extensions().get::<SignInFirst>().is_some() {
        let mut problem = Problem::from(Error::Unauthenticated(""));
        problem.detail = w.signed_out.into();
        return problem.into_response();
    }
    if response.status() != StatusCode::SEE_OTHER {
        return response;
    }
    let location = response.headers_mut().remove(header::LOCATION);
    let location = location.as_ref().and_then(|location| location.to_str().ok());
    let mut sent = axum::Json(Sent { location: location.unwrap_or("/") }).into_response();
    for (name, value) in response.headers() {
        sent.headers_mut().entry(name).or_insert_with(|| value.clone());
    }
    sent
}

pub(crate) fn in_words(mut response: Response, preferences: Preferences) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let mut page = page_of(&problem, preferences);
    // What was to be told besides: a cookie that goes, when to try again.
    for (name, value) in response.headers() {
        page.headers_mut().entry(name).or_insert_with(|| value.clone());
    }
    page
}

/// An address that takes another method, most often one of a form, opened by hand.
pub(crate) async fn method_not_allowed() -> Response {
    Failure::from(Problem::no_such_method()).into_response()
}

/// Whether a client names this kind of answer.
fn prefers(headers: &HeaderMap, kind: &str) -> bool {
    let accepts = headers.get_all(header::ACCEPT);
    accepts.iter().any(|value| value.to_str().is_ok_and(|text| text.contains(kind)))
}

/// A page for a browser, a problem for everyone else, where no door has anything.
pub(crate) fn no_such_path(headers: &HeaderMap) -> Response {
    refused(Problem::no_such_path(), headers)
}

/// What was refused before any page was asked: a page for a browser, a problem for everyone else.
pub(crate) fn refused(problem: Problem, headers: &HeaderMap) -> Response {
    if !prefers(headers, "text/html") {
        return problem.into_response();
    }
    let mut page = page_of(&problem, Preferences::of(headers));
    if let Some(secs) = problem.retry_after_header() {
        page.headers_mut().insert(header::RETRY_AFTER, secs);
    }
    page
}
