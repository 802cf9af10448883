//! `pipit demo`: a lively instance in a temporary folder.
//!
//! Some hundred people with a few thousand tweets of the last days, made by the same use cases that
//! serve real ones; a seed makes them the same every time.

mod texts;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::Context;
use fastrand::Rng;
use pipit_core::{Caller, KeyPlace, MediaPlace, NewPost, Pipit, SignUp};
use pipit_model::event::Standing;
use pipit_model::user::{ProfileEdit, UserRef};
use pipit_model::{Clock, SessionId, TweetId, UserId};
use tokio::task::JoinSet;

use super::serve::{Entrance, serve};
use crate::config::{Settings, sqlite_url};

const SEED: u64 = 2026;
/// The visitor's own account.
const HANDLE: &str = "visitor";
const PASSWORD: &str = "demo-password";
/// How far back the tweets reach, and how many there are.
const DAYS: i64 = 5;
const TWEETS: usize = 3000;
/// Accounts that nearly everybody follows.
const POPULAR: usize = 5;
/// Writes at once; the writer commits them together.
const AT_ONCE: usize = 50;

pub(crate) async fn run(mut settings: Settings) -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("making a temporary folder")?;
    settings.database_url = sqlite_url(folder.path());
    settings.keys = KeyPlace::File(folder.path().join("keys"));
    settings.media = MediaPlace::Folder(folder.path().join("media"));
    let mut entrance = Entrance::open(&settings).await?;
    eprintln!("Filling a temporary instance with people and tweets …");
    tokio::select! {
        filled = fill(&settings) => filled?,
        // The folder goes with this function.
        _ = entrance.stop_signal() => return Ok(()),
    }
    let pipit = super::open(&settings, Clock::System).await?;
    let notes = [
        format!("sign in as   {HANDLE}  with the password  {PASSWORD}"),
        "stop         Ctrl+C; everything is deleted then".to_owned(),
    ];
    serve(&settings, entrance, pipit, &notes).await
}

/// Makes the people and what they did, by a clock that runs through the last days.
async fn fill(settings: &Settings) -> anyhow::Result<()> {
    let now = Clock::System.now();
    let time = Arc::new(AtomicI64::new(now.plus_secs(-DAYS * 24 * 3600).0));
    let pipit = super::open(settings, Clock::Manual(time.clone())).await?;
    let mut town = Town {
        pipit,
        rng: Rng::with_seed(SEED),
        people: Vec::new(),
        handles: Vec::new(),
        tweets: Vec::new(),
    };
    town.settle().await?;
    town.follow().await?;
    // A minute short of now: no tweet is from the future.
    let span = now.0 - time.load(Ordering::Relaxed) - 60_000;
    let step = span / (TWEETS / AT_ONCE) as i64;
    for _ in 0..TWEETS / AT_ONCE {
        time.fetch_add(step, Ordering::Relaxed);
        town.react().await?;
        town.talk().await?;
    }
    Ok(town.pipit.close().await?)
}

struct Town {
    pipit: Pipit,
    rng: Rng,
    /// Each with their name.
    people: Vec<(Caller, &'static str)>,
    handles: Vec<&'static str>,
    tweets: Vec<TweetId>,
}

impl Town {
    async fn settle(&mut self) -> anyhow::Result<()> {
        let visitor =
            (HANDLE, "A Visitor", "I am new here. This is my account to try things with.");
        for (handle, name, bio) in texts::PEOPLE.into_iter().chain([visitor]) {
            let password = match handle {
                HANDLE => PASSWORD.to_owned(),
                _ => std::iter::repeat_with(|| self.rng.alphanumeric()).take(20).collect(),
            };
            let form = SignUp {
                handle: handle.to_owned(),
                name: Some(name.to_owned()),
                email: format!("{handle}@demo.invalid"),
                password,
                invite: None,
                reason: None,
                network: None,
            };
            let user_id = self.pipit.create_account(form).await?.card.user().id;
            let caller = caller(user_id);
            let edit = ProfileEdit { bio: Some(bio.to_owned()), ..ProfileEdit::default() };
            self.pipit.edit_profile(caller, edit).await?;
            self.people.push((caller, name));
            self.handles.push(handle);
        }
        Ok(())
    }

    /// Nearly everybody follows the popular ones; of the others each follows some, the first ones
    /// of the list more often than the last ones.
    async fn follow(&mut self) -> anyhow::Result<()> {
        let mut writes = Writes::default();
        for who in 0..self.people.len() {
            for whom in 0..self.people.len() {
                let chance = if whom < POPULAR { 0.85 } else { 0.45 / (1.0 + whom as f64 / 20.0) };
                if who == whom || self.rng.f64() > chance {
                    continue;
                }
                let (pipit, caller) = (self.pipit.clone(), self.people[who].0);
                let user = UserRef::Id(self.people[whom].0.user_id);
                writes
                    .add(async move {
                        pipit.set_follow(caller, &user, Standing::Set).await.map(|_| None)
                    })
                    .await?;
            }
        }
        writes.finish().await?;
        Ok(())
    }

    /// Somebody, the first ones of the list more often.
    fn somebody(&mut self) -> (Caller, &'static str) {
        let skewed = self.rng.f64() * self.rng.f64();
        self.people[(skewed * self.people.len() as f64) as usize]
    }

    fn handle(&mut self) -> &'static str {
        self.handles[self.rng.usize(..self.handles.len())]
    }

    async fn talk(&mut self) -> anyhow::Result<()> {
        let mut writes = Writes::default();
        for _ in 0..AT_ONCE {
            let (caller, name) = self.somebody();
            let recent = self.tweets.len().saturating_sub(300)..self.tweets.len();
            let answers = !recent.is_empty() && self.rng.f64() < 0.25;
            let quotes = !answers && !recent.is_empty() && self.rng.f64() < 0.06;
            let named = (answers || quotes).then(|| self.tweets[self.rng.usize(recent)]);
            let (reply_to, quote_of) = (named.filter(|_| answers), named.filter(|_| quotes));
            let pool = if answers { texts::REPLIES.as_slice() } else { texts::TWEETS.as_slice() };
            let own: Vec<_> = pool.iter().filter(|text| script(text) == script(name)).collect();
            let mut content = (*own[self.rng.usize(..own.len())]).to_owned();
            if !answers && self.rng.f64() < 0.08 {
                content = format!("{content} @{}", self.handle());
            }
            let pipit = self.pipit.clone();
            writes
                .add(Box::pin(async move {
                    let post =
                        NewPost { content: &content, reply_to, quote_of, ..NewPost::default() };
                    pipit.post_tweet(caller, post, None).await.map(|view| Some(view.id()))
                }))
                .await?;
        }
        self.tweets.extend(writes.finish().await?);
        Ok(())
    }

    async fn react(&mut self) -> anyhow::Result<()> {
        if self.tweets.is_empty() {
            return Ok(());
        }
        let mut writes = Writes::default();
        for _ in 0..AT_ONCE * 3 {
            let (caller, _) = self.somebody();
            let recent = self.tweets.len().saturating_sub(400)..self.tweets.len();
            // Some tweets are liked much more than others.
            let pick = recent.start + (self.rng.f64().powi(3) * recent.len() as f64) as usize;
            let (pipit, tweet, retweet) =
                (self.pipit.clone(), self.tweets[pick], self.rng.f64() < 0.05);
            writes
                .add(async move {
                    let view = if retweet {
                        pipit.set_retweet(caller, tweet, Standing::Set).await
                    } else {
                        pipit.set_like(caller, tweet, Standing::Set).await
                    };
                    view.map(|_| None)
                })
                .await?;
        }
        writes.finish().await?;
        Ok(())
    }
}

/// In which script something is written, so that people write as they are called.
fn script(text: &str) -> char {
    match text.chars().find(|c| c.is_alphabetic()) {
        Some('\u{370}'..='\u{3ff}') => 'α',
        Some('\u{400}'..='\u{52f}') => 'я',
        Some('\u{590}'..='\u{5ff}') => 'א',
        Some('\u{600}'..='\u{6ff}') => 'ع',
        Some('\u{900}'..='\u{97f}') => 'अ',
        Some('\u{3000}'..='\u{9fff}') => '字',
        Some('\u{ac00}'..='\u{d7ff}') => '한',
        _ => 'a',
    }
}

fn caller(user_id: UserId) -> Caller {
    // Nobody signs in as them: the session is never looked at.
    Caller { user_id, session_id: SessionId(0) }
}

/// Some writes at once, and the tweets that came of them.
#[derive(Default)]
struct Writes {
    tasks: JoinSet<pipit_model::Result<Option<TweetId>>>,
    made: Vec<TweetId>,
}

impl Writes {
    async fn add(
        &mut self,
        write: impl Future<Output = pipit_model::Result<Option<TweetId>>> + Send + 'static,
    ) -> anyhow::Result<()> {
        if self.tasks.len() >= AT_ONCE {
            self.join_one().await?;
        }
        self.tasks.spawn(write);
        Ok(())
    }

    async fn finish(mut self) -> anyhow::Result<Vec<TweetId>> {
        while !self.tasks.is_empty() {
            self.join_one().await?;
        }
        self.made.sort_unstable();
        Ok(self.made)
    }

    async fn join_one(&mut self) -> anyhow::Result<()> {
        if let Some(done) = self.tasks.join_next().await {
            self.made.extend(done??);
        }
        Ok(())
    }
}
