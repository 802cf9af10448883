//! Cross-site writes are refused: no other site's page can act in a signed-in person's name.
//!
//! Browsers say where a request comes from. `Sec-Fetch-Site` cannot be forged by a page; those few
//! that do not send it send `Origin` with every POST. Who sends neither is no browser, and has the
//! REST door.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pipit_http::Problem;

use crate::Web;
use crate::error::Failure;

/// Lets reads and our own pages' forms pass.
pub(crate) async fn refuse(State(web): State<Web>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || is_ours(request.headers(), &web.public_url) {
        return next.run(request).await;
    }
    Failure::from(Problem::new(
        StatusCode::FORBIDDEN,
        "cross-site",
        "Refused",
        "This form was not sent from one of our own pages, so nothing was changed. \
         Open the page here and try again.",
    ))
    .into_response()
}

fn is_ours(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = text("sec-fetch-site") {
        // "none": typed or bookmarked by the person, not sent by a page.
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else {
        return false;
    };
    let Some((_, authority)) = origin.split_once("://") else {
        return false;
    };
    let host = text(header::HOST.as_str()).unwrap_or_default();
    // Without regard to the scheme: TLS may end at a proxy that tells nothing of it.
    origin.eq_ignore_ascii_case(origin_of(public_url))
        || (!host.is_empty() && authority.eq_ignore_ascii_case(host))
}

/// `scheme://host:port` of an address.
fn origin_of(url: &str) -> &str {
    let host_start = url.find("://").map_or(0, |at| at + 3);
    let path = url.get(host_start..).and_then(|rest| rest.find('/'));
    path.and_then(|at| url.get(..host_start + at)).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn passes(sent: &[(&'static str, &'static str)]) -> bool {
        let pairs =
            sent.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v)));
        is_ours(&pairs.collect(), "https://pipit.example/")
    }

    #[test]
    fn our_own_pages_may_write() {
        assert!(passes(&[("sec-fetch-site", "same-origin")]));
        assert!(passes(&[("sec-fetch-site", "none")]));
        assert!(passes(&[("origin", "https://pipit.example")]));
        assert!(passes(&[("origin", "HTTPS://Pipit.Example")]));
        assert!(passes(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")]));
    }

    #[test]
    fn everybody_else_may_not() {
        assert!(!passes(&[]));
        assert!(!passes(&[("host", "pipit.example")]));
        assert!(!passes(&[("origin", "null"), ("host", "pipit.example")]));
        assert!(!passes(&[("origin", "")]));
        assert!(!passes(&[("origin", "://"), ("host", "")]));
        assert!(!passes(&[("origin", "https://evil.example"), ("host", "pipit.example")]));
        assert!(!passes(&[("origin", "https://pipit.example.evil.example")]));
        assert!(!passes(&[("origin", "https://evil.example/https://pipit.example")]));
        assert!(!passes(&[("origin", "https://pipit.example:444")]));
        for site in ["cross-site", "same-site", "", "Same-Origin"] {
            // A good origin does not make up for it.
            let sent = [("sec-fetch-site", site), ("origin", "https://pipit.example")];
            assert!(!passes(&sent), "{site}");
        }
    }

    #[test]
    fn origins_of_addresses() {
        assert_eq!(origin_of("https://a.example:8443/x/y"), "https://a.example:8443");
        assert_eq!(origin_of("https://a.example"), "https://a.example");
        assert_eq!(origin_of("a.example/x"), "a.example");
    }
}
