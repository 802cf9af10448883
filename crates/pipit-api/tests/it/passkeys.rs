//! Passkeys, on every database. (How browsers come to them is tested at the pages.)

use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use pipit_core::{Caller, PasskeyAsked, PasskeySite, Pipit, SignedIn};
use pipit_model::limits::{ACCOUNT_TRIES_MAX, PASSKEY_SECS, PASSKEYS_PER_USER_MAX};
use pipit_model::{Error, Result};
use pipit_testkit::{Authenticator, Backend, Client, TestApp, backends};

const URL: &str = "https://pipit.example";

fn site() -> PasskeySite {
    PasskeySite::of(URL).expect("a site")
}

/// Ann, with a device of hers.
struct Ann {
    app: TestApp,
    client: Client,
    caller: Caller,
    device: Authenticator,
}

impl Ann {
    async fn new(backend: Backend) -> Self {
        let app = TestApp::new(backend).await;
        let client = app.sign_up("ann").await;
        let token = client.token.clone().unwrap_or_default();
        let caller = app.pipit.authenticate(&token).await.expect("signed in");
        Self { app, client, caller, device: Authenticator::at(URL) }
    }

    fn pipit(&self) -> &Pipit {
        &self.app.pipit
    }

    async fn asked(&self) -> PasskeyAsked {
        self.pipit().ask_for_passkey(self.caller, &site()).await.expect("asked")
    }

    async fn add(&self, asked: &PasskeyAsked, made: &str) -> Result<()> {
        let answer = (asked.ticket.as_str(), made);
        self.pipit().add_passkey(self.caller, &site(), answer, "My phone").await
    }

    /// One with a passkey.
    async fn with_passkey(backend: Backend) -> Self {
        let mut ann = Self::new(backend).await;
        let asked = ann.asked().await;
        let made = ann.device.create(&asked.options);
        ann.add(&asked, &made).await.expect("added");
        ann
    }

    async fn enter(&self, ticket: &str, answer: &str) -> Result<SignedIn> {
        self.pipit()
            .sign_in_by_passkey(&site(), (ticket, answer), pipit_core::Client::default())
            .await
    }

    /// Signs in anew.
    async fn sign_in(&self) -> Result<SignedIn> {
        let asked = self.pipit().ask_to_sign_in(&site()).expect("asked");
        let answer = self.device.get(&asked.options);
        self.enter(&asked.ticket, &answer).await
    }
}

#[track_caller]
fn refused<T>(result: Result<T>) -> String {
    match result {
        Err(Error::Unauthenticated(why)) => why.to_owned(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("let in"),
    }
}

#[tokio::test]
async fn a_passkey_lets_its_owner_in() {
    for backend in backends() {
        let mut ann = Ann::with_passkey(backend).await;
        let [passkey] = &ann.pipit().passkeys(ann.caller).await.expect("read")[..] else {
            panic!("one");
        };
        assert_eq!((passkey.name.as_str(), passkey.used_at), ("My phone", None));
        ann.device.counter = 7;
        let session = ann.sign_in().await.expect("let in");
        assert_eq!(session.user.card.user().handle, "ann");
        let mut client = ann.client.clone();
        client.token = Some(session.token.clone());
        client.get("/timeline").await.ok();
        // It begins a session like any other, which has just shown who it is.
        let caller = ann.pipit().authenticate(&session.token).await.expect("signed in");
        assert!(ann.pipit().is_proven(caller).await.expect("read"));
        assert_eq!(ann.pipit().sessions(ann.caller).await.expect("read").len(), 2);
        let passkey = ann.pipit().passkeys(ann.caller).await.expect("read").swap_remove(0);
        assert_eq!(passkey.used_at, Some(ann.pipit().clock().now()));
        // A counter that does not rise is that of a copy.
        for counter in [7, 3, 0] {
            ann.device.counter = counter;
            refused(ann.sign_in().await);
        }
        ann.device.counter = 8;
        ann.sign_in().await.expect("let in");
    }
}

#[tokio::test]
async fn what_was_signed_is_good_once_and_not_for_long() {
    for backend in backends() {
        let ann = Ann::with_passkey(backend).await;
        let asked = ann.pipit().ask_to_sign_in(&site()).expect("asked");
        let answer = ann.device.get(&asked.options);
        ann.enter(&asked.ticket, &answer).await.expect("let in");
        let again = refused(ann.enter(&asked.ticket, &answer).await);
        assert!(again.contains("sent twice"), "{again}");
        // Under another ticket it is no answer at all.
        let other = ann.pipit().ask_to_sign_in(&site()).expect("asked");
        refused(ann.enter(&other.ticket, &answer).await);
        // Neither is one for another purpose a ticket.
        refused(ann.enter(&ann.asked().await.ticket, &answer).await);
        refused(ann.enter("", &answer).await);
        let late = ann.pipit().ask_to_sign_in(&site()).expect("asked");
        let answer = ann.device.get(&late.options);
        ann.app.time.fetch_add(PASSKEY_SECS * 1000, Ordering::SeqCst);
        let late = refused(ann.enter(&late.ticket, &answer).await);
        assert!(late.contains("took too long"), "{late}");
        assert_eq!(ann.pipit().sessions(ann.caller).await.expect("read").len(), 2);
    }
}

#[tokio::test]
async fn two_at_the_same_moment_let_in_once() {
    for backend in backends() {
        let ann = Ann::with_passkey(backend).await;
        let asked = ann.pipit().ask_to_sign_in(&site()).expect("asked");
        let answer = ann.device.get(&asked.options);
        let (one, two) =
            tokio::join!(ann.enter(&asked.ticket, &answer), ann.enter(&asked.ticket, &answer));
        assert_eq!(i32::from(one.is_ok()) + i32::from(two.is_ok()), 1, "{backend:?}");
    }
}

#[tokio::test]
async fn an_answer_from_elsewhere_is_none() {
    let mut ann = Ann::with_passkey(Backend::Sqlite).await;
    for origin in ["https://evil.example", "http://pipit.example", "https://pipit.example:8443"] {
        ann.device.origin = origin.to_owned();
        refused(ann.sign_in().await);
        let asked = ann.asked().await;
        let made = Authenticator::at(origin).create(&asked.options);
        let made = ann.add(&asked, &made).await;
        assert!(matches!(made, Err(Error::InvalidField { field: "credential", .. })), "{origin}");
    }
    ann.device.origin = URL.to_owned();
    ann.device.rp_id = Some("evil.example".to_owned());
    refused(ann.sign_in().await);
    ann.device.rp_id = None;
    // Who holds the device must have shown it.
    ann.device.verifies = false;
    refused(ann.sign_in().await);
    ann.device.verifies = true;
    // Somebody else's device under the same id.
    let asked = ann.pipit().ask_to_sign_in(&site()).expect("asked");
    let answer = ann.device.get(&asked.options);
    let forged = ann.device.forged().get(&asked.options);
    refused(ann.enter(&asked.ticket, &forged).await);
    refused(ann.enter(&asked.ticket, "{}").await);
    // None of it used up what a true answer needs.
    ann.enter(&asked.ticket, &answer).await.expect("let in");
}

#[tokio::test]
async fn a_passkey_that_was_removed_lets_nobody_in() {
    for backend in backends() {
        let ann = Ann::with_passkey(backend).await;
        let bob = ann.app.sign_up("bob").await;
        let token = bob.token.clone().unwrap_or_default();
        let bob = ann.pipit().authenticate(&token).await.expect("signed in");
        let id = ann.pipit().passkeys(ann.caller).await.expect("read")[0].id;
        let of_bob = ann.pipit().remove_passkey(bob, id).await;
        assert!(matches!(of_bob, Err(Error::NotFound(_))));
        ann.sign_in().await.expect("let in");
        ann.pipit().remove_passkey(ann.caller, id).await.expect("removed");
        let why = refused(ann.sign_in().await);
        assert!(why.contains("sign in with your password"), "{why}");
    }
}

#[tokio::test]
async fn a_new_passkey_is_bound_to_who_asked_for_it() {
    for backend in backends() {
        let mut ann = Ann::new(backend).await;
        let asked = ann.asked().await;
        let made = ann.device.create(&asked.options);
        // Another session of hers, somebody else's.
        for handle in ["ann", "bob"] {
            if handle == "bob" {
                ann.app.sign_up("bob").await;
            }
            let token = ann.app.sign_in(handle).await.unwrap_or_default();
            let other = ann.pipit().authenticate(&token).await.expect("signed in");
            let answer = (asked.ticket.as_str(), made.as_str());
            refused(ann.pipit().add_passkey(other, &site(), answer, "x").await);
        }
        ann.add(&asked, &made).await.expect("added");
        // The same answer again, also when the passkey is gone; and the same device.
        refused(ann.add(&asked, &made).await);
        let id = ann.pipit().passkeys(ann.caller).await.expect("read")[0].id;
        let again = ann.asked().await;
        assert!(again.options.contains("excludeCredentials\":[{"), "{}", again.options);
        let same = ann.device.create(&again.options);
        assert!(ann.add(&again, &same).await.is_err());
        ann.pipit().remove_passkey(ann.caller, id).await.expect("removed");
        refused(ann.add(&asked, &made).await);
        // What guards an account is changed by who has just shown who they are.
        ann.app.time.fetch_add(3600 * 1000, Ordering::SeqCst);
        let late = ann.asked().await;
        let made = ann.device.create(&late.options);
        assert!(matches!(ann.add(&late, &made).await, Err(Error::Forbidden(_))));
    }
}

#[tokio::test]
async fn passkeys_have_their_bounds() {
    let mut ann = Ann::with_passkey(Backend::Sqlite).await;
    for n in 1..=PASSKEYS_PER_USER_MAX {
        let asked = ann.asked().await;
        let made = Authenticator::at(URL).create(&asked.options);
        let added = ann.add(&asked, &made).await;
        assert_eq!(added.is_ok(), n < PASSKEYS_PER_USER_MAX, "{n}: {added:?}");
    }
    let asked = ann.asked().await;
    let made = ann.device.create(&asked.options);
    for name in ["", " ", &"x".repeat(51)] {
        let answer = (asked.ticket.as_str(), made.as_str());
        let added = ann.pipit().add_passkey(ann.caller, &site(), answer, name).await;
        assert!(matches!(added, Err(Error::InvalidField { field: "name", .. })));
    }
    // Wrong answers are counted like wrong passwords.
    ann.device.verifies = false;
    for _ in 0..ACCOUNT_TRIES_MAX {
        refused(ann.sign_in().await);
    }
    assert!(matches!(ann.sign_in().await, Err(Error::RateLimited { .. })));
}

#[tokio::test]
async fn a_new_password_from_outside_takes_passkeys_away() {
    for backend in backends() {
        let ann = Ann::with_passkey(backend).await;
        let changed = ann.pipit().change_password(ann.caller, "another horse battery".into());
        changed.await.expect("changed");
        ann.sign_in().await.expect("let in: she changed it herself");
        let user_id = ann.caller.user_id;
        let set = ann.pipit().set_password_of(user_id, "third horse battery".into());
        set.await.expect("set");
        refused(ann.sign_in().await);
    }
}

#[tokio::test]
async fn with_the_account_its_passkeys_go() {
    for backend in backends() {
        let ann = Ann::with_passkey(backend).await;
        ann.sign_in().await.expect("let in");
        ann.client.delete("/users/me").await.expect(StatusCode::NO_CONTENT);
        refused(ann.sign_in().await);
        assert!(ann.pipit().passkeys(ann.caller).await.expect("read").is_empty(), "{backend:?}");
    }
}
