//! Reports by the API, and what accounts in each state may do.

use std::fmt::Display;
use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Method;
use axum::http::StatusCode;
use pipit_api::wire::{Report, RulePage};
use pipit_core::{Blocking, Deed, Moderator};
use pipit_model::moderation::ActionKind;
use pipit_model::server_block::BlockKind;
use pipit_testkit::{Backend, Client, TestApp, backends};
use serde_json::json;

const OK: StatusCode = StatusCode::OK;
const CREATED: StatusCode = StatusCode::CREATED;
const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;
const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;
const INVALID: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

async fn act(app: &TestApp, on: &Client, kind: ActionKind) {
    let reason = "Because.".to_owned();
    let deed = Deed { user_id: on.user_id, kind, reason, tweets: Vec::new(), report: None };
    app.pipit.act(Moderator::operator(), deed).await.expect("done");
}

#[tokio::test]
async fn reports_are_made_once_and_say_what_is_wrong() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, eve) = (app.sign_up("ann").await, app.sign_up("eve").await);
        let (of_eve, of_ann) = (eve.tweet("spam").await, ann.tweet("mine").await);
        app.pipit.add_rule(Moderator::operator(), "No spam.").await.expect("added");
        let rules = app.anonymous().get("/rules").await.ok();
        let rules: RulePage = serde_json::from_value(rules).expect("rules");
        let rule = rules.rules[0].id;
        let body = json!({"user_id": eve.user_id.0, "tweet_ids": [of_eve.to_string()],
            "category": "violation", "rule_id": rule, "comment": "Spam"});
        let report = ann.post("/reports", body.clone()).await.expect(CREATED);
        let report: Report = serde_json::from_value(report).expect("a report");
        assert_eq!((report.user_id, report.rule_id), (eve.user_id.0, Some(rule)));
        let cases = [
            (
                "tweet_ids",
                json!({"user_id": eve.user_id.0, "category": "spam", "tweet_ids": [of_ann]}),
            ),
            ("tweet_ids", json!({"user_id": eve.user_id.0, "category": "spam", "tweet_ids": [7]})),
            ("category", json!({"user_id": eve.user_id.0, "category": "rude"})),
            ("comment", json!({"user_id": eve.user_id.0, "category": "other"})),
            ("rule_id", json!({"user_id": eve.user_id.0, "category": "violation", "rule_id": 7})),
            ("rule_id", json!({"user_id": eve.user_id.0, "category": "spam", "rule_id": rule})),
        ];
        for (field, body) in cases {
            let problem = ann.post("/reports", body).await.problem(INVALID);
            assert_eq!(problem.1.as_deref(), Some(field), "{backend:?}");
        }
        let oneself = json!({"user_id": ann.user_id.0, "category": "spam"});
        ann.post("/reports", oneself).await.problem(FORBIDDEN);
        ann.post("/reports", json!({"user_id": 7, "category": "spam"})).await.problem(NOT_FOUND);
        app.anonymous().post("/reports", body).await.problem(StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_frozen_account_reads_and_takes_back_and_nothing_more() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, eve) = (app.sign_up("ann").await, app.sign_up("eve").await);
        let (of_ann, own) = (ann.tweet("hello").await, eve.tweet("mine").await);
        eve.put(&format!("/tweets/{of_ann}/like")).await.ok();
        eve.put("/users/ann/follow").await.ok();
        act(&app, &eve, ActionKind::Freeze).await;
        let refused = [
            eve.post("/tweets", json!({"content": "x"})).await,
            eve.put(&format!("/tweets/{of_ann}/retweet")).await,
            eve.put(&format!("/tweets/{of_ann}/bookmark")).await,
            eve.patch("/users/me", json!({"bio": "x"})).await,
            eve.post("/users/me/lists", json!({"name": "x"})).await,
            eve.post("/reports", json!({"user_id": ann.user_id.0, "category": "spam"})).await,
        ];
        for answer in refused {
            let (kind, _) = answer.problem(FORBIDDEN);
            assert_eq!(kind, "forbidden", "{backend:?}");
        }
        assert_eq!(eve.get("/timeline").await.status, OK);
        eve.delete(&format!("/tweets/{of_ann}/like")).await.ok();
        eve.delete("/users/ann/follow").await.ok();
        eve.put("/users/ann/follow").await.problem(FORBIDDEN);
        eve.delete(&format!("/tweets/{own}")).await.expect(StatusCode::NO_CONTENT);
        ann.put("/users/eve/follow").await.ok();
        act(&app, &eve, ActionKind::Restore).await;
        eve.tweet("back").await;
    }
}

/// Where somebody may be met who had to do with a tweet and its author.
fn doors(tweet: &impl Display, user_id: &impl Display) -> [String; 12] {
    [
        "/timeline".to_owned(),
        "/tweets".to_owned(),
        "/tweets?hashtag=tag".to_owned(),
        "/tweets?q=evil".to_owned(),
        format!("/tweets/{tweet}/thread"),
        format!("/tweets/{tweet}/likes"),
        format!("/tweets/{tweet}/retweets"),
        format!("/followers/{user_id}"),
        format!("/following/{user_id}"),
        "/users?q=eve".to_owned(),
        "/users/suggested".to_owned(),
        "/notifications".to_owned(),
    ]
}

/// Whatever was warm, and on a core that knows nothing yet: the same.
#[tokio::test]
async fn a_suspended_account_vanishes_from_every_door_and_comes_back() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, eve) = (app.sign_up("ann").await, app.sign_up("eve").await);
        let of_ann = ann.tweet("hello #tag").await;
        let of_eve = eve.tweet("evil #tag").await;
        let answer = json!({"content": "evil answer", "reply_to_id": of_ann});
        let answer = eve.post("/tweets", answer).await.expect(CREATED)["id"].as_i64().expect("id");
        eve.put(&format!("/tweets/{of_ann}/like")).await.ok();
        eve.put(&format!("/tweets/{of_ann}/retweet")).await.ok();
        eve.put("/users/ann/follow").await.ok();
        ann.put("/users/eve/follow").await.ok();
        let bob = app.sign_up("bob").await;
        bob.put(&format!("/tweets/{of_eve}/retweet")).await.ok();
        let quote = json!({"content": "look", "quote_of_id": of_eve});
        bob.post("/tweets", quote).await.expect(CREATED);
        ann.put("/users/bob/follow").await.ok();
        let paths = doors(&of_ann, &ann.user_id);
        let says_eve = async |path: &str| {
            let body = String::from_utf8(ann.get(path).await.body).expect("text");
            body.contains("evil") || body.contains("\"eve\"")
        };
        let mut shown = Vec::new();
        for path in &paths {
            shown.push(says_eve(path).await);
        }
        assert!(shown.iter().filter(|shown| **shown).count() >= 10, "{shown:?}");
        let (_, of_app) = app.app_token("read", Some("eve")).await;
        of_app.get("/timeline").await.ok();
        act(&app, &eve, ActionKind::Suspend).await;
        for path in &paths {
            assert!(!says_eve(path).await, "{backend:?} {path}");
        }
        for path in [
            "/users/eve".to_owned(),
            format!("/users/{}", eve.user_id),
            format!("/tweets/{of_eve}"),
            format!("/tweets/{answer}"),
            format!("/followers/{}", eve.user_id),
        ] {
            for reader in [&ann, &app.anonymous()] {
                reader.get(&path).await.problem(NOT_FOUND);
            }
        }
        ann.put("/users/eve/follow").await.problem(NOT_FOUND);
        ann.put(&format!("/tweets/{of_eve}/like")).await.problem(NOT_FOUND);
        eve.get("/timeline").await.problem(StatusCode::UNAUTHORIZED);
        of_app.get("/timeline").await.problem(StatusCode::UNAUTHORIZED);
        let (_, of_another) = app.app_token("read", Some("eve")).await;
        of_another.get("/timeline").await.problem(FORBIDDEN);
        let login = json!({"login": "eve", "password": "correct horse battery"});
        let session = app.anonymous().post("/sessions", login).await.expect(CREATED);
        let mut again = eve.clone();
        again.token = session["token"].as_str().map(str::to_owned);
        again.get("/timeline").await.problem(FORBIDDEN);
        again.post("/tweets", json!({"content": "x"})).await.problem(FORBIDDEN);
        act(&app, &eve, ActionKind::Restore).await;
        for (path, before) in paths.iter().zip(shown) {
            assert_eq!(says_eve(path).await, before, "{backend:?} {path}");
        }
        again.get("/timeline").await.ok();
    }
}

#[tokio::test]
async fn a_limited_account_is_shown_to_those_who_know_it() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob, eve) =
            (app.sign_up("ann").await, app.sign_up("bob").await, app.sign_up("eve").await);
        let tweet = eve.tweet("evil #tag").await;
        ann.put("/users/eve/follow").await.ok();
        act(&app, &eve, ActionKind::Limit).await;
        let sees = async |reader: &Client, path: &str| {
            String::from_utf8(reader.get(path).await.body).expect("text").contains("\"eve\"")
        };
        let nobody = app.anonymous();
        for path in ["/tweets", "/tweets?hashtag=tag", "/tweets?q=evil", "/users?q=ev"] {
            assert!(sees(&ann, path).await, "{backend:?} {path}: a follower");
            assert!(sees(&eve, path).await, "{backend:?} {path}: herself");
            assert!(!sees(&bob, path).await, "{backend:?} {path}: another");
            assert!(!sees(&nobody, path).await, "{backend:?} {path}: nobody");
        }
        assert!(!sees(&bob, "/users/suggested").await);
        assert_eq!(nobody.get("/hashtags/trending").await.ok()["hashtags"], json!([]));
        for path in ["/users/eve".to_owned(), format!("/tweets/{tweet}")] {
            assert!(sees(&bob, &path).await && sees(&nobody, &path).await, "{path}");
        }
    }
}

#[tokio::test]
async fn from_a_network_that_is_kept_out_nobody_signs_up() {
    let app = TestApp::new(Backend::Sqlite).await;
    let block = async |to| {
        let what = (BlockKind::Network, "192.0.2.0/24");
        app.pipit.set_server_block(Moderator::operator(), what, to).await.expect("done");
    };
    let sign_up = async |handle: &str, address: &str| {
        let account = json!({"handle": handle, "email": format!("{handle}@x.test"),
            "password": "correct horse battery"});
        let nobody = app.anonymous();
        let mut request = nobody.request(Method::POST, "/users", Body::from(account.to_string()));
        let address: SocketAddr = format!("{address}:4711").parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(address));
        nobody.send(request).await
    };
    block(Blocking::Block).await;
    let refused = sign_up("ann", "192.0.2.7").await;
    assert_eq!(refused.problem(FORBIDDEN).0, "forbidden");
    let why = refused.json()["detail"].as_str().expect("words").to_owned();
    assert!(why.contains("ask whoever runs this server"), "{why}");
    sign_up("bob", "198.51.100.7").await.expect(CREATED);
    block(Blocking::Unblock).await;
    sign_up("ann", "192.0.2.7").await.expect(CREATED);
}

#[tokio::test]
async fn a_tweet_that_a_rule_holds_answers_202_and_a_sensitive_one_says_so() {
    let app = TestApp::new(Backend::Sqlite).await;
    let ann = app.sign_up("ann").await;
    let word = (BlockKind::Word, "bargain");
    let block = Blocking::Block;
    app.pipit.set_server_block(Moderator::operator(), word, block).await.expect("blocked");
    let answer = ann.post("/tweets", json!({"content": "what a b4rgain"})).await;
    let held = answer.expect(StatusCode::ACCEPTED);
    assert_eq!((&held["state"], &held["content"]), (&json!("waiting"), &json!("what a b4rgain")));
    let id = held["held_id"].as_i64().expect("an id");
    ann.get(&format!("/tweets/{id}")).await.expect(StatusCode::NOT_FOUND);
    for (sensitive, expected) in
        [(json!({"content": "a"}), false), (json!({"content": "b", "sensitive": true}), true)]
    {
        let posted = ann.post("/tweets", sensitive).await.expect(StatusCode::CREATED);
        assert_eq!(posted["sensitive"], json!(expected));
    }
}
