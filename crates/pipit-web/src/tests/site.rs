//! A whole site in process.

use std::collections::HashMap;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use pipit_core::{
    AccountSettings, Authorization, KeyPlace, MailSettings, MediaPlace, NodeNumber, PasswordGrant,
    Pipit, RegisteredApp, Settings, SignUpMode, TokenRequest,
};
use pipit_model::Clock;
use pipit_model::app::{AppForm, OUT_OF_BAND};
use tempfile::TempDir;
use tower::ServiceExt;

use super::html::Page;
use crate::{Web, links, not_found, routes};

pub(super) struct Site {
    app: Router,
    pub pipit: Pipit,
    _folder: TempDir,
}

/// An answer, and its page if it is one.
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub(super) fn page(&self) -> Page {
        assert_eq!(self.header("content-type"), "text/html; charset=utf-8", "{}", self.body);
        Page::parse(&self.body)
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// The address a form leads to.
    pub(super) fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        self.header("location")
    }

    /// The cookie it sets, as a browser sends it back.
    pub(super) fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
    }
}

impl Site {
    pub(super) async fn open() -> Self {
        Self::at("http://pipit.test").await
    }

    pub(super) async fn at(public_url: &str) -> Self {
        Self::with(public_url, AccountSettings::default()).await
    }

    /// One that opens accounts so.
    pub(super) async fn opening(sign_up: SignUpMode) -> Self {
        let accounts = AccountSettings { sign_up, ..AccountSettings::default() };
        Self::with("http://pipit.test", accounts).await
    }

    async fn with(public_url: &str, accounts: AccountSettings) -> Self {
        let folder = TempDir::new().expect("a folder");
        let database_url = format!("sqlite://{}/x.db", folder.path().display());
        let media = MediaPlace::Memory;
        let keys = KeyPlace::File(folder.path().join("keys"));
        let settings = Settings {
            database_url,
            cache_bytes: 8 << 20,
            media,
            keys,
            mail: MailSettings::default(),
            accounts,
            node: NodeNumber::Fixed(0),
            redis: None,
            replica_url: None,
        };
        let pipit = Pipit::open(&settings, Clock::System).await.expect("a database");
        let web = Web { pipit: pipit.clone(), public_url: public_url.to_owned() };
        Self { app: routes(web).fallback(not_found), pipit, _folder: folder }
    }

    /// Registers an app; the answer is its id.
    pub(super) async fn register_app(&self, name: &str, redirect: &str, scopes: &str) -> String {
        let form = AppForm {
            name: name.to_owned(),
            redirect_uris: vec![redirect.to_owned()],
            scopes: scopes.to_owned(),
            website: "https://app.example/about".to_owned(),
        };
        self.pipit.register_app(form).await.expect("registered").app.id.to_string()
    }

    /// Has the person behind this cookie let an app in; the answer is its token.
    pub(super) async fn let_in(&self, cookie: &str, name: &str, scopes: &str) -> String {
        let form = AppForm {
            name: name.to_owned(),
            redirect_uris: vec![OUT_OF_BAND.to_owned()],
            scopes: scopes.to_owned(),
            website: String::new(),
        };
        let RegisteredApp { app, secret } = self.pipit.register_app(form).await.expect("an app");
        let asked = Authorization {
            response_type: "code".to_owned(),
            client_id: app.id.to_string(),
            redirect_uri: OUT_OF_BAND.to_owned(),
            scope: scopes.to_owned(),
            ..Authorization::default()
        };
        let token = cookie.strip_prefix("pipit=").expect("a cookie");
        let caller = self.pipit.authenticate(token).await.expect("signed in");
        let consent = self.pipit.check_authorization(asked).await.expect("asked rightly");
        let code = self.pipit.authorize_app(caller, &consent).await.expect("let in");
        let trade = TokenRequest {
            grant_type: "authorization_code".to_owned(),
            client_id: app.id.to_string(),
            client_secret: Some(secret),
            code,
            redirect_uri: OUT_OF_BAND.to_owned(),
            ..TokenRequest::default()
        };
        let issued = self.pipit.issue_token(trade, PasswordGrant::Off).await;
        issued.expect("a token").token
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.expect("never fails");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        let body = String::from_utf8(body.to_vec()).expect("UTF-8");
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// An answer as it comes over the line.
    pub(super) async fn raw(&self, request: Request<Body>) -> (HeaderMap, Bytes) {
        let response = self.app.clone().oneshot(request).await.expect("never fails");
        let (parts, body) = response.into_parts();
        (parts.headers, body.collect().await.expect("a body").to_bytes())
    }

    pub(super) async fn get(&self, path: &str, cookie: &str) -> Answer {
        let request = Request::get(path)
            .header(header::COOKIE, cookie)
            .header(header::ACCEPT, "text/html,*/*");
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// The same, with a header more and nobody signed in.
    pub(super) async fn get_with(&self, path: &str, name: &str, value: &str) -> Answer {
        let request = Request::get(path).header(name, value);
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// A form sent from one of our own pages.
    pub(super) async fn post(&self, path: &str, cookie: &str, form: &[(&str, &str)]) -> Answer {
        let pairs = form.iter().map(|(name, value)| format!("{name}={}", links::encode(value)));
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        let body = pairs.collect::<Vec<_>>().join("&");
        self.send(request.body(Body::from(body)).expect("a request")).await
    }

    /// A form whose answer is no text.
    pub(super) async fn post_for_bytes(
        &self,
        path: &str,
        cookie: &str,
        form: &str,
    ) -> (Answer, Vec<u8>) {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        let request = request.body(Body::from(form.to_owned())).expect("a request");
        let response = self.app.clone().oneshot(request).await.expect("never fails");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes().to_vec();
        (Answer { status: parts.status, headers: parts.headers, body: String::new() }, bytes)
    }

    /// Opens an account through the form; the answer is its cookie.
    pub(super) async fn sign_up(&self, handle: &str) -> String {
        let email = format!("{handle}@example.org");
        let invite = match self.pipit.sign_up_mode() {
            SignUpMode::Approval => self.pipit.create_invitation(1, 1).await.expect("a code"),
            _ => String::new(),
        };
        let form = [
            ("handle", handle),
            ("invite", &invite),
            ("name", handle),
            ("email", &email),
            ("password", "correct horse"),
            ("key", handle),
        ];
        let answer = self.post("/signup", "", &form).await;
        assert_eq!(answer.location(), "/home");
        answer.cookie()
    }

    /// Posts through the form; the answer is the address of the tweet.
    pub(super) async fn tweet(&self, cookie: &str, content: &str) -> String {
        let answer = self.post("/compose", cookie, &[("content", content)]).await;
        links::without_anchor(answer.location()).to_owned()
    }

    /// The same as an answer to the tweet at an address.
    pub(super) async fn reply(&self, cookie: &str, to: &str, content: &str) -> String {
        let id = to.rsplit('/').next().expect("an id");
        let answer = self.post("/compose", cookie, &[("content", content), ("reply_to", id)]).await;
        links::without_anchor(answer.location()).to_owned()
    }

    /// The hidden and other fields of the page's first form with this action.
    pub(super) async fn form(
        &self,
        path: &str,
        cookie: &str,
        action: &str,
    ) -> HashMap<String, String> {
        self.get(path, cookie).await.page().form(action)
    }
}
