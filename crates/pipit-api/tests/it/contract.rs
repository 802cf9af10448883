//! What the contract promises, endpoint by endpoint.

use axum::http::StatusCode;
use pipit_api::wire::{SessionList, Thread, TrendPage, Tweet, TweetPage, User, UserPage};
use pipit_testkit::{Answer, TestApp, backends};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Reads an answer back as the type that the description promises; unknown and missing fields fail.
#[track_caller]
pub(super) fn typed<T: DeserializeOwned>(answer: &Answer, status: StatusCode) -> T {
    let value = answer.expect(status);
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value:#}"))
}

#[track_caller]
pub(super) fn page(answer: &Answer) -> TweetPage {
    typed(answer, StatusCode::OK)
}

pub(super) fn ids(page: &TweetPage) -> Vec<i64> {
    page.tweets.iter().map(|tweet| tweet.id).collect()
}

#[tokio::test]
async fn two_people_post_follow_and_read() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        let body = json!({"content": "Hello, world! #AI", "user_id": ann.user_id.0});
        let tweet: Tweet = typed(&ann.post("/tweets", body).await, StatusCode::CREATED);
        assert_eq!((tweet.user_id, tweet.content.as_str()), (ann.user_id.0, "Hello, world! #AI"));
        assert_eq!(tweet.timestamp.len(), "2026-11-22T17:43:00.123Z".len());
        assert_eq!(tweet.id_str, tweet.id.to_string());
        assert_eq!(tweet.entities.hashtags[0].text, "AI");
        assert_eq!((tweet.entities.hashtags[0].start, tweet.entities.hashtags[0].end), (14, 17));

        let before = page(&bob.get("/timeline").await);
        assert!(before.tweets.is_empty() && before.next_cursor.is_none());
        let followed = bob.put("/users/ann/follow").await.ok();
        assert_eq!(
            (&followed["following"], &followed["followed_by"]),
            (&json!(true), &json!(false))
        );
        assert_eq!(ids(&page(&bob.get("/timeline").await)), [tweet.id]);
        for path in
            ["/tweets", "/tweets?hashtag=AI", "/tweets?hashtag=%23ai", "/tweets?user_id=ann"]
        {
            assert_eq!(ids(&page(&app.anonymous().get(path).await)), [tweet.id], "{path}");
        }
        let by_id = format!("/tweets?user_id={}", ann.user_id);
        assert_eq!(ids(&page(&bob.get(&by_id).await)), [tweet.id]);

        let seen: User = typed(&bob.get("/users/ANN").await, StatusCode::OK);
        assert_eq!((seen.tweet_count, seen.follower_count, seen.following_count), (1, 1, 0));
        assert!(seen.relationship.expect("signed in").following);
        let followers: UserPage = typed(&bob.get("/followers/ann").await, StatusCode::OK);
        assert_eq!(followers.users[0].handle, "bob");
        assert!(followers.users[0].relationship.is_none(), "oneself");
        let following: UserPage = typed(&ann.get("/following/bob").await, StatusCode::OK);
        assert_eq!(following.users[0].handle, "ann");

        let trends: TrendPage =
            typed(&app.anonymous().get("/hashtags/trending").await, StatusCode::OK);
        assert_eq!((trends.hashtags[0].name.as_str(), trends.hashtags[0].tweet_count), ("ai", 1));
        assert_eq!(bob.get("/hashtags/Ai").await.ok()["tweet_count"], 1);
        bob.delete("/users/ann/follow").await.ok();
        assert!(page(&bob.get("/timeline").await).tweets.is_empty(), "at once");
    }
}

#[tokio::test]
async fn marks_and_counts_are_the_callers_own_and_repeating_changes_nothing() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        let id = ann.tweet("like me").await;
        for (path, count, mark) in
            [("like", "like_count", "liked"), ("retweet", "retweet_count", "retweeted")]
        {
            let path = format!("/tweets/{id}/{path}");
            for _ in 0..2 {
                let tweet: Tweet = typed(&bob.put(&path).await, StatusCode::OK);
                let tweet = serde_json::to_value(tweet).expect("JSON");
                assert_eq!((&tweet[count], &tweet[mark]), (&json!(1), &json!(true)));
            }
            let other = ann.get(&format!("/tweets/{id}")).await.ok();
            assert_eq!((&other[count], &other[mark]), (&json!(1), &json!(false)));
            for _ in 0..2 {
                let tweet = bob.delete(&path).await.ok();
                assert_eq!((&tweet[count], &tweet[mark]), (&json!(0), &json!(false)));
            }
        }
    }
}

#[tokio::test]
async fn retweets_are_entries_of_their_own() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        let id = ann.tweet("pass me on").await;
        bob.put(&format!("/tweets/{id}/retweet")).await.ok();
        let own = page(&bob.get("/tweets?user_id=bob").await);
        let retweet = &own.tweets[0];
        let of = retweet.retweet_of.as_ref().expect("the tweet passed on");
        assert_eq!((of.id, of.retweet_count, of.retweeted), (id, 1, true));
        assert!(retweet.id != id && retweet.user.handle == "bob" && retweet.content.is_empty());
        let people: UserPage =
            typed(&ann.get(&format!("/tweets/{id}/retweets")).await, StatusCode::OK);
        assert_eq!(people.users[0].handle, "bob");
        // A retweet, named by its own id, stands for the tweet passed on.
        let liked = ann.put(&format!("/tweets/{}/like", retweet.id)).await.ok();
        assert_eq!(liked["id"], id);
        let likers: UserPage =
            typed(&bob.get(&format!("/tweets/{}/likes", retweet.id)).await, StatusCode::OK);
        assert_eq!(likers.users[0].handle, "ann");
        bob.delete(&format!("/tweets/{}", retweet.id)).await.expect(StatusCode::NO_CONTENT);
        assert_eq!(ann.get(&format!("/tweets/{id}")).await.ok()["retweet_count"], 0);

        bob.put(&format!("/tweets/{id}/retweet")).await.ok();
        ann.delete(&format!("/tweets/{id}")).await.expect(StatusCode::NO_CONTENT);
        assert!(page(&bob.get("/timeline").await).tweets.is_empty(), "its retweets go with it");
    }
}

#[tokio::test]
async fn threads_have_what_is_above_and_below() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        let root = ann.tweet("root").await;
        let reply = json!({"content": "@ann yes", "reply_to_id": root});
        let reply: Tweet = typed(&bob.post("/tweets", reply).await, StatusCode::CREATED);
        assert_eq!((reply.reply_to_id, reply.conversation_id), (Some(root), root));
        assert_eq!(reply.entities.mentions[0].user_id, ann.user_id.0);
        let below = json!({"content": "deeper", "reply_to_id": reply.id_str});
        let below: Tweet = typed(&ann.post("/tweets", below).await, StatusCode::CREATED);

        let path = format!("/tweets/{}/thread", reply.id);
        let thread: Thread = typed(&app.anonymous().get(&path).await, StatusCode::OK);
        assert_eq!((thread.ancestors[0].id, thread.tweet.id), (root, reply.id));
        assert_eq!(thread.descendants[0].id, below.id);
        bob.delete(&format!("/tweets/{}", reply.id)).await.expect(StatusCode::NO_CONTENT);
        let path = format!("/tweets/{root}/thread?limit=1");
        let thread: Thread = typed(&ann.get(&path).await, StatusCode::OK);
        assert_eq!((thread.descendants[0].id, thread.tweet.reply_count), (below.id, 0));
        assert!(thread.next_cursor.is_none());
    }
}

#[tokio::test]
async fn a_walk_by_cursor_meets_each_tweet_once_whatever_is_posted_meanwhile() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let ann = app.sign_up("ann").await;
        let mut posted = Vec::new();
        for n in 0..25 {
            posted.push(ann.tweet(&format!("#walk {n}")).await);
        }
        posted.reverse();
        for list in ["/timeline?", "/tweets?", "/tweets?user_id=ann&", "/tweets?hashtag=walk&"] {
            let mut found = Vec::new();
            let mut cursor = String::new();
            for limit in [7, 1, 100, 2].into_iter().cycle().take(12) {
                let page = page(&ann.get(&format!("{list}limit={limit}{cursor}")).await);
                found.extend(ids(&page));
                ann.tweet("meanwhile").await;
                match page.next_cursor {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            found.retain(|id| posted.contains(id));
            assert_eq!(found, posted, "{list}");
        }
    }
}

#[tokio::test]
async fn the_same_idempotency_key_creates_once() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let ann = app.sign_up("ann").await;
        let send = async |path: &str, key: &str, body: Value| {
            let mut request = ann.request(axum::http::Method::POST, path, body.to_string().into());
            request.headers_mut().insert("idempotency-key", key.parse().expect("a key"));
            ann.send(request).await
        };
        let tweet = json!({"content": "once"});
        let first = send("/tweets", "k1", tweet.clone()).await.expect(StatusCode::CREATED);
        let again = send("/tweets", "k1", tweet).await.expect(StatusCode::CREATED);
        assert_eq!(first["id"], again["id"]);
        let other = send("/tweets", "k1", json!({"content": "other"})).await;
        let (kind, field) = other.problem(StatusCode::CONFLICT);
        assert_eq!((kind.as_str(), field.as_deref()), ("conflict", Some("Idempotency-Key")));

        let account = json!({"handle": "cat", "email": "cat@x.test", "password": "correct horse"});
        let first = send("/users", "k2", account.clone()).await.expect(StatusCode::CREATED);
        let again = send("/users", "k2", account).await.expect(StatusCode::CREATED);
        assert_eq!(first["id"], again["id"]);
        let login = json!({"login": "cat", "password": "correct horse"});
        let first = send("/sessions", "k3", login.clone()).await.expect(StatusCode::CREATED);
        let again = send("/sessions", "k3", login).await.expect(StatusCode::CREATED);
        assert_eq!(first["token"], again["token"]);
    }
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let first = app.sign_up("ann").await;
        let login = json!({"login": "ANN@x.test", "password": "correct horse battery"});
        let mut second = app.anonymous();
        let session = second.post("/sessions", login).await.expect(StatusCode::CREATED);
        assert_eq!(session["token_type"], "Bearer");
        second.token = session["token"].as_str().map(str::to_owned);
        let list: SessionList = typed(&second.get("/sessions").await, StatusCode::OK);
        assert_eq!(list.sessions.iter().map(|s| s.current).collect::<Vec<_>>(), [true, false]);
        let other = &list.sessions[1].id_str;
        second.delete(&format!("/sessions/{other}")).await.expect(StatusCode::NO_CONTENT);
        assert_eq!(
            first.get("/timeline").await.problem(StatusCode::UNAUTHORIZED).0,
            "unauthenticated"
        );
        second.get("/timeline").await.ok();
        second.delete("/sessions/current").await.expect(StatusCode::NO_CONTENT);
        assert_eq!(
            second.get("/tweets").await.problem(StatusCode::UNAUTHORIZED).0,
            "unauthenticated"
        );
    }
}
