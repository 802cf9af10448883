//! Asking a server one thing at a time, or for many readers at once. Not a load generator: that is
//! wrk ([`crate::wrk`]).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::Value;
use ureq::Agent;

/// A cold read of a large network on a busy disk takes a while.
const PATIENCE: Duration = Duration::from_mins(2);

/// Someone with connections that are kept, signed in or not.
pub(crate) struct Client {
    agent: Agent,
    url: String,
    token: Option<String>,
}

impl Client {
    pub(crate) fn new(url: &str, token: Option<&str>) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).no_delay(true);
        let config = config.timeout_global(Some(PATIENCE)).build();
        Self { agent: config.into(), url: url.to_owned(), token: token.map(str::to_owned) }
    }

    /// The body of an answer, which must be a success.
    pub(crate) fn get(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        self.get_as(path, self.token.as_deref().map(bearer))
    }

    /// The same with one header of the caller's choice instead of the token.
    pub(crate) fn get_as(
        &self,
        path: &str,
        header: Option<(&str, String)>,
    ) -> anyhow::Result<Vec<u8>> {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        body(path, request.call()?)
    }

    /// How long an answer took until its last byte.
    pub(crate) fn timed(&self, path: &str) -> anyhow::Result<(Vec<u8>, Duration)> {
        let started = Instant::now();
        let body = self.get(path)?;
        Ok((body, started.elapsed()))
    }

    pub(crate) fn json(&self, path: &str) -> anyhow::Result<Value> {
        Ok(serde_json::from_slice(&self.get(path)?)?)
    }

    /// Posts a tweet; answers its id.
    pub(crate) fn post(&self, content: &str) -> anyhow::Result<i64> {
        let mut request = self.agent.post(format!("{}/tweets", self.url));
        if let Some((name, value)) = self.token.as_deref().map(bearer) {
            request = request.header(name, value);
        }
        let answer = request.send_json(serde_json::json!({ "content": content }))?;
        let tweet: Value = serde_json::from_slice(&body("POST /tweets", answer)?)?;
        tweet["id"].as_i64().context("a tweet without an id")
    }
}

fn bearer(token: &str) -> (&'static str, String) {
    ("authorization", format!("Bearer {token}"))
}

fn body(what: &str, mut answer: ureq::http::Response<ureq::Body>) -> anyhow::Result<Vec<u8>> {
    let body = answer.body_mut().read_to_vec()?;
    if !answer.status().is_success() {
        bail!("{what}: {} {}", answer.status(), String::from_utf8_lossy(&body));
    }
    Ok(body)
}

/// Connections that are kept while many ask at once.
const CONNECTIONS: usize = 16;

/// Has each of these readers read their home once.
pub(crate) fn read_homes(url: &str, tokens: &[String]) -> anyhow::Result<()> {
    each(url, tokens, |client, token| client.get_as("/timeline", Some(bearer(token))).map(|_| ()))
}

/// Asks for each of these once, as many at a time as there are connections.
pub(crate) fn each<T: Sync>(
    url: &str,
    things: &[T],
    ask: impl Fn(&Client, &T) -> anyhow::Result<()> + Sync,
) -> anyhow::Result<()> {
    let next = AtomicUsize::new(0);
    let work = || {
        let client = Client::new(url, None);
        while let Some(thing) = things.get(next.fetch_add(1, Ordering::Relaxed)) {
            ask(&client, thing)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().map_err(|_| anyhow::anyhow!("a reader panicked"))?
        })
    })
}
