//! One person: asks one thing after the other, and notes each.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::Method;
use serde_json::{Value, json};

use crate::history::{Answer, Ask, Audience, Call, Entry, Tie, View};
use crate::world::{Posted, Reply, Request, World};

const PASSWORD: &str = "correct horse";
/// A write that fails is tried again so often: for longer than any fault lasts.
const ATTEMPTS: usize = 400;
/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) token: String,
    pub(crate) world: Arc<World>,
    pub(crate) rng: fastrand::Rng,
    /// Own tweets that nobody tried to delete.
    pub(crate) own: Vec<Posted>,
    /// Asks this node alone.
    pub(crate) node: Option<usize>,
    position: Option<String>,
    ties: HashMap<Tie, bool>,
    /// Ties of which an attempt failed: it may come late, so they are not turned again.
    frozen: HashSet<Tie>,
}

impl Person {
    /// Opens an account and signs it in.
    pub(crate) async fn sign_up(world: Arc<World>, handle: &str) -> anyhow::Result<Self> {
        let email = format!("{handle}@drill.test");
        let account = json!({"handle": handle, "email": email, "password": PASSWORD});
        let login = json!({"login": handle, "password": PASSWORD});
        let base = world.service.front.as_ref().unwrap_or(&world.service.nodes[0]).clone();
        let send = async |path: &str, body: Value| -> anyhow::Result<Value> {
            let request = Request { body: Some(body), ..Request::new(Method::POST, path, "") };
            let reply = world.forward(&base, request).await.map_err(anyhow::Error::msg)?;
            if reply.status != 201 {
                bail!("{path}: {} {}", reply.status, String::from_utf8_lossy(&reply.body));
            }
            Ok(serde_json::from_slice(&reply.body)?)
        };
        send("/users", account).await?;
        let session = send("/sessions", login).await?;
        let id = session["user"]["id"].as_i64().context("a user without an id")?;
        let token = session["token"].as_str().context("a session without a token")?.to_owned();
        let mut tokens = world.meddler.tokens();
        tokens.insert(id, token.clone());
        drop(tokens);
        Ok(Self {
            id,
            token,
            world,
            rng: fastrand::Rng::with_seed(id as u64),
            own: Vec::new(),
            node: None,
            position: None,
            ties: HashMap::new(),
            frozen: HashSet::new(),
        })
    }

    /// Asks once and notes it.
    pub(crate) async fn call(
        &mut self,
        ask: Ask,
        cursor: Option<&str>,
    ) -> (Answer, Option<String>) {
        let mut request = request(&ask, cursor, &self.token);
        request.position.clone_from(&self.position);
        let world = Arc::clone(&self.world);
        let base = match self.node {
            Some(node) => world.service.nodes[node].as_str(),
            None => world.base(&mut self.rng),
        };
        let began = world.now();
        let reply = world.ask(base, request).await;
        let ended = world.now();
        let (answer, next) = match reply {
            Ok(reply) => {
                if reply.position.is_some() {
                    self.position.clone_from(&reply.position);
                }
                understand(&ask, &reply)
            }
            Err(why) => (Answer::Failed(why), None),
        };
        world.note(Call { by: self.id, began, ended, ask, answer: answer.clone() });
        (answer, next)
    }

    /// Asks for a change until there is an answer.
    async fn insist(&mut self, ask: Ask) -> Answer {
        let mut answer = self.call(ask.clone(), None).await.0;
        for _ in 1..ATTEMPTS {
            if !answer.failed() {
                break;
            }
            if let Ask::Tie { tie, .. } = ask {
                self.frozen.insert(tie);
            }
            tokio::time::sleep(PAUSE).await;
            answer = self.call(ask.clone(), None).await.0;
        }
        answer
    }

    pub(crate) async fn post(&mut self, audience: Audience, reply_to: Option<i64>) {
        let ask = Ask::Post { key: self.world.number(), audience, reply_to };
        let answer = self.insist(ask.clone()).await;
        if let Answer::Posted(id) = answer {
            let posted = Posted { id, by: self.id, audience };
            self.own.push(posted);
            self.world.posted().push(posted);
            // As a client does that did not see the answer.
            if self.rng.u8(..) < 16 {
                self.insist(ask).await;
            }
        }
    }

    pub(crate) async fn delete_own(&mut self) {
        if self.own.len() < 5 {
            return;
        }
        let posted = self.own.swap_remove(self.rng.usize(..self.own.len()));
        self.world.posted().retain(|other| other.id != posted.id);
        self.insist(Ask::Delete { tweet: posted.id }).await;
    }

    /// Turns it on or off, if that was never in doubt.
    pub(crate) async fn turn(&mut self, tie: Tie, on: bool) {
        let is = self.ties.get(&tie).copied().unwrap_or(false);
        if is == on || self.frozen.contains(&tie) {
            return;
        }
        if self.insist(Ask::Tie { tie, on }).await == Answer::Done {
            self.ties.insert(tie, on);
        }
    }

    /// Turns it to what it is not.
    pub(crate) async fn flip(&mut self, tie: Tie) {
        let is = self.ties.get(&tie).copied().unwrap_or(false);
        self.turn(tie, !is).await;
    }

    /// Reads up to so many pages, from the newest entry on.
    pub(crate) async fn walk(&mut self, view: View, pages: usize) {
        let walk = self.world.number();
        let (mut below, mut cursor) = (None, None::<String>);
        for _ in 0..pages {
            let ask = Ask::Read { view, walk, below };
            let (answer, next) = self.call(ask, cursor.as_deref()).await;
            let Answer::Page { entries, more: true } = answer else { return };
            below = entries.last().map(|entry| entry.id).or(below);
            cursor = next;
        }
    }

    pub(crate) async fn look_at(&mut self, tweet: i64) {
        let walk = self.world.number();
        self.call(Ask::Read { view: View::Tweet(tweet), walk, below: None }, None).await;
    }
}

/// How it is asked on the wire.
fn request(ask: &Ask, cursor: Option<&str>, token: &str) -> Request {
    let new = |method, path: String| Request::new(method, path, token);
    let page = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
    match ask {
        Ask::Post { key, audience, reply_to } => {
            let visibility = match audience {
                Audience::Everybody => "public",
                Audience::Followers => "followers",
            };
            let mut body = json!({"content": content(*key), "visibility": visibility});
            if let Some(id) = reply_to {
                body["reply_to_id"] = json!(id);
            }
            let request = new(Method::POST, "/tweets".to_owned());
            Request { key: Some(*key), body: Some(body), ..request }
        }
        Ask::Delete { tweet } => new(Method::DELETE, format!("/tweets/{tweet}")),
        Ask::Tie { tie, on } => {
            let path = match tie {
                Tie::Like(id) => format!("/tweets/{id}/like"),
                Tie::Retweet(id) => format!("/tweets/{id}/retweet"),
                Tie::Follow(id) => format!("/users/{id}/follow"),
                Tie::Block(id) => format!("/users/{id}/block"),
            };
            new(if *on { Method::PUT } else { Method::DELETE }, path)
        }
        Ask::Read { view: View::Home, .. } => new(Method::GET, format!("/timeline?limit=30{page}")),
        Ask::Read { view: View::Profile(id), .. } => {
            new(Method::GET, format!("/tweets?user_id={id}&limit=20{page}"))
        }
        Ask::Read { view: View::Tweet(id), .. } => new(Method::GET, format!("/tweets/{id}")),
    }
}

fn content(key: u64) -> String {
    format!("k{key} says #drill{}", key % 10)
}

/// The key that a text begins with.
pub(crate) fn key_of(content: &str) -> Option<u64> {
    content.strip_prefix('k')?.split(' ').next()?.parse().ok()
}

/// What an answer means, and where the next page begins.
fn understand(ask: &Ask, reply: &Reply) -> (Answer, Option<String>) {
    let body = || serde_json::from_slice::<Value>(&reply.body).unwrap_or_default();
    match (reply.status, ask) {
        (400..=499, _) => (Answer::Refused(reply.status), None),
        (201, Ask::Post { .. }) => {
            let id = body()["id"].as_i64();
            (id.map_or_else(|| unreadable(reply), Answer::Posted), None)
        }
        (200, Ask::Read { view: View::Tweet(_), .. }) => {
            let entry = entry(&body());
            let page = |entry| Answer::Page { entries: vec![entry], more: true };
            (entry.map_or_else(|| unreadable(reply), page), None)
        }
        (200, Ask::Read { .. }) => {
            let body = body();
            let Some(tweets) = body["tweets"].as_array() else { return (unreadable(reply), None) };
            let entries = tweets.iter().filter_map(entry).collect();
            let next = body["next_cursor"].as_str().map(str::to_owned);
            (Answer::Page { entries, more: next.is_some() }, next)
        }
        (200..=299, _) => (Answer::Done, None),
        (status, _) => (Answer::Failed(status.to_string()), None),
    }
}

fn unreadable(reply: &Reply) -> Answer {
    Answer::Failed(format!("{} with a body that is none", reply.status))
}

/// A tweet of the API.
pub(crate) fn entry(tweet: &Value) -> Option<Entry> {
    Some(Entry {
        id: tweet["id"].as_i64()?,
        by: tweet["user_id"].as_i64()?,
        key: key_of(tweet["content"].as_str()?),
        of: tweet["retweet_of"]["id"].as_i64(),
        liked: tweet["liked"].as_bool()?,
        likes: tweet["like_count"].as_i64()?,
    })
}
