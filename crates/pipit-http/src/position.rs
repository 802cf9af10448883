//! Reading one's own writes on any node: each answer says up to where its node has heard, and who
//! sends that along is answered from no less.
//!
//! Programs send the header back. A browser gets a cookie with the answer to what it wrote, for as
//! long as other nodes could be behind.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use pipit_core::Pipit;

use crate::cookies;

/// The header of requests and answers.
pub const HEADER: HeaderName = HeaderName::from_static("pipit-position");
/// The cookie of a browser.
const COOKIE: &str = "pipit-position";
/// Nodes are milliseconds behind; after a crash, as long as its number lasts.
const COOKIE_SECS: u32 = 30;

/// To be laid around all doors of a node that is not alone.
pub async fn keep(State(pipit): State<Pipit>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let seen = headers.get(&HEADER).and_then(|value| value.to_str().ok());
    if let Some(seen) = seen.or_else(|| cookies::find(COOKIE, headers)) {
        pipit.reach_position(seen).await;
    }
    let writes = !request.method().is_safe();
    let is_browser = headers.contains_key(header::COOKIE);
    let mut response = next.run(request).await;
    let Some(position) = pipit.position() else { return response };
    if writes && is_browser {
        let cookie =
            format!("{COOKIE}={position}; Path=/; Max-Age={COOKIE_SECS}; HttpOnly; SameSite=Lax");
        // Letters, digits and dots, all of them ours.
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    if let Ok(position) = HeaderValue::from_str(&position) {
        response.headers_mut().insert(HEADER, position);
    }
    response
}
