//! What scripts of other sites' pages may ask: everything of this door. It goes by a token that they
//! must have and send themselves; the session's cookie opens nothing here, and is not sent.

use std::time::Duration;

use axum::http::{HeaderName, Method, header};
use tower_http::cors::{Any, CorsLayer};

/// How long a browser need not ask again whether it may; browsers have bounds of their own.
const KEPT: Duration = Duration::from_hours(24);

pub(crate) fn for_everybody() -> CorsLayer {
    let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let sent = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        HeaderName::from_static("idempotency-key"),
        HeaderName::from_static("last-event-id"),
        HeaderName::from_static("x-request-id"),
    ];
    let read = [
        HeaderName::from_static("x-ratelimit-limit"),
        HeaderName::from_static("x-ratelimit-remaining"),
        HeaderName::from_static("x-ratelimit-reset"),
        HeaderName::from_static("x-request-id"),
        header::RETRY_AFTER,
        header::WWW_AUTHENTICATE,
    ];
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(methods)
        .allow_headers(sent)
        .expose_headers(read)
        .max_age(KEPT)
        // The answer is the same for whatever site asks.
        .vary([])
}
