//! What one node tells the others: every event, over Redis, and by the database while that is away.
//!
//! Owns: the stream of events, who is heard and who is silent, and the position up to which this
//! node has heard. Knows nothing of caches or SQL: it hands out what it hears ([`Heard`]) and says
//! when something may be missing. Redis holds nothing that cannot be lost.
//!
//! All nodes append to one stream and read all of it, so that they hear the same in the same order.
//! Each numbers what it says: who finds a number missing, hears nothing of a node that is there, or
//! does not hear its own signs of life, knows that it may have missed something ([`mod@listen`]).
//! What Redis does not take is left on a [`Board`], which a node reads as long as it misses somebody
//! ([`mod@board`]).

mod board;
mod hearing;
mod link;
mod listen;
mod message;
mod position;
mod tell;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pipit_model::event::Event;
use pipit_model::limits::{BUS_QUEUE_MAX, POSITION_WAIT_MS};
use pipit_model::{Clock, Timestamp};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

pub use board::Board;
use hearing::Hearing;
pub use link::Address;
pub use message::Speaker;
use message::{Content, Message};
pub use position::Position;

/// Between two looks whether a position was reached.
const REACH_STEP: Duration = Duration::from_millis(1);

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The address is none of Redis.
    #[error("{0}")]
    Address(String),
    /// Redis does not answer, or not as it should.
    #[error("Redis: {0}")]
    Redis(#[from] redis::RedisError),
    /// The database does not take or give what is on the board.
    #[error("the board: {0}")]
    Board(String),
    /// What did not answer in time.
    #[error("{0} did not answer in time")]
    TimedOut(&'static str),
}

/// What a node hears.
#[derive(Debug)]
pub enum Heard<'a> {
    /// Another node committed this.
    Events(&'a [Event]),
    /// Another node says this; it may also have been missed.
    Note(&'a str),
    /// Something may have been missed, and from here on all is heard: whatever was handed out so far
    /// may be incomplete.
    Gap,
    /// Something may be missed, now and until further notice: what is cached is too old.
    Stale,
}

/// How a position was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// This node has heard as much.
    Heard,
    /// It has not, and dropped what was cached.
    ReadThrough,
}

/// Called with all that is heard, in order, by one task.
pub type OnHeard = Arc<dyn Fn(Heard<'_>) + Send + Sync>;

/// What a bus needs to be told.
#[derive(Clone)]
pub struct Settings {
    /// Where Redis is.
    pub address: Address,
    /// The name of the installation: several may share one Redis.
    pub name: String,
    /// Who speaks.
    pub speaker: Speaker,
    /// The clock by which delays are measured.
    pub clock: Clock,
    /// What nodes tell each other by while Redis is away.
    pub board: Arc<dyn Board>,
}

/// A place among the nodes of one database. Cheap to clone.
#[derive(Clone)]
pub struct Bus(Arc<Parts>);

struct Parts {
    settings: Settings,
    /// The last number given to what this node says, and where it goes, in the same order.
    outbox: Mutex<(u64, mpsc::Sender<Message>)>,
    hearing: Mutex<Hearing>,
    /// Only one reads through at a time; those who wait for it need not do the same again.
    reading_through: tokio::sync::Mutex<Option<Instant>>,
    /// Milliseconds: until then all was heard.
    heard_until: AtomicI64,
    on_heard: OnHeard,
    stop: watch::Sender<bool>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl std::fmt::Debug for Bus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bus").field("speaker", &self.0.settings.speaker).finish_non_exhaustive()
    }
}

impl Bus {
    /// Begins to speak and to listen. Redis need not be there: the bus comes up when it is.
    ///
    /// # Errors
    /// [`BusError::Address`] if the address is none.
    pub fn start(settings: Settings, on_heard: OnHeard) -> Result<Self, BusError> {
        let client = link::Client::new(&settings.address)?;
        let (sender, receiver) = mpsc::channel(BUS_QUEUE_MAX);
        let bus = Self(Arc::new(Parts {
            hearing: Mutex::new(Hearing::new(settings.speaker)),
            settings,
            outbox: Mutex::new((0, sender)),
            reading_through: tokio::sync::Mutex::new(None),
            heard_until: AtomicI64::new(0),
            on_heard,
            stop: watch::Sender::new(false),
            tasks: Mutex::new(Vec::new()),
        }));
        let tell = tell::run(bus.clone(), client.clone(), receiver);
        let listen = listen::run(bus.clone(), client);
        #[expect(
            clippy::disallowed_methods,
            reason = "their handles are kept, and ended by `close`"
        )]
        let tasks = [tokio::spawn(tell), tokio::spawn(listen)];
        bus.0.tasks.lock().unwrap_or_else(PoisonError::into_inner).extend(tasks);
        Ok(bus)
    }

    /// Tells the others what this node has committed. Never waits: what neither Redis nor the board
    /// takes is missed, and noticed.
    pub fn announce(&self, events: &[Event]) {
        let for_others: Vec<&Event> =
            events.iter().filter(|event| !matches!(event, Event::Audited(_))).collect();
        if for_others.is_empty() {
            return;
        }
        let content = match serde_json::to_string(&for_others) {
            Ok(json) => Content::Events(json),
            // They cannot be told, but that they happened can.
            Err(error) => {
                tracing::error!(%error, "events that cannot be told to other nodes");
                Content::Events("[\"Unknown\"]".to_owned())
            }
        };
        self.say(content);
    }

    /// Tells the others something that they can do without.
    pub fn note(&self, text: String) {
        self.say(Content::Note(text));
    }

    fn say(&self, content: Content) {
        let said_at = self.0.settings.clock.now();
        let mut outbox = self.0.outbox.lock().unwrap_or_else(PoisonError::into_inner);
        outbox.0 += u64::from(matches!(content, Content::Events(_)));
        let message =
            Message { speaker: self.0.settings.speaker, number: outbox.0, said_at, content };
        if outbox.1.try_send(message).is_err() {
            metrics::counter!("pipit_bus_untold_total").increment(1);
        }
    }

    /// Which nodes there are, as the database knows: who is there and not heard is missed.
    pub fn set_members(&self, members: &[Speaker]) {
        self.hearing().set_members(members, Instant::now());
    }

    /// Whether this node hears all that others write.
    #[must_use]
    pub fn hears_all(&self) -> bool {
        self.hearing().hears_all(Instant::now())
    }

    /// Until when this node has heard all that others wrote, give or take the time in which a loss is
    /// noticed.
    #[must_use]
    pub fn heard_until(&self) -> Timestamp {
        Timestamp(self.0.heard_until.load(Ordering::Relaxed))
    }

    /// Up to where this node has heard and spoken: who sends it along reads no less elsewhere.
    #[must_use]
    pub fn position(&self) -> Position {
        let said = self.0.outbox.lock().unwrap_or_else(PoisonError::into_inner).0;
        self.hearing().position(said, Instant::now(), self.0.settings.clock.now().0)
    }

    /// Waits until this node has heard at least as much; if that takes too long, or the other node
    /// had not heard it either, drops what is cached, so that all is read from the database. It must
    /// be a position that a node gave out.
    pub async fn reach(&self, position: Position) -> Reached {
        let came = Instant::now();
        let patience = Duration::from_millis(POSITION_WAIT_MS);
        self.hearing().want(position);
        while !self.hearing().has_heard(position) && came.elapsed() < patience {
            tokio::time::sleep(REACH_STEP).await;
        }
        if self.hearing().has_reached(position) {
            return Reached::Heard;
        }
        self.read_through(position, came).await;
        Reached::ReadThrough
    }

    async fn read_through(&self, position: Position, came: Instant) {
        let mut last = self.0.reading_through.lock().await;
        if last.is_none_or(|last| last < came) {
            *last = Some(Instant::now());
            metrics::counter!("pipit_bus_read_through_total").increment(1);
            self.forget(Heard::Stale);
        }
        self.hearing().count_as_reached(position, Instant::now());
    }

    /// Has what is cached dropped: whatever is read from here on is as new as the database.
    pub(crate) fn forget(&self, why: Heard<'_>) {
        let now = self.0.settings.clock.now();
        (self.0.on_heard)(why);
        self.hearing().forgot(now.0, Instant::now());
    }

    /// Says what waits, then goodbye.
    pub async fn close(&self) {
        self.0.stop.send_replace(true);
        let tasks = {
            let mut tasks = self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *tasks)
        };
        for task in tasks {
            // Each ends within the time that it gives Redis.
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of the bus failed");
            }
        }
    }

    fn board(&self) -> &dyn Board {
        self.0.settings.board.as_ref()
    }

    fn hearing(&self) -> MutexGuard<'_, Hearing> {
        // Every step leaves it whole.
        self.0.hearing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
