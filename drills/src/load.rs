//! Many people who ask at once, each one thing after the other, until they are told to stop.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::history::{Audience, History, Tie, View};
use crate::listener::{Listener, Temper};
use crate::person::Person;
use crate::truth;
use crate::world::{Posted, World};

/// What people do, how many they are, and how long each waits between two calls, more or less.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) people: usize,
    pub(crate) pause: Duration,
    pub(crate) habit: Habit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Habit {
    /// A bit of everything.
    Everything,
    /// The first posts, and everybody else reacts to their newest tweet.
    Storm,
}

impl Plan {
    pub(crate) fn everything(pause_millis: u64) -> Self {
        let pause = Duration::from_millis(pause_millis);
        Self { people: PEOPLE, pause, habit: Habit::Everything }
    }
}

/// Each follows the next three for good, now and then the fourth, and now and then blocks the one
/// opposite: so most of what must hold is never in doubt.
const PEOPLE: usize = 12;
const ALWAYS_FOLLOWED: [usize; 3] = [1, 2, 3];
const SOMETIMES_FOLLOWED: usize = 4;
const SOMETIMES_BLOCKED: usize = 6;
/// So many of them listen.
const LISTENERS: usize = 6;
/// After everybody was told to stop: for tries that go on, and for what is on its way.
const END_LIMIT: Duration = Duration::from_mins(1);
const SETTLE: Duration = Duration::from_millis(2_500);
/// Everything is read at the end: of so many tweets each, and so many pages.
const LOOKS: usize = 8;
const PAGES: usize = 200;

/// A load under way.
pub(crate) struct Load {
    pub(crate) world: Arc<World>,
    people: JoinSet<Person>,
    listeners: JoinSet<()>,
    stop_people: watch::Sender<bool>,
    stop_listeners: watch::Sender<bool>,
}

impl Load {
    /// Opens the accounts and sets them loose.
    pub(crate) async fn start(world: World, plan: Plan) -> anyhow::Result<Self> {
        let world = Arc::new(world);
        let mut people = gather(&world, plan.people).await?;
        let ids: Vec<i64> = people.iter().map(|person| person.id).collect();
        let at = |place: usize| ids[place % plan.people];
        for (place, person) in people.iter_mut().enumerate() {
            let followed = match plan.habit {
                Habit::Everything => ALWAYS_FOLLOWED.map(|ahead| at(place + ahead)).to_vec(),
                Habit::Storm if place > 0 => vec![ids[0]],
                Habit::Storm => Vec::new(),
            };
            for other in followed {
                person.turn(Tie::Follow(other), true).await;
            }
        }
        let (stop_people, stopped) = watch::channel(false);
        let (stop_listeners, silenced) = watch::channel(false);
        let mut listeners = JoinSet::new();
        for (place, person) in people.iter().take(LISTENERS).enumerate() {
            let temper = if place % 2 == 0 { Temper::Steady } else { Temper::Restless };
            listeners.spawn(Listener::of(person, temper).listen(silenced.clone()));
        }
        let mut tasks = JoinSet::new();
        for (place, person) in people.into_iter().enumerate() {
            let life = Life {
                person,
                sometimes: Tie::Follow(at(place + SOMETIMES_FOLLOWED)),
                opposite: Tie::Block(at(place + SOMETIMES_BLOCKED)),
                followed: ALWAYS_FOLLOWED.map(|ahead| at(place + ahead)),
                others: ids.clone(),
                storms: plan.habit == Habit::Storm && place > 0,
            };
            tasks.spawn(life.live(plan.pause, stopped.clone()));
        }
        Ok(Self { world, people: tasks, listeners, stop_people, stop_listeners })
    }

    /// Lets everybody end what they are about, reads everything once more at every node, looks into
    /// the database, and hands out the book.
    pub(crate) async fn finish(mut self) -> anyhow::Result<History> {
        self.stop_people.send_replace(true);
        let mut people = Vec::new();
        let gather = async {
            while let Some(person) = self.people.join_next().await {
                people.push(person.context("a person's task failed")?);
            }
            anyhow::Ok(())
        };
        let ended = tokio::time::timeout(END_LIMIT, gather).await;
        ended.context("people still wait for answers: the service did not recover")??;
        let lag = Duration::from_micros(self.world.history().lag);
        tokio::time::sleep(lag + SETTLE).await;
        let quiet = self.world.now();
        let ids: Vec<i64> = people.iter().map(|person| person.id).collect();
        look_over(&self.world, people).await?;
        self.stop_listeners.send_replace(true);
        while let Some(ended) = self.listeners.join_next().await {
            ended.context("a listener's task failed")?;
        }
        let mut history = self.world.history();
        history.quiet = Some(quiet);
        history.truth = Some(truth::look(&self.world.service.database_url, &ids).await?);
        Ok(history)
    }
}

/// Opens so many accounts, a few at a time.
pub(crate) async fn gather(world: &Arc<World>, count: usize) -> anyhow::Result<Vec<Person>> {
    let run = world.number() % 10_000_000_000;
    let mut people = Vec::with_capacity(count);
    let mut tasks = JoinSet::new();
    for place in 0..count {
        if tasks.len() == 4 {
            people.extend(tasks.join_next().await.transpose()?.transpose()?);
        }
        let world = Arc::clone(world);
        let handle = format!("d{run}_{place}");
        tasks.spawn(async move { Person::sign_up(world, &handle).await });
    }
    while let Some(person) = tasks.join_next().await {
        people.push(person??);
    }
    people.sort_by_key(|person| person.id);
    ensure!(people.len() == count, "not everybody has an account");
    Ok(people)
}

/// Everybody reads their whole home, and some tweets, at every node.
async fn look_over(world: &Arc<World>, people: Vec<Person>) -> anyhow::Result<()> {
    let tweets: Vec<Posted> = world.posted().clone();
    let mut tasks = JoinSet::new();
    for mut person in people {
        let tweets = tweets.clone();
        let nodes = world.service.nodes.len();
        tasks.spawn(async move {
            for node in 0..nodes {
                person.node = Some(node);
                person.walk(View::Home, PAGES).await;
                person.walk(View::Profile(person.id), PAGES).await;
                for _ in 0..LOOKS.min(tweets.len()) {
                    let tweet = tweets[person.rng.usize(..tweets.len())];
                    person.look_at(tweet.id).await;
                }
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.context("a last look failed")?;
    }
    Ok(())
}

struct Life {
    person: Person,
    sometimes: Tie,
    opposite: Tie,
    followed: [i64; 3],
    others: Vec<i64>,
    storms: bool,
}

impl Life {
    async fn live(mut self, pause: Duration, stopped: watch::Receiver<bool>) -> Person {
        while !*stopped.borrow() {
            if self.storms {
                self.storm().await;
            } else {
                self.act().await;
            }
            let share = f64::from(self.person.rng.u8(..)) / 128.0;
            tokio::time::sleep(pause.mul_f64(share)).await;
        }
        self.person
    }

    async fn act(&mut self) {
        let tweet = self.some_tweet();
        let person = &mut self.person;
        match person.rng.u8(..100) {
            0..22 => person.post(Audience::Everybody, None).await,
            22..28 => person.post(Audience::Followers, None).await,
            28..33 => {
                let tweet = tweet.filter(|tweet| tweet.audience == Audience::Everybody);
                person.post(Audience::Everybody, tweet.map(|tweet| tweet.id)).await;
            }
            33..37 => person.delete_own().await,
            37..48 => {
                if let Some(tweet) = tweet {
                    person.flip(Tie::Like(tweet.id)).await;
                }
            }
            48..52 => {
                let tweet = tweet.filter(|tweet| tweet.audience == Audience::Everybody);
                if let Some(tweet) = tweet {
                    person.flip(Tie::Retweet(tweet.id)).await;
                }
            }
            52..54 => person.flip(self.sometimes).await,
            54..55 => person.flip(self.opposite).await,
            55..75 => person.walk(View::Home, 1).await,
            75..82 => person.walk(View::Home, 5).await,
            82..88 => {
                let whom = self.followed[person.rng.usize(..self.followed.len())];
                person.walk(View::Profile(whom), 3).await;
            }
            88..92 => {
                let whom = self.others[person.rng.usize(..self.others.len())];
                person.walk(View::Profile(whom), 2).await;
            }
            _ => {
                if let Some(tweet) = tweet {
                    person.look_at(tweet.id).await;
                }
            }
        }
    }

    /// Reacts to the newest tweet of the first.
    async fn storm(&mut self) {
        let popular = self.others[0];
        let person = &mut self.person;
        let newest = person
            .world
            .posted()
            .iter()
            .rev()
            .copied()
            .find(|tweet| tweet.by == popular && tweet.audience == Audience::Everybody);
        let Some(tweet) = newest else { return };
        match person.rng.u8(..100) {
            0..35 => person.flip(Tie::Like(tweet.id)).await,
            35..50 => person.flip(Tie::Retweet(tweet.id)).await,
            50..65 => person.post(Audience::Everybody, Some(tweet.id)).await,
            65..80 => person.walk(View::Home, 1).await,
            80..85 => person.walk(View::Profile(popular), 1).await,
            _ => person.look_at(tweet.id).await,
        }
    }

    /// A recent one, mostly.
    fn some_tweet(&mut self) -> Option<Posted> {
        let posted = self.person.world.posted();
        let recent = posted.len().min(100);
        let back = self.person.rng.usize(..recent.max(1));
        (recent > 0).then(|| posted[posted.len() - 1 - back])
    }
}
