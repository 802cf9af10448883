//! This node among others: its number, and the bus between them.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use pipit_bus::{Address, Bus, Heard, Position, Speaker};
use pipit_feed::Caches;
use pipit_model::event::Event;
use pipit_model::ids::IdGenerator;
use pipit_model::limits::NODE_RENEWAL_SECS;
use pipit_model::{Clock, Error, Result, Timestamp};
use pipit_store::{Node as Member, Store};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use crate::board::InDatabase;
use crate::live::hub::Hub;
use crate::throttle::{self, Throttle};
use crate::{Pipit, keys};

/// How a node comes to its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeNumber {
    /// It has this one; no other node of the database may have it.
    Fixed(u8),
    /// It takes a free one.
    Leased,
}

/// Called with what another node says was asked of it.
type OnAsked = Box<dyn Fn(&str) + Send + Sync>;

/// What this node is among others.
#[derive(Default)]
pub(crate) struct Node {
    bus: OnceLock<Bus>,
    /// The newest tweet that another node told of.
    pub(crate) newest_of_others: AtomicI64,
    /// The last position that was handed out, and its text.
    pub(crate) written: Mutex<Option<(Position, Arc<str>)>>,
    keeper: Mutex<Option<JoinHandle<()>>>,
    on_asked: OnceLock<OnAsked>,
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("bus", &self.bus).finish_non_exhaustive()
    }
}

/// What hears of events.
#[derive(Clone)]
pub(crate) struct Ears {
    pub(crate) caches: Arc<Caches>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) ids: Arc<IdGenerator>,
}

impl Ears {
    /// What this node has committed.
    fn tell(&self, events: &[Event]) {
        self.caches.apply(events);
        // Streams read through the caches what they are told of.
        self.hub.tell(events);
    }

    /// Something that was not told may have changed.
    fn forget_all(&self) {
        self.tell(&[Event::Unknown]);
    }
}

/// What nodes tell each other besides events.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Note {
    /// Somebody tried to get in.
    Tried(throttle::Shared),
    /// How much was asked, in the words of the doors.
    Asked(String),
}

impl Note {
    pub(crate) fn tell(&self, bus: &Bus) {
        match serde_json::to_string(self) {
            Ok(text) => bus.note(text),
            Err(error) => tracing::error!(%error, "a note that cannot be told to other nodes"),
        }
    }
}

impl Node {
    pub(crate) fn bus(&self) -> Option<&Bus> {
        self.bus.get()
    }

    /// What this node has committed: to its caches and streams, then to the others.
    pub(crate) fn committed(&self, ears: &Ears, events: &[Event]) {
        ears.tell(events);
        if let Some(bus) = self.bus() {
            bus.announce(events);
        }
    }

    /// Takes a number, and joins the others.
    pub(crate) async fn join(
        self: &Arc<Self>,
        (number, address): (NodeNumber, Option<Address>),
        (store, secret): (&Store, &[u8]),
        (ears, throttle): (Ears, Arc<Throttle>),
        clock: &Clock,
    ) -> Result<()> {
        let member = match number {
            NodeNumber::Fixed(number) => {
                ears.ids.set_node(number);
                Member { number, holder: clock.now().0 }
            }
            NodeNumber::Leased => store.take_number(new_holder(clock)?).await?,
        };
        if let Some(address) = address {
            let (node, clock, clock_too) = (self.clone(), clock.clone(), clock.clone());
            let name = keys::hash(&["bus", &keys::hex(secret)]).chars().take(16).collect();
            let board = Arc::new(InDatabase(store.clone()));
            let speaker = speaker(member);
            let settings = pipit_bus::Settings { address, name, speaker, clock, board };
            let heeded = throttle.clone();
            let on_heard = Arc::new(move |heard: Heard<'_>| match heard {
                Heard::Note(text) => node.heed(text, &heeded, clock_too.now()),
                Heard::Events(events) => node.hear(&ears, events),
                Heard::Gap => ears.forget_all(),
                Heard::Stale => ears.caches.forget_stale(),
            });
            let bus = Bus::start(settings, on_heard)
                .map_err(|error| Error::Internal(error.to_string()))?;
            throttle.join(bus.clone());
            // It is joined once.
            let _first = self.bus.set(bus);
        }
        if number == NodeNumber::Leased {
            let keep = keep_number(self.clone(), store.clone());
            #[expect(
                clippy::disallowed_methods,
                reason = "its handle is kept, and ended by `leave`"
            )]
            let keeper = tokio::spawn(keep);
            *self.keeper.lock().unwrap_or_else(PoisonError::into_inner) = Some(keeper);
        }
        Ok(())
    }

    /// Says goodbye and gives the number back; nothing may be written any more.
    pub(crate) async fn leave(&self, store: &Store) -> Result<()> {
        let keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(keeper) = keeper {
            keeper.abort();
        }
        if let Some(bus) = self.bus() {
            bus.close().await;
        }
        Ok(store.release_number().await?)
    }

    fn heed(&self, text: &str, throttle: &Throttle, now: Timestamp) {
        match serde_json::from_str(text) {
            Ok(Note::Tried(told)) => throttle.hear(&told, now),
            Ok(Note::Asked(told)) => {
                if let Some(hear) = self.on_asked.get() {
                    hear(&told);
                }
            }
            Err(error) => tracing::info!(%error, "a node notes something that is not understood"),
        }
    }

    /// What another node has committed.
    fn hear(&self, ears: &Ears, events: &[Event]) {
        for event in events {
            if let Event::TweetPosted { entry, .. } = event {
                // Ours are newer from now on, and no page stops short of it.
                ears.ids.stay_above(entry.id.0);
                self.newest_of_others.fetch_max(entry.id.0, Ordering::SeqCst);
            }
        }
        ears.caches.apply_from_elsewhere(events);
        ears.hub.tell(events);
    }
}

impl Pipit {
    /// Calls this with what other nodes say was asked of them; once.
    pub fn on_asked_elsewhere(&self, hear: impl Fn(&str) + Send + Sync + 'static) {
        if self.0.node.on_asked.set(Box::new(hear)).is_err() {
            tracing::error!("what other nodes say was asked of them is heard once");
        }
    }

    /// Tells other nodes what was asked of this one.
    pub fn tell_asked(&self, text: String) {
        if let Some(bus) = self.0.node.bus() {
            Note::Asked(text).tell(bus);
        }
    }
}

/// Keeps the number, and tells the bus who else there is.
async fn keep_number(node: Arc<Node>, store: Store) {
    loop {
        let kept = async {
            store.renew_number().await?;
            store.nodes().await
        };
        match kept.await {
            Ok(members) => {
                let members: Vec<Speaker> = members.into_iter().map(speaker).collect();
                if let Some(bus) = node.bus() {
                    bus.set_members(&members);
                }
            }
            Err(error) => tracing::warn!(%error, "this node's number is not renewed; tried again"),
        }
        tokio::time::sleep(Duration::from_secs(NODE_RENEWAL_SECS)).await;
    }
}

/// A number for this process that no other one has: numbers of nodes are given out again.
fn new_holder(clock: &Clock) -> Result<i64> {
    let random = keys::random_secret()?;
    Ok(clock.now().0 << 8 | i64::from(random[0]))
}

fn speaker(member: Member) -> Speaker {
    Speaker { number: member.number, holder: member.holder }
}
