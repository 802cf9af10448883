//! Sign-up by approval: who waits does nothing and is seen by nobody, until somebody decides.

use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use pipit_core::{AccountSettings, Moderator, SignUpMode, Verdict};
use pipit_model::limits::SIGN_UP_WAIT_SECS;
use pipit_model::page::Page;
use pipit_model::user::UserRef;
use pipit_model::{Error, Role};
use pipit_testkit::{Backend, Client, TestApp, backends};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::email::letters;

const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;
const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;
const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// An application that has eve wait, and moe look after it.
struct Gate {
    app: TestApp,
    folder: TempDir,
    moe: Client,
    by: Moderator,
}

impl Gate {
    async fn new(backend: Backend) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let accounts = AccountSettings { sign_up: SignUpMode::Approval, ..Default::default() };
        let app = TestApp::with_mail(backend, folder.path(), accounts).await;
        let code = app.pipit.create_invitation(1, 1).await.expect("a code");
        let nobody = app.anonymous();
        let mut form = account("moe");
        form["invite"] = code.into();
        let moe = nobody.post("/users", form).await.expect(StatusCode::CREATED);
        let user = UserRef::HandleKey("moe".to_owned());
        let operator = Moderator::operator();
        app.pipit.set_role(operator, &user, Role::Moderator).await.expect("set");
        let mut client = app.anonymous();
        client.token = app.sign_in("moe").await;
        client.user_id = pipit_model::UserId(moe["id"].as_i64().expect("an id"));
        let caller = app.pipit.authenticate(client.token.as_deref().unwrap_or_default()).await;
        let by = app.pipit.moderator(caller.expect("signed in")).await.expect("a moderator");
        letters(&app, &folder).await;
        Self { app, folder, moe: client, by }
    }

    /// Somebody asks to be let in, and signs in.
    async fn ask(&self, handle: &str) -> Client {
        let mut form = account(handle);
        form["reason"] = "To read\nand write.".into();
        let mut client = self.app.anonymous();
        let user = client.post("/users", form).await.expect(StatusCode::ACCEPTED);
        client.user_id = pipit_model::UserId(user["id"].as_i64().expect("an id"));
        client.token = self.app.sign_in(handle).await;
        client
    }

    async fn decide(&self, handle: &str, verdict: Verdict) -> Result<(), Error> {
        let user = UserRef::HandleKey(handle.to_owned());
        self.app.pipit.decide_sign_up(self.by, &user, verdict).await.map(|_| ())
    }

    async fn waiting(&self) -> Vec<(String, String, String)> {
        let page = Page::new(Some(100), None).expect("a page");
        let listed = self.app.pipit.sign_ups(self.by, page).await.expect("read");
        let row = |view: &pipit_core::SignUpView| {
            (view.card.user().handle.clone(), view.reason.clone(), view.email_domain.clone())
        };
        listed.items.iter().map(row).collect()
    }

    /// The kinds and details of the log, newest first.
    async fn log(&self) -> Vec<(String, String)> {
        let page = Page::new(Some(100), None).expect("a page");
        let listed = self.app.pipit.audit_log(self.by, None, page).await.expect("read");
        listed.items.into_iter().map(|(entry, ..)| (entry.kind, entry.detail)).collect()
    }
}

fn account(handle: &str) -> Value {
    let email = format!("{handle}@Mail.test");
    json!({"handle": handle, "email": email, "password": "correct horse battery"})
}

#[tokio::test]
async fn who_waits_is_seen_by_nobody_and_does_nothing() {
    for backend in backends() {
        let gate = Gate::new(backend).await;
        let eve = gate.ask("eve").await;
        // What any token may do is the matrix' business; here is what others see.
        for reader in [&gate.moe, &gate.app.anonymous()] {
            for path in ["/users/eve".to_owned(), format!("/users/{}", eve.user_id)] {
                reader.get(&path).await.problem(NOT_FOUND);
            }
            let found = reader.get("/users?q=eve").await.ok();
            assert_eq!(found["users"], json!([]), "{backend:?}");
        }
        for what in ["follow", "block", "mute"] {
            gate.moe.put(&format!("/users/eve/{what}")).await.problem(NOT_FOUND);
        }
        let mention = gate.moe.tweet("hello @eve").await;
        let shown = gate.moe.get(&format!("/tweets/{mention}")).await.ok();
        assert_eq!(shown["mentions"].as_array().map_or(0, Vec::len), 0, "{shown}");
        // The door says the same to each way in.
        let told = eve.get("/timeline").await;
        told.problem(FORBIDDEN);
        let detail = told.json()["detail"].to_string();
        assert!(detail.contains("waits for approval"), "{detail}");
        eve.post("/tweets", json!({"content": "x"})).await.problem(FORBIDDEN);
        eve.get("/timeline/stream").await.problem(FORBIDDEN);
        let (_, of_app) = gate.app.app_token("read write", Some("eve")).await;
        of_app.get("/timeline").await.problem(FORBIDDEN);
        // The handle and the address are taken.
        let mut again = account("EVE");
        again["reason"] = "Me too.".into();
        again["email"] = "other@x.test".into();
        let taken = gate.app.anonymous().post("/users", again).await;
        taken.problem(StatusCode::CONFLICT);
        assert_eq!(gate.moe.get("/users/eve").await.status, NOT_FOUND);
    }
}

#[tokio::test]
async fn who_is_approved_is_like_everybody() {
    for backend in backends() {
        let gate = Gate::new(backend).await;
        let eve = gate.ask("eve").await;
        let row = ("eve".to_owned(), "To read\nand write.".to_owned(), "mail.test".to_owned());
        assert_eq!(gate.waiting().await, [row]);
        assert_eq!(gate.app.pipit.count_sign_ups(gate.by).await.expect("counted"), 1);
        // A confirmation and a new device; the link is for who waits, too.
        let before = letters(&gate.app, &gate.folder).await;
        assert!(before.iter().any(|(to, text)| to.contains("eve@") && text.contains("token=")));
        gate.decide("eve", Verdict::Approve).await.expect("let in");
        eve.get("/timeline").await.ok();
        eve.tweet("here I am").await;
        gate.moe.get("/users/eve").await.ok();
        let told = letters(&gate.app, &gate.folder).await;
        let [(to, text)] = &told[..] else { panic!("{told:?}") };
        assert!(to.contains("eve@") && text.contains("you are let in"), "{told:?}");
        assert!(gate.waiting().await.is_empty());
        assert_eq!(gate.log().await[0].0, "approve-sign-up");
        for verdict in [Verdict::Approve, Verdict::Reject("No.".into())] {
            let again = gate.decide("eve", verdict).await;
            assert!(matches!(again, Err(Error::NotFound(_))), "{again:?}");
        }
        gate.moe.get("/users/eve").await.ok();
    }
}

#[tokio::test]
async fn who_is_rejected_leaves_nothing() {
    for backend in backends() {
        let gate = Gate::new(backend).await;
        let eve = gate.ask("eve").await;
        letters(&gate.app, &gate.folder).await;
        let unsaid = gate.decide("eve", Verdict::Reject(" ".into())).await;
        assert!(matches!(unsaid, Err(Error::InvalidField { field: "reason", .. })));
        gate.decide("eve", Verdict::Reject("Not here.".into())).await.expect("rejected");
        eve.get("/timeline").await.problem(StatusCode::UNAUTHORIZED);
        let login = json!({"login": "eve", "password": "correct horse battery"});
        let login = gate.app.anonymous().post("/sessions", login).await;
        login.problem(StatusCode::UNAUTHORIZED);
        let told = letters(&gate.app, &gate.folder).await;
        let [(to, text)] = &told[..] else { panic!("{told:?}") };
        assert!(to.contains("eve@") && text.contains("Hello @eve") && text.contains("Not here."));
        let (kind, detail) = gate.log().await.swap_remove(0);
        assert_eq!((kind.as_str(), detail.as_str()), ("reject-sign-up", "@eve: Not here."));
        // Nobody ever saw it: handle and address are free.
        let next = gate.ask("eve").await;
        assert_ne!(next.user_id, eve.user_id);
        gate.decide("eve", Verdict::Approve).await.expect("let in");
        next.get("/users/eve").await.ok();
        gate.app.pipit.verify_audit_log().await.expect("whole");
    }
}

#[tokio::test]
async fn who_is_forgotten_for_a_month_is_gone() {
    for backend in backends() {
        let gate = Gate::new(backend).await;
        gate.ask("eve").await;
        gate.app.time.fetch_add((SIGN_UP_WAIT_SECS - 60) * 1000, Ordering::SeqCst);
        gate.ask("ann").await;
        gate.app.pipit.delete_old_sign_ups().await.expect("cleared");
        assert_eq!(gate.waiting().await.len(), 2);
        gate.app.time.fetch_add(120_000, Ordering::SeqCst);
        gate.app.pipit.delete_old_sign_ups().await.expect("cleared");
        let waiting = gate.waiting().await;
        assert!(waiting.len() == 1 && waiting[0].0 == "ann", "{backend:?} {waiting:?}");
        let (kind, detail) = gate.log().await.swap_remove(0);
        assert_eq!((kind.as_str(), detail.as_str()), ("expire-sign-up", "@eve"));
    }
}

#[tokio::test]
async fn why_must_be_said_and_an_invitation_says_it() {
    let gate = Gate::new(Backend::Sqlite).await;
    let nobody = gate.app.anonymous();
    for reason in [Value::Null, json!(" "), json!("x".repeat(501))] {
        let mut form = account("ann");
        form["reason"] = reason;
        let (_, field) = nobody.post("/users", form).await.problem(UNPROCESSABLE);
        assert_eq!(field.as_deref(), Some("reason"));
    }
    let mut form = account("ann");
    form["reason"] = "To read.".into();
    form["invite"] = "none".into();
    let (_, field) = nobody.post("/users", form).await.problem(UNPROCESSABLE);
    assert_eq!(field.as_deref(), Some("invite"));
    // Whose it is to decide: nobody below a moderator.
    let eve = gate.ask("eve").await;
    gate.decide("eve", Verdict::Approve).await.expect("let in");
    let caller = gate.app.pipit.authenticate(eve.token.as_deref().unwrap_or_default()).await;
    let refused = gate.app.pipit.moderator(caller.expect("signed in")).await;
    assert!(matches!(refused, Err(Error::NotFound(_))));
}
