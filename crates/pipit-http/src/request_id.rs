//! A name for each request: in the answer, in its error, in the log.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header that carries it, both ways.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Longer ones are not taken over from the client.
const BYTES_MAX: usize = 64;

tokio::task_local! {
    static CURRENT: HeaderValue;
}

/// The id of the request that this task is working on; empty outside of one.
#[must_use]
pub fn current() -> String {
    CURRENT.try_with(|id| text(id).to_owned()).unwrap_or_default()
}

/// Works on a request under this id.
pub(crate) async fn scope<T>(id: HeaderValue, work: impl Future<Output = T>) -> T {
    CURRENT.scope(id, work).await
}

/// The client's or proxy's own id if it sent a decent one, or a new one.
pub(crate) fn of(headers: &HeaderMap, started_ms: i64) -> HeaderValue {
    headers.get(HEADER).filter(|id| is_decent(id.as_bytes())).cloned().unwrap_or_else(|| {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let mut id = String::with_capacity(BYTES_MAX);
        // Writing to a String cannot fail, and hexadecimal digits are a header's value.
        let _ = write!(id, "{started_ms:x}-{:x}", COUNTER.fetch_add(1, Ordering::Relaxed));
        HeaderValue::try_from(id).unwrap_or(HeaderValue::from_static("unnamed"))
    })
}

/// The id for a log. Ours are all text.
pub(crate) fn text(id: &HeaderValue) -> &str {
    id.to_str().unwrap_or_default()
}

fn is_decent(id: &[u8]) -> bool {
    !id.is_empty()
        && id.len() <= BYTES_MAX
        && id.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
}
