//! Headers that every answer carries, unless its door has set its own.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Nothing may be loaded, run or framed by an answer that is not a page.
const DATA_CSP: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'");

const ALWAYS: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (header::CONTENT_SECURITY_POLICY, DATA_CSP),
    // What may be kept says so itself: most of what is answered is one reader's.
    (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
];

pub(crate) fn complete(headers: &mut HeaderMap) {
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
}
