//! Whoever comes without TLS is led to the same address with it.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use pipit_http::Problem;

/// All that is served without TLS. It leads to the address that people are meant to see, whatever
/// host a request named; a form keeps its method.
pub(crate) fn router(public_url: &str) -> Router {
    Router::new().fallback(lead).with_state(Arc::from(public_url))
}

async fn lead(State(public_url): State<Arc<str>>, uri: Uri) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    // `*` and `host:port` name no page.
    let path = if path.starts_with('/') { path } else { "/" };
    match HeaderValue::try_from(format!("{public_url}{path}")) {
        Ok(location) => Response::builder()
            .status(axum::http::StatusCode::PERMANENT_REDIRECT)
            .header(header::LOCATION, location)
            .body(axum::body::Body::empty())
            .unwrap_or_else(|_| Problem::no_such_path().into_response()),
        Err(_) => Problem::no_such_path().into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn it_leads_to_our_own_host_only() {
        for (asked, led) in [
            ("/", "https://pipit.example/"),
            ("/@ann?cursor=1", "https://pipit.example/@ann?cursor=1"),
            ("//evil.example/", "https://pipit.example//evil.example/"),
            ("http://evil.example/x", "https://pipit.example/x"),
            ("*", "https://pipit.example/"),
        ] {
            let request = Request::builder().uri(asked).header(header::HOST, "evil.example");
            let request = request.body(Body::empty()).expect("a request");
            let answer = router("https://pipit.example").oneshot(request).await.expect("one");
            assert_eq!(answer.status(), 308, "{asked}");
            assert_eq!(answer.headers()[header::LOCATION], led, "{asked}");
        }
    }
}
