//! The use cases against the oracle: the tables, asked in the plainest way.

mod automod;
mod backup;
mod concurrent;
mod doctor;
mod filters;
mod live;
mod model;
mod nodes;
mod purge;
mod town;
mod written;

use pipit_core::{Caller, Client, NewPost, Pipit, SignIn, SignUp, TweetView};
use pipit_model::event::Standing;
use pipit_model::page::{Listed, Page};
use pipit_model::user::UserRef;
use pipit_model::{SessionId, TweetId};

/// Opens an account and acts as it.
async fn person(pipit: &Pipit, handle: &str) -> Caller {
    let form = SignUp {
        handle: handle.to_owned(),
        name: None,
        email: format!("{handle}@x.test"),
        password: "correct horse".to_owned(),
        invite: None,
        reason: None,
        network: None,
    };
    let user = pipit.sign_up(form, None).await.expect("signed up");
    Caller { user_id: user.card.user().id, session_id: SessionId(0) }
}

/// The same with a session that goes on: for streams, and for what asks who one is.
async fn signed_in(pipit: &Pipit, handle: &str) -> Caller {
    person(pipit, handle).await;
    let form = SignIn {
        login: handle.to_owned(),
        password: "correct horse".to_owned(),
        otp: None,
        client: Client::default(),
    };
    let session = pipit.sign_in(form, None).await.expect("signed in");
    pipit.authenticate(&session.token).await.expect("good")
}

async fn post(pipit: &Pipit, who: Caller, content: &str, reply_to: Option<TweetId>) -> TweetId {
    let post = NewPost { content, reply_to, ..NewPost::default() };
    pipit.post_tweet(who, post, None).await.expect("posted").id()
}

async fn follow(pipit: &Pipit, who: Caller, whom: Caller, to: Standing) {
    pipit.set_follow(who, &named(whom), to).await.expect("followed");
}

fn named(caller: Caller) -> UserRef {
    UserRef::Id(caller.user_id)
}

fn page(limit: i64, after: Option<i64>) -> Page {
    Page::new(Some(limit), after).expect("a page")
}

fn ids(listed: &Listed<TweetView>) -> Vec<i64> {
    listed.items.iter().map(|view| view.id().0).collect()
}

/// Reads a home timeline to its end, page by page, with limits from a list that repeats.
async fn walk_home(pipit: &Pipit, caller: Caller, limits: &[i64]) -> Vec<TweetView> {
    let mut all = Vec::new();
    let mut after = None;
    for limit in limits.iter().cycle() {
        let listed = pipit.home_timeline(caller, page(*limit, after)).await.expect("read");
        assert!(listed.items.len() <= *limit as usize);
        all.extend(listed.items);
        after = listed.next;
        if after.is_none() {
            return all;
        }
    }
    all
}
