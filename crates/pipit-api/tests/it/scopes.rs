//! What apps may do: every route names its scopes, and holds to them.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use pipit_testkit::{Backend, Client, TestApp};
use serde_json::{Value, json};

/// Each operation of the description: method, path, and the scopes it names.
fn operations() -> Vec<(Method, String, Option<Vec<String>>, bool)> {
    let text = pipit_api::openapi_json().expect("JSON");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let security = operation["security"].as_array().cloned().unwrap_or_default();
            let takes_tokens = security.iter().any(|way| way.get("bearer").is_some());
            let scopes = security.iter().find_map(|way| way.get("oauth")).map(|scopes| {
                let names = scopes.as_array().expect("scopes").iter();
                names.map(|name| name.as_str().expect("a name").to_owned()).collect()
            });
            operations.push((method, path.clone(), scopes, takes_tokens));
        }
    }
    operations
}

/// What no app may do, whatever it was given. This list does not grow without a reason.
const FOR_PEOPLE: [(&str, &str); 13] = [
    ("DELETE", "/users/me"),
    ("GET", "/sessions"),
    ("DELETE", "/sessions/{id}"),
    ("DELETE", "/sessions/current"),
    // What unlocks the account.
    ("POST", "/sessions/current/proof"),
    ("PUT", "/users/me/password"),
    ("GET", "/users/me/second-factor"),
    ("POST", "/users/me/second-factor"),
    ("PUT", "/users/me/second-factor"),
    ("DELETE", "/users/me/second-factor"),
    ("POST", "/users/me/recovery-codes"),
    // What a new password is sent to.
    ("GET", "/users/me/email"),
    ("PUT", "/users/me/email"),
];

#[test]
fn every_route_that_takes_a_token_names_its_scopes() {
    let operations = operations();
    assert!(operations.len() > 50);
    for (method, path, scopes, takes_tokens) in operations {
        let for_people = FOR_PEOPLE.contains(&(method.as_str(), path.as_str()));
        assert_eq!(
            takes_tokens && !for_people,
            scopes.is_some(),
            "{method} {path} needs its row in pipit-api/src/needs.rs"
        );
    }
}

#[tokio::test]
async fn a_token_without_the_scope_gets_nowhere() {
    let app = TestApp::new(Backend::Sqlite).await;
    app.sign_up("ann").await;
    let (_, poor) = app.app_token("push", Some("ann")).await;
    let (_, rich) =
        app.app_token("read write follow push admin:read admin:write", Some("ann")).await;
    for (method, path, scopes, takes_tokens) in operations() {
        if !takes_tokens {
            continue;
        }
        let path = path.replace("{id}", "7").replace("{name}", "x").replace("{user}", "7");
        let send = async |client: &Client| {
            client.send(client.request(method.clone(), &path, Body::from("{}"))).await
        };
        let answer = send(&poor).await;
        let (kind, _) = answer.problem(StatusCode::FORBIDDEN);
        match scopes {
            None => {
                assert_eq!(kind, "forbidden", "{method} {path}");
                let (kind, _) = send(&rich).await.problem(StatusCode::FORBIDDEN);
                assert_eq!(kind, "forbidden", "{method} {path}");
            }
            Some(scopes) => {
                assert_eq!(kind, "insufficient-scope", "{method} {path}");
                assert_eq!(answer.json()["scope"], scopes[0], "{method} {path}");
                let how = answer.headers["www-authenticate"].to_str().expect("ASCII");
                let expected = format!("error=\"insufficient_scope\", scope=\"{}\"", scopes[0]);
                assert!(how.contains(&expected), "{how}");
                // Streams go on: their answer is not read here.
                if path != "/timeline/stream" {
                    let status = send(&rich).await.status;
                    assert!(![401, 403].contains(&status.as_u16()), "{method} {path}: {status}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_child_is_enough_and_its_sister_is_not() {
    let app = TestApp::new(Backend::Sqlite).await;
    let ann = app.sign_up("ann").await;
    let id = ann.tweet("hello").await;
    let (_, reader) = app.app_token("read:statuses", Some("ann")).await;
    let (_, liker) = app.app_token("write:favourites", Some("ann")).await;
    reader.get("/timeline").await.ok();
    assert_eq!(reader.get(&format!("/tweets/{id}")).await.ok()["user"]["handle"], "ann");
    reader.get("/users/me/bookmarks").await.problem(StatusCode::FORBIDDEN);
    reader.post("/tweets", json!({"content": "x"})).await.problem(StatusCode::FORBIDDEN);
    let (kind, _) = reader.get("/timeline/stream").await.problem(StatusCode::FORBIDDEN);
    assert_eq!(kind, "insufficient-scope", "the stream tells of notifications too");
    assert_eq!(liker.put(&format!("/tweets/{id}/like")).await.ok()["liked"], true);
    liker.get("/timeline").await.problem(StatusCode::FORBIDDEN);
    liker.delete(&format!("/tweets/{id}")).await.problem(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_app_alone_reads_what_everybody_reads() {
    let app = TestApp::new(Backend::Sqlite).await;
    let id = app.sign_up("ann").await.tweet("hello").await;
    let (_, alone) = app.app_token("read write", None).await;
    let seen = alone.get(&format!("/tweets/{id}")).await.ok();
    assert_eq!(seen["content"], "hello");
    assert_eq!(alone.get("/users/ann").await.ok().get("relationship"), None);
    for path in ["/timeline", "/users/me/lists", "/users/me/notifications"] {
        let (kind, _) = alone.get(path).await.problem(StatusCode::FORBIDDEN);
        assert_eq!(kind, "forbidden", "{path}");
    }
    alone.post("/tweets", json!({"content": "x"})).await.problem(StatusCode::FORBIDDEN);
}
