//! What is done by e-mail, and who may sign up.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use axum::http::{Method, StatusCode};
use pipit_core::{AccountSettings, Confirmation, Deed, Moderator, PasskeySite, SignUpMode};
use pipit_model::limits::{RESET_SECS, RESET_TRIES_MAX};
use pipit_model::moderation::ActionKind;
use pipit_testkit::{Authenticator, Backend, Client, TestApp, backends};
use serde_json::json;
use tempfile::TempDir;

const PASSWORD: &str = "correct horse battery";
const URL: &str = "http://pipit.test";
const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// An application whose letters lie in a folder.
async fn app(backend: Backend, accounts: AccountSettings) -> (TestApp, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    (TestApp::with_mail(backend, folder.path(), accounts).await, folder)
}

fn open() -> AccountSettings {
    AccountSettings::default()
}

/// Sends what waits; answers the letters that left, oldest first: to whom, and the text.
pub(crate) async fn letters(app: &TestApp, folder: &TempDir) -> Vec<(String, String)> {
    app.pipit.send_mails(URL).await.expect("sent");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").flatten().map(|file| file.path()).collect();
    files.sort();
    files.iter().map(|path| read(path)).collect()
}

/// A letter, which is gone afterwards.
fn read(path: &Path) -> (String, String) {
    let raw = std::fs::read_to_string(path).expect("a letter");
    std::fs::remove_file(path).expect("read");
    let (head, body) = raw.split_once("\r\n\r\n").expect("a head and a body");
    let to = head.lines().find_map(|line| line.strip_prefix("To: ")).expect("a reader");
    // Quoted-printable: long lines are broken, and what looks like that is written out.
    (to.to_owned(), body.replace("=\r\n", "").replace("=3D", "="))
}

/// The token of the link in a letter.
fn token(letter: &(String, String)) -> String {
    let (_, rest) = letter.1.split_once("token=").unwrap_or_else(|| panic!("{letter:?}"));
    rest.split_whitespace().next().expect("a token").to_owned()
}

async fn sign_in(client: &Client, login: &str, password: &str) -> StatusCode {
    client.post("/sessions", json!({"login": login, "password": password})).await.status
}

async fn ask(client: &Client, login: &str) -> StatusCode {
    client.post("/password-resets", json!({"login": login})).await.status
}

#[tokio::test]
async fn a_new_password_by_a_link_that_works_once_and_ends_everything() {
    for backend in backends() {
        let (app, folder) = app(backend, open()).await;
        let ann = app.sign_up("ann").await;
        letters(&app, &folder).await;
        let nobody = app.anonymous();
        let caller = app.pipit.authenticate(ann.token.as_deref().expect("one")).await.expect("ok");
        let mut stream = app.pipit.open_stream(caller, None).await.expect("a stream");
        stream.next().await.expect("its start");
        for login in ["nobody", "nobody@x.test", "ann@x.test", "ann"] {
            assert_eq!(ask(&nobody, login).await, StatusCode::ACCEPTED, "{login}");
        }
        let sent = letters(&app, &folder).await;
        assert_eq!(sent.len(), 2, "only to who is here");
        assert!(sent.iter().all(|letter| letter.0 == "ann@x.test"), "{sent:?}");
        let (first, second) = (token(&sent[0]), token(&sent[1]));
        let reset = async |token: &str, password: &str| {
            nobody.put_json("/password-resets", json!({"token": token, "password": password})).await
        };
        let weak = reset(&first, "password").await;
        assert_eq!(weak.problem(UNPROCESSABLE).1.as_deref(), Some("password"));
        let done = reset(&first, "a wholly new one").await;
        assert_eq!(done.status, StatusCode::NO_CONTENT);
        for used in [&*first, &*second, &first[1..], ""] {
            reset(used, "another new one").await.problem(StatusCode::UNAUTHORIZED);
        }
        ann.get("/timeline").await.problem(StatusCode::UNAUTHORIZED);
        assert!(stream.next().await.is_none(), "streams end with their session");
        assert_eq!(sign_in(&nobody, "ann", PASSWORD).await, StatusCode::UNAUTHORIZED);
        assert_eq!(sign_in(&nobody, "ann", "a wholly new one").await, StatusCode::CREATED);
        let told = letters(&app, &folder).await;
        assert!(told.len() == 1 && told[0].1.contains("password was changed"), "{told:?}");

        assert_eq!(ask(&nobody, "Ann@X.test").await, StatusCode::ACCEPTED);
        let late = token(&letters(&app, &folder).await[0]);
        app.time.fetch_add(RESET_SECS * 1000, Ordering::Relaxed);
        reset(&late, "another new one").await.problem(StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn asking_for_passwords_is_throttled_and_says_if_there_is_no_mail() {
    let (app, _folder) = app(Backend::Sqlite, open()).await;
    let nobody = app.anonymous();
    for login in ["ann@x.test", "nobody"] {
        for _ in 0..RESET_TRIES_MAX {
            assert_eq!(ask(&nobody, login).await, StatusCode::ACCEPTED);
        }
        let spelt = json!({"login": format!(" {}", login.to_uppercase())});
        let refused = nobody.post("/password-resets", spelt).await;
        refused.problem(StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers["retry-after"], "1800");
    }
    let app = TestApp::new(Backend::Sqlite).await;
    let refused = app.anonymous().post("/password-resets", json!({"login": "ann"})).await;
    refused.problem(StatusCode::FORBIDDEN);
    assert!(refused.json()["detail"].as_str().is_some_and(|d| d.contains("set-password")));
}

#[tokio::test]
async fn an_address_changes_once_it_is_confirmed_and_the_old_one_is_told() {
    for backend in backends() {
        let (app, folder) = app(backend, open()).await;
        let (ann, _) = (app.sign_up("ann").await, app.sign_up("bob").await);
        letters(&app, &folder).await;
        let change = async |email: &str| {
            ann.put_json("/users/me/email", json!({"email": email})).await.status
        };
        let confirm = async |token: &str| {
            app.anonymous().post("/email-confirmations", json!({"token": token})).await
        };
        assert_eq!(change("new@x.test").await, StatusCode::ACCEPTED);
        assert_eq!(
            change("bob@x.test").await,
            StatusCode::ACCEPTED,
            "that it is taken is not told"
        );
        assert_eq!(ann.get("/users/me/email").await.ok()["email"], "ann@x.test");
        let sent = letters(&app, &folder).await;
        assert_eq!((sent[0].0.as_str(), sent[1].0.as_str()), ("new@x.test", "bob@x.test"));
        confirm(&token(&sent[1])).await.problem(StatusCode::CONFLICT);
        assert_eq!(confirm(&token(&sent[0])).await.status, StatusCode::NO_CONTENT);
        confirm(&token(&sent[0])).await.problem(StatusCode::UNAUTHORIZED);
        assert_eq!(ann.get("/users/me/email").await.ok()["email"], "new@x.test");
        let told = letters(&app, &folder).await;
        assert!(told.len() == 1 && told[0].0 == "ann@x.test", "{told:?}");
        let nobody = app.anonymous();
        assert_eq!(sign_in(&nobody, "NEW@x.test", PASSWORD).await, StatusCode::CREATED);
        assert_eq!(sign_in(&nobody, "ann@x.test", PASSWORD).await, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_new_password_shuts_out_whoever_asked_for_another_address() {
    for backend in backends() {
        let (app, folder) = app(backend, open()).await;
        let thief = app.sign_up("ann").await;
        letters(&app, &folder).await;
        let change = async |email: &str| {
            let asked = thief.put_json("/users/me/email", json!({"email": email})).await;
            assert_eq!(asked.status, StatusCode::ACCEPTED);
        };
        change("thief@x.test").await;
        let early = token(&letters(&app, &folder).await[0]);
        // A mail server may well take its time, and on purpose.
        change("late@x.test").await;
        let password = "a wholly new one".to_owned();
        app.pipit.set_password_of(thief.user_id, password).await.expect("set");
        let sent = letters(&app, &folder).await;
        let late = sent.iter().find(|letter| letter.0 == "late@x.test").map(token);
        let nobody = app.anonymous();
        for token in [early, late.expect("sent all the same")] {
            let confirmed = nobody.post("/email-confirmations", json!({"token": token})).await;
            confirmed.problem(StatusCode::UNAUTHORIZED);
        }
        assert_eq!(sign_in(&nobody, "ann@x.test", "a wholly new one").await, StatusCode::CREATED);
    }
}

#[tokio::test]
async fn who_must_confirm_their_address_waits_for_the_letter() {
    let accounts = AccountSettings { confirm_email: Confirmation::Required, ..open() };
    let (app, folder) = app(Backend::Sqlite, accounts).await;
    let nobody = app.anonymous();
    let account = json!({"handle": "ann", "email": "ann@x.test", "password": PASSWORD});
    nobody.post("/users", account).await.expect(StatusCode::CREATED);
    let first = letters(&app, &folder).await;
    assert_eq!(first.len(), 1);
    assert_eq!(sign_in(&nobody, "ann", "wrong password").await, StatusCode::UNAUTHORIZED);
    assert_eq!(sign_in(&nobody, "ann", PASSWORD).await, StatusCode::FORBIDDEN);
    let again = letters(&app, &folder).await;
    assert_eq!(again.len(), 1, "the link once more");
    let confirmed = json!({"token": token(&first[0])});
    let confirmed = nobody.post("/email-confirmations", confirmed).await;
    assert_eq!(confirmed.status, StatusCode::NO_CONTENT);
    assert_eq!(sign_in(&nobody, "ann", PASSWORD).await, StatusCode::CREATED);
}

#[tokio::test]
async fn a_sign_in_from_another_device_is_told() {
    let (app, folder) = app(Backend::Sqlite, open()).await;
    app.sign_up("ann").await;
    letters(&app, &folder).await;
    let nobody = app.anonymous();
    let from = async |device: &str| {
        let body = json!({"login": "ann", "password": PASSWORD}).to_string();
        let mut request = nobody.request(Method::POST, "/sessions", body.into());
        request.headers_mut().insert("user-agent", device.parse().expect("a header"));
        nobody.send(request).await.expect(StatusCode::CREATED);
        letters(&app, &folder).await
    };
    let told = from("Firefox/140.0").await;
    assert!(told.len() == 1 && told[0].1.contains("Firefox/140.0"), "{told:?}");
    assert!(from("Firefox/141.0").await.is_empty(), "only its version is another");
    assert_eq!(from("Safari/605").await.len(), 1);
}

#[tokio::test]
async fn sign_up_is_for_whom_it_is_open() {
    let mode = |sign_up| AccountSettings { sign_up, ..open() };
    let account = |handle: &str, invite: Option<&str>| {
        let email = format!("{handle}@x.test");
        json!({"handle": handle, "email": email, "password": PASSWORD, "invite": invite})
    };
    let (closed, _folder) = app(Backend::Sqlite, mode(SignUpMode::Closed)).await;
    let refused = closed.anonymous().post("/users", account("ann", None)).await;
    refused.problem(StatusCode::FORBIDDEN);

    let (app, _folder) = app(Backend::Sqlite, mode(SignUpMode::Invitation)).await;
    let nobody = app.anonymous();
    let code = app.pipit.create_invitation(1, 7).await.expect("made");
    for bad in [None, Some(""), Some("guessed"), Some(&*code.repeat(9))] {
        let refused = nobody.post("/users", account("ann", bad)).await;
        assert_eq!(refused.problem(UNPROCESSABLE).1.as_deref(), Some("invite"), "{bad:?}");
    }
    nobody.post("/users", account("ann", Some(&code))).await.expect(StatusCode::CREATED);
    let again = nobody.post("/users", account("bob", Some(&code))).await;
    assert_eq!(again.problem(UNPROCESSABLE).1.as_deref(), Some("invite"));
}

#[tokio::test]
async fn who_is_suspended_can_set_a_new_password_to_appeal() {
    let (app, folder) = app(Backend::Sqlite, open()).await;
    let eve = app.sign_up("eve").await;
    let reason = "Fraud.".to_owned();
    let (user_id, kind) = (eve.user_id, ActionKind::Suspend);
    let deed = Deed { user_id, kind, reason, tweets: Vec::new(), report: None };
    app.pipit.act(Moderator::operator(), deed).await.expect("suspended");
    letters(&app, &folder).await;
    let nobody = app.anonymous();
    ask(&nobody, "eve").await;
    let letter = letters(&app, &folder).await.pop().expect("a letter");
    app.pipit.reset_password(&token(&letter), "another horse battery".into()).await.expect("set");
    assert_eq!(sign_in(&nobody, "eve", "another horse battery").await, StatusCode::CREATED);
    // Who deleted their account is written nothing more.
    let ann = app.sign_up("ann").await;
    ann.delete("/users/me").await.expect(StatusCode::NO_CONTENT);
    letters(&app, &folder).await;
    ask(&nobody, "ann").await;
    assert_eq!(letters(&app, &folder).await, []);
}

#[tokio::test]
async fn a_new_passkey_is_told() {
    let (app, folder) = app(Backend::Sqlite, open()).await;
    let ann = app.sign_up("ann").await;
    letters(&app, &folder).await;
    let caller = app.pipit.authenticate(ann.token.as_deref().unwrap_or_default()).await;
    let caller = caller.expect("signed in");
    let site = PasskeySite::of("https://pipit.example").expect("a site");
    let asked = app.pipit.ask_for_passkey(caller, &site).await.expect("asked");
    let made = Authenticator::at("https://pipit.example").create(&asked.options);
    let answer = (asked.ticket.as_str(), made.as_str());
    app.pipit.add_passkey(caller, &site, answer, "My phone").await.expect("added");
    let letter = letters(&app, &folder).await.pop().expect("a letter");
    assert!(letter.0.contains("ann@") && letter.1.contains("My phone"), "{letter:?}");
}
