//! Bad input: each gets its own clear problem, and changes nothing.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use pipit_testkit::{Client, TestApp, backends, oracle};
use serde_json::json;

const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// Posts a body as it is.
async fn post_raw(client: &Client, path: &str, body: impl Into<Body>) -> pipit_testkit::Answer {
    client.send(client.request(Method::POST, path, body.into())).await
}

type NoTweet = (String, StatusCode, &'static str, Option<&'static str>);

/// Bodies, and what they are answered with: status, kind of problem, field.
fn no_tweets() -> Vec<NoTweet> {
    let content = Some("content");
    vec![
        (json!({"content": ""}).to_string(), UNPROCESSABLE, "invalid-field", content),
        (json!({"content": " \n "}).to_string(), UNPROCESSABLE, "invalid-field", content),
        (json!({"content": "a".repeat(281)}).to_string(), UNPROCESSABLE, "invalid-field", content),
        (json!({"content": "a\u{0}b"}).to_string(), UNPROCESSABLE, "invalid-field", content),
        (json!({"content": "\u{feff}"}).to_string(), UNPROCESSABLE, "invalid-field", content),
        (
            json!({"content": "a".repeat(20_000)}).to_string(),
            UNPROCESSABLE,
            "invalid-field",
            content,
        ),
        (json!({"content": 5}).to_string(), UNPROCESSABLE, "invalid-field", content),
        (json!({"content": null}).to_string(), UNPROCESSABLE, "invalid-field", content),
        (json!({"content": "a", "x": 1}).to_string(), UNPROCESSABLE, "invalid-field", Some("x")),
        (
            json!({"content": "a", "reply_to_id": -1}).to_string(),
            UNPROCESSABLE,
            "invalid-field",
            Some("reply_to_id"),
        ),
        (
            json!({"content": "a", "reply_to_id": "x"}).to_string(),
            UNPROCESSABLE,
            "invalid-field",
            Some("reply_to_id"),
        ),
        (
            json!({"content": "a", "reply_to_id": 12.5}).to_string(),
            UNPROCESSABLE,
            "invalid-field",
            Some("reply_to_id"),
        ),
        (
            r#"{"content": "a", "reply_to_id": 99999999999999999999}"#.to_owned(),
            UNPROCESSABLE,
            "invalid-field",
            Some("reply_to_id"),
        ),
        (r#"{"content": "\ud800"}"#.to_owned(), StatusCode::BAD_REQUEST, "bad-json", None),
        ("{".to_owned(), StatusCode::BAD_REQUEST, "bad-json", None),
        (String::new(), StatusCode::BAD_REQUEST, "bad-json", None),
        ("[]".to_owned(), UNPROCESSABLE, "invalid-field", Some("body")),
        ("a".repeat(1 << 20), StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", None),
    ]
}

#[tokio::test]
async fn bodies_that_are_no_tweets() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let ann = app.sign_up("ann").await;
        for (body, status, kind, field) in no_tweets() {
            let answer = post_raw(&ann, "/tweets", body.clone()).await;
            let problem = answer.problem(status);
            let expected = (kind.to_owned(), field.map(str::to_owned));
            assert_eq!(problem, expected, "{}", body.chars().take(80).collect::<String>());
        }
        let bytes = post_raw(&ann, "/tweets", b"{\"content\": \"\xff\"}".to_vec()).await;
        assert_eq!(bytes.problem(StatusCode::BAD_REQUEST).0, "bad-json");
        let foreign = json!({"content": "a", "user_id": 17});
        ann.post("/tweets", foreign).await.problem(StatusCode::FORBIDDEN);
        let mut untyped = ann.request(Method::POST, "/tweets", "{}".into());
        untyped.headers_mut().remove("content-type");
        ann.send(untyped).await.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let mut keyed = ann.request(Method::POST, "/tweets", r#"{"content": "a"}"#.into());
        keyed.headers_mut().insert("idempotency-key", "k".repeat(300).parse().expect("a header"));
        let (_, field) = ann.send(keyed).await.problem(UNPROCESSABLE);
        assert_eq!(field.as_deref(), Some("Idempotency-Key"));
        let db = app.db.connect().await;
        assert!(oracle::ids(&db, "SELECT id FROM tweets").await.is_empty(), "nothing was posted");
    }
}

#[tokio::test]
async fn forms_that_are_too_long() {
    let app = TestApp::new(pipit_testkit::Backend::Sqlite).await;
    for path in ["/login", "/signup"] {
        let body = format!("login={}", "x".repeat(100_000));
        let mut request = app.anonymous().request(Method::POST, path, body.into());
        let headers = request.headers_mut();
        let form = "application/x-www-form-urlencoded";
        headers.insert("content-type", form.parse().expect("a header"));
        headers.insert("sec-fetch-site", "same-origin".parse().expect("a header"));
        let answer = app.anonymous().send(request).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        assert!(String::from_utf8_lossy(&answer.body).contains("<h1"), "a page");
    }
}

#[tokio::test]
async fn accounts_that_cannot_be() {
    let app = TestApp::new(pipit_testkit::Backend::Sqlite).await;
    app.sign_up("ann").await;
    let nobody = app.anonymous();
    let good = json!({"handle": "bob", "email": "bob@x.test", "password": "correct horse"});
    let cases = [
        ("handle", json!(""), UNPROCESSABLE),
        ("handle", json!("sixteen_chars_xx"), UNPROCESSABLE),
        ("handle", json!("12345"), UNPROCESSABLE),
        ("handle", json!("me"), UNPROCESSABLE),
        ("handle", json!("b\u{0}b"), UNPROCESSABLE),
        ("handle", json!("ANN"), StatusCode::CONFLICT),
        ("email", json!("nonsense"), UNPROCESSABLE),
        ("email", json!("ANN@X.TEST"), StatusCode::CONFLICT),
        ("password", json!("short"), UNPROCESSABLE),
        ("password", json!("x".repeat(257)), UNPROCESSABLE),
        ("name", json!("n".repeat(51)), UNPROCESSABLE),
        ("name", json!("two\nlines"), UNPROCESSABLE),
        ("name", json!(["a"]), UNPROCESSABLE),
        ("admin", json!(true), UNPROCESSABLE),
    ];
    for (field, value, status) in cases {
        let mut body = good.clone();
        body[field] = value;
        let (_, named) = nobody.post("/users", body.clone()).await.problem(status);
        assert_eq!(named.as_deref(), Some(field), "{body}");
    }
    nobody.get("/users/bob").await.problem(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn pages_that_cannot_be() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        for n in 0..3 {
            ann.tweet(&format!("#x {n}")).await;
        }
        let cursor_of = async |path: &str| -> String {
            let next = ann.get(path).await.ok()["next_cursor"].clone();
            next.as_str().expect("a next page").to_owned()
        };
        let home = cursor_of("/timeline?limit=1").await;
        let mut forged = home.clone();
        let first = if forged.starts_with('A') { "B" } else { "A" };
        forged.replace_range(..1, first);
        for (path, field) in [
            ("/timeline?limit=0".to_owned(), "limit"),
            ("/timeline?limit=101".to_owned(), "limit"),
            ("/timeline?limit=-1".to_owned(), "limit"),
            ("/timeline?limit=x".to_owned(), "limit"),
            ("/timeline?limit=99999999999999999999".to_owned(), "limit"),
            ("/timeline?cursor=x".to_owned(), "cursor"),
            ("/timeline?cursor=".to_owned(), "cursor"),
            (format!("/timeline?cursor={forged}"), "cursor"),
            (format!("/timeline?cursor={home}A"), "cursor"),
            (format!("/tweets?cursor={home}"), "cursor"),
            (format!("/tweets?user_id=ann&cursor={home}"), "cursor"),
            (format!("/tweets?hashtag=x&cursor={home}"), "cursor"),
            ("/tweets?hashtag=x&user_id=ann".to_owned(), "hashtag"),
            ("/tweets?hastag=x".to_owned(), "query"),
        ] {
            let (_, named) = ann.get(&path).await.problem(UNPROCESSABLE);
            if field != "query" {
                assert_eq!(named.as_deref(), Some(field), "{path}");
            }
        }
        // Somebody else's cursor is not good either.
        bob.get(&format!("/timeline?cursor={home}")).await.problem(UNPROCESSABLE);
        assert_eq!(
            ann.get(&format!("/timeline?limit=2&cursor={home}")).await.ok()["tweets"]
                .as_array()
                .map(Vec::len),
            Some(2)
        );
    }
}

#[tokio::test]
async fn what_is_not_there_or_not_ones_own() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        let id = ann.tweet("mine").await;
        bob.delete(&format!("/tweets/{id}")).await.problem(StatusCode::FORBIDDEN);
        bob.put("/users/bob/follow").await.problem(StatusCode::FORBIDDEN);
        for path in [
            "/tweets/1",
            "/tweets/-1",
            "/tweets/0",
            "/tweets/x",
            "/tweets/99999999999999999999",
            "/users/nobody",
            "/users/0",
            "/users/-5",
            "/users/%00",
            "/users/%ff",
            "/followers/nobody",
            "/following/77",
            "/tweets/5/thread",
            "/tweets/5/likes",
            "/hashtags/unused",
            "/hashtags/%00",
            "/hashtags/a%20b",
            "/docs/nothing",
            "/nowhere",
            "/tweets/",
        ] {
            bob.get(path).await.problem(StatusCode::NOT_FOUND);
        }
        bob.get("/hashtags/x/follow").await.problem(StatusCode::METHOD_NOT_ALLOWED);
        for path in ["/tweets/7/like", "/tweets/7/retweet", "/users/nobody/follow"] {
            bob.put(path).await.problem(StatusCode::NOT_FOUND);
            bob.delete(path).await.problem(StatusCode::NOT_FOUND);
        }
        let none = bob.get("/tweets?hashtag=%00").await.ok();
        assert_eq!(none["tweets"], json!([]));
        for path in ["/docs", "/openapi.json", "/tweets/1", "/assets/x/app.js"] {
            let wrong = bob.post(path, json!({})).await;
            assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        }
        let session = format!("/sessions/{}", 12345);
        bob.delete(&session).await.problem(StatusCode::NOT_FOUND);
        bob.patch("/tweets", json!({})).await.problem(StatusCode::METHOD_NOT_ALLOWED);
        let tweet = ann.get(&format!("/tweets/{id}")).await.ok();
        assert_eq!((&tweet["like_count"], &tweet["retweet_count"]), (&json!(0), &json!(0)));
        assert!(oracle::wrong_counts(&app.db.connect().await).await.is_empty());
    }
}

#[tokio::test]
async fn callers_who_are_not_signed_in() {
    let app = TestApp::new(pipit_testkit::Backend::Sqlite).await;
    let ann = app.sign_up("ann").await;
    let id = ann.tweet("hi").await;
    let nobody = app.anonymous();
    let mut forged = app.anonymous();
    let token = ann.token.clone().expect("signed in");
    // Another payload under the same signature, another key's signature, other nonsense.
    let parts: Vec<&str> = token.split('.').collect();
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", parts[1]);
    let tampered = format!("{}.{}A.{}", parts[0], parts[1], parts[2]);
    for bad in ["x", "", &unsigned, &tampered, &token[1..], &"a".repeat(5000)] {
        forged.token = Some(bad.to_owned());
        forged.get("/tweets").await.problem(StatusCode::UNAUTHORIZED);
    }
    for client in [&nobody, &forged] {
        for path in [
            "/timeline",
            "/sessions",
            "/users/me/bookmarks",
            "/users/me/lists",
            "/users/me/lists/1",
            "/users/me/filters",
            "/users/me/filters/1",
            "/users/me/lists/1/members",
            "/tweets?list_id=1",
            "/hashtags/followed",
        ] {
            client.get(path).await.problem(StatusCode::UNAUTHORIZED);
        }
        client.post("/tweets", json!({"content": "a"})).await.problem(StatusCode::UNAUTHORIZED);
        client.patch("/users/me", json!({"name": "x"})).await.problem(StatusCode::UNAUTHORIZED);
        for path in [
            format!("/tweets/{id}/like"),
            format!("/tweets/{id}/retweet"),
            format!("/tweets/{id}/bookmark"),
            format!("/tweets/{id}/mute"),
            format!("/tweets/{id}/hidden"),
            "/users/ann/follow".to_owned(),
            "/hashtags/x/follow".to_owned(),
            "/users/me/lists/1/members/ann".to_owned(),
        ] {
            client.put(&path).await.problem(StatusCode::UNAUTHORIZED);
            client.delete(&path).await.problem(StatusCode::UNAUTHORIZED);
        }
        for path in
            [format!("/tweets/{id}"), "/users/me".to_owned(), "/sessions/current".to_owned()]
        {
            client.delete(&path).await.problem(StatusCode::UNAUTHORIZED);
        }
    }
    ann.get("/timeline").await.ok();
}
