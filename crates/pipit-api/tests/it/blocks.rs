//! Blocking, muting, locked accounts: what their owners and the others get.

use axum::http::StatusCode;
use pipit_api::wire::{Relationship, Tweet, User, UserPage};
use pipit_model::limits::REQUESTS_WAITING_MAX;
use pipit_testkit::{Backend, Client, TestApp, backends};
use serde_json::json;
use std::sync::atomic::Ordering;

use crate::contract::{ids, page, typed};

fn handles(page: &UserPage) -> Vec<&str> {
    page.users.iter().map(|user| user.handle.as_str()).collect()
}

async fn people(client: &Client, path: &str) -> UserPage {
    typed(&client.get(path).await, StatusCode::OK)
}

#[tokio::test]
async fn a_block_parts_two_people_and_an_unblock_lets_them_meet_again() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        let cat = app.sign_up("cat").await;
        ann.put("/users/bob/follow").await.ok();
        bob.put("/users/ann/follow").await.ok();
        let id = ann.tweet("hi").await;
        cat.put(&format!("/tweets/{id}/like")).await.ok();
        bob.put(&format!("/tweets/{id}/like")).await.ok();

        let now: Relationship = typed(&ann.put("/users/bob/block").await, StatusCode::OK);
        assert!(now.blocking && !now.following && !now.followed_by && !now.blocked_by);
        assert!(page(&bob.get("/timeline").await).tweets.is_empty(), "at once");
        let header: User = typed(&bob.get("/users/ann").await, StatusCode::OK);
        let seen = header.relationship.expect("signed in");
        assert!(seen.blocked_by && !seen.blocking);
        for path in ["/followers/ann", "/following/ann"] {
            bob.get(path).await.problem(StatusCode::FORBIDDEN);
        }
        bob.put("/users/ann/follow").await.problem(StatusCode::FORBIDDEN);
        ann.put("/users/bob/follow").await.problem(StatusCode::FORBIDDEN);
        assert_eq!(handles(&people(&ann, &format!("/tweets/{id}/likes")).await), ["cat"]);
        assert!(people(&ann, "/users?q=bob").await.users.is_empty());
        assert!(people(&bob, "/users?q=ann").await.users.is_empty());
        assert_eq!(handles(&people(&ann, "/users/me/blocks").await), ["bob"]);
        assert!(people(&bob, "/users/me/blocks").await.users.is_empty());
        // A name is only text between the two, and tells nobody.
        let body = json!({"content": "hey @ann and @cat"});
        let tweet: Tweet = typed(&bob.post("/tweets", body).await, StatusCode::CREATED);
        let named: Vec<&str> = tweet.entities.mentions.iter().map(|m| m.handle.as_str()).collect();
        assert_eq!(named, ["cat"]);
        let told = ann.get("/users/me/notifications").await.ok();
        assert_eq!(told["notifications"].as_array().map(Vec::len), Some(1), "cat's like alone");
        let unread = ann.get("/users/me/notifications/unread").await.ok();
        assert_eq!(unread["count"], 1);

        let now: Relationship = typed(&ann.delete("/users/bob/block").await, StatusCode::OK);
        assert!(!now.blocking && !now.following);
        assert_eq!(ids(&page(&bob.get("/tweets?user_id=ann").await)), [id]);
        bob.put("/users/ann/follow").await.ok();
    }
}

#[tokio::test]
async fn a_mute_hides_from_timelines_until_it_ends_and_is_not_noticed() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        ann.put("/users/bob/follow").await.ok();
        let id = bob.tweet("hi @ann").await;
        let muted = ann.put_json("/users/bob/mute", json!({"duration": 60})).await;
        let now: Relationship = typed(&muted, StatusCode::OK);
        assert!(now.muting && now.following && now.muted_until.is_some());
        assert!(page(&ann.get("/timeline").await).tweets.is_empty());
        assert_eq!(ids(&page(&ann.get("/tweets?user_id=bob").await)), [id], "on the profile");
        assert_eq!(ann.get("/users/me/notifications/unread").await.ok()["count"], 0);
        assert_eq!(handles(&people(&ann, "/users/me/mutes").await), ["bob"]);
        let seen: User = typed(&bob.get("/users/ann").await, StatusCode::OK);
        assert!(!seen.relationship.expect("signed in").blocked_by);

        app.time.fetch_add(60_000, Ordering::Relaxed);
        assert_eq!(ids(&page(&ann.get("/timeline").await)), [id], "it has ended");
        assert_eq!(ann.get("/users/me/notifications/unread").await.ok()["count"], 1);
        assert!(people(&ann, "/users/me/mutes").await.users.is_empty());
        ann.put("/users/bob/mute").await.ok();
        assert!(page(&ann.get("/timeline").await).tweets.is_empty(), "without an end");
        ann.delete("/users/bob/mute").await.ok();
        assert_eq!(ids(&page(&ann.get("/timeline").await)), [id]);
    }
}

#[tokio::test]
async fn a_locked_account_decides_who_follows_it() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob, cat) =
            (app.sign_up("ann").await, app.sign_up("bob").await, app.sign_up("cat").await);
        let settings = json!({"locked": true, "default_visibility": "followers"});
        let me: User = typed(&ann.patch("/users/me", settings).await, StatusCode::OK);
        assert!(me.locked && me.default_visibility.as_deref() == Some("followers"));
        let id = ann.tweet("for my followers").await;
        for client in [&bob, &cat] {
            let asked: Relationship = typed(&client.put("/users/ann/follow").await, StatusCode::OK);
            assert!(asked.requested && !asked.following);
        }
        let seen: User = typed(&bob.get("/users/ann").await, StatusCode::OK);
        assert!(seen.locked && seen.default_visibility.is_none(), "nobody else's concern");
        bob.get(&format!("/tweets/{id}")).await.problem(StatusCode::NOT_FOUND);
        let told = ann.get("/users/me/notifications?types=follow_request").await.ok();
        assert_eq!(told["notifications"][0]["type"], "follow_request");
        let asking = people(&ann, "/users/me/follow_requests").await;
        assert_eq!(handles(&asking), ["cat", "bob"]);

        let now = ann.put("/users/me/follow_requests/bob").await;
        assert!(typed::<Relationship>(&now, StatusCode::OK).followed_by);
        let now = ann.delete("/users/me/follow_requests/cat").await;
        assert!(!typed::<Relationship>(&now, StatusCode::OK).requested_by);
        assert_eq!(ids(&page(&bob.get("/timeline").await)), [id]);
        cat.get(&format!("/tweets/{id}")).await.problem(StatusCode::NOT_FOUND);

        let now = ann.delete("/users/me/followers/bob").await;
        assert!(!typed::<Relationship>(&now, StatusCode::OK).followed_by);
        assert!(page(&bob.get("/timeline").await).tweets.is_empty(), "at once");
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let app = TestApp::new(Backend::Sqlite).await;
    let ann = app.sign_up("ann").await;
    app.sign_up("bob").await;
    for path in ["/users/ann/block", "/users/ann/mute", "/users/ann/follow"] {
        ann.put(path).await.problem(StatusCode::FORBIDDEN);
    }
    for path in ["/users/nobody/block", "/users/nobody/mute", "/users/me/follow_requests/nobody"] {
        ann.put(path).await.problem(StatusCode::NOT_FOUND);
    }
    for duration in [json!(0), json!(-5), json!(i64::MAX), json!("long")] {
        let refused = ann.put_json("/users/bob/mute", json!({"duration": duration})).await;
        let field = refused.problem(StatusCode::UNPROCESSABLE_ENTITY).1;
        assert_eq!(field.as_deref(), Some("duration"));
    }
    ann.put_json("/users/bob/mute", json!({"x": 1}))
        .await
        .problem(StatusCode::UNPROCESSABLE_ENTITY);
    let body = json!({"content": "x", "visibility": "friends"});
    let refused = ann.post("/tweets", body).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.1.as_deref(), Some("visibility"));
    let refused = ann.patch("/users/me", json!({"default_visibility": "x"})).await;
    let refused = refused.problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.1.as_deref(), Some("default_visibility"));
    // Nobody who asked was there to be answered.
    ann.put("/users/me/follow_requests/bob").await.ok();
    assert_eq!(ann.get("/users/ann").await.ok()["follower_count"], 0);
    let nobody = app.anonymous();
    for path in ["/users/me/blocks", "/users/me/mutes", "/users/me/follow_requests"] {
        nobody.get(path).await.problem(StatusCode::UNAUTHORIZED);
    }
    for path in ["/users/bob/block", "/users/bob/mute", "/users/me/follow_requests/bob"] {
        nobody.put(path).await.problem(StatusCode::UNAUTHORIZED);
        nobody.delete(path).await.problem(StatusCode::UNAUTHORIZED);
    }
    nobody.delete("/users/me/followers/bob").await.problem(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn whoever_asks_to_follow_too_many_waits_for_answers_first() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        let cat = app.sign_up("cat").await;
        bob.patch("/users/me", json!({"locked": true})).await.ok();
        let me = ann.user_id;
        let rows = (0..REQUESTS_WAITING_MAX).map(|n| format!("({me}, {n}, {n})"));
        let rows = rows.collect::<Vec<_>>().join(", ");
        let table = "follow_requests (user_id, followed_user_id, id)";
        app.db.execute(&format!("INSERT INTO {table} VALUES {rows}")).await;
        let refused = ann.put("/users/bob/follow").await;
        assert_eq!(refused.problem(StatusCode::FORBIDDEN).0, "forbidden", "{backend:?}");
        let why = refused.json()["detail"].as_str().expect("words").to_owned();
        assert!(why.contains("take some back"), "{why}");
        // Whoever is not asked is followed as ever, and others ask as ever.
        ann.put("/users/cat/follow").await.ok();
        assert_eq!(cat.put("/users/bob/follow").await.ok()["requested"], true);
        app.db
            .execute(&format!("DELETE FROM follow_requests WHERE user_id = {me} AND id = 7"))
            .await;
        for _ in 0..2 {
            assert_eq!(ann.put("/users/bob/follow").await.ok()["requested"], true, "{backend:?}");
        }
    }
}
