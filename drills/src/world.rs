//! What the people of a run share: where they ask, and the book in which every call is noted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use reqwest::Method;
use serde_json::Value;

use crate::history::{At, Audience, Call, History, Stream};
use crate::meddler::Meddler;

/// As long as a client waits for an answer before it takes the call for failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the service is.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    /// `http://127.0.0.1:PORT` of each node.
    pub(crate) nodes: Vec<String>,
    /// The load balancer's.
    pub(crate) front: Option<String>,
    pub(crate) database_url: String,
}

/// Whom people ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// Any node, another one each time: what one of them answers must hold at the others.
    Nodes,
    /// The load balancer, as everybody does in earnest.
    Front,
    /// Now this, now that.
    Both,
}

/// A request before it is known where it goes.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) token: String,
    pub(crate) key: Option<u64>,
    pub(crate) position: Option<String>,
    pub(crate) body: Option<Value>,
}

impl Request {
    pub(crate) fn new(method: Method, path: impl Into<String>, token: &str) -> Self {
        let (path, token) = (path.into(), token.to_owned());
        Self { method, path, token, key: None, position: None, body: None }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) position: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// A tweet that somebody may react to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Posted {
    pub(crate) id: i64,
    pub(crate) by: i64,
    pub(crate) audience: Audience,
}

pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) route: Route,
    pub(crate) meddler: Meddler,
    http: reqwest::Client,
    began: Instant,
    history: Mutex<History>,
    posted: Mutex<Vec<Posted>>,
    next: AtomicU64,
}

impl World {
    pub(crate) fn new(service: Service, route: Route, lag: Duration) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?;
        let history = History { lag: lag.as_micros() as u64, ..History::default() };
        Ok(Self {
            service,
            route,
            meddler: Meddler::honest(),
            http,
            began: Instant::now(),
            history: Mutex::new(history),
            posted: Mutex::default(),
            next: AtomicU64::new(fastrand::u64(..1 << 40) << 16),
        })
    }

    pub(crate) fn now(&self) -> At {
        self.began.elapsed().as_micros() as u64
    }

    /// A number that no other tweet or walk has, in this run or another on the same database.
    pub(crate) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Nothing in it can be left half done.
    fn book(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn note(&self, call: Call) {
        self.book().calls.push(call);
    }

    pub(crate) fn note_stream(&self, stream: Stream) {
        self.book().streams.push(stream);
    }

    pub(crate) fn history(&self) -> History {
        self.book().clone()
    }

    /// Whether there was such a call.
    pub(crate) fn saw(&self, is_such: impl Fn(&Call) -> bool) -> bool {
        self.book().calls.iter().rev().any(is_such)
    }

    pub(crate) fn posted(&self) -> MutexGuard<'_, Vec<Posted>> {
        self.posted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the next request of this route goes.
    pub(crate) fn base(&self, rng: &mut fastrand::Rng) -> &str {
        let by_front = match self.route {
            Route::Nodes => false,
            Route::Front => true,
            Route::Both => rng.bool(),
        };
        match &self.service.front {
            Some(front) if by_front => front,
            _ => &self.service.nodes[rng.usize(..self.service.nodes.len())],
        }
    }

    /// Asks, whatever a meddler makes of it. An error is an answer that did not come, or not whole.
    pub(crate) async fn ask(&self, base: &str, request: Request) -> Result<Reply, String> {
        self.meddler.ask(self, base, request).await
    }

    /// Asks without anybody between.
    pub(crate) async fn forward(&self, base: &str, request: Request) -> Result<Reply, String> {
        let url = format!("{base}{}", request.path);
        let mut call = self.http.request(request.method, url).timeout(PATIENCE);
        if !request.token.is_empty() {
            call = call.bearer_auth(&request.token);
        }
        if let Some(key) = request.key {
            call = call.header("idempotency-key", format!("drill-{key}"));
        }
        if let Some(position) = request.position {
            call = call.header("pipit-position", position);
        }
        if let Some(body) = request.body {
            call = call.header("content-type", "application/json").body(body.to_string());
        }
        let response = call.send().await.map_err(|error| cause(&error))?;
        let status = response.status().as_u16();
        let position = response.headers().get("pipit-position");
        let position = position.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = response.bytes().await.map_err(|error| cause(&error))?.to_vec();
        Ok(Reply { status, position, body })
    }

    /// Opens a stream that goes on after this id.
    pub(crate) async fn open_stream(
        &self,
        base: &str,
        token: &str,
        last: Option<&str>,
    ) -> anyhow::Result<reqwest::Response> {
        let call = self.http.get(format!("{base}/timeline/stream")).bearer_auth(token);
        let call = match last {
            Some(last) => call.header("last-event-id", last),
            None => call,
        };
        let answer = tokio::time::timeout(PATIENCE, call.send()).await.context("too slow")?;
        Ok(answer?.error_for_status()?)
    }
}

/// The innermost reason, which is the shortest: "connection refused" and not where it was.
fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
