//! Who sees what: every route that can show a tweet, for every kind of reader, for tweets of every
//! visibility. A new route that shows tweets gets a line in [`ROUTES`].

use axum::http::StatusCode;
use pipit_core::{Deed, Moderator};
use pipit_model::moderation::ActionKind;
use pipit_model::visibility::Visibility;
use pipit_testkit::{Answer, Client, TestApp, backends};
use serde_json::json;

/// How somebody stands to the author.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    Nobody,
    Other,
    Follower,
    /// Followed, until the author blocked them.
    Blocked,
    /// Followed, until they blocked the author.
    Blocking,
    /// Follows, and mutes.
    Muting,
    Author,
}

use Reader::{Author, Blocked, Blocking, Follower, Muting, Nobody, Other};

const READERS: [Reader; 7] = [Nobody, Other, Follower, Blocked, Blocking, Muting, Author];
/// Of those who have an account, their handles.
const HANDLES: [(Reader, &str); 5] = [
    (Other, "other"),
    (Follower, "follower"),
    (Blocked, "blocked"),
    (Blocking, "blocking"),
    (Muting, "muting"),
];

/// By its link, on a profile, in a conversation.
fn asked(reader: Reader, visibility: Visibility) -> bool {
    match reader {
        Author | Follower | Muting => true,
        Nobody | Other => visibility != Visibility::Followers,
        Blocked | Blocking => false,
    }
}

/// On a timeline that is everybody's.
fn fed_to_all(reader: Reader, visibility: Visibility) -> bool {
    visibility == Visibility::Public && !matches!(reader, Blocked | Blocking | Muting)
}

fn found(reader: Reader, visibility: Visibility) -> bool {
    reader == Author || (visibility == Visibility::Public && !matches!(reader, Blocked | Blocking))
}

fn at_home(reader: Reader, _: Visibility) -> bool {
    matches!(reader, Follower | Author)
}

/// Of those who have one: a list with the author on it.
fn on_list(reader: Reader, visibility: Visibility) -> bool {
    asked(reader, visibility) && !matches!(reader, Nobody | Muting)
}

/// Among what they kept while they saw it.
fn kept(reader: Reader, visibility: Visibility) -> bool {
    asked(reader, visibility) && reader != Nobody
}

/// The author is told of what others did to it.
fn told(reader: Reader, visibility: Visibility) -> bool {
    reader == Author || named(reader, visibility)
}

/// They are named in it.
fn named(reader: Reader, visibility: Visibility) -> bool {
    asked(reader, visibility) && !matches!(reader, Nobody | Muting | Author)
}

/// Passed on, or quoted, by somebody whom nobody blocks.
fn passed_on(reader: Reader, visibility: Visibility) -> bool {
    asked(reader, visibility) && visibility != Visibility::Followers
}

type Shows = fn(Reader, Visibility) -> bool;

/// A path with `ID` of the tweet, `REPLY` of somebody's answer to it, `LIST` of the reader's list;
/// and whether the tweet's text is in the answer.
const ROUTES: [(&str, Shows); 19] = [
    ("/tweets/ID", asked),
    ("/tweets/ID/thread", asked),
    ("/tweets/REPLY/thread", asked),
    ("/tweets", fed_to_all),
    ("/tweets?user_id=author", asked),
    ("/tweets?user_id=author&only=tweets", asked),
    ("/tweets?user_id=author&only=media", asked),
    ("/tweets?user_id=friend", passed_on),
    ("/tweets?hashtag=leak", fed_to_all),
    ("/tweets?q=MARK", found),
    ("/tweets?q=from:author", found),
    ("/tweets?q=%23leak", found),
    ("/tweets?list_id=LIST", on_list),
    ("/timeline", at_home),
    ("/users/me/bookmarks", kept),
    ("/users/me/likes", kept),
    ("/users/me/notifications", told),
    ("/users/me/notifications?types=mention", named),
    ("/users/author", |_, _| false),
];

type Answers = fn(Reader, Visibility) -> StatusCode;

/// What somebody does to a tweet, and what that is answered: those who do not see it learn that
/// there is none.
const DEEDS: [(&str, Answers); 4] = [
    ("like", marked),
    ("bookmark", marked),
    ("retweet", |reader, visibility| match marked(reader, visibility) {
        StatusCode::OK if visibility == Visibility::Followers && reader != Author => {
            StatusCode::FORBIDDEN
        }
        status => status,
    }),
    ("pin", |reader, visibility| match marked(reader, visibility) {
        StatusCode::OK if reader != Author => StatusCode::FORBIDDEN,
        status => status,
    }),
];

fn marked(reader: Reader, visibility: Visibility) -> StatusCode {
    match reader {
        Nobody => StatusCode::UNAUTHORIZED,
        _ if asked(reader, visibility) => StatusCode::OK,
        _ => StatusCode::NOT_FOUND,
    }
}

struct World {
    app: TestApp,
    author: Client,
    readers: Vec<(Reader, Client, i64)>,
    /// Each with the answer of a friend to it.
    tweets: Vec<(Visibility, i64, i64)>,
}

impl World {
    async fn new(app: TestApp) -> Self {
        let author = app.sign_up("author").await;
        let friend = app.sign_up("friend").await;
        friend.put("/users/author/follow").await.ok();
        let mut readers = vec![(Nobody, app.anonymous(), 0)];
        for (reader, handle) in HANDLES {
            let client = app.sign_up(handle).await;
            if reader != Other {
                client.put("/users/author/follow").await.ok();
            }
            readers.push((reader, client.clone(), list_with_author(&client).await));
        }
        let mut tweets = Vec::new();
        for visibility in Visibility::ALL {
            let names = HANDLES.map(|(_, handle)| format!("@{handle}")).join(" ");
            let content = format!("{} #leak {names}", mark(visibility));
            let body = json!({"content": content, "visibility": visibility.name()});
            let tweet = author.post("/tweets", body).await.expect(StatusCode::CREATED);
            assert_eq!(tweet["visibility"], visibility.name());
            let id = tweet["id"].as_i64().expect("an id");
            let reply = json!({"content": "an answer", "reply_to_id": id, "visibility": "public"});
            let reply = friend.post("/tweets", reply).await.expect(StatusCode::CREATED);
            if visibility != Visibility::Followers {
                friend.put(&format!("/tweets/{id}/retweet")).await.ok();
            }
            for (_, client, _) in &readers[1..] {
                // Not all see it.
                client.put(&format!("/tweets/{id}/like")).await;
                client.put(&format!("/tweets/{id}/bookmark")).await;
            }
            tweets.push((visibility, id, reply["id"].as_i64().expect("an id")));
        }
        for (reader, client, _) in &readers {
            match reader {
                Blocked => author.put("/users/blocked/block").await.ok(),
                Blocking => client.put("/users/author/block").await.ok(),
                Muting => client.put("/users/author/mute").await.ok(),
                _ => json!(null),
            };
        }
        readers.push((Author, author.clone(), list_with_author(&author).await));
        for (_, id, _) in &tweets {
            author.put(&format!("/tweets/{id}/like")).await.ok();
            author.put(&format!("/tweets/{id}/bookmark")).await.ok();
        }
        Self { app, author, readers, tweets }
    }
}

async fn list_with_author(client: &Client) -> i64 {
    let list = client.post("/users/me/lists", json!({"name": "l"})).await;
    let list = list.expect(StatusCode::CREATED)["id"].as_i64().expect("an id");
    client.put(&format!("/users/me/lists/{list}/members/author")).await.ok();
    list
}

/// A word that stands in tweets of one visibility alone.
fn mark(visibility: Visibility) -> String {
    format!("needle{}", visibility.name())
}

fn says(answer: &Answer, mark: &str) -> bool {
    String::from_utf8_lossy(&answer.body).contains(mark)
}

impl World {
    /// Asks every route as every reader, and compares.
    async fn check(&self, case: &str, expected: impl Fn(&str, Shows, Reader, Visibility) -> bool) {
        let mut cells = 0;
        for (reader, client, list) in &self.readers {
            for (visibility, id, reply) in &self.tweets {
                let mark = mark(*visibility);
                for (route, shows) in ROUTES {
                    let path = route
                        .replace("ID", &id.to_string())
                        .replace("REPLY", &reply.to_string())
                        .replace("LIST", &list.to_string())
                        .replace("MARK", &mark);
                    let answer = client.get(&path).await;
                    let needs_pictures = path.ends_with("only=media");
                    let expected = expected(route, shows, *reader, *visibility) && !needs_pictures;
                    let (status, who) = (answer.status, (reader, visibility));
                    assert_eq!(says(&answer, &mark), expected, "{case}: {path}, {who:?}");
                    assert!(!status.is_server_error(), "{case}: {path}: {status}");
                    cells += 1;
                }
            }
        }
        assert_eq!(cells, ROUTES.len() * READERS.len() * Visibility::ALL.len());
    }

    /// What a moderator does to the author.
    async fn act(&self, kind: ActionKind) {
        let (user_id, reason) = (self.author.user_id, "Because.".to_owned());
        let deed = Deed { user_id, kind, reason, tweets: Vec::new(), report: None };
        self.app.pipit.act(Moderator::operator(), deed).await.expect("done");
    }
}

#[tokio::test]
async fn every_route_shows_a_tweet_to_those_it_is_for_and_nobody_else() {
    for backend in backends() {
        let world = World::new(TestApp::new(backend).await).await;
        let case = format!("{backend:?}");
        world.check(&case, |_, shows, reader, visibility| shows(reader, visibility)).await;
    }
}

/// The caches are warm each time: they have just shown everything.
#[tokio::test]
async fn every_route_keeps_to_what_moderators_made_of_the_author() {
    for backend in backends() {
        let world = World::new(TestApp::new(backend).await).await;
        let as_ever = |_: &str, shows: Shows, reader, visibility| shows(reader, visibility);
        world.check(&format!("{backend:?}, active"), as_ever).await;
        world.act(ActionKind::Limit).await;
        // The roads on which nobody asked for the author are for those who follow them.
        let limited = |route: &str, shows: Shows, reader, visibility| {
            let is_met = route == "/tweets" || route.contains("hashtag=") || route.contains("?q=");
            let is_known = matches!(reader, Follower | Muting | Author);
            shows(reader, visibility) && (!is_met || is_known)
        };
        world.check(&format!("{backend:?}, limited"), limited).await;
        world.act(ActionKind::Freeze).await;
        world.check(&format!("{backend:?}, frozen"), as_ever).await;
        world.act(ActionKind::Suspend).await;
        world.check(&format!("{backend:?}, suspended"), |_, _, _, _| false).await;
        let (_, other, _) = &world.readers[1];
        for (_, id, reply) in &world.tweets {
            other.get(&format!("/tweets/{id}")).await.problem(StatusCode::NOT_FOUND);
            // What others answered stays theirs.
            let stays = other.get(&format!("/tweets/{reply}")).await.status;
            assert!(stays == StatusCode::OK || stays == StatusCode::NOT_FOUND);
        }
        let trends = other.get("/hashtags/trending").await.ok();
        assert_eq!(trends["hashtags"], json!([]), "{backend:?}");
        for (reader, client, _) in &world.readers {
            let answer = client.get("/timeline").await.status;
            let is_out = matches!(reader, Nobody | Author);
            assert_eq!(answer == StatusCode::UNAUTHORIZED, is_out, "{backend:?}: {reader:?}");
        }
        world.act(ActionKind::Restore).await;
        // The author has to sign in again: their token is worth nothing.
        let restored = |_: &str, shows: Shows, reader, visibility| {
            reader != Author && shows(reader, visibility)
        };
        world.check(&format!("{backend:?}, restored"), restored).await;
    }
}

#[tokio::test]
async fn nobody_acts_on_what_they_may_not_see() {
    let world = World::new(TestApp::new(pipit_testkit::Backend::Sqlite).await).await;
    for (reader, client, _) in &world.readers {
        for (visibility, id, _) in &world.tweets {
            let case = format!("{reader:?}, {visibility:?}");
            for (deed, expected) in DEEDS {
                let path = format!("/tweets/{id}/{deed}");
                let answer = client.put(&path).await;
                assert_eq!(answer.status, expected(*reader, *visibility), "{deed}: {case}");
                if answer.status != StatusCode::OK {
                    assert!(!says(&answer, &mark(*visibility)), "{deed}: {case}");
                }
            }
            if *reader == Nobody {
                continue;
            }
            let sees = asked(*reader, *visibility);
            let reply = json!({"content": "hi", "reply_to_id": id});
            let reply = client.post("/tweets", reply).await;
            assert_eq!(reply.status == StatusCode::CREATED, sees, "reply: {case}");
            if sees {
                // For no more people than what it answers.
                assert_eq!(reply.json()["visibility"], visibility.name(), "{case}");
            }
            let quote = json!({"content": "hi", "quote_of_id": id});
            let quote = client.post("/tweets", quote).await;
            let may = sees && *visibility != Visibility::Followers;
            assert_eq!(quote.status == StatusCode::CREATED, may, "quote: {case}");
            if !may {
                let refused = quote.problem(StatusCode::UNPROCESSABLE_ENTITY);
                assert_eq!(refused.1.as_deref(), Some("quote_of_id"), "{case}");
            }
        }
    }
    // What does not exist and what may not be seen answer the same.
    let (_, blocked, _) = &world.readers[3];
    let hidden = blocked.get(&format!("/tweets/{}", world.tweets[0].1)).await;
    let missing = blocked.get("/tweets/12345").await;
    let words = |answer: &Answer| {
        let mut json = answer.json();
        json["request_id"] = json!(null);
        json
    };
    assert_eq!(words(&hidden), words(&missing));
    world.author.get("/timeline").await.ok();
    drop(world.app);
}

#[tokio::test]
async fn what_is_for_few_trends_nowhere_and_is_counted_with_no_hashtag() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let ann = app.sign_up("ann").await;
        for visibility in ["unlisted", "followers"] {
            let body = json!({"content": "psst #secret", "visibility": visibility});
            let id = ann.post("/tweets", body).await.expect(StatusCode::CREATED)["id"].clone();
            ann.get("/hashtags/secret").await.problem(StatusCode::NOT_FOUND);
            ann.delete(&format!("/tweets/{id}")).await.expect(StatusCode::NO_CONTENT);
        }
        let trends = ann.get("/hashtags/trending").await.ok();
        assert_eq!(trends["hashtags"], json!([]));
        let found = ann.get("/tweets?hashtag=secret").await.ok();
        assert_eq!(found["tweets"], json!([]));
    }
}
