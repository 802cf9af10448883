//! What guards accounts: passwords, second factors, throttles, and that the database tells nothing.

use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use pipit_api::wire::{OfferedFactor, RecoveryCodes, SecondFactor};
use pipit_model::limits::{ACCOUNT_TRIES_MAX, PROOF_SECS};
use pipit_testkit::{Backend, Client, TestApp, backends};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::contract::typed;

const PASSWORD: &str = "correct horse battery";
const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// What the app of this secret shows now.
fn code(app: &TestApp, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).expect("Base32");
    let totp = Builder::new().with_secret(secret).build().expect("a secret");
    let now = app.time.load(Ordering::Relaxed) / 1000;
    totp.generate(now.unsigned_abs()).to_string()
}

fn pass(app: &TestApp, secs: i64) {
    app.time.fetch_add(secs * 1000, Ordering::Relaxed);
}

/// Sets up a second factor; answers its secret and the recovery codes.
async fn set_up(app: &TestApp, who: &Client) -> (String, Vec<String>) {
    let offered = who.post("/users/me/second-factor", json!({})).await;
    assert_eq!(offered.headers["cache-control"], "no-store");
    let offered: OfferedFactor = typed(&offered, StatusCode::OK);
    let address = format!("otpauth://totp/Pipit:ann?secret={}&", offered.secret);
    assert!(offered.otpauth_url.starts_with(&address), "{}", offered.otpauth_url);
    let first = json!({"code": code(app, &offered.secret)});
    let confirmed = who.put_json("/users/me/second-factor", first).await;
    let codes: RecoveryCodes = typed(&confirmed, StatusCode::OK);
    (offered.secret, codes.recovery_codes)
}

fn login(otp: &Value) -> Value {
    json!({"login": "ann", "password": PASSWORD, "otp": otp})
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_each_code_is_good_once() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let ann = app.sign_up("ann").await;
        let (secret, recovery) = set_up(&app, &ann).await;
        let state: SecondFactor = typed(&ann.get("/users/me/second-factor").await, StatusCode::OK);
        assert!(state.enabled && state.recovery_codes == 10);
        let nobody = app.anonymous();
        let sign_in = async |otp: Value| nobody.post("/sessions", login(&otp)).await;
        let refused = |answer: &pipit_testkit::Answer| {
            let otp = Some("otp".to_owned());
            assert_eq!(answer.problem(UNPROCESSABLE), ("invalid-field".to_owned(), otp));
        };
        refused(&sign_in(Value::Null).await);
        refused(&sign_in(json!("000000")).await);
        // The code that confirmed it is used up.
        refused(&sign_in(json!(code(&app, &secret))).await);
        pass(&app, 30);
        let fresh = code(&app, &secret);
        sign_in(json!(fresh)).await.expect(StatusCode::CREATED);
        refused(&sign_in(json!(fresh)).await);
        let sloppy = format!(" {} ", recovery[3].to_lowercase());
        sign_in(json!(sloppy)).await.expect(StatusCode::CREATED);
        refused(&sign_in(json!(recovery[3])).await);
        // Without the right password, nothing is said of codes.
        let wrong = json!({"login": "ann", "password": "wrong password", "otp": recovery[4]});
        nobody.post("/sessions", wrong).await.problem(StatusCode::UNAUTHORIZED);
        sign_in(json!(recovery[4])).await.expect(StatusCode::CREATED);

        ann.delete("/users/me/second-factor").await.expect(StatusCode::NO_CONTENT);
        sign_in(Value::Null).await.expect(StatusCode::CREATED);
    }
}

#[tokio::test]
async fn the_try_after_the_last_is_refused_for_real_accounts_and_others_alike() {
    for name in ["ann", "nobody", "ann@x.test", "nobody@x.test"] {
        let app = TestApp::new(Backend::Sqlite).await;
        app.sign_up("ann").await;
        let nobody = app.anonymous();
        let wrong = json!({"login": name, "password": "wrong password"});
        for n in 0..ACCOUNT_TRIES_MAX {
            let before = app.pipit.password_hashes();
            nobody.post("/sessions", wrong.clone()).await.problem(StatusCode::UNAUTHORIZED);
            assert_eq!(app.pipit.password_hashes(), before + 1, "{name}, {n}: the same work");
        }
        let refused = nobody.post("/sessions", wrong).await;
        assert_eq!(refused.problem(StatusCode::TOO_MANY_REQUESTS).0, "rate-limited");
        assert_eq!(refused.headers["retry-after"], "3600");
        // However it is spelt.
        let right = json!({"login": format!(" {} ", name.to_uppercase()), "password": PASSWORD});
        nobody.post("/sessions", right.clone()).await.problem(StatusCode::TOO_MANY_REQUESTS);
        pass(&app, 3600);
        let status =
            if name.starts_with("ann") { StatusCode::CREATED } else { StatusCode::UNAUTHORIZED };
        nobody.post("/sessions", right).await.expect(status);
    }
}

#[tokio::test]
async fn guessing_under_another_name_of_the_account_tells_nothing() {
    let app = TestApp::new(Backend::Sqlite).await;
    app.sign_up("ann").await;
    let nobody = app.anonymous();
    for _ in 0..ACCOUNT_TRIES_MAX {
        let wrong = json!({"login": "ann", "password": "wrong password"});
        nobody.post("/sessions", wrong).await.problem(StatusCode::UNAUTHORIZED);
    }
    // As for an address that nobody has; and the right password is not looked at either.
    for login in ["ann@x.test", "other@x.test"] {
        let right = json!({"login": login, "password": PASSWORD});
        nobody.post("/sessions", right).await.problem(StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn getting_in_forgets_the_wrong_tries() {
    let app = TestApp::new(Backend::Sqlite).await;
    app.sign_up("ann").await;
    let nobody = app.anonymous();
    for _ in 0..3 {
        for _ in 0..ACCOUNT_TRIES_MAX - 1 {
            let wrong = json!({"login": "ann", "password": "wrong password"});
            nobody.post("/sessions", wrong).await.problem(StatusCode::UNAUTHORIZED);
        }
        nobody.post("/sessions", login(&Value::Null)).await.expect(StatusCode::CREATED);
    }
}

#[tokio::test]
async fn weak_passwords_are_refused_with_advice() {
    let app = TestApp::new(Backend::Sqlite).await;
    for weak in ["password", "12345678", "qwertyuiop", "some_handle", "some_handle1"] {
        let account = json!({"handle": "some_handle", "email": "a@x.test", "password": weak});
        let answer = app.anonymous().post("/users", account).await;
        assert_eq!(answer.problem(UNPROCESSABLE).1.as_deref(), Some("password"), "{weak}");
        let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(detail.contains("three or four words"), "{detail}");
    }
    let ann = app.sign_up("ann").await;
    let weak = ann.put_json("/users/me/password", json!({"password": "iloveyou"})).await;
    assert_eq!(weak.problem(UNPROCESSABLE).1.as_deref(), Some("password"));
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let ann = app.sign_up("ann").await;
        let mut other = app.anonymous();
        let session = other.post("/sessions", login(&Value::Null)).await;
        other.token = session.expect(StatusCode::CREATED)["token"].as_str().map(str::to_owned);
        other.get("/timeline").await.ok();
        let new = json!({"password": "a wholly new one"});
        ann.put_json("/users/me/password", new).await.expect(StatusCode::NO_CONTENT);
        other.get("/timeline").await.problem(StatusCode::UNAUTHORIZED);
        ann.get("/timeline").await.ok();
        let nobody = app.anonymous();
        nobody.post("/sessions", login(&Value::Null)).await.problem(StatusCode::UNAUTHORIZED);
        let new = json!({"login": "ann", "password": "a wholly new one"});
        nobody.post("/sessions", new).await.expect(StatusCode::CREATED);
    }
}

#[tokio::test]
async fn what_guards_an_account_is_changed_only_by_who_has_shown_who_they_are() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let ann = app.sign_up("ann").await;
        pass(&app, PROOF_SECS);
        let guarded = async || {
            let password = json!({"password": "a wholly new one"});
            vec![
                ann.put_json("/users/me/password", password).await,
                ann.post("/users/me/second-factor", json!({})).await,
                ann.put_json("/users/me/second-factor", json!({"code": "123456"})).await,
                ann.delete("/users/me/second-factor").await,
                ann.post("/users/me/recovery-codes", json!({})).await,
                ann.delete("/users/me").await,
            ]
        };
        for answer in guarded().await {
            answer.problem(StatusCode::FORBIDDEN);
        }
        let proof = "/sessions/current/proof";
        for (wrong, field) in [
            (json!({"password": "wrong password"}), "password"),
            (json!({"otp": "123456"}), "otp"),
            (json!({}), "password"),
        ] {
            let answer = ann.post(proof, wrong).await;
            assert_eq!(answer.problem(UNPROCESSABLE).1.as_deref(), Some(field));
        }
        ann.delete("/users/me").await.problem(StatusCode::FORBIDDEN);
        let right = json!({"password": PASSWORD});
        ann.post(proof, right).await.expect(StatusCode::NO_CONTENT);
        let (secret, _) = set_up(&app, &ann).await;
        pass(&app, PROOF_SECS);
        ann.delete("/users/me").await.problem(StatusCode::FORBIDDEN);
        let by_code = json!({"otp": code(&app, &secret)});
        ann.post(proof, by_code).await.expect(StatusCode::NO_CONTENT);
        ann.delete("/users/me").await.expect(StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn a_session_that_is_not_used_ends_and_one_that_is_lasts() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let (idle, busy) = (app.sign_up("idle").await, app.sign_up("busy").await);
        for _ in 0..4 {
            pass(&app, 20 * 24 * 3600);
            busy.get("/timeline").await.ok();
            app.pipit.delete_expired().await.expect("cleaned");
        }
        idle.get("/timeline").await.problem(StatusCode::UNAUTHORIZED);
        pass(&app, 10 * 24 * 3600);
        busy.get("/timeline").await.problem(StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn the_database_tells_nothing_that_identifies_or_unlocks_anybody() {
    let app = TestApp::new(Backend::Sqlite).await;
    let ann = app.sign_up("ann").await;
    let (secret, codes) = set_up(&app, &ann).await;
    let token = ann.token.clone().expect("a token");
    let signature = token.rsplit('.').next().expect("a signature").to_owned();
    ann.tweet("but this is public").await;
    app.pipit.close().await.expect("closed");
    let path = app.db.url.trim_start_matches("sqlite://").to_owned();
    let mut raw = std::fs::read(&path).expect("the file");
    raw.extend(std::fs::read(format!("{path}-wal")).unwrap_or_default());
    let holds = |text: &str| raw.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("but this is public"), "one can find things in it");
    let bytes = Secret::try_from_base32(&secret).expect("Base32");
    assert!(!raw.windows(20).any(|window| window == bytes.as_ref()));
    for hidden in ["ann@x.test", "@x.test", PASSWORD, &secret, &codes[0], &token, &signature] {
        assert!(!holds(hidden), "{hidden}");
    }
    for code in &codes {
        assert!(!holds(&code.replace('-', "")), "{code}");
    }
}
