//! OAuth 2.1 as apps meet it: each error of the standard, and how long tokens last.

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use pipit_core::{Authorization, Caller, NotAuthorized};
use pipit_model::limits::APP_TOKEN_IDLE_SECS;
use pipit_testkit::{Answer, Backend, TestApp, backends};
use serde_json::{Value, json};

const OOB: &str = "urn:ietf:wg:oauth:2.0:oob";
/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A code, what is changed in trading it in, and what that is answered with.
type Mistake<'a> = (&'a str, &'a [(&'a str, Value)], u16, &'a str);

async fn register(app: &TestApp) -> Value {
    let uris = json!(["https://app.example/cb", OOB]);
    let form = json!({"client_name": "App", "redirect_uris": uris, "scopes": "read write"});
    app.anonymous().post("/api/v1/apps", form).await.ok()
}

fn asked(registered: &Value) -> Authorization {
    Authorization {
        response_type: "code".into(),
        client_id: registered["client_id"].as_str().expect("an id").into(),
        redirect_uri: "https://app.example/cb".into(),
        scope: "read".into(),
        state: "s".into(),
        code_challenge: CHALLENGE.into(),
        code_challenge_method: "S256".into(),
    }
}

async fn caller(app: &TestApp, token: Option<&String>) -> Caller {
    app.pipit.authenticate(token.expect("a token")).await.expect("good")
}

async fn code(app: &TestApp, caller: Caller, asked: Authorization) -> String {
    let consent = app.pipit.check_authorization(asked).await.expect("fine");
    app.pipit.authorize_app(caller, &consent).await.expect("let in")
}

/// What trades a code in; with `null` a field is left out.
fn trade(registered: &Value, code: &str, change: &[(&str, Value)]) -> Value {
    let mut form = json!({
        "grant_type": "authorization_code", "client_id": registered["client_id"],
        "client_secret": registered["client_secret"], "code": code,
        "redirect_uri": "https://app.example/cb", "code_verifier": VERIFIER,
    });
    for (name, value) in change {
        form[*name] = value.clone();
    }
    form.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    form
}

#[track_caller]
fn refused(answer: &Answer, status: u16) -> String {
    let body = answer.expect(StatusCode::from_u16(status).expect("a status"));
    assert!(body["error_description"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
    body["error"].as_str().expect("an error").to_owned()
}

#[tokio::test]
async fn a_code_becomes_a_token_that_acts_for_its_person() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let ann = app.sign_up("ann").await;
        let who = caller(&app, ann.token.as_ref()).await;
        let registered = register(&app).await;
        let code = code(&app, who, asked(&registered)).await;
        let answer = app.anonymous().post("/oauth/token", trade(&registered, &code, &[])).await;
        let token = answer.ok();
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!((&token["token_type"], &token["scope"]), (&json!("Bearer"), &json!("read")));
        assert!(token["created_at"].is_i64());
        let mut client = app.anonymous();
        client.token = token["access_token"].as_str().map(str::to_owned);
        client.get("/timeline").await.ok();
        let told = client.get("/oauth/userinfo").await.ok();
        assert_eq!(told["preferred_username"], "ann");
        assert_eq!(
            (&told["iss"], &told["sub"]),
            (&json!("http://pipit.test"), &json!(ann.user_id.to_string()))
        );
        let of_app = client.get("/api/v1/apps/verify_credentials").await.ok();
        assert_eq!((&of_app["name"], &of_app["id"]), (&json!("App"), &registered["client_id"]));
        assert_eq!(of_app.get("client_secret"), None);
        // It is none of the sessions that the person sees, and cannot see them.
        assert_eq!(ann.get("/sessions").await.ok()["sessions"].as_array().map(Vec::len), Some(1));
        // Its use is noted once, and then found in memory.
        client.get("/timeline").await.ok();
        let before = app.pipit.database_statements();
        client.get("/timeline").await.ok();
        assert_eq!(app.pipit.database_statements(), before, "{backend:?}");
        let apps = app.pipit.authorised_apps(who).await.expect("read");
        assert_eq!((apps.len(), apps[0].name.as_str()), (1, "App"));
        assert!(apps[0].grant.used_at.0 > 0);
    }
}

#[tokio::test]
async fn a_token_that_is_not_used_for_a_year_ends() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        app.sign_up("ann").await;
        let (_, used) = app.app_token("read", Some("ann")).await;
        let (_, idle) = app.app_token("read", Some("ann")).await;
        let pass = |secs: i64| app.time.fetch_add(secs * 1000, Ordering::SeqCst);
        used.get("/timeline").await.ok();
        pass(APP_TOKEN_IDLE_SECS - 60);
        used.get("/timeline").await.ok();
        pass(120);
        idle.get("/timeline").await.problem(StatusCode::UNAUTHORIZED);
        used.get("/timeline").await.ok();
        // What has ended is cleared away.
        app.pipit.delete_expired().await.expect("cleared");
        idle.get("/timeline").await.problem(StatusCode::UNAUTHORIZED);
        used.get("/timeline").await.ok();
    }
}

#[tokio::test]
async fn each_mistake_has_its_error() {
    let app = TestApp::new(Backend::Sqlite).await;
    let ann = app.sign_up("ann").await;
    let who = caller(&app, ann.token.as_ref()).await;
    let (registered, other) = (register(&app).await, register(&app).await);
    let plain = Authorization {
        code_challenge: String::new(),
        code_challenge_method: String::new(),
        ..asked(&registered)
    };
    let (with, without) = (code(&app, who, asked(&registered)).await, code(&app, who, plain).await);
    let x = |text: &str| json!(text);
    let table: [Mistake<'_>; 17] = [
        (&with, &[("grant_type", Value::Null)], 400, "invalid_request"),
        (&with, &[("client_id", Value::Null)], 400, "invalid_request"),
        (&with, &[("code", Value::Null)], 400, "invalid_request"),
        (&with, &[("code", json!(7))], 400, "invalid_request"),
        (&with, &[("grant_type", x("implicit"))], 400, "unsupported_grant_type"),
        (&with, &[("grant_type", x("refresh_token"))], 400, "unsupported_grant_type"),
        (&with, &[("client_id", x("7"))], 401, "invalid_client"),
        (&with, &[("client_id", x("-"))], 401, "invalid_client"),
        (&with, &[("client_secret", x("wrong"))], 401, "invalid_client"),
        (&with, &[("client_secret", other["client_secret"].clone())], 401, "invalid_client"),
        (&with, &[("code", x("wrong"))], 400, "invalid_grant"),
        (&with, &[("redirect_uri", x(OOB))], 400, "invalid_grant"),
        (&with, &[("code_verifier", Value::Null)], 400, "invalid_grant"),
        (&with, &[("code_verifier", x(CHALLENGE))], 400, "invalid_grant"),
        (&without, &[], 400, "invalid_grant"),
        (
            &without,
            &[("code_verifier", Value::Null), ("client_secret", Value::Null)],
            401,
            "invalid_client",
        ),
        (
            &with,
            &[
                ("client_id", other["client_id"].clone()),
                ("client_secret", other["client_secret"].clone()),
            ],
            400,
            "invalid_grant",
        ),
    ];
    let post = async |form: Value| app.anonymous().post("/oauth/token", form).await;
    for (code, change, status, error) in table {
        let answer = post(trade(&registered, code, change)).await;
        assert_eq!(refused(&answer, status), error, "{change:?}");
    }
    // None of the mistakes used the codes up; a public client needs no secret but its verifier.
    post(trade(&registered, &with, &[("client_secret", Value::Null)])).await.ok();
    post(trade(&registered, &without, &[("code_verifier", Value::Null)])).await.ok();

    let app_only = |scope: &str| {
        trade(&registered, "", &[("grant_type", x("client_credentials")), ("scope", x(scope))])
    };
    assert_eq!(post(app_only("")).await.ok()["scope"], "read");
    assert_eq!(
        post(app_only("read:lists write:media")).await.ok()["scope"],
        "read:lists write:media"
    );
    for scope in ["push", "read push", "nonsense", "admin:read"] {
        assert_eq!(refused(&post(app_only(scope)).await, 400), "invalid_scope", "{scope}");
    }
    let mut unproven = app_only("read");
    unproven["client_secret"] = "".into();
    assert_eq!(refused(&post(unproven).await, 401), "invalid_client");
}

#[tokio::test]
async fn codes_expire_and_a_second_use_ends_what_the_first_gave() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let ann = app.sign_up("ann").await;
        let who = caller(&app, ann.token.as_ref()).await;
        let registered = register(&app).await;
        let late = code(&app, who, asked(&registered)).await;
        app.time.fetch_add(600_000, std::sync::atomic::Ordering::SeqCst);
        let answer = app.anonymous().post("/oauth/token", trade(&registered, &late, &[])).await;
        assert_eq!(refused(&answer, 400), "invalid_grant", "{backend:?}");

        let code = code(&app, who, asked(&registered)).await;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let (client, form) = (app.anonymous(), trade(&registered, &code, &[]));
            tasks.spawn(async move { client.post("/oauth/token", form).await });
        }
        let answers = tasks.join_all().await;
        let given: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(given.len(), 1, "{backend:?}");
        let mut client = app.anonymous();
        client.token = given[0].json()["access_token"].as_str().map(str::to_owned);
        client.get("/timeline").await.problem(StatusCode::UNAUTHORIZED);
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!(refused(answer, 400), "invalid_grant");
        }
        assert!(app.pipit.authorised_apps(who).await.expect("read").is_empty());
    }
}

#[tokio::test]
async fn people_are_led_back_to_where_the_app_said_and_nowhere_else() {
    let app = TestApp::new(Backend::Sqlite).await;
    let registered = register(&app).await;
    for uri in [
        "https://app.example/cb/",
        "https://app.example/cb?x=1",
        "https://app.example/CB",
        "https://APP.example/cb",
        "http://app.example/cb",
        "https://app.example:443/cb",
        "https://app.example/cb#",
        "https://app.example/cb%20",
        "https://app.example/x/../cb",
        "https://app.example.evil.example/cb",
        "https://evil.example/cb",
        " https://app.example/cb",
        "",
    ] {
        let asked = Authorization { redirect_uri: uri.into(), ..asked(&registered) };
        let refused = app.pipit.check_authorization(asked).await;
        assert!(matches!(refused, Err(NotAuthorized::Here(_))), "{uri}");
    }
    for (change, error) in [
        (Authorization { scope: "push".into(), ..asked(&registered) }, "invalid_scope"),
        (Authorization { scope: "x".into(), ..asked(&registered) }, "invalid_scope"),
        (
            Authorization { response_type: "token".into(), ..asked(&registered) },
            "unsupported_response_type",
        ),
        (
            Authorization { code_challenge_method: "plain".into(), ..asked(&registered) },
            "invalid_request",
        ),
        (Authorization { state: "x".repeat(1025), ..asked(&registered) }, "invalid_request"),
    ] {
        let oob = Authorization { redirect_uri: OOB.into(), ..change.clone() };
        match app.pipit.check_authorization(change).await {
            Err(NotAuthorized::There(to)) => {
                let start = format!("https://app.example/cb?error={error}&error_description=");
                assert!(to.starts_with(&start), "{to}");
                assert!(to.ends_with("&state=s") || !to.contains("state=x"), "{to}");
            }
            other => panic!("{other:?}"),
        }
        // There is nowhere to lead to.
        let here = app.pipit.check_authorization(oob).await;
        assert!(matches!(here, Err(NotAuthorized::Here(_))));
    }
}

#[tokio::test]
async fn tokens_end_when_they_are_revoked_turned_out_or_their_person_leaves() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let ann = app.sign_up("ann").await;
        let who = caller(&app, ann.token.as_ref()).await;
        let (first, one) = app.app_token("read", Some("ann")).await;
        let (_, two) = app.app_token("read", Some("ann")).await;
        let (_, three) = app.app_token("read", Some("ann")).await;
        let revoke = async |id: &Value, secret: &Value, token: &Option<String>| {
            let form = json!({"client_id": id, "client_secret": secret, "token": token});
            app.anonymous().post("/oauth/revoke", form).await
        };
        let (id, secret) = (&first["client_id"], &first["client_secret"]);
        assert_eq!(refused(&revoke(id, secret, &two.token).await, 403), "unauthorized_client");
        assert_eq!(refused(&revoke(id, &json!("x"), &one.token).await, 401), "invalid_client");
        assert_eq!(refused(&revoke(&json!("7"), secret, &one.token).await, 401), "invalid_client");
        for client in [&one, &two, &three] {
            client.get("/timeline").await.ok();
        }
        let access = app.pipit.access(one.token.as_ref().expect("a token")).await.expect("good");
        let stream_of = access.in_person().expect_err("an app");
        assert!(matches!(stream_of, pipit_model::Error::Forbidden(_)));
        let of_app = access.with(&[]).expect("no scope is needed").expect("somebody");
        let mut stream = app.pipit.open_stream(of_app, None).await.expect("open");
        for _ in 0..2 {
            assert_eq!(revoke(id, secret, &one.token).await.ok(), json!({}));
        }
        assert_eq!(revoke(id, secret, &Some("unknown".into())).await.ok(), json!({}));
        one.get("/timeline").await.problem(StatusCode::UNAUTHORIZED);
        assert!(stream.next().await.is_none(), "the open stream ends too");

        let apps = app.pipit.authorised_apps(who).await.expect("read");
        assert_eq!(apps.len(), 2);
        let bob = caller(&app, app.sign_up("bob").await.token.as_ref()).await;
        assert!(app.pipit.turn_out_app(bob, apps[0].session_id).await.is_err(), "not bob's");
        app.pipit.turn_out_app(who, apps[0].session_id).await.expect("turned out");
        three.get("/timeline").await.problem(StatusCode::UNAUTHORIZED);
        two.get("/timeline").await.ok();
        ann.delete("/users/me").await.expect(StatusCode::NO_CONTENT);
        two.get("/timeline").await.problem(StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_new_password_ends_what_apps_were_given() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let ann = app.sign_up("ann").await;
        let who = caller(&app, ann.token.as_ref()).await;
        let registered = register(&app).await;
        let (used, waiting) =
            (code(&app, who, asked(&registered)).await, code(&app, who, asked(&registered)).await);
        let trade_in = async |code: &str| {
            app.anonymous().post("/oauth/token", trade(&registered, code, &[])).await
        };
        let token = trade_in(&used).await.ok();
        let mut client = app.anonymous();
        client.token = token["access_token"].as_str().map(str::to_owned);
        client.get("/timeline").await.ok();
        let access = app.pipit.access(client.token.as_deref().expect("one")).await.expect("good");
        let of_app = access.with(&[]).expect("no scope is needed").expect("somebody");
        let mut stream = app.pipit.open_stream(of_app, None).await.expect("open");

        let password = "a wholly new one".to_owned();
        app.pipit.set_password_of(ann.user_id, password).await.expect("set");
        client.get("/timeline").await.problem(StatusCode::UNAUTHORIZED);
        assert!(stream.next().await.is_none(), "the open stream ends too");
        for code in [&used, &waiting] {
            assert_eq!(refused(&trade_in(code).await, 400), "invalid_grant", "{backend:?}");
        }
        // Nor does the session that asked for it get another.
        let consent = app.pipit.check_authorization(asked(&registered)).await.expect("fine");
        let late = app.pipit.authorize_app(who, &consent).await;
        assert!(matches!(late, Err(pipit_model::Error::Unauthenticated(_))), "{late:?}");
    }
}

#[tokio::test]
async fn apps_register_in_json_and_in_forms_and_prove_themselves_by_header_too() {
    let app = TestApp::new(Backend::Sqlite).await;
    let anyone = app.anonymous();
    let form = "client_name=Toot&redirect_uris=a%3A%2F%2Fb%0Ahttps%3A%2F%2Fc.example&website=https%3A%2F%2Fd.example";
    let form_type = "application/x-www-form-urlencoded";
    let send = async |path: &str, body: &str, authorization: Option<&str>| {
        let mut request = anyone.request(Method::POST, path, Body::from(body.to_owned()));
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, form_type.parse().expect("a type"));
        if let Some(value) = authorization {
            headers.insert(header::AUTHORIZATION, value.parse().expect("a header"));
        }
        anyone.send(request).await
    };
    let registered = send("/api/v1/apps", form, None).await.ok();
    assert_eq!(registered["redirect_uris"], json!(["a://b", "https://c.example"]));
    assert_eq!(registered["redirect_uri"], "a://b\nhttps://c.example");
    assert_eq!(
        (&registered["scopes"], &registered["website"]),
        (&json!(["read"]), &json!("https://d.example"))
    );
    assert_eq!(registered["client_secret_expires_at"], 0);
    let text = |name: &str| registered[name].as_str().expect("text").to_owned();
    let basic = base64(&format!("{}:{}", text("client_id"), text("client_secret")));
    let basic = format!("Basic {basic}");
    let token = send("/oauth/token", "grant_type=client_credentials", Some(&basic)).await.ok();
    assert_eq!(token["scope"], "read");
    let twice = "grant_type=client_credentials&grant_type=password";
    assert_eq!(refused(&send("/oauth/token", twice, Some(&basic)).await, 400), "invalid_request");
    let wrong = send("/oauth/token", "grant_type=client_credentials", Some("Basic Nzpz")).await;
    assert_eq!(refused(&wrong, 401), "invalid_client");
    assert_eq!(wrong.headers[header::WWW_AUTHENTICATE], "Basic realm=\"Pipit\"");

    for (name, form) in [
        ("client_name", json!({"redirect_uris": OOB})),
        ("redirect_uris", json!({"client_name": "x"})),
        ("redirect_uris", json!({"client_name": "x", "redirect_uris": "javascript:alert(1)"})),
        ("scopes", json!({"client_name": "x", "redirect_uris": OOB, "scopes": "everything"})),
        ("website", json!({"client_name": "x", "redirect_uris": OOB, "website": "javascript:1"})),
    ] {
        let answer = anyone.post("/api/v1/apps", form).await;
        let body = answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(body["error_description"].as_str().expect("words").starts_with(name), "{body}");
    }
    let metadata = anyone.get("/.well-known/oauth-authorization-server").await.ok();
    assert_eq!(metadata["token_endpoint"], "http://pipit.test/oauth/token");
    assert_eq!(metadata["code_challenge_methods_supported"], json!(["S256"]));
}

/// RFC 4648, for the one header that needs it.
fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits =
            (0..3).fold(0_usize, |bits, n| bits << 8 | usize::from(*chunk.get(n).unwrap_or(&0)));
        for n in 0..4 {
            let digit = char::from(DIGITS[bits >> (18 - 6 * n) & 63]);
            out.push(if n <= chunk.len() { digit } else { '=' });
        }
    }
    out
}
