//! `docs/headers.md` is what every kind of answer carries. `scripts/generate` writes it anew; a header
//! that comes or goes shows in its difference.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use pipit_testkit::{Backend, Client, TestApp};
use serde_json::{Value, json};

/// The smallest picture there is.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\
    \x1f\x15\xc4\x89\0\0\0\rIDATx\xdacd\xf8\xcfP\x0f\0\x03\x86\x01\x80Z4}k\0\0\0\0IEND\xaeB`\x82";

const HEAD: &str = "# Headers

What every kind of answer carries, errors included. Written by `scripts/generate`; a test fails when a
header comes or goes. `…` stands for what differs each time. Over HTTPS each has
`Strict-Transport-Security` besides.
";

/// Answers and what they are.
struct Seen {
    text: String,
    /// With their headers, for rules that hold for all.
    all: Vec<(String, StatusCode, HeaderMap)>,
}

impl Seen {
    async fn add(&mut self, what: &str, client: &Client, request: Request<Body>) -> HeaderMap {
        let response = client.open(request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut lines: Vec<String> =
            headers.iter().map(|(name, value)| line(name, value)).collect();
        lines.sort();
        let lines = lines.join("\n");
        let known = write!(self.text, "\n## {what}\n\n```\n{}\n{lines}\n```\n", status.as_u16());
        known.expect("text");
        self.all.push((what.to_owned(), status, headers.clone()));
        headers
    }
}

/// A header without what differs each time.
fn line(name: &HeaderName, value: &HeaderValue) -> String {
    let value = value.to_str().expect("text");
    let value = match name.as_str() {
        "content-length" | "x-request-id" | "etag" | "last-modified" | "x-ratelimit-reset" => "…",
        "content-disposition" => value.split_once("filename").map_or(value, |(kind, _)| kind),
        _ => value,
    };
    if let Some((session, how)) = value.split_once("; ").filter(|_| name == header::SET_COOKIE) {
        let session = if session.ends_with('=') { session } else { "pipit=…" };
        return format!("{name}: {session}; {how}");
    }
    // Ids, and versions of files.
    let mut plain = String::new();
    for part in value.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_id = word.len() > 14 && word.chars().any(|c| c.is_ascii_digit());
        plain.push_str(&if is_id { part.replace(word, "…") } else { part.to_owned() });
    }
    format!("{name}: {plain}")
}

/// What a browser asks, signed in by its cookie.
fn page(client: &Client, method: Method, path: &str, form: &'static str) -> Request<Body> {
    let mut request = client.request(method, path, Body::from(form));
    let headers = request.headers_mut();
    headers.remove(header::AUTHORIZATION);
    if let Some(token) = &client.token {
        let cookie = HeaderValue::try_from(format!("pipit={token}")).expect("a cookie");
        headers.insert(header::COOKIE, cookie);
    }
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::ACCEPT, HeaderValue::from_static("text/html"));
    headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
    request
}

fn get(client: &Client, path: &str) -> Request<Body> {
    client.request(Method::GET, path, Body::empty())
}

fn with(mut request: Request<Body>, name: &'static str, value: &'static str) -> Request<Body> {
    request.headers_mut().insert(name, HeaderValue::from_static(value));
    request
}

fn id_of(value: &Value) -> String {
    value["id"].to_string()
}

async fn rest(seen: &mut Seen, app: &TestApp, ann: &Client) {
    let nobody = app.anonymous();
    let (_, poor) = app.app_token("push", Some("ann")).await;
    let body = |text: &'static str| Body::from(text);
    seen.add("JSON for everybody", &nobody, get(&nobody, "/tweets")).await;
    seen.add("JSON for one", ann, get(ann, "/timeline")).await;
    seen.add(
        "JSON for one, as a page of another site asks",
        ann,
        with(get(ann, "/timeline"), "origin", "https://app.example"),
    )
    .await;
    let preflight = nobody.request(Method::OPTIONS, "/timeline", Body::empty());
    let preflight = with(preflight, "origin", "https://app.example");
    let preflight = with(preflight, "access-control-request-method", "POST");
    seen.add("Whether another site's page may ask", &nobody, preflight).await;
    let tweet = body(r#"{"content":"hi"}"#);
    seen.add("Something made", ann, ann.request(Method::POST, "/tweets", tweet)).await;
    let gone = format!("/tweets/{}", ann.tweet("bye").await);
    seen.add(
        "Something done, with nothing to say",
        ann,
        ann.request(Method::DELETE, &gone, Body::empty()),
    )
    .await;
    seen.add(
        "What is shown once",
        ann,
        ann.request(Method::POST, "/users/me/second-factor", Body::empty()),
    )
    .await;
    seen.add("A stream", ann, get(ann, "/timeline/stream")).await;
    seen.add("Not signed in", &nobody, get(&nobody, "/timeline")).await;
    seen.add("A token without the scope", &poor, get(&poor, "/timeline")).await;
    seen.add("Nothing there", &nobody, get(&nobody, "/tweets/1")).await;
    seen.add("No such address", &nobody, get(&nobody, "/no/such")).await;
    seen.add("No such method", &nobody, nobody.request(Method::PUT, "/tweets", Body::empty()))
        .await;
    seen.add("A wrong field", ann, ann.request(Method::POST, "/tweets", body("{}"))).await;
    seen.add("No JSON", ann, ann.request(Method::POST, "/tweets", body("{"))).await;
    let long = Body::from(vec![b' '; 70_000]);
    seen.add("A body too long", ann, ann.request(Method::POST, "/tweets", long)).await;
    seen.add("The description of the API", &nobody, get(&nobody, "/openapi.json")).await;
    seen.add("The page to read it", &nobody, get(&nobody, "/docs/")).await;
    seen.add("A file of that page", &nobody, get(&nobody, "/docs/index.css")).await;
    let apps = "/.well-known/oauth-authorization-server";
    seen.add("Where apps find everything", &nobody, get(&nobody, apps)).await;
    seen.add("An app refused", &nobody, nobody.request(Method::POST, "/oauth/token", body("{}")))
        .await;
    seen.add(
        "An app registered",
        &nobody,
        nobody.request(
            Method::POST,
            "/api/v1/apps",
            body(r#"{"client_name":"x","redirect_uris":"https://app.example/"}"#),
        ),
    )
    .await;
}

/// A picture's own address.
async fn upload(app: &TestApp, ann: &Client) -> String {
    let mut form =
        b"--B\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n".to_vec();
    form.extend_from_slice(PICTURE);
    form.extend_from_slice(b"\r\n--B--\r\n");
    let request = ann.request(Method::POST, "/media", Body::from(form));
    let request = with(request, "content-type", "multipart/form-data; boundary=B");
    let media = app.anonymous().send(request).await.expect(StatusCode::CREATED);
    media["url"].as_str().expect("an address").to_owned()
}

async fn files(seen: &mut Seen, app: &TestApp, ann: &Client) {
    let nobody = app.anonymous();
    let picture = upload(app, ann).await;
    seen.add("A picture", &nobody, get(&nobody, &picture)).await;
    seen.add("A picture that is not there", &nobody, get(&nobody, "/media/p/none.png")).await;
    let landing = nobody.send(page(&nobody, Method::GET, "/", "")).await;
    let text = String::from_utf8_lossy(&landing.body).into_owned();
    let sheet = text.split('"').find(|part| part.ends_with("pipit.css")).expect("a sheet");
    seen.add("A script or style", &nobody, get(&nobody, sheet)).await;
    seen.add("The same, compressed", &nobody, with(get(&nobody, sheet), "accept-encoding", "br"))
        .await;
    seen.add("One of another version", &nobody, get(&nobody, "/assets/x/app.js")).await;
}

async fn pages(seen: &mut Seen, app: &TestApp, ann: &Client) {
    let nobody = app.anonymous();
    let ask = |client: &Client, path: &str| page(client, Method::GET, path, "");
    let send = |client: &Client, path: &str, form| page(client, Method::POST, path, form);
    let tweet = |visibility| json!({"content": "hi #tag", "visibility": visibility});
    let mut paths = Vec::new();
    for visibility in ["public", "unlisted", "followers"] {
        let posted = ann.post("/tweets", tweet(visibility)).await.expect(StatusCode::CREATED);
        paths.push((visibility, format!("/@ann/{}", id_of(&posted))));
    }
    seen.add("A page for everybody", &nobody, ask(&nobody, "/explore")).await;
    seen.add("A page for one", ann, ask(ann, "/home")).await;
    seen.add("A page, compressed", ann, with(ask(ann, "/home"), "accept-encoding", "gzip")).await;
    for (visibility, path) in &paths {
        seen.add(&format!("The page of a tweet, {visibility}"), ann, ask(ann, path)).await;
    }
    let thread = &paths[0].1;
    let embed = format!("/oembed?url=http%3A%2F%2Fpipit.test{}", thread.replace('/', "%2F"));
    seen.add("A feed for programs", &nobody, ask(&nobody, "/@ann/feed.atom")).await;
    seen.add("What another site shows of a tweet", &nobody, ask(&nobody, &embed)).await;
    seen.add("The page of nothing", &nobody, ask(&nobody, "/@nobody")).await;
    seen.add("The page of no such address", &nobody, ask(&nobody, "/no/such")).await;
    seen.add("A form's address, opened by hand", &nobody, ask(&nobody, "/logout")).await;
    seen.add("A page for who is signed in", &nobody, ask(&nobody, "/home")).await;
    seen.add("A moderators' page, for others", ann, ask(ann, "/admin")).await;
    seen.add("A form", ann, send(ann, &format!("{thread}/like"), "")).await;
    let by_script = with(send(ann, &format!("{thread}/like"), ""), "accept", "application/json");
    seen.add("A form, by a script", ann, by_script).await;
    seen.add("A form with a mistake", ann, send(ann, "/lists", "name=")).await;
    let foreign = with(send(ann, "/lists", "name=x"), "sec-fetch-site", "cross-site");
    seen.add("A form of another site", ann, foreign).await;
    seen.add("A stream for a page", ann, ask(ann, "/home/stream?above=1")).await;
    let archive = send(ann, "/settings/data", "password=correct+horse+battery");
    seen.add("An archive of one's data", ann, archive).await;
    let form = "login=ann&password=correct+horse+battery";
    seen.add("Signing in", &nobody, send(&nobody, "/login", form)).await;
    let mut stale = app.anonymous();
    stale.token = Some("x".to_owned());
    seen.add("A cookie that is no good", &stale, ask(&stale, "/explore")).await;
    seen.add("Signing out", ann, send(ann, "/logout", "")).await;
}

async fn refusals(seen: &mut Seen, app: &TestApp) {
    let nobody = app.anonymous();
    let address: SocketAddr = "192.0.2.1:4711".parse().expect("an address");
    let from = |mut request: Request<Body>| {
        request.extensions_mut().insert(ConnectInfo(address));
        request
    };
    seen.add("What is counted", &nobody, from(get(&nobody, "/tweets"))).await;
    let app = || from(nobody.request(Method::POST, "/api/v1/apps", Body::from("{}")));
    for _ in 0..5 {
        nobody.send(app()).await;
    }
    seen.add("Too much of it", &nobody, app()).await;
    let mut form = page(&nobody, Method::POST, "/api/v1/apps", "");
    form.extensions_mut().insert(ConnectInfo(address));
    seen.add("Too much of it, by a browser", &nobody, form).await;
}

/// What holds whatever is answered.
fn check(seen: &Seen) {
    assert!(seen.all.len() > 50);
    for (what, status, headers) in &seen.all {
        let text = |name: &str| headers.get(name).map_or("", |value| value.to_str().expect("text"));
        for name in
            ["x-request-id", "cache-control", "referrer-policy", "cross-origin-opener-policy"]
        {
            assert!(!text(name).is_empty(), "{what}: no {name}");
        }
        assert_eq!(text("x-content-type-options"), "nosniff", "{what}");
        assert_eq!(text("x-frame-options"), "DENY", "{what}");
        let csp = text("content-security-policy");
        assert!(csp.contains("default-src 'none'"), "{what}: {csp}");
        assert!(csp.contains("frame-ancestors 'none'"), "{what}: {csp}");
        let may_be_kept = text("cache-control").contains("public");
        assert!(!may_be_kept || (status.is_success() && text("set-cookie").is_empty()), "{what}");
        // Nobody else's page reads one of ours.
        let is_page =
            text("content-type").starts_with("text/html") && *what != "The page to read it";
        let is_open = !text("access-control-allow-origin").is_empty();
        assert!(!is_page || !is_open, "{what}");
        assert_eq!(text("access-control-allow-credentials"), "", "{what}");
    }
}

#[tokio::test]
async fn the_generated_list_of_headers_is_current() {
    let app = TestApp::new(Backend::Sqlite).await;
    let ann = app.sign_up("ann").await;
    let mut seen = Seen { text: HEAD.to_owned(), all: Vec::new() };
    rest(&mut seen, &app, &ann).await;
    files(&mut seen, &app, &ann).await;
    pages(&mut seen, &app, &ann).await;
    refusals(&mut seen, &app.limited()).await;
    check(&seen);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/headers.md");
    #[expect(clippy::disallowed_methods, reason = "how scripts/generate speaks to this test")]
    if std::env::var_os("PIPIT_GENERATE").is_some() {
        std::fs::write(&path, &seen.text).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = committed.lines().zip(seen.text.lines()).find(|(one, other)| one != other);
    assert!(
        committed == seen.text,
        "docs/headers.md is out of date, first at {differs:?}: run scripts/generate, and look why"
    );
}
