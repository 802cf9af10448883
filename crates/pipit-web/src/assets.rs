//! The stylesheet and the icon: inside the binary, under names that change with their content, so
//! that browsers keep them for ever.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use axum::Router;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use pipit_http::Problem;

use crate::error::Failure;
use crate::extract::Path;

/// One sheet is sent, several are written. The first one names the layers.
const CSS: &str = concat!(
    include_str!("../assets/tokens.css"),
    include_str!("../assets/base.css"),
    include_str!("../assets/layout.css"),
    include_str!("../assets/tweets.css"),
    include_str!("../assets/parts.css"),
);
const ICON: &str = include_str!("../assets/favicon.svg");

const HEADERS: [(HeaderName, &str); 1] =
    [(header::CACHE_CONTROL, "public, max-age=31536000, immutable")];

/// The stylesheet's address.
pub(crate) static STYLESHEET: LazyLock<String> = LazyLock::new(|| address("pipit", CSS, "css"));
/// The icon's address.
pub(crate) static FAVICON: LazyLock<String> = LazyLock::new(|| address("bird", ICON, "svg"));

/// An asset's address. The hash only tells versions apart, it protects nothing.
fn address(stem: &str, content: &str, extension: &str) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("/assets/{stem}-{:016x}.{extension}", hasher.finish())
}

pub(crate) fn routes() -> Router {
    Router::new().route("/assets/{file}", get(get_asset))
}

async fn get_asset(Path(file): Path<String>) -> Response {
    let is = |address: &str| address.strip_prefix("/assets/") == Some(&file);
    let (kind, content) = if is(&STYLESHEET) {
        ("text/css; charset=utf-8", CSS)
    } else if is(&FAVICON) {
        ("image/svg+xml", ICON)
    } else {
        // A page of an older version asks for what this one does not have.
        return Failure::from(Problem::no_such_path()).into_response();
    };
    (HEADERS, [(header::CONTENT_TYPE, kind)], content).into_response()
}
