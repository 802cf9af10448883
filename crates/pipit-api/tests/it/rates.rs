//! How much anybody may ask: each limit at one too many, by every way that leads to it.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Method, Request, StatusCode, header};
use pipit_http::rates;
use pipit_model::limits::{
    NETWORK_RATE, REQUEST_SECS_MAX, STRANGER_RATE, TOKEN_RATE, UPLOAD_SECS_MAX,
};
use pipit_testkit::{Answer, Backend, Client, TestApp};
use serde_json::json;

/// What one token may do is not what is tested: more is sent with several.
const WITH_ONE_TOKEN: u32 = 250;

fn from(address: &str) -> ConnectInfo<SocketAddr> {
    let address: IpAddr = address.parse().expect("an address");
    ConnectInfo((address, 4711).into())
}

/// As a browser and an app at once: each door looks at its own.
fn request(client: &Client, method: &str, path: &str, address: &str) -> Request<Body> {
    let method = method.parse().expect("a method");
    let mut request = client.request(method, path, Body::empty());
    request.extensions_mut().insert(from(address));
    let origin = HeaderValue::from_static("http://pipit.test");
    request.headers_mut().insert(header::ORIGIN, origin);
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(header::ACCEPT, json);
    if let Some(token) = &client.token {
        let cookie = HeaderValue::try_from(format!("pipit={token}")).expect("a cookie");
        request.headers_mut().insert(header::COOKIE, cookie);
    }
    request
}

async fn status(client: &Client, method: &str, path: &str, address: &str) -> StatusCode {
    client.send(request(client, method, path, address)).await.status
}

/// Every way to write an address that some server somewhere takes for the same.
fn spellings(path: &str) -> Vec<String> {
    let last = path.rfind('/').expect("a path") + 1;
    let (before, name) = path.split_at(last);
    let first = name.as_bytes().first().expect("a name");
    vec![
        format!("{path}?again=1"),
        format!("{path}/"),
        format!("/{path}"),
        format!("{before}/{name}"),
        format!("{before}./{name}"),
        format!("{before}x/../{name}"),
        format!("{before}%{first:02x}{}", &name[1..]),
        format!("{before}%{first:02X}{}", &name[1..]),
        path.to_uppercase(),
        format!("{path};x=1"),
        format!("{path}%20"),
        format!("{path}.json"),
    ]
}

fn check_refusal(answer: &Answer, what: &str) {
    let (kind, _) = answer.problem(StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(kind, "rate-limited", "{what}");
    assert_eq!(answer.headers["x-ratelimit-remaining"], "0", "{what}");
    assert!(answer.headers.contains_key("x-ratelimit-limit"), "{what}");
    let reset = answer.headers["x-ratelimit-reset"].to_str().expect("text");
    assert!(reset.starts_with("2026-") && reset.contains(".000Z"), "{what}: {reset}");
    let secs: u64 = answer.headers[header::RETRY_AFTER].to_str().expect("text").parse().expect("n");
    assert!(secs > 0, "{what}");
}

#[tokio::test]
async fn every_limited_route_refuses_one_too_many_however_it_is_spelt() {
    let app = TestApp::new(Backend::Sqlite).await.limited();
    for (n, (method, route, most)) in rates::routes().enumerate() {
        let handle = format!("person{n}");
        let mut person = app.sign_up(&handle).await;
        let address = format!("192.0.2.{n}");
        let path = route.replace("{handle}", "nobody").replace("{id}", "1");
        for sent in 0..most {
            if sent > 0 && sent % WITH_ONE_TOKEN == 0 {
                let login = json!({"login": handle, "password": "correct horse battery"});
                let session = app.anonymous().post("/sessions", login).await;
                let session = session.expect(StatusCode::CREATED);
                person.token = session["token"].as_str().map(str::to_owned);
            }
            let status = status(&person, method, &path, &address).await;
            let reached = [StatusCode::TOO_MANY_REQUESTS, StatusCode::METHOD_NOT_ALLOWED];
            assert!(!reached.contains(&status), "{method} {path} {sent}: {status}");
        }
        check_refusal(&person.send(request(&person, method, &path, &address)).await, route);
        for spelling in spellings(&path) {
            let status = status(&person, method, &spelling, &address).await;
            let is_refused = status == StatusCode::TOO_MANY_REQUESTS;
            let reaches_nothing = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
            assert!(
                is_refused || reaches_nothing.contains(&status),
                "{method} {spelling}: {status}"
            );
            assert!(is_refused || !spelling.contains('?'), "{method} {spelling}: {status}");
        }
        let refused = status(&person, method, &path, "198.51.100.1").await;
        let is_of_network = ["/users", "/signup", "/api/v1/apps"].contains(&route);
        assert_eq!(refused == StatusCode::TOO_MANY_REQUESTS, !is_of_network, "{route} elsewhere");
    }
}

#[tokio::test]
async fn a_token_and_an_account_have_their_limits() {
    let app = TestApp::new(Backend::Sqlite).await.limited();
    let ann = app.sign_up("ann").await;
    for _ in 0..TOKEN_RATE.most.get() {
        assert_eq!(ann.get("/timeline").await.status, StatusCode::OK);
    }
    check_refusal(&ann.get("/timeline").await, "a token");
    // The same token as a cookie is the same token; a person is told on a page, and when.
    let mut page = request(&ann, "GET", "/home", "192.0.2.1");
    page.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("text/html"));
    page.headers_mut().insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("de"));
    let page = ann.send(page).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(page.headers[header::RETRY_AFTER], "1");
    let text = String::from_utf8_lossy(&page.body).into_owned();
    assert!(text.contains("Zu viele Anfragen auf einmal. Versuch es in 1 Sekunden"), "{text}");

    let again = json!({"login": "ann", "password": "correct horse battery"});
    let mut other = app.anonymous();
    let session = other.post("/sessions", again).await.expect(StatusCode::CREATED);
    other.token = session["token"].as_str().map(str::to_owned);
    let answer = other.get("/timeline").await;
    assert_eq!(answer.status, StatusCode::OK, "another token of the same account");
    assert_eq!(answer.headers["x-ratelimit-limit"], "300");
    assert_eq!(answer.headers["x-ratelimit-remaining"], "299");
    // One comes back each second.
    app.time.fetch_add(1000, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(ann.get("/timeline").await.status, StatusCode::OK);
    assert_eq!(ann.get("/timeline").await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn strangers_are_counted_by_network_and_cannot_say_to_be_elsewhere() {
    let app = TestApp::new(Backend::Sqlite).await.limited();
    let nobody = app.anonymous();
    let mut liar = app.anonymous();
    liar.token = Some("none".to_owned());
    for _ in 0..STRANGER_RATE.most.get() / 2 {
        assert_eq!(status(&nobody, "GET", "/nowhere", "2001:db8::1").await, StatusCode::NOT_FOUND);
        // What is no token makes nobody somebody.
        let refused = status(&liar, "GET", "/timeline", "2001:db8::2").await;
        assert_eq!(refused, StatusCode::UNAUTHORIZED);
    }
    let last = nobody.send(request(&nobody, "GET", "/tweets", "2001:db8::ffff")).await;
    check_refusal(&last, "a stranger of the same network");
    assert_eq!(status(&nobody, "GET", "/tweets", "2001:db8:0:1::1").await, StatusCode::OK);

    let via = async |peer: &str, says: &'static str| {
        let mut request = request(&nobody, "GET", "/tweets", peer);
        request.headers_mut().insert("x-forwarded-for", HeaderValue::from_static(says));
        nobody.send(request).await.status
    };
    let (no, yes) = (StatusCode::TOO_MANY_REQUESTS, StatusCode::OK);
    assert_eq!(via("2001:db8::3", "192.0.2.7").await, no, "nobody's word but a proxy's counts");
    assert_eq!(via("10.0.0.1", "192.0.2.7").await, yes);
    assert_eq!(via("10.0.0.1", "192.0.2.7, 2001:db8::4").await, no, "the proxy saw who it is");
    assert_eq!(via("10.0.0.1", "2001:db8::4, 192.0.2.7").await, yes);

    // With a token that nobody looks at, a network still has an end.
    for _ in 0..NETWORK_RATE.most.get() {
        assert_eq!(status(&liar, "GET", "/nowhere", "192.0.2.8").await, StatusCode::NOT_FOUND);
    }
    assert_eq!(status(&liar, "GET", "/nowhere", "192.0.2.8").await, no);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let app = TestApp::new(Backend::Sqlite).await;
    let nobody = app.anonymous();
    tokio::time::pause();
    for (kind, secs) in [
        ("application/json", REQUEST_SECS_MAX),
        ("multipart/form-data; boundary=B", UPLOAD_SECS_MAX),
    ] {
        // A byte now and then, for ever.
        let trickle = futures_util::stream::unfold((), async |()| {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Some((Ok::<_, std::io::Error>(Bytes::from_static(b" ")), ()))
        });
        let path = if secs == REQUEST_SECS_MAX { "/sessions" } else { "/compose" };
        let mut request = nobody.request(Method::POST, path, Body::from_stream(trickle));
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        let origin = HeaderValue::from_static("http://pipit.test");
        request.headers_mut().insert(header::ORIGIN, origin);
        let began = tokio::time::Instant::now();
        let answer = nobody.send(request).await;
        assert_eq!(answer.problem(StatusCode::REQUEST_TIMEOUT).0, "request-timeout");
        assert_eq!(began.elapsed().as_secs(), secs);
    }
}
