//! What is sent to a door, through all that is behind it, down to the database.

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use arbtest::arbitrary::{Result, Unstructured};
use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use pipit_core::PasskeySite;
use pipit_model::Error;
use pipit_testkit::{Answer, Authenticator, Backend, Client, TestApp};
use tokio::runtime::Runtime;

use super::pure::pictures;
use super::{mutant, run};

/// A service and somebody who is signed in.
struct Site {
    runtime: Runtime,
    app: TestApp,
    ann: Client,
}

impl Site {
    fn open() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let (app, ann) = runtime.block_on(async {
            let app = TestApp::new(Backend::Sqlite).await;
            let ann = app.sign_up("ann").await;
            for n in 0..30 {
                ann.tweet(&format!("#tag words and more {n}")).await;
            }
            (app, ann)
        });
        Self { runtime, app, ann }
    }

    /// Sends it; a door says what is wrong, and is not to blame for it.
    fn send(&self, request: Request<Body>) -> Answer {
        let told = format!("{} {}", request.method(), request.uri());
        let answer = self.runtime.block_on(self.ann.send(request));
        let body = || String::from_utf8_lossy(&answer.body).into_owned();
        assert!(!answer.status.is_server_error(), "{told}: {}: {}", answer.status, body());
        answer
    }

    fn get(&self, path: &str) -> Answer {
        self.send(self.ann.request(Method::GET, path, Body::empty()))
    }
}

/// A value as it stands behind a `?`.
fn quoted(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02X}")).collect()
}

const SEARCHES: [&str; 7] = [
    "words",
    "\"words and\" more -not #tag @ann from:ann",
    "since:2026-01-31 until:2026-12-31 has:links -has:media",
    "from:nobody since:yesterday",
    "日本 NEAR(a, 2) OR words* AND (x)",
    "' OR 1=1 -- %_\\",
    "#ta",
];
/// What a browser sends of a passkey is made of.
const WORDS: [&str; 8] =
    ["\"id\"", "\"rawId\"", "\"response\"", "\"userHandle\"", "null", "{", "]", "AAAA"];
const TERMS: [&str; 14] =
    ["\"", "-", "#", "@", "from:", "since:", "until:", "has:", " ", "*", "(", "'", "日", "\u{0}"];

#[test]
fn fuzz_searches() {
    let site = Site::open();
    run("searches", |u| {
        let q = quoted(&mutant::bytes(u, &SEARCHES, &TERMS)?);
        let list = *u.choose(&["/tweets", "/users", "/hashtags", "/search"])?;
        if q.len() < 30_000 {
            site.get(&format!("{list}?q={q}"));
        }
        Ok(())
    });
}

#[test]
fn fuzz_cursors() {
    let site = Site::open();
    let lists = ["/tweets?limit=3", "/timeline?limit=3", "/tweets?limit=3&user_id=ann"];
    let mut good = Vec::new();
    for list in lists {
        let cursor = site.get(list).ok()["next_cursor"].as_str().expect("a cursor").to_owned();
        good.push((list, cursor));
    }
    let cursors: Vec<&String> = good.iter().map(|(_, cursor)| cursor).collect();
    let known: HashSet<(&str, &str)> = good.iter().map(|(l, c)| (*l, c.as_str())).collect();
    run("cursors", |u| {
        let cursor = mutant::bytes(u, &cursors, &["=", "A", "_", "-", "\u{0}"])?;
        let list = *u.choose(&lists)?;
        if cursor.len() > 10_000 {
            return Ok(());
        }
        let answer = site.get(&format!("{list}&cursor={}", quoted(&cursor)));
        let is_ours = std::str::from_utf8(&cursor).is_ok_and(|text| known.contains(&(list, text)));
        assert_eq!(answer.status == StatusCode::OK, is_ours, "{list} {cursor:?}");
        Ok(())
    });
}

fn form_of(picture: &[u8]) -> Vec<u8> {
    let mut form = b"--B\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\nA sky\r\n\
        --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.png\"\r\n\
        Content-Type: image/png\r\n\r\n"
        .to_vec();
    form.extend_from_slice(picture);
    form.extend_from_slice(b"\r\n--B--\r\n");
    form
}

const OF_FORMS: [&str; 10] = [
    "--B",
    "\r\n",
    "--",
    "\r\n\r\n",
    "Content-Disposition: form-data; name=\"",
    "filename*=UTF-8''",
    "name=\"file\"",
    "\"",
    ";",
    "Content-Transfer-Encoding: base64",
];
const KINDS: [&str; 5] = [
    "multipart/form-data; boundary=B",
    "multipart/form-data; boundary=\"B\"; charset=x",
    "multipart/form-data; boundary=",
    "multipart/form-data;boundary=--B",
    "multipart/mixed; boundary=B",
];

const TAKES_FORMS: [(Method, &str); 3] =
    [(Method::POST, "/media"), (Method::PUT, "/users/me/avatar"), (Method::POST, "/compose")];

#[test]
fn fuzz_multipart() {
    let site = Site::open();
    let seeds: Vec<Vec<u8>> = pictures().iter().map(|picture| form_of(picture)).collect();
    run("multipart", |u| {
        let form = mutant::bytes(u, &seeds, &OF_FORMS)?;
        let (method, path) = u.choose(&TAKES_FORMS)?;
        let mut request = site.ann.request(method.clone(), path, Body::from(form));
        let kind = HeaderValue::from_static(u.choose(&KINDS)?);
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
        as_page(&site, &mut request);
        site.send(request);
        Ok(())
    });
}

/// With the cookie too: each door looks at its own.
fn as_page(site: &Site, request: &mut Request<Body>) {
    let token = site.ann.token.as_deref().unwrap_or_default();
    let cookie = HeaderValue::try_from(format!("pipit={token}")).expect("a cookie");
    request.headers_mut().insert(header::COOKIE, cookie);
    request.headers_mut().insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
}

const BODIES: [&str; 8] = [
    r#"{"content":"hi #tag","reply_to_id":1,"media_ids":["2"],"visibility":"public"}"#,
    r#"{"title":"f","context":["home"],"keywords":[{"keyword":"x","whole_word":true}],"expires_in":60}"#,
    r#"{"user_id":7,"tweet_ids":[1,"2"],"category":"spam","rule_id":null,"comment":"x"}"#,
    r#"{"name":"x","bio":"y","links":["https://example.org"],"locked":false}"#,
    r#"{"client_name":"x","redirect_uris":["https://a.example/cb"],"scopes":"read write"}"#,
    r#"{"last_read_id":"17"}"#,
    r#"{"login":"nobody","otp":"123456"}"#,
    r#"[[[[[[{"a":[1e400,-0,1.5,"\ud800"]}]]]]]]"#,
];
const OF_JSON: [&str; 12] =
    ["{", "}", "[", "]", ",", ":", "\"", "null", "-1", "9223372036854775808", "\\u0000", "1e999"];
const TAKES_JSON: [(Method, &str); 8] = [
    (Method::POST, "/tweets"),
    (Method::POST, "/users/me/filters"),
    (Method::POST, "/reports"),
    (Method::PATCH, "/users/me"),
    (Method::POST, "/api/v1/apps"),
    (Method::PUT, "/timeline/position"),
    (Method::POST, "/sessions/current/proof"),
    (Method::POST, "/users/me/lists"),
];

#[test]
fn fuzz_json() {
    let site = Site::open();
    run("json", |u| {
        let body = mutant::bytes(u, &BODIES, &OF_JSON)?;
        let (method, path) = u.choose(&TAKES_JSON)?;
        let answer = site.send(site.ann.request(method.clone(), path, Body::from(body)));
        assert!(
            answer.status != StatusCode::NOT_FOUND || *path == "/reports" || *path == "/tweets"
        );
        Ok(())
    });
}

/// Where the app of this target has people led back to.
const BACK: &str = "https://app.example/cb";

#[test]
fn fuzz_oauth() {
    let site = Site::open();
    let app = serde_json::json!({"client_name": "x", "redirect_uris": BACK, "scopes": "read"});
    let app = site.runtime.block_on(site.app.anonymous().post("/api/v1/apps", app)).ok();
    let (id, secret) = (app["client_id"].as_str(), app["client_secret"].as_str());
    let (id, secret) = (id.expect("an id"), secret.expect("a secret"));
    let seeds = [
        format!(
            "response_type=code&client_id={id}&redirect_uri={BACK}&scope=read&state=s%20t\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
        ),
        format!("grant_type=client_credentials&client_id={id}&client_secret={secret}&scope=read"),
        format!(
            "grant_type=authorization_code&client_id={id}&code=x&redirect_uri={BACK}&code_verifier=v"
        ),
        format!("client_id={id}&client_secret={secret}&token=x"),
        format!("client_name=x&redirect_uris={BACK}%0Aurn:ietf:wg:oauth:2.0:oob&scopes=read+write"),
    ];
    let words =
        ["&", "=", "%", "%00", "+", "read", "code", "S256", "redirect_uri=//evil.example", "\n"];
    run("oauth", |u| try_oauth(u, &site, &seeds, &words));
}

fn try_oauth(
    u: &mut Unstructured<'_>,
    site: &Site,
    seeds: &[String],
    words: &[&str],
) -> Result<()> {
    let sent = mutant::bytes(u, seeds, words)?;
    let takes = ["/oauth/token", "/oauth/revoke", "/api/v1/apps", "/oauth/authorize"];
    let path = *u.choose(&takes)?;
    if path == "/oauth/authorize" && u.arbitrary()? {
        let Some(uri) = std::str::from_utf8(&sent).ok().map(|query| format!("{path}?{query}"))
        else {
            return Ok(());
        };
        if uri.parse::<Uri>().is_ok() && uri.is_ascii() {
            let mut request = site.ann.request(Method::GET, &uri, Body::empty());
            as_page(site, &mut request);
            check_led(&site.send(request));
        }
        return Ok(());
    }
    let mut request = site.ann.request(Method::POST, path, Body::from(sent.clone()));
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(header::CONTENT_TYPE, form);
    request.headers_mut().remove(header::AUTHORIZATION);
    if u.arbitrary()? {
        let basic = mutant::bytes(u, &["Basic Nzpz", "Bearer x", "basic Nzo="], &["=", ":", " "])?;
        if let Ok(basic) = HeaderValue::try_from(basic) {
            request.headers_mut().insert(header::AUTHORIZATION, basic);
        }
    }
    as_page(site, &mut request);
    check_led(&site.send(request));
    Ok(())
}

/// Nobody is led anywhere but back to the app, or to a page of ours.
fn check_led(answer: &Answer) {
    let to = answer.headers.get(header::LOCATION).map(|to| to.to_str().expect("ASCII"));
    let is_ours = |to: &str| to.starts_with('/') && !to.starts_with("//");
    assert!(to.is_none_or(|to| is_ours(to) || to.starts_with(BACK)), "{to:?}");
}

#[test]
fn fuzz_passkeys() {
    let Site { runtime, app, ann } = Site::open();
    let here = PasskeySite::of("https://pipit.example").expect("a site");
    let caller = app.pipit.authenticate(ann.token.as_deref().unwrap_or_default());
    let caller = runtime.block_on(caller).expect("signed in");
    let mut device = Authenticator::at("https://pipit.example");
    let asked = runtime.block_on(app.pipit.ask_for_passkey(caller, &here)).expect("asked");
    let made = device.create(&asked.options);
    let added = app.pipit.add_passkey(caller, &here, (&asked.ticket, &made), "x");
    runtime.block_on(added).expect("added");
    run("passkeys", |u| {
        // So many wrong ones in an hour would not be looked at.
        app.time.fetch_add(200_000, Ordering::Relaxed);
        let asked = app.pipit.ask_to_sign_in(&here).expect("asked");
        let answer = device.get(&asked.options);
        let sent = mutant::text(u, &[&answer, &made], &WORDS)?;
        let entering = app.pipit.sign_in_by_passkey(
            &here,
            (&asked.ticket, &sent),
            pipit_core::Client::default(),
        );
        match runtime.block_on(entering) {
            Err(Error::Unauthenticated(_)) => {}
            // What was changed may be of no account: a name that nothing reads.
            Ok(session) => assert_eq!(session.user.card.user().id, caller.user_id),
            Err(other) => panic!("{other}: {sent}"),
        }
        Ok(())
    });
}
