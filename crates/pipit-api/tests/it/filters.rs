//! What the contract promises of filters, muted conversations, who may answer, hidden answers.

use axum::http::StatusCode;
use pipit_api::wire::{ConversationMute, Filter, FilterPage, Thread, Tweet};
use pipit_testkit::{Backend, TestApp, backends};
use serde_json::json;

use crate::contract::{ids, page, typed};

const OK: StatusCode = StatusCode::OK;
const CREATED: StatusCode = StatusCode::CREATED;
const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;
const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;
const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

#[tokio::test]
async fn filters_are_made_read_changed_and_deleted_by_their_owner_alone() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        ann.put("/users/bob/follow").await.expect(OK);
        let told = bob.tweet("a \"Spoiler\"").await;
        let fine = bob.tweet("fine").await;
        let body = json!({
            "title": "Spöilers \"x\"", "context": ["home", "public"],
            "keywords": [{"keyword": "spoiler"}, {"keyword": "ending", "whole_word": false}],
        });
        let made: Filter = typed(&ann.post("/users/me/filters", body.clone()).await, CREATED);
        assert_eq!((made.action.as_str(), made.expires_at.as_ref()), ("warn", None));
        assert_eq!(made.context, ["home", "public"]);
        let whole: Vec<bool> = made.keywords.iter().map(|keyword| keyword.whole_word).collect();
        assert_eq!(whole, [true, false]);
        let home = page(&ann.get("/timeline").await);
        assert_eq!(ids(&home), [fine, told]);
        let filtered = home.tweets[1].filtered.as_ref().expect("it is filtered");
        assert_eq!((filtered.filter_id, filtered.title.as_str()), (made.id, "Spöilers \"x\""));
        assert!(home.tweets[0].filtered.is_none());

        let path = format!("/users/me/filters/{}", made.id);
        for answer in [bob.get(&path).await, bob.delete(&path).await, bob.get(&path).await] {
            answer.problem(NOT_FOUND);
        }
        bob.put_json(&path, body.clone()).await.problem(NOT_FOUND);
        let mut hide = body;
        hide["action"] = "hide".into();
        hide["expires_in"] = 60.into();
        let changed: Filter = typed(&ann.put_json(&path, hide).await, OK);
        assert!(changed.expires_at.is_some() && changed.id == made.id);
        assert_eq!(ids(&page(&ann.get("/timeline").await)), [fine]);
        let all: FilterPage = typed(&ann.get("/users/me/filters").await, OK);
        assert_eq!(all.filters.len(), 1);
        app.time.fetch_add(61_000, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(ids(&page(&ann.get("/timeline").await)), [fine, told], "it has ended");
        ann.delete(&path).await.expect(StatusCode::NO_CONTENT);
        ann.get(&path).await.problem(NOT_FOUND);
    }
}

#[tokio::test]
async fn filters_that_cannot_be() {
    let app = TestApp::new(Backend::Sqlite).await;
    let ann = app.sign_up("ann").await;
    let good = json!({"title": "x", "context": ["home"], "keywords": [{"keyword": "x"}]});
    for (field, value) in [
        ("title", json!("")),
        ("title", json!("x".repeat(51))),
        ("context", json!([])),
        ("context", json!(["everywhere"])),
        ("action", json!("delete")),
        ("expires_in", json!(0)),
        ("keywords", json!([])),
        ("keywords", json!([{"keyword": " "}])),
        ("keywords", json!(vec![json!({"keyword": "x"}); 31])),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let (kind, named) = ann.post("/users/me/filters", body).await.problem(UNPROCESSABLE);
        assert_eq!((kind.as_str(), named.as_deref()), ("invalid-field", Some(field)));
    }
    for _ in 0..50 {
        ann.post("/users/me/filters", good.clone()).await.expect(CREATED);
    }
    ann.post("/users/me/filters", good).await.problem(FORBIDDEN);
}

#[tokio::test]
async fn conversations_are_muted_restricted_and_tidied() {
    let app = TestApp::new(Backend::Sqlite).await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let body = json!({"content": "hi @bob", "reply_audience": "mentioned"});
    let root: Tweet = typed(&ann.post("/tweets", body).await, CREATED);
    assert_eq!((root.reply_audience.as_str(), root.hidden), ("mentioned", false));
    let bad = json!({"content": "hi", "reply_audience": "friends"});
    let (_, field) = ann.post("/tweets", bad).await.problem(UNPROCESSABLE);
    assert_eq!(field.as_deref(), Some("reply_audience"));
    let answer = json!({"content": "so", "reply_to_id": root.id});
    let reply: Tweet = typed(&bob.post("/tweets", answer.clone()).await, CREATED);
    let eve = app.sign_up("eve").await;
    eve.post("/tweets", answer).await.problem(FORBIDDEN);

    let mute = format!("/tweets/{}/mute", reply.id);
    let muted: ConversationMute = typed(&ann.put(&mute).await, OK);
    assert_eq!((muted.conversation_id, muted.muted), (root.id, true));
    let heard: ConversationMute = typed(&ann.delete(&mute).await, OK);
    assert!(!heard.muted);
    ann.put("/tweets/17/mute").await.problem(NOT_FOUND);

    let hidden = format!("/tweets/{}/hidden", reply.id);
    bob.put(&hidden).await.problem(FORBIDDEN);
    let tweet: Tweet = typed(&ann.put(&hidden).await, OK);
    assert!(tweet.hidden);
    let thread = format!("/tweets/{}/thread", root.id);
    let shown: Thread = typed(&eve.get(&thread).await, OK);
    assert!(shown.descendants.is_empty());
    let behind: Thread = typed(&eve.get(&format!("{thread}?hidden=true")).await, OK);
    assert_eq!(behind.descendants[0].id, reply.id);
    let tweet: Tweet = typed(&ann.delete(&hidden).await, OK);
    assert!(!tweet.hidden);
}
