//! The HTML door: server-rendered pages and forms that need no script.
//!
//! Owns: pages, templates, the stylesheet, the session cookie, the refusal of cross-site writes,
//! how things are worded and laid out. Must not know: SQL, caches, rules of the service; a handler
//! extracts, calls one function of the core for each thing it needs, and presents.
//!
//! To add a page: a handler in the file of its family under `pages/`, with a template struct beside
//! it; a template in `templates/pages/` that extends `frame.html` (three columns) or `bare.html`
//! (one card); a line in `pages::routes`. What several pages show is a view model in `view` with a
//! partial in `templates/partials/`; what a person types is a struct in `forms`.

mod archive;
mod assets;
mod card;
mod compress;
mod cookie;
mod cross_site;
mod error;
mod escape;
mod extract;
mod format;
mod forms;
mod links;
mod page;
mod pages;
mod pieces;
mod preferences;
mod said;
#[cfg(test)]
mod tests;
mod uploads;
mod view;
mod visitor;
mod words;

use axum::Router;
use axum::extract::FromRef;
use axum::http::HeaderMap;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use pipit_core::Pipit;
use pipit_http::{Problem, Route};

/// What this door needs to be told.
#[derive(Debug, Clone)]
pub struct Web {
    /// The service.
    pub pipit: Pipit,
    /// Where people reach it, like `https://pipit.example`; with `https`, cookies are `Secure`.
    pub public_url: String,
}

impl Web {
    /// An address of ours as others need it: with scheme and host.
    pub(crate) fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.trim_end_matches('/'))
    }
}

impl FromRef<Web> for Pipit {
    fn from_ref(web: &Web) -> Self {
        web.pipit.clone()
    }
}

/// All pages, forms and assets.
pub fn routes(web: Web) -> Router {
    pages::routes()
        .into_router()
        .method_not_allowed_fallback(error::method_not_allowed)
        .route_layer(from_fn_with_state(web.clone(), visitor::recognise))
        // Outermost: what comes from elsewhere is refused before anything is looked up.
        .route_layer(from_fn_with_state(web.clone(), cross_site::refuse))
        .with_state(web)
        .merge(assets::routes().into_router())
        .route_layer(from_fn(error::tell))
        .route_layer(from_fn(compress::pages))
}

/// What [`routes()`] answers, for a test that walks all of it.
#[must_use]
pub fn route_list() -> Vec<Route> {
    [pages::routes().into_list(), assets::routes().into_list()].concat()
}

/// The answer where no door has anything: a page for a browser, a problem for everyone else.
// Our tests call it in a way that the lint does not see.
#[cfg_attr(
    not(test),
    expect(clippy::unused_async, reason = "axum only takes handlers that are async")
)]
pub async fn not_found(headers: HeaderMap) -> Response {
    error::no_such_path(&headers)
}

/// What the stack around all doors refuses, told in the same two ways.
pub fn refused(problem: Problem, headers: &HeaderMap) -> Response {
    error::refused(problem, headers)
}
