//! What scripts of other sites' pages may do: what an app may, by a token of their own.

use axum::body::Body;
use axum::http::{HeaderMap, Method, StatusCode};
use pipit_http::Route;
use pipit_testkit::{Answer, Backend, Client, TestApp};

const SITE: &str = "https://app.example";

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().expect("text"))
}

async fn ask(client: &Client, method: Method, path: &str, wants: Option<&str>) -> Answer {
    let mut request = client.request(method, path, Body::empty());
    let headers = request.headers_mut();
    headers.insert("origin", SITE.parse().expect("a site"));
    headers.insert("accept", "text/html".parse().expect("a kind"));
    if let Some(wants) = wants {
        headers.insert("access-control-request-method", wants.parse().expect("a method"));
        headers.insert("access-control-request-headers", "authorization".parse().expect("a name"));
    }
    client.send(request).await
}

fn plain(route: &Route) -> String {
    route
        .path
        .replace("{id}", "7")
        .replace("{name}", "x")
        .replace("{user}", "7")
        .replace("{file}", "x")
        .replace("{handle}", "ann")
        .replace("{version}", "x")
}

#[tokio::test]
async fn other_sites_may_ask_every_route_by_a_token_and_none_with_the_cookie() {
    let app = TestApp::new(Backend::Sqlite).await;
    let nobody = app.anonymous();
    for route in pipit_api::route_list() {
        let path = plain(&route);
        let may = ask(&nobody, Method::OPTIONS, &path, Some(&route.method)).await;
        assert_eq!(may.status, StatusCode::OK, "{path}");
        assert_eq!(text(&may.headers, "access-control-allow-origin"), "*", "{path}");
        let methods = text(&may.headers, "access-control-allow-methods");
        assert!(methods.contains(&route.method), "{} {path}: {methods}", route.method);
        assert!(text(&may.headers, "access-control-allow-headers").contains("authorization"));
        assert_eq!(text(&may.headers, "access-control-max-age"), "86400");
        let method = route.method.parse().expect("a method");
        let answer = ask(&nobody, method, &path, None).await;
        assert_eq!(text(&answer.headers, "access-control-allow-origin"), "*", "{path}");
        let read = text(&answer.headers, "access-control-expose-headers");
        for name in ["x-request-id", "x-ratelimit-remaining", "retry-after"] {
            assert!(read.contains(name), "{path}: {read}");
        }
        for headers in [&may.headers, &answer.headers] {
            assert_eq!(text(headers, "access-control-allow-credentials"), "", "{path}");
        }
    }
}

#[tokio::test]
async fn no_page_is_for_scripts_of_other_sites() {
    let app = TestApp::new(Backend::Sqlite).await;
    let nobody = app.anonymous();
    for route in pipit_web::route_list() {
        let path = plain(&route);
        let method: Method = route.method.parse().expect("a method");
        for (method, wants) in [(method, None), (Method::OPTIONS, Some(route.method.as_str()))] {
            let answer = ask(&nobody, method, &path, wants).await;
            let opened = answer.headers.keys().find(|name| name.as_str().starts_with("access-"));
            assert_eq!(opened, None, "{} {path}", route.method);
        }
    }
}
