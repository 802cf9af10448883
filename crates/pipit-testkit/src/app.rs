//! The whole application in process, and clients that speak HTTP to it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use pipit_api::Api;
use pipit_core::{
    AccountSettings, KeyPlace, MailPlace, MailSettings, MediaPlace, NodeNumber, PasswordGrant,
    Pipit, RedisAddress, Settings, SignUp, SignUpMode,
};
use pipit_http::{Problem, Proxies, Rates, Stack, stack};
use pipit_model::{Clock, UserId};
use pipit_web::Web;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::database::{Backend, TestDb};
use crate::redis::Redis;

/// Enough for any test; a test of eviction asks for less.
const CACHE_BYTES: u64 = 16 * 1024 * 1024;
/// Where the clock of every test starts.
const START_MS: i64 = 1_790_000_000_000;

/// Of everybody.
const PASSWORD: &str = "correct horse battery";

/// The key ring of every test: its secret is no secret.
#[must_use]
pub fn test_keys() -> KeyPlace {
    KeyPlace::Given(format!("1 2026-11-24T00:00:00.000Z {}", "A".repeat(43)))
}

/// A running application on a database of its own.
pub struct TestApp {
    /// Its core, past the doors.
    pub pipit: Pipit,
    /// Its database.
    pub db: TestDb,
    /// Its clock, in milliseconds.
    pub time: Arc<AtomicI64>,
    doors: Router,
    router: Router,
}

impl TestApp {
    /// Starts one.
    ///
    /// # Panics
    /// If that fails.
    pub async fn new(backend: Backend) -> Self {
        Self::with_cache_bytes(backend, CACHE_BYTES).await
    }

    /// Starts one with so much memory for its caches.
    ///
    /// # Panics
    /// If that fails.
    pub async fn with_cache_bytes(backend: Backend, cache_bytes: u64) -> Self {
        let (mail, accounts) = (MailSettings::default(), AccountSettings::default());
        Self::with(TestDb::new(backend).await, (cache_bytes, None), mail, accounts).await
    }

    /// Starts one that is not alone: [`TestApp::other_node`] starts others.
    ///
    /// # Panics
    /// If that fails.
    pub async fn among_nodes(db: TestDb, redis: &Redis) -> Self {
        let (mail, accounts) = (MailSettings::default(), AccountSettings::default());
        Self::with(db, (CACHE_BYTES, Some(redis.address())), mail, accounts).await
    }

    /// Starts one that opens accounts like this, and puts its letters in a folder.
    ///
    /// # Panics
    /// If that fails.
    pub async fn with_mail(backend: Backend, folder: &Path, accounts: AccountSettings) -> Self {
        let place = MailPlace::Folder(folder.to_owned());
        let mail = MailSettings { place, from: "Pipit <pipit@pipit.test>".to_owned() };
        Self::with(TestDb::new(backend).await, (CACHE_BYTES, None), mail, accounts).await
    }

    async fn with(
        db: TestDb,
        (cache_bytes, redis): (u64, Option<RedisAddress>),
        mail: MailSettings,
        accounts: AccountSettings,
    ) -> Self {
        let time = Arc::new(AtomicI64::new(START_MS));
        let media = MediaPlace::Memory;
        let database_url = db.url.clone();
        let settings = Settings {
            database_url,
            replica_url: None,
            cache_bytes,
            media,
            keys: test_keys(),
            mail,
            accounts,
            node: NodeNumber::Fixed(0),
            redis,
        };
        let clock = Clock::Manual(time.clone());
        let pipit = Pipit::open(&settings, clock.clone()).await.expect("the core opens");
        let public_url = "http://pipit.test".to_owned();
        let api = Api {
            pipit: pipit.clone(),
            public_url: public_url.as_str().into(),
            password_grant: PasswordGrant::On,
        };
        let doors = pipit_api::routes(api)
            .merge(pipit_web::routes(Web { pipit: pipit.clone(), public_url }))
            .method_not_allowed_fallback(async || Problem::no_such_method())
            .fallback(pipit_web::not_found);
        Self {
            pipit,
            db,
            time,
            doors: doors.clone(),
            router: stack::wrap(doors, Stack::plain(clock)),
        }
    }

    /// The same, with the limits that a server has, and a proxy at 10.0.0.1.
    ///
    /// # Panics
    /// Never: that is an address.
    #[must_use]
    pub fn limited(self) -> Self {
        let clock = self.pipit.clock().clone();
        let proxies = Proxies::new(["10.0.0.1"]).expect("an address");
        let rates = Rates::on();
        let stack = Stack { clock, rates, proxies, refuse: pipit_web::refused };
        Self { router: stack::wrap(self.doors.clone(), stack), ..self }
    }

    /// A second core on the same database, with cold caches of its own.
    ///
    /// # Panics
    /// If it cannot be opened.
    pub async fn cold_core(&self) -> Pipit {
        self.core(&self.db.url, (NodeNumber::Fixed(9), None), AccountSettings::default()).await
    }

    /// Another node on the same database, which hears of this one.
    ///
    /// # Panics
    /// If it cannot be opened.
    pub async fn other_node(&self, number: NodeNumber, redis: &Redis) -> Pipit {
        let accounts = AccountSettings::default();
        self.core(&self.db.url, (number, Some(redis.address())), accounts).await
    }

    /// Another node, which comes to the same database by another way.
    ///
    /// # Panics
    /// If it cannot be opened.
    pub async fn node_by_way_of(&self, url: &str, redis: &Redis) -> Pipit {
        let way = (NodeNumber::Leased, Some(redis.address()));
        self.core(url, way, AccountSettings::default()).await
    }

    /// Opens an account that waits to be let in, and signs it in.
    ///
    /// # Panics
    /// If either is refused.
    pub async fn wait_outside(&self, handle: &str) -> Client {
        // By another node: this one lets everybody in.
        let accounts = AccountSettings { sign_up: SignUpMode::Approval, ..Default::default() };
        let gate = self.core(&self.db.url, (NodeNumber::Fixed(1), None), accounts).await;
        let form = SignUp {
            handle: handle.to_owned(),
            name: None,
            email: format!("{handle}@x.test"),
            password: PASSWORD.to_owned(),
            invite: None,
            reason: Some("To read.".to_owned()),
            network: None,
        };
        let user = gate.sign_up(form, None).await.expect("asked");
        gate.close().await.expect("closed");
        let mut client = self.anonymous();
        client.user_id = user.card.user().id;
        client.token = self.sign_in(handle).await;
        client
    }

    async fn core(
        &self,
        url: &str,
        (node, redis): (NodeNumber, Option<RedisAddress>),
        accounts: AccountSettings,
    ) -> Pipit {
        let settings = Settings {
            database_url: url.to_owned(),
            replica_url: None,
            cache_bytes: CACHE_BYTES,
            media: MediaPlace::Memory,
            keys: test_keys(),
            mail: MailSettings::default(),
            accounts,
            node,
            redis,
        };
        Pipit::open(&settings, Clock::Manual(self.time.clone())).await.expect("the core opens")
    }

    /// A client that is not signed in.
    #[must_use]
    pub fn anonymous(&self) -> Client {
        Client { router: self.router.clone(), token: None, user_id: UserId(0) }
    }

    /// Opens an account and signs it in.
    ///
    /// # Panics
    /// If either is refused.
    pub async fn sign_up(&self, handle: &str) -> Client {
        let mut client = self.anonymous();
        let account =
            json!({"handle": handle, "email": format!("{handle}@x.test"), "password": PASSWORD});
        let user = client.post("/users", account).await.expect(StatusCode::CREATED);
        client.user_id = UserId(user["id"].as_i64().expect("an id"));
        client.token = self.sign_in(handle).await;
        client
    }

    /// Signs an account in that [`TestApp::sign_up`] opened; the answer is the token.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn sign_in(&self, handle: &str) -> Option<String> {
        let login = json!({"login": handle, "password": PASSWORD});
        let session = self.anonymous().post("/sessions", login).await;
        session.expect(StatusCode::CREATED)["token"].as_str().map(str::to_owned)
    }

    /// Registers an app for these scopes and gets it a token, of its own or of somebody; the answer
    /// is the app as it is told itself, and a client with the token.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn app_token(&self, scopes: &str, of: Option<&str>) -> (Value, Client) {
        let form = json!({
            "client_name": "Test", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": scopes,
        });
        let registered = self.anonymous().post("/api/v1/apps", form).await.ok();
        let mut form = json!({
            "grant_type": if of.is_some() { "password" } else { "client_credentials" },
            "client_id": registered["client_id"], "client_secret": registered["client_secret"],
            "scope": scopes,
        });
        if let Some(handle) = of {
            form["username"] = handle.into();
            form["password"] = PASSWORD.into();
        }
        let token = self.anonymous().post("/oauth/token", form).await.ok();
        let mut client = self.anonymous();
        client.token = token["access_token"].as_str().map(str::to_owned);
        (registered, client)
    }
}

/// Somebody who calls the API.
#[derive(Clone)]
pub struct Client {
    router: Router,
    /// What it sends as its bearer token.
    pub token: Option<String>,
    /// Its account; 0 if it has none.
    pub user_id: UserId,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as it came.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body as JSON, if the status is this one.
    ///
    /// # Panics
    /// If it is another.
    #[track_caller]
    pub fn expect(&self, status: StatusCode) -> Value {
        let body = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{body}");
        self.json()
    }

    /// The body as JSON of a 200.
    ///
    /// # Panics
    /// If the status is another.
    #[track_caller]
    pub fn ok(&self) -> Value {
        self.expect(StatusCode::OK)
    }

    /// The problem's kind and field, if the status is this one and the body a problem.
    ///
    /// # Panics
    /// If it is none.
    #[track_caller]
    pub fn problem(&self, status: StatusCode) -> (String, Option<String>) {
        let problem = self.expect(status);
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(problem["status"], status.as_u16());
        for field in ["title", "detail", "request_id"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
        }
        let kind = problem["type"].as_str().unwrap_or_default();
        let kind = kind.strip_prefix("urn:pipit:problem:").expect("a type of ours");
        (kind.to_owned(), problem["field"].as_str().map(str::to_owned))
    }
}

impl Client {
    /// GET
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path, Body::empty())).await
    }

    /// POST with a JSON body
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path, Body::from(body.to_string()))).await
    }

    /// PATCH with a JSON body
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path, Body::from(body.to_string()))).await
    }

    /// PUT without a body
    pub async fn put(&self, path: &str) -> Answer {
        self.send(self.request(Method::PUT, path, Body::empty())).await
    }

    /// PUT with a JSON body
    pub async fn put_json(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path, Body::from(body.to_string()))).await
    }

    /// DELETE
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path, Body::empty())).await
    }

    /// Posts a tweet and answers its id.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn tweet(&self, content: &str) -> i64 {
        let tweet = self.post("/tweets", json!({"content": content})).await;
        tweet.expect(StatusCode::CREATED)["id"].as_i64().expect("an id")
    }

    /// A request with this client's token and a JSON content type, to be changed before it is sent.
    ///
    /// # Panics
    /// If the path is none.
    #[must_use]
    pub fn request(&self, method: Method, path: &str, body: Body) -> Request<Body> {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.header(header::CONTENT_TYPE, "application/json");
        request.body(body).expect("a request")
    }

    /// Sends any request.
    ///
    /// # Panics
    /// If the body of the answer breaks off.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.open(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// The same, of which the body may go on.
    ///
    /// # Panics
    /// Never: a router always answers.
    pub async fn open(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.expect("an answer")
    }
}
