//! What the contract promises of bookmarks, lists, followed hashtags, search, trends, suggestions.

use axum::http::StatusCode;
use pipit_api::wire::{Hashtag, HashtagPage, List, ListPage, TrendPage, Tweet, UserPage};
use pipit_testkit::{Client, TestApp, backends};
use serde_json::json;

use crate::contract::{ids, page, typed};

const OK: StatusCode = StatusCode::OK;
const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;
const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

fn handles(page: &UserPage) -> Vec<&str> {
    page.users.iter().map(|user| user.handle.as_str()).collect()
}

#[tokio::test]
async fn bookmarks_are_their_owners_alone() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        let (first, second) = (ann.tweet("one").await, ann.tweet("two").await);
        for id in [second, first, first] {
            let tweet: Tweet = typed(&bob.put(&format!("/tweets/{id}/bookmark")).await, OK);
            assert!(tweet.bookmarked);
        }
        let kept = page(&bob.get("/users/me/bookmarks?limit=1").await);
        assert_eq!(ids(&kept), [first]);
        let cursor = kept.next_cursor.expect("a next page");
        let path = format!("/users/me/bookmarks?cursor={cursor}");
        assert_eq!(ids(&page(&bob.get(&path).await)), [second]);
        ann.get(&path).await.problem(UNPROCESSABLE);
        assert!(page(&ann.get("/users/me/bookmarks").await).tweets.is_empty());
        let seen: Tweet = typed(&ann.get(&format!("/tweets/{first}")).await, OK);
        assert!(!seen.bookmarked, "nobody else sees it");
        assert!(page(&bob.get("/tweets").await).tweets.iter().all(|tweet| tweet.bookmarked));

        let tweet = bob.delete(&format!("/tweets/{first}/bookmark")).await.ok();
        assert_eq!(tweet["bookmarked"], false);
        ann.delete(&format!("/tweets/{second}")).await.expect(StatusCode::NO_CONTENT);
        assert!(page(&bob.get("/users/me/bookmarks").await).tweets.is_empty());
        bob.put("/tweets/17/bookmark").await.problem(NOT_FOUND);
    }
}

#[tokio::test]
async fn lists_are_read_without_following_and_are_their_owners_alone() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let [ann, bob, eve] =
            [app.sign_up("ann").await, app.sign_up("bob").await, app.sign_up("eve").await];
        let by_bob = bob.tweet("by bob").await;
        let by_eve = eve.tweet("by eve").await;
        let made = ann.post("/users/me/lists", json!({"name": " Birds "})).await;
        let list: List = typed(&made, StatusCode::CREATED);
        assert_eq!((list.name.as_str(), list.member_count), ("Birds", 0));
        let path = format!("/users/me/lists/{}", list.id);
        let timeline = format!("/tweets?list_id={}", list.id);
        assert!(page(&ann.get(&timeline).await).tweets.is_empty());
        for _ in 0..2 {
            let list: List = typed(&ann.put(&format!("{path}/members/bob")).await, OK);
            assert_eq!(list.member_count, 1);
        }
        assert_eq!(ids(&page(&ann.get(&timeline).await)), [by_bob], "at once");
        // A reply shows only if it answers somebody on the list, or themselves.
        let reply = json!({"content": "to eve", "reply_to_id": by_eve});
        bob.post("/tweets", reply).await.expect(StatusCode::CREATED);
        assert_eq!(page(&ann.get(&timeline).await).tweets.len(), 1);
        ann.put(&format!("{path}/members/{}", eve.user_id)).await.ok();
        assert_eq!(page(&ann.get(&timeline).await).tweets.len(), 3);
        let members: UserPage = typed(&ann.get(&format!("{path}/members?limit=1")).await, OK);
        assert_eq!(handles(&members), ["eve"]);
        assert!(members.next_cursor.is_some());
        let named = ann.patch(&path, json!({"name": "Bees"})).await.ok();
        assert_eq!((&named["name"], &named["member_count"]), (&json!("Bees"), &json!(2)));
        let lists: ListPage = typed(&ann.get("/users/me/lists").await, OK);
        assert_eq!((lists.lists.len(), lists.lists[0].name.as_str()), (1, "Bees"));

        for other in [&bob, &eve] {
            other.get(&path).await.problem(NOT_FOUND);
            other.get(&timeline).await.problem(NOT_FOUND);
            other.patch(&path, json!({"name": "mine"})).await.problem(NOT_FOUND);
            other.put(&format!("{path}/members/eve")).await.problem(NOT_FOUND);
            other.delete(&format!("{path}/members/bob")).await.problem(NOT_FOUND);
            other.get(&format!("{path}/members")).await.problem(NOT_FOUND);
            other.delete(&path).await.problem(NOT_FOUND);
        }
        app.anonymous().get(&timeline).await.problem(StatusCode::UNAUTHORIZED);
        ann.put(&format!("{path}/members/nobody")).await.problem(NOT_FOUND);
        let (_, field) =
            ann.post("/users/me/lists", json!({"name": ""})).await.problem(UNPROCESSABLE);
        assert_eq!(field.as_deref(), Some("name"));
        ann.delete(&path).await.expect(StatusCode::NO_CONTENT);
        ann.get(&timeline).await.problem(NOT_FOUND);
    }
}

#[tokio::test]
async fn hashtags_are_followed_and_found() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let ann = app.sign_up("ann").await;
        ann.tweet("#Rust #rustacean #Zürich").await;
        ann.tweet("#rustacean").await;
        for _ in 0..2 {
            let rust: Hashtag = typed(&ann.put("/hashtags/RUST/follow").await, OK);
            assert_eq!(rust.following, Some(true));
        }
        let followed: HashtagPage = typed(&ann.get("/hashtags/followed").await, OK);
        assert_eq!(followed.hashtags.len(), 1);
        assert_eq!(app.anonymous().get("/hashtags/rust").await.ok().get("following"), None);
        let rust: Hashtag = typed(&ann.delete("/hashtags/rust/follow").await, OK);
        assert_eq!(rust.following, Some(false));
        ann.put("/hashtags/unused/follow").await.problem(NOT_FOUND);

        let found: HashtagPage = typed(&ann.get("/hashtags?q=%23RUST").await, OK);
        let names: Vec<_> = found.hashtags.iter().map(|tag| tag.name.as_str()).collect();
        assert_eq!(names, ["rust", "rustacean"], "itself first");
        let found: HashtagPage = typed(&ann.get("/hashtags?q=z%C3%BC&limit=1").await, OK);
        assert_eq!(found.hashtags[0].name, "zürich");
        for bad in ["/hashtags?q=", "/hashtags?q=x&limit=0", "/hashtags"] {
            ann.get(bad).await.problem(UNPROCESSABLE);
        }
    }
}

#[tokio::test]
async fn tweets_and_people_are_found() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann_lee").await, app.sign_up("bob").await);
        let mut hay = Vec::new();
        for n in 0..5 {
            hay.push(ann.tweet(&format!("hay {n} and a needle")).await);
        }
        let other = bob.tweet("no hay, no NEEDLE").await;
        hay.push(other);
        hay.reverse();
        let mut walked = Vec::new();
        let mut cursor = String::new();
        loop {
            let found = page(&bob.get(&format!("/tweets?q=needle&limit=2{cursor}")).await);
            walked.extend(ids(&found));
            match found.next_cursor {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(walked, hay);
        bob.get(&format!("/tweets?q=hay&limit=2{cursor}")).await.problem(UNPROCESSABLE);
        for (q, found) in [
            ("needle%20from:bob", vec![other]),
            ("needle%20-from:ann_lee", vec![other]),
            ("from:nobody", vec![]),
            ("%22no%20needle%22", vec![other]),
        ] {
            assert_eq!(ids(&page(&ann.get(&format!("/tweets?q={q}")).await)), found, "{q}");
        }
        let long = "x".repeat(600);
        for bad in ["", "-x", "since:today", &long] {
            let (_, field) = ann.get(&format!("/tweets?q={bad}")).await.problem(UNPROCESSABLE);
            assert_eq!(field.as_deref(), Some("q"));
        }
        ann.get("/tweets?q=x&hashtag=y").await.problem(UNPROCESSABLE);
        bob.delete(&format!("/tweets/{other}")).await.expect(StatusCode::NO_CONTENT);
        ann.delete("/users/me").await.expect(StatusCode::NO_CONTENT);
        assert!(
            page(&bob.get("/tweets?q=needle").await).tweets.is_empty(),
            "of nobody who is gone"
        );

        for n in 0..3 {
            app.sign_up(&format!("bobby{n}")).await.put("/users/bobby0/follow").await;
        }
        let people = async |who: &Client, q: &str| -> UserPage { typed(&who.get(q).await, OK) };
        let found = people(&bob, "/users?q=@BOB&limit=2").await;
        assert_eq!(handles(&found), ["bob", "bobby0"], "who it is, then who has most followers");
        let next = found.next_cursor.expect("more");
        let found = people(&bob, &format!("/users?q=@BOB&limit=2&cursor={next}")).await;
        assert_eq!(handles(&found), ["bobby1", "bobby2"]);
        assert!(people(&bob, "/users?q=ann").await.users.is_empty(), "gone");
        bob.get("/users?q=").await.problem(UNPROCESSABLE);
    }
}

#[tokio::test]
async fn trends_count_people_and_tell_the_hours() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
        for _ in 0..5 {
            ann.tweet("#shouted").await;
        }
        let id = ann.tweet("#shared").await;
        app.time.fetch_add(3 * 3600 * 1000, std::sync::atomic::Ordering::Relaxed);
        bob.tweet("#shared").await;
        let trending = async |client: &Client| -> TrendPage {
            typed(&client.get("/hashtags/trending").await, OK)
        };
        let trends = trending(&ann).await;
        let seen: Vec<_> =
            trends.hashtags.iter().map(|t| (t.name.as_str(), t.uses, t.accounts)).collect();
        assert_eq!(seen, [("shared", 2, 2), ("shouted", 5, 1)], "{backend:?}");
        let history = &trends.hashtags[0].history;
        assert_eq!((history.len(), history[20], history[23]), (24, 1, 1));
        ann.delete(&format!("/tweets/{id}")).await.expect(StatusCode::NO_CONTENT);
        app.time.fetch_add(60_000, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(trending(&ann).await.hashtags[0].name, "shouted");
        // Another node, or this one after a restart, finds the same in the database.
        let cold = app.cold_core().await;
        let trends = cold.trending_hashtags().await.expect("read");
        let seen: Vec<_> =
            trends.iter().map(|t| (t.hashtag.name.as_str(), t.uses, t.accounts)).collect();
        assert_eq!(seen, [("shouted", 5, 1), ("shared", 1, 1)]);
        cold.close().await.expect("closed");
        app.time.fetch_add(25 * 3600 * 1000, std::sync::atomic::Ordering::Relaxed);
        assert!(trending(&bob).await.hashtags.is_empty(), "a day later");
    }
}

#[tokio::test]
async fn people_are_suggested_by_those_one_follows() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let ann = app.sign_up("ann").await;
        let mut others = Vec::new();
        for handle in ["bob", "cat", "dan", "eve"] {
            others.push(app.sign_up(handle).await);
        }
        others[3].tweet("I am active").await;
        ann.put("/users/bob/follow").await.ok();
        others[0].put("/users/cat/follow").await.ok();
        others[1].put("/users/ann/follow").await.ok();
        let suggested = async |who: &Client, query: &str| -> UserPage {
            typed(&who.get(&format!("/users/suggested{query}")).await, OK)
        };
        let found = suggested(&ann, "").await;
        assert_eq!(
            handles(&found),
            ["cat", "eve"],
            "{backend:?}: friends' friends, then the active"
        );
        let relationship = found.users[0].relationship.as_ref().expect("signed in");
        assert!(relationship.followed_by && !relationship.following);
        assert_eq!(handles(&suggested(&ann, "?limit=1").await), ["cat"]);
        ann.put("/users/cat/follow").await.ok();
        assert_eq!(handles(&suggested(&ann, "").await), ["eve"], "at once");
        assert_eq!(handles(&suggested(&app.anonymous(), "").await), ["eve"]);
        let statements = app.pipit.database_statements();
        suggested(&ann, "").await;
        assert_eq!(app.pipit.database_statements(), statements, "asked again it costs no query");
        ann.get("/users/suggested?limit=0").await.problem(UNPROCESSABLE);
    }
}
