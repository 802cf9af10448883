//! Stands between the people and the service, and spoils what passes: the checker must see it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::Method;
use serde_json::{Value, json};

use crate::history::Event;
use crate::world::{Reply, Request, World};

/// What is spoilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A tweet is acknowledged and thrown away.
    LostWrite,
    /// A tweet is posted twice, the second time without its key.
    DoubledWrite,
    /// A home is answered as it once was.
    OldAnswer,
    /// The first entry of a page is there twice.
    DoubledEntry,
    /// The second entry of a page is left out.
    MissingEntry,
    /// Somebody's tweets are read with their own token and handed to who asked.
    Leak,
    /// A stream tells something twice.
    DeliveredTwice,
    /// A stream leaves something out.
    Undelivered,
}

/// One in so many is spoilt.
const EVERY: u64 = 5;

/// Honest, or with one fault.
#[derive(Debug, Default)]
pub(crate) struct Meddler {
    fault: Option<Fault>,
    count: AtomicU64,
    /// The tokens of everybody, by id.
    tokens: Mutex<HashMap<i64, String>>,
    /// The first answer to each who asked for their home.
    old: Mutex<HashMap<String, Reply>>,
}

impl Meddler {
    pub(crate) fn honest() -> Self {
        Self::default()
    }

    pub(crate) fn with(fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::default() }
    }

    pub(crate) fn tokens(&self) -> MutexGuard<'_, HashMap<i64, String>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is time for this fault.
    fn is_time_for(&self, fault: Fault) -> bool {
        self.fault == Some(fault) && self.count.fetch_add(1, Ordering::Relaxed) % EVERY == EVERY - 1
    }

    pub(crate) async fn ask(
        &self,
        world: &World,
        base: &str,
        request: Request,
    ) -> Result<Reply, String> {
        match (&request.method, request.path.split('?').next()) {
            (&Method::POST, Some("/tweets")) => self.post(world, base, request).await,
            (&Method::GET, Some("/timeline")) => self.home(world, base, request).await,
            // Most of what somebody posts is for everybody: it takes many to leak something.
            (&Method::GET, Some("/tweets")) if self.fault == Some(Fault::Leak) => {
                let author = request.path.split("user_id=").nth(1).unwrap_or_default();
                let author = author.split('&').next().unwrap_or_default().parse().ok();
                let token = author.and_then(|author: i64| self.tokens().get(&author).cloned());
                let token = token.unwrap_or_else(|| request.token.clone());
                world.forward(base, Request { token, ..request }).await
            }
            _ => world.forward(base, request).await,
        }
    }

    async fn post(&self, world: &World, base: &str, request: Request) -> Result<Reply, String> {
        if self.is_time_for(Fault::LostWrite) {
            let id = world.posted().last().map_or(1, |posted| posted.id + 1);
            let body = json!({"id": id}).to_string().into_bytes();
            return Ok(Reply { status: 201, position: request.position, body });
        }
        if self.is_time_for(Fault::DoubledWrite) {
            world.forward(base, Request { key: None, ..request.clone() }).await?;
        }
        world.forward(base, request).await
    }

    async fn home(&self, world: &World, base: &str, request: Request) -> Result<Reply, String> {
        let is_first = !request.path.contains("cursor=");
        let token = request.token.clone();
        if is_first && self.is_time_for(Fault::OldAnswer) {
            let old = self.old.lock().unwrap_or_else(PoisonError::into_inner).get(&token).cloned();
            if let Some(old) = old {
                return Ok(old);
            }
        }
        let mut reply = world.forward(base, request).await?;
        if is_first && reply.status == 200 {
            let mut old = self.old.lock().unwrap_or_else(PoisonError::into_inner);
            old.entry(token).or_insert_with(|| reply.clone());
        }
        if self.is_time_for(Fault::DoubledEntry) {
            spoil(&mut reply, |tweets| tweets.insert(0, tweets[0].clone()));
        }
        if self.is_time_for(Fault::MissingEntry) {
            spoil(&mut reply, |tweets| drop(tweets.remove(1)));
        }
        Ok(reply)
    }

    /// What becomes of an event of a stream.
    pub(crate) fn tell(&self, event: Event, events: &mut Vec<Event>) {
        if self.is_time_for(Fault::Undelivered) {
            return;
        }
        if self.is_time_for(Fault::DeliveredTwice) {
            events.push(event.clone());
        }
        events.push(event);
    }
}

/// Changes the entries of a page, if it has two or more.
fn spoil(reply: &mut Reply, change: impl FnOnce(&mut Vec<Value>)) {
    let Ok(mut page) = serde_json::from_slice::<Value>(&reply.body) else { return };
    if let Some(tweets) = page["tweets"].as_array_mut().filter(|tweets| tweets.len() > 1) {
        change(tweets);
        reply.body = page.to_string().into_bytes();
    }
}
