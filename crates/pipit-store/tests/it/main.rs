//! The store's conformance suite: the same on every database.

mod blocks;
mod crash;
mod held;
mod lists;
mod mails;
mod media;
mod moderation;
mod notifications;
mod plans;
mod reads;
mod sealed;
mod search;
mod second_factors;
mod writes;

use std::sync::{Arc, Mutex};

use pipit_model::event::{Event, Standing};
use pipit_model::ids::IdGenerator;
use pipit_model::user::Handle;
use pipit_model::visibility::Visibility;
use pipit_model::{Clock, TweetId, UserId};
use pipit_store::{Command, NewTweet, NewUser, Outcome, Sealed, SealedEmail, Store, StoreError};
use pipit_testkit::{Backend, TestDb};

/// A store on a database of its own, and all that it announced.
struct Fixture {
    store: Store,
    db: TestDb,
    ids: Arc<IdGenerator>,
    events: Arc<Mutex<Vec<Event>>>,
}

impl Fixture {
    async fn new(backend: Backend) -> Self {
        let db = TestDb::new(backend).await;
        let ids = Arc::new(IdGenerator::new(0));
        let events = Arc::new(Mutex::new(Vec::new()));
        let told = events.clone();
        let on_commit =
            Arc::new(move |new: &[Event]| told.lock().expect("told").extend_from_slice(new));
        let store =
            Store::open(&db.url, Clock::System, ids.clone(), on_commit).await.expect("opened");
        Self { store, db, ids, events }
    }

    async fn user(&self, handle: &str) -> UserId {
        let id = UserId(self.ids.next(Clock::System.now()));
        self.store.insert_user(new_user(id, handle)).await.expect("inserted");
        id
    }

    async fn post(&self, user_id: UserId, content: &str) -> TweetId {
        self.posted(NewTweet { content: content.to_owned(), ..tweet(user_id) }).await
    }

    async fn posted(&self, tweet: NewTweet) -> TweetId {
        match self.store.write(Command::Post(tweet)).await.expect("posted") {
            Outcome::Posted(tweet) => tweet.id,
            other => panic!("{other:?}"),
        }
    }

    async fn like(
        &self,
        user_id: UserId,
        tweet_id: TweetId,
        to: Standing,
    ) -> Result<(), StoreError> {
        self.store.write(Command::Like { user_id, tweet_id, to }).await.map(|_| ())
    }

    async fn follow(&self, user_id: UserId, followed_user_id: UserId, to: Standing) {
        let command = Command::Follow { user_id, followed_user_id, to };
        self.store.write(command).await.expect("followed");
    }
}

fn new_user(id: UserId, handle: &str) -> NewUser {
    NewUser {
        id,
        handle: Handle::new(handle).expect("a handle"),
        name: handle.to_owned(),
        email: SealedEmail {
            sealed: Sealed { text: format!("sealed address of {handle}"), key: 1 },
            keys: vec![format!("hash of {handle}")],
        },
        password_hash: "hash".to_owned(),
        invitation: None,
        request: None,
        mail: None,
        idempotency: None,
    }
}

fn tweet(user_id: UserId) -> NewTweet {
    NewTweet {
        user_id,
        content: "text".to_owned(),
        hashtags: Vec::new(),
        mentions: Vec::new(),
        reply_to: None,
        quote_of: None,
        media: Vec::new(),
        visibility: Visibility::Public,
        reply_audience: pipit_model::tweet::ReplyAudience::Everyone,
        sensitive: false,
        held: None,
        idempotency: None,
    }
}
