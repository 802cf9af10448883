//! A person lets an app in, or does not.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use super::site::Site;
use crate::links;

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The address that an app opens.
async fn address(site: &Site, redirect_uri: &str, more: &str) -> String {
    let id = site.register_app("Tusky <b>", redirect_uri, "read write:statuses").await;
    format!(
        "/oauth/authorize?response_type=code&client_id={id}&redirect_uri={}{more}",
        links::encode(redirect_uri)
    )
}

/// The hidden fields of the question, with an answer.
async fn answered(site: &Site, cookie: &str, address: &str, decision: &str) -> super::site::Answer {
    let fields = site.form(address, cookie, "/oauth/authorize").await;
    let mut form: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    form.retain(|(name, _)| *name != "decision");
    form.push(("decision", decision));
    site.post("/oauth/authorize", cookie, &form).await
}

#[tokio::test]
async fn letting_an_app_in() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let more =
        format!("&state=a%26b&scope=read&code_challenge={CHALLENGE}&code_challenge_method=S256");
    let path = address(&site, "https://app.example/cb?x=1", &more).await;
    // Signed out: first in, then back to the question.
    let out = site.get(&path, "").await;
    assert!(
        out.location().starts_with("/login?next=%2Foauth%2Fauthorize%3F"),
        "{}",
        out.location()
    );
    let fields = site.form(out.location(), "", "/login").await;
    let form = [("login", "ann"), ("password", "correct horse"), ("next", &*fields["next"])];
    let signed_in = site.post("/login", "", &form).await;
    assert!(signed_in.location().starts_with("/oauth/authorize?"));

    let page = site.get(signed_in.location(), &ann).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Tusky &#60;b&#62;") && !page.body.contains("<b>Tusky"));
    assert!(page.body.contains("@ann") && page.body.contains("https://app.example"));
    let csp = page.header("content-security-policy");
    assert!(csp.contains("form-action 'self' https://app.example;"), "{csp}");
    assert!(csp.contains("frame-ancestors 'none'"));

    let no = answered(&site, &ann, &path, "deny").await;
    assert_eq!(no.status, StatusCode::FOUND);
    let to = no.header("location");
    assert!(to.starts_with("https://app.example/cb?x=1&error=access_denied&"), "{to}");
    assert!(to.ends_with("&state=a%26b"), "{to}");
    let yes = answered(&site, &ann, &path, "allow").await;
    assert_eq!(yes.status, StatusCode::FOUND);
    let to = yes.header("location").to_owned();
    let code = to.strip_prefix("https://app.example/cb?x=1&code=").expect("a code");
    assert_eq!(
        code.split_once('&').map(|(code, state)| (code.len(), state)),
        Some((43, "state=a%26b"))
    );
}

#[tokio::test]
async fn a_code_to_copy() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let path = address(&site, "urn:ietf:wg:oauth:2.0:oob", "&state=s").await;
    let yes = answered(&site, &ann, &path, "allow").await;
    let to = yes.header("location").to_owned();
    let code = to.strip_prefix("/oauth/authorize/native?code=").expect("a code");
    let page = site.get(&to, &ann).await;
    assert!(page.page().all("input").any(|input| input.attribute("value") == code));
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(site.get("/oauth/authorize/native?code=call+0190", &ann).await.status, 404);
    let no = answered(&site, &ann, &path, "deny").await;
    assert_eq!((no.status, no.header("location")), (StatusCode::OK, ""));
}

#[tokio::test]
async fn what_is_not_asked_rightly_leads_nowhere() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let path = address(&site, "https://app.example/cb", "").await;
    for bad in [
        path.replace("app.example", "evil.example"),
        path.replace("client_id=", "client_id=9"),
        "/oauth/authorize".to_owned(),
        "/oauth/authorize?response_type=code&redirect_uri=https%3A%2F%2Fevil.example".to_owned(),
    ] {
        for cookie in ["", &*ann] {
            let answer = site.get(&bad, cookie).await;
            assert_eq!(
                (answer.status, answer.header("location")),
                (StatusCode::BAD_REQUEST, ""),
                "{bad}"
            );
        }
    }
    // What the app itself got wrong, it is told.
    let to = site.get(&format!("{path}&scope=push"), &ann).await;
    assert!(to.header("location").starts_with("https://app.example/cb?error=invalid_scope&"));
    // Another person wants to be asked.
    let anew = site.get(&format!("{path}&force_login=true"), &ann).await;
    assert!(anew.location().ends_with("&again=1"));
    assert_eq!(site.get(anew.location(), &ann).await.status, 200, "the page to sign in on");
    // No other site answers in somebody's name.
    let fields = site.form(&path, &ann, "/oauth/authorize").await;
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", links::encode(value)));
    let body = format!("{}&decision=allow", pairs.collect::<Vec<_>>().join("&"));
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://app.example")] {
        let request = Request::post("/oauth/authorize")
            .header(header::COOKIE, &ann)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(name, value);
        let answer = site.send(request.body(Body::from(body.clone())).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
    }
}

#[tokio::test]
async fn apps_are_listed_and_turned_out() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    assert!(site.get("/settings/apps", &ann).await.body.contains("No apps"));
    let token = site.let_in(&ann, "Tusky", "read").await;
    let page = site.get("/settings/apps", &ann).await.page();
    let ends: Vec<String> = page
        .all("form")
        .map(|form| form.attribute("action").to_owned())
        .filter(|action| action.starts_with("/settings/apps/"))
        .collect();
    assert_eq!(ends.len(), 1);
    // It is nobody's cookie.
    assert_eq!(site.get("/home", &format!("pipit={token}")).await.status, 303);
    assert_eq!(site.post(&ends[0], &bob, &[]).await.location(), "/settings/apps");
    assert_eq!(
        site.get("/settings/apps", &ann).await.page().all("form").count(),
        page.all("form").count()
    );
    assert!(site.pipit.access(&token).await.is_ok());
    for _ in 0..2 {
        assert_eq!(site.post(&ends[0], &ann, &[]).await.location(), "/settings/apps");
    }
    assert!(site.pipit.access(&token).await.is_err());
    assert!(site.get("/settings/apps", &ann).await.body.contains("No apps"));
}
