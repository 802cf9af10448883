//! Notifications and places, as the contract promises them.

use axum::http::StatusCode;
use pipit_api::wire::{NotificationPage, ReadPosition, UnreadCount};
use pipit_testkit::{Answer, Client, TestApp, backends};
use serde::de::DeserializeOwned;
use serde_json::json;

/// Reads an answer back as the type that the description promises; unknown and missing fields fail.
#[track_caller]
fn typed<T: DeserializeOwned>(answer: &Answer) -> T {
    let value = answer.ok();
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value:#}"))
}

async fn told(client: &Client, query: &str) -> NotificationPage {
    typed(&client.get(&format!("/users/me/notifications{query}")).await)
}

fn in_short(page: &NotificationPage) -> Vec<(&str, &str, Option<i64>)> {
    let short = page.notifications.iter();
    short
        .map(|n| (n.r#type.as_str(), n.user.handle.as_str(), n.tweet.as_ref().map(|t| t.id)))
        .collect()
}

#[tokio::test]
async fn people_are_told_what_others_do() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        let cy = app.sign_up("cy").await;
        let id = ann.tweet("hello").await;
        bob.put(&format!("/tweets/{id}/like")).await.ok();
        cy.put(&format!("/tweets/{id}/retweet")).await.ok();
        bob.put("/users/ann/follow").await.ok();
        let answer = json!({"content": "hi @ann", "reply_to_id": id});
        let answer = bob.post("/tweets", answer).await.expect(StatusCode::CREATED);
        let answer = answer["id"].as_i64();
        let mention = cy.tweet("look, @ann").await;

        let all = told(&ann, "").await;
        let expected = [
            ("mention", "cy", Some(mention)),
            ("reply", "bob", answer),
            ("follow", "bob", None),
            ("retweet", "cy", Some(id)),
            ("like", "bob", Some(id)),
        ];
        assert_eq!(in_short(&all), expected, "{backend:?}");
        assert_eq!(all.notifications[0].id_str, all.notifications[0].id.to_string());
        assert!(all.notifications[0].timestamp.ends_with('Z'));
        let some = told(&ann, "?types=reply,mention,reply").await;
        assert_eq!(in_short(&some), expected[..2]);
        let first = told(&ann, "?limit=3").await;
        assert_eq!(in_short(&first), expected[..3]);
        let cursor = first.next_cursor.expect("more");
        let rest = told(&ann, &format!("?limit=3&cursor={cursor}")).await;
        assert_eq!(in_short(&rest), expected[3..]);
        assert_eq!(rest.next_cursor, None);
        assert!(told(&bob, "").await.notifications.is_empty(), "of their own deeds nobody is told");

        let unread = async |client: &Client| {
            let answer = client.get("/users/me/notifications/unread").await;
            typed::<UnreadCount>(&answer).count
        };
        assert_eq!(unread(&ann).await, 5);
        let read = json!({"last_read_id": all.notifications[2].id_str});
        let noted = ann.post("/users/me/notifications/read", read).await;
        assert_eq!(noted.status, StatusCode::NO_CONTENT);
        assert_eq!(unread(&ann).await, 2);
        bob.delete(&format!("/tweets/{}", answer.expect("an id"))).await;
        bob.delete(&format!("/tweets/{id}/like")).await.ok();
        assert_eq!((unread(&ann).await, told(&ann, "").await.notifications.len()), (1, 3));
        cy.delete("/users/me").await;
        let left = told(&ann, "").await;
        assert_eq!(in_short(&left), [("follow", "bob", None)], "what is gone is not shown");
    }
}

#[tokio::test]
async fn a_place_only_moves_forward() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let ann = app.sign_up("ann").await;
        let (old, new) = (ann.tweet("old").await, ann.tweet("new").await);
        let place = async || typed::<ReadPosition>(&ann.get("/timeline/position").await);
        assert_eq!(place().await.last_read_id, 0);
        for (sent, is) in [(old, old), (new, new), (old, new)] {
            let body = json!({"last_read_id": sent});
            let answer = ann.put_json("/timeline/position", body).await;
            assert_eq!(typed::<ReadPosition>(&answer).last_read_id, is, "{backend:?}");
            assert_eq!(place().await.last_read_id_str, is.to_string());
        }
        // On another node, and after a restart.
        let cold = app.cold_core().await;
        let session_id = pipit_model::SessionId(0);
        let caller = pipit_core::Caller { user_id: ann.user_id, session_id };
        assert_eq!(cold.read_positions(caller).await.expect("read").home, new);
        cold.close().await.expect("closed");
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let app = TestApp::new(pipit_testkit::Backend::Sqlite).await;
    let ann = app.sign_up("ann").await;
    for types in ["", "likes", "like,", "Like", "like,,reply", "1"] {
        let answer = ann.get(&format!("/users/me/notifications?types={types}")).await;
        let (kind, field) = answer.problem(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!((kind.as_str(), field.as_deref()), ("invalid-field", Some("types")), "{types}");
    }
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    for bad in [json!(-1), json!(i64::MAX), json!("x"), json!(null), json!(1.5), json!([])] {
        let body = json!({"last_read_id": bad});
        let field = Some("last_read_id".to_owned());
        let answer = ann.put_json("/timeline/position", body.clone()).await;
        assert_eq!(answer.problem(refused).1, field, "{bad}");
        let answer = ann.post("/users/me/notifications/read", body).await;
        assert_eq!(answer.problem(refused).1, field, "{bad}");
    }
    ann.put_json("/timeline/position", json!({})).await.problem(refused);
    ann.get("/users/me/notifications?limit=101").await.problem(refused);
    ann.get("/users/me/notifications?cursor=AAAA").await.problem(refused);
    let nobody = app.anonymous();
    for path in [
        "/users/me/notifications",
        "/users/me/notifications/unread",
        "/timeline/stream",
        "/timeline/position",
    ] {
        nobody.get(path).await.problem(StatusCode::UNAUTHORIZED);
    }
    let body = json!({"last_read_id": 1});
    let noted = nobody.post("/users/me/notifications/read", body.clone()).await;
    noted.problem(StatusCode::UNAUTHORIZED);
    nobody.put_json("/timeline/position", body).await.problem(StatusCode::UNAUTHORIZED);
}
