//! Accounts: profile, sign-in, time, deletion.

use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use pipit_testkit::{TestApp, backends};
use serde_json::json;

#[tokio::test]
async fn a_profile_is_changed_field_by_field_and_shows_at_once() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let ann = app.sign_up("Ann").await;
        let id = ann.tweet("hi").await;
        let edit = json!({"name": "Ann Ä.", "bio": "two\nlines", "profile_picture": "https://p.test/a.png"});
        let user = ann.patch("/users/me", edit).await.ok();
        assert_eq!((&user["name"], &user["bio"]), (&json!("Ann Ä."), &json!("two\nlines")));
        let author = ann.get(&format!("/tweets/{id}")).await.ok()["user"].clone();
        assert_eq!(author["avatar_url"], "https://p.test/a.png");
        assert_eq!(author["name"], "Ann Ä.");
        let user = ann.patch("/users/me", json!({"profile_picture": null})).await.ok();
        assert_eq!((&user["avatar_url"], &user["name"]), (&json!(null), &json!("Ann Ä.")));
        assert_eq!(ann.patch("/users/me", json!({"name": " "})).await.ok()["name"], "Ann");
        ann.patch("/users/me", json!({})).await.ok();
    }
}

#[tokio::test]
async fn wrong_passwords_and_unknown_people_look_the_same() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        app.sign_up("ann").await;
        let nobody = app.anonymous();
        let mut answers = Vec::new();
        let long = "x".repeat(5000);
        for login in ["ann", "ann@x.test", "nobody", "nobody@x.test", "1", "", "a\0b", &long] {
            let form = json!({"login": login, "password": "wrong password", "otp": null});
            let answer = nobody.post("/sessions", form).await;
            answer.problem(StatusCode::UNAUTHORIZED);
            answers.push(answer.json()["detail"].clone());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1);
    }
}

#[tokio::test]
async fn a_token_ends_with_its_time() {
    let app = TestApp::new(pipit_testkit::Backend::Sqlite).await;
    let ann = app.sign_up("ann").await;
    ann.get("/timeline").await.ok();
    app.time.fetch_add(91 * 24 * 3600 * 1000, Ordering::Relaxed);
    ann.get("/timeline").await.problem(StatusCode::UNAUTHORIZED);
    app.pipit.delete_expired().await.expect("cleaned");
}

#[tokio::test]
async fn a_deleted_account_is_gone_for_everybody() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        let id = ann.tweet("here today").await;
        bob.put("/users/ann/follow").await.ok();
        ann.delete("/users/me").await.expect(StatusCode::NO_CONTENT);
        ann.get("/timeline").await.problem(StatusCode::UNAUTHORIZED);
        for path in [format!("/tweets/{id}"), "/users/ann".to_owned(), "/followers/ann".to_owned()]
        {
            bob.get(&path).await.problem(StatusCode::NOT_FOUND);
        }
        assert_eq!(bob.get("/timeline").await.ok()["tweets"], json!([]));
        let login = json!({"login": "ann", "password": "correct horse battery"});
        bob.post("/sessions", login).await.problem(StatusCode::UNAUTHORIZED);
    }
}
