//! Every route of this door, for everybody, about every kind of tweet. A new route gets a row in
//! [`READS`] if it can show a tweet, else in [`OTHERS`].

use axum::http::StatusCode;
use pipit_model::moderation::ActionKind;
use pipit_testkit::matrix::Object as O;
use pipit_testkit::matrix::{After, Body, Caller, Door, Row, Stranger, Subject, Who, World, shows};
use pipit_testkit::{Answer, Backend, TestApp, backends};
use serde_json::json;

const ANYBODY: Who = Who::ANYBODY;
const MEMBERS: Who = Who::MEMBERS;
const NONE: Body = Body::Good("");
/// Too little.
const EMPTY: Body = Body::Wrong("{}");

const fn read(path: &'static str, who: Who, shows: fn(Caller, Subject) -> bool) -> Row {
    Row::read(path, who, shows)
}

const fn put(path: &'static str, object: O) -> Row {
    Row::write("PUT", path, NONE, MEMBERS.on(object))
}

const fn delete(path: &'static str, object: O) -> Row {
    Row::write("DELETE", path, NONE, MEMBERS.on(object))
}

/// What can show a tweet.
const READS: [Row; 20] = [
    read("/tweets/TWEET", ANYBODY.on(O::Tweet), shows::asked),
    read("/tweets/TWEET/thread", ANYBODY.on(O::Tweet), shows::asked),
    read("/tweets/REPLY/thread", ANYBODY, shows::asked),
    read("/tweets?limit=100", ANYBODY, shows::fed_to_all),
    read("/tweets?limit=100&user_id=AUTHOR", ANYBODY.on(O::Person), shows::asked),
    read("/tweets?limit=100&user_id=AUTHOR&only=tweets", ANYBODY.on(O::Person), shows::asked),
    // None has pictures.
    read("/tweets?limit=100&user_id=AUTHOR&only=media", ANYBODY.on(O::Person), shows::nobody),
    read("/tweets?limit=100&user_id=friend", ANYBODY, shows::passed_on),
    read("/tweets?limit=100&hashtag=leak", ANYBODY, shows::fed_to_all),
    read("/tweets?limit=100&q=MARK", ANYBODY, shows::found),
    read("/tweets?limit=100&q=from:AUTHOR", ANYBODY, shows::found),
    read("/tweets?limit=100&q=%23leak", ANYBODY, shows::found),
    read("/tweets?limit=100&list_id=MYLIST", MEMBERS, shows::on_list),
    read("/tweets?limit=100&list_id=OWNLIST", MEMBERS.on(O::OfOwner), owner_alone),
    read("/timeline?limit=100", MEMBERS, shows::at_home),
    read("/users/me/bookmarks?limit=100", MEMBERS, shows::member),
    read("/users/me/likes?limit=100", MEMBERS, shows::member),
    read("/users/me/notifications?limit=100", MEMBERS, shows::told),
    read("/users/me/notifications?limit=100&types=mention", MEMBERS, shows::named),
    Row::bare("/users/AUTHOR", ANYBODY.on(O::Person)),
];

/// The owner's list has only others on it that exist.
fn owner_alone(caller: Caller, subject: Subject) -> bool {
    caller == Caller::Owner && shows::on_list(caller, subject)
}

const OTHERS: [Row; 88] = [
    // People.
    Row::write("POST", "/users", EMPTY, Who::ALL),
    Row::bare("/users?q=AUTHOR", ANYBODY),
    Row::bare("/users/suggested", ANYBODY),
    Row::write("PATCH", "/users/me", Body::Good("{}"), MEMBERS),
    delete("/users/me", O::Nothing).then(After::NoWayBack),
    Row::bare("/followers/AUTHOR", ANYBODY.on(O::NearPerson)),
    Row::bare("/following/AUTHOR", ANYBODY.on(O::NearPerson)),
    put("/users/AUTHOR/follow", O::PersonToFollow).then(After::Ties),
    delete("/users/AUTHOR/follow", O::OtherPerson).then(After::Ties),
    Row::bare("/users/me/follow_requests", MEMBERS),
    put("/users/me/follow_requests/AUTHOR", O::Person).then(After::Ties),
    delete("/users/me/follow_requests/AUTHOR", O::Person).then(After::Ties),
    delete("/users/me/followers/AUTHOR", O::Person).then(After::Ties),
    put("/users/AUTHOR/block", O::OtherPerson).then(After::Ties),
    delete("/users/AUTHOR/block", O::OtherPerson).then(After::Ties),
    Row::bare("/users/me/blocks", MEMBERS),
    put("/users/AUTHOR/mute", O::OtherPerson).then(After::Ties),
    delete("/users/AUTHOR/mute", O::Person).then(After::Ties),
    Row::bare("/users/me/mutes", MEMBERS),
    // Pictures.
    Row::write("POST", "/media", EMPTY, MEMBERS),
    Row::write("PUT", "/users/me/avatar", EMPTY, MEMBERS),
    Row::write("PUT", "/users/me/banner", EMPTY, MEMBERS),
    Row::write(
        "PATCH",
        "/media/MEDIA",
        Body::Good(r#"{"description":"x"}"#),
        MEMBERS.on(O::OfOwner),
    ),
    // Whoever knows the name of a file: nobody guesses it.
    Row::bare("/media/p/FILE", Who::ALL),
    // Who gets in.
    Row::write("POST", "/sessions", EMPTY, Who::ALL),
    Row::bare("/sessions", MEMBERS),
    delete("/sessions/SESSION", O::OfOwner).then(After::Things),
    delete("/sessions/current", O::Nothing).then(After::Session),
    Row::write("POST", "/sessions/current/proof", EMPTY, MEMBERS),
    Row::write("PUT", "/users/me/password", EMPTY, MEMBERS),
    Row::bare("/users/me/second-factor", MEMBERS),
    Row::write("POST", "/users/me/second-factor", NONE, MEMBERS),
    Row::write("PUT", "/users/me/second-factor", EMPTY, MEMBERS),
    Row::write("DELETE", "/users/me/second-factor", NONE, MEMBERS),
    // They have no second factor.
    Row::write("POST", "/users/me/recovery-codes", NONE, MEMBERS.on(O::Gone)),
    Row::write("POST", "/password-resets", EMPTY, Who::ALL),
    Row::write("PUT", "/password-resets", EMPTY, Who::ALL),
    Row::write("POST", "/email-confirmations", EMPTY, Who::ALL),
    Row::bare("/users/me/email", MEMBERS),
    Row::write("PUT", "/users/me/email", EMPTY, MEMBERS),
    // Tweets.
    Row::write(
        "POST",
        "/tweets",
        Body::Good(r#"{"content":"hi","reply_to_id":TWEET}"#),
        MEMBERS.on(O::TweetToAnswer),
    ),
    Row::write(
        "POST",
        "/tweets",
        Body::Good(r#"{"content":"hi","quote_of_id":TWEET}"#),
        MEMBERS.on(O::TweetToQuote),
    )
    .showing(shows::passed_on),
    put("/tweets/TWEET/like", O::Tweet).showing(shows::asked),
    delete("/tweets/TWEET/like", O::Tweet).showing(shows::asked),
    put("/tweets/TWEET/retweet", O::TweetToPassOn).showing(shows::asked),
    delete("/tweets/TWEET/retweet", O::Tweet).showing(shows::asked),
    put("/tweets/TWEET/bookmark", O::Tweet).showing(shows::asked),
    delete("/tweets/TWEET/bookmark", O::Tweet).showing(shows::asked),
    put("/tweets/TWEET/pin", O::OwnTweet).showing(shows::asked),
    delete("/tweets/TWEET/pin", O::OwnTweet).showing(shows::asked),
    put("/tweets/TWEET/mute", O::Tweet),
    delete("/tweets/TWEET/mute", O::Tweet),
    put("/tweets/REPLY/hidden", O::ReplyToHide),
    delete("/tweets/REPLY/hidden", O::ReplyToHide),
    Row::bare("/tweets/TWEET/likes", ANYBODY.on(O::Tweet)),
    Row::bare("/tweets/TWEET/retweets", ANYBODY.on(O::Tweet)),
    delete("/tweets/TWEET", O::OwnTweet).then(After::Things),
    // Home.
    Row::bare("/timeline/stream", MEMBERS),
    Row::bare("/timeline/position", MEMBERS),
    Row::write("PUT", "/timeline/position", EMPTY, MEMBERS),
    Row::bare("/users/me/notifications/unread", MEMBERS),
    Row::write("POST", "/users/me/notifications/read", EMPTY, MEMBERS),
    // What is one's own.
    Row::bare("/users/me/filters", MEMBERS),
    Row::write("POST", "/users/me/filters", EMPTY, MEMBERS),
    Row::bare("/users/me/filters/FILTER", MEMBERS.on(O::OfOwner)),
    Row::write("PUT", "/users/me/filters/FILTER", A_FILTER, MEMBERS.on(O::OfOwner)),
    delete("/users/me/filters/FILTER", O::OfOwner).then(After::Things),
    Row::bare("/users/me/lists", MEMBERS),
    Row::write("POST", "/users/me/lists", EMPTY, MEMBERS),
    Row::bare("/users/me/lists/OWNLIST", MEMBERS.on(O::OfOwner)),
    Row::bare("/users/me/lists/OWNLIST/members", MEMBERS.on(O::OfOwner)),
    Row::write(
        "PATCH",
        "/users/me/lists/OWNLIST",
        Body::Good(r#"{"name":"l"}"#),
        MEMBERS.on(O::OfOwner),
    ),
    put("/users/me/lists/OWNLIST/members/AUTHOR", O::OfOwner),
    delete("/users/me/lists/OWNLIST/members/AUTHOR", O::OfOwner),
    delete("/users/me/lists/OWNLIST", O::OfOwner).then(After::Things),
    // The rest.
    Row::write(
        "POST",
        "/reports",
        Body::Good(r#"{"user_id":AUTHORID,"category":"spam"}"#),
        MEMBERS.on(O::OtherPerson),
    ),
    Row::bare("/rules", Who::ALL),
    Row::bare("/hashtags?q=le", Who::ALL),
    Row::bare("/hashtags/trending", Who::ALL),
    Row::bare("/hashtags/followed", MEMBERS),
    Row::bare("/hashtags/leak", ANYBODY),
    put("/hashtags/leak/follow", O::Nothing),
    delete("/hashtags/leak/follow", O::Nothing),
    // Apps.
    Row::write("POST", "/api/v1/apps", EMPTY, Who::ALL),
    Row::bare("/.well-known/oauth-authorization-server", Who::ALL),
    Row::bare("/oauth/userinfo", MEMBERS),
    Row::write("POST", "/oauth/userinfo", NONE, MEMBERS),
    Row::bare("/openapi.json", Who::ALL),
];

const A_FILTER: Body =
    Body::Good(r#"{"title":"f","context":["home"],"keywords":[{"keyword":"nothing"}]}"#);

/// What has no row, and where it is tested. This list does not grow.
const EXEMPT: [(&str, &str); 4] = [
    // Swagger's page, the same for everybody: `it_says_where_it_is_and_answers_its_probes`.
    ("GET", "/docs/"),
    // Apps show themselves by a secret of theirs: `oauth.rs`.
    ("POST", "/oauth/token"),
    ("POST", "/oauth/revoke"),
    ("GET", "/api/v1/apps/verify_credentials"),
];

#[tokio::test]
async fn every_route_answers_everybody_as_the_rules_say() {
    let mut world = World::new(TestApp::new(Backend::Sqlite).await).await;
    let rows = [&READS[..], &OTHERS].concat();
    let checked = world.check(Door::Rest, &pipit_api::route_list(), &rows, &EXEMPT).await;
    println!("{checked:?}");
    assert!(checked.cases > 8_000, "{checked:?}");
}

/// The caches are warm each time: they have just shown everything.
#[tokio::test]
async fn every_route_keeps_to_what_moderators_made_of_the_author() {
    for backend in backends() {
        let world = World::new(TestApp::new(backend).await).await;
        let check = async |case: &str, expected: fn(&Row, Caller, Subject) -> bool| {
            let case = format!("{backend:?}, {case}");
            world.check_shown(Door::Rest, &READS, &case, expected).await;
        };
        let as_ever: fn(&Row, Caller, Subject) -> bool = is_shown;
        check("active", as_ever).await;
        world.judge_owner(ActionKind::Limit).await;
        // The roads on which nobody asked for the author are for those who follow them.
        check("limited", |row, caller, subject| {
            let is_met = row.path == "/tweets?limit=100"
                || row.path.contains("hashtag=")
                || row.path.contains("&q=");
            let is_known =
                matches!(caller, Caller::Follower | Caller::Muted | Caller::Muting | Caller::Owner);
            is_shown(row, caller, subject) && (!is_met || is_known)
        })
        .await;
        world.judge_owner(ActionKind::Freeze).await;
        check("frozen", as_ever).await;
        world.judge_owner(ActionKind::Suspend).await;
        check("suspended", |_, _, _| false).await;
        world.judge_owner(ActionKind::Restore).await;
        // The author has to sign in again: their token is worth nothing.
        check("restored", |row, caller, subject| {
            caller != Caller::Owner && is_shown(row, caller, subject)
        })
        .await;
    }
}

/// The row's own rule, for who is not turned away.
fn is_shown(row: &Row, caller: Caller, subject: Subject) -> bool {
    let is_turned_away = matches!(caller, Caller::Suspended | Caller::Waiting | Caller::Scopeless)
        || (caller == Caller::Nobody && row.who.stranger == Stranger::SignIn);
    !is_turned_away && (row.shows)(caller, subject)
}

#[tokio::test]
async fn what_may_not_be_seen_answers_like_what_is_not_there() {
    let app = TestApp::new(Backend::Sqlite).await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let tweet = json!({"content": "for few", "visibility": "followers"});
    let id = ann.post("/tweets", tweet).await.expect(StatusCode::CREATED)["id"].clone();
    let words = |answer: &Answer| {
        let mut json = answer.json();
        json["request_id"] = json!(null);
        json
    };
    for end in ["", "/thread", "/likes", "/retweets"] {
        let hidden = bob.get(&format!("/tweets/{id}{end}")).await;
        let missing = bob.get(&format!("/tweets/12345{end}")).await;
        assert_eq!(words(&hidden), words(&missing), "{end}");
    }
}

#[tokio::test]
async fn an_answer_is_for_no_more_people_than_what_it_answers() {
    let app = TestApp::new(Backend::Sqlite).await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    bob.put("/users/ann/follow").await.ok();
    for visibility in ["public", "unlisted", "followers"] {
        let tweet = json!({"content": "hi", "visibility": visibility});
        let id = ann.post("/tweets", tweet).await.expect(StatusCode::CREATED)["id"].clone();
        let reply = json!({"content": "hi", "reply_to_id": id});
        let reply = bob.post("/tweets", reply).await.expect(StatusCode::CREATED);
        assert_eq!(reply["visibility"], visibility);
    }
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
