//! The session cookie.

use axum::http::{HeaderMap, HeaderValue};
use pipit_core::SignedIn;
use pipit_http::cookies;
use pipit_model::Timestamp;

use crate::Web;

/// With the prefix `__Host-`, browsers take it only over HTTPS and from this very host.
fn name(web: &Web) -> &'static str {
    if is_secure(web) { "__Host-pipit" } else { "pipit" }
}

fn is_secure(web: &Web) -> bool {
    web.public_url.starts_with("https://")
}

/// The session's token, if the browser sent one.
pub(crate) fn token<'a>(web: &Web, headers: &'a HeaderMap) -> Option<&'a str> {
    cookies::find(name(web), headers).filter(|token| !token.is_empty())
}

/// Has the browser keep the session for as long as it lasts.
pub(crate) fn set(web: &Web, session: &SignedIn, now: Timestamp) -> Option<HeaderValue> {
    let secs = session.expires_at.secs().saturating_sub(now.secs());
    value(web, &session.token, secs)
}

/// Has the browser forget the session.
pub(crate) fn clear(web: &Web) -> Option<HeaderValue> {
    value(web, "", 0)
}

/// Nothing only if the token held characters that no token of ours has.
fn value(web: &Web, token: &str, secs: i64) -> Option<HeaderValue> {
    let secure = if is_secure(web) { "; Secure" } else { "" };
    let name = name(web);
    let cookie = format!("{name}={token}; Path=/; Max-Age={secs}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&cookie).ok()
}
