//! A name for each request: in the answer, in its error, in the log.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName};

/// The header that carries it, both ways.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Longer ones are not taken over from the client.
const BYTES_MAX: usize = 64;

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request that this task is working on; empty outside of one.
#[must_use]
pub fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Works on a request under this id.
pub(crate) async fn scope<T>(id: String, work: impl Future<Output = T>) -> T {
    CURRENT.scope(id, work).await
}

/// The client's or proxy's own id if it sent a decent one, or a new one.
pub(crate) fn of(headers: &HeaderMap, started_ms: i64) -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let sent = headers.get(HEADER).and_then(|value| value.to_str().ok());
    let decent = |id: &&str| {
        !id.is_empty()
            && id.len() <= BYTES_MAX
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    match sent.filter(decent) {
        Some(id) => id.to_owned(),
        None => format!("{started_ms:x}-{:x}", COUNTER.fetch_add(1, Ordering::Relaxed)),
    }
}
