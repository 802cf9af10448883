//! The task that speaks: it appends to the stream what this node says, and signs of life.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use pipit_model::limits::{BUS_BATCH_MAX, BUS_HEARTBEAT_MS, BUS_STREAM_MAX};
use tokio::sync::{mpsc, watch};

use crate::link::{Client, Link};
use crate::message::{Content, Message};
use crate::{Bus, BusError};

/// Between two attempts to connect; what is said meanwhile is lost, and noticed by its number.
const PAUSE: Duration = Duration::from_millis(250);
const HEARTBEAT: Duration = Duration::from_millis(BUS_HEARTBEAT_MS);

/// Runs until the bus is closed and all that waits is said.
pub(crate) async fn run(bus: Bus, client: Client, mut outbox: mpsc::Receiver<Message>) {
    let mut stop = bus.0.stop.subscribe();
    let mut line = Line { client, link: None, try_again_at: Instant::now() };
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut batch = Vec::with_capacity(BUS_BATCH_MAX);
    loop {
        tokio::select! {
            biased;
            _count = outbox.recv_many(&mut batch, BUS_BATCH_MAX) => {}
            _moment = heartbeat.tick() => batch.extend(bus.sign_of(Content::Alive, &outbox)),
            () = stopped(&mut stop) => {
                if let Some(goodbye) = bus.sign_of(Content::Goodbye, &outbox) {
                    return line.send(&bus, &[goodbye]).await;
                }
            }
        }
        line.send(&bus, &batch).await;
        batch.clear();
    }
}

/// Waits until the bus is closed.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error says that there is nobody left who could close it.
    let _ended = stop.wait_for(|stopped| *stopped).await;
}

/// The listener warns once that the bus is lost; this is for who looks closer.
fn why_not(error: &BusError) {
    tracing::debug!(%error, "Redis does not take what we say");
}

/// The way to Redis, when there is one.
struct Line {
    client: Client,
    link: Option<Link>,
    try_again_at: Instant,
}

impl Line {
    async fn send(&mut self, bus: &Bus, messages: &[Message]) {
        if messages.is_empty() {
            return;
        }
        if self.link.is_none() && Instant::now() >= self.try_again_at {
            self.link = self.client.connect().await.inspect_err(why_not).ok();
            self.try_again_at = Instant::now() + PAUSE;
        }
        let Some(link) = &mut self.link else {
            return;
        };
        let stream = bus.stream_name();
        let mut appends = redis::pipe();
        for message in messages {
            appends.add_command(message.append_to(&stream, BUS_STREAM_MAX)).ignore();
        }
        if let Err(error) = link.send(&appends).await {
            // Whether it came through is not known; it is not said twice.
            tracing::warn!(%error, messages = messages.len(), "Redis did not take what we say");
            self.link = None;
        }
    }
}

impl Bus {
    /// The name of the stream; the braces keep it on one node of a cluster.
    pub(crate) fn stream_name(&self) -> String {
        format!("pipit:{{{}}}:events", self.0.settings.name)
    }

    /// A message that says how much was said before; [`None`] if some of that still waits.
    fn sign_of(&self, content: Content, outbox: &mpsc::Receiver<Message>) -> Option<Message> {
        let last = self.0.outbox.lock().unwrap_or_else(PoisonError::into_inner);
        let said_at = self.0.settings.clock.now();
        let speaker = self.0.settings.speaker;
        outbox.is_empty().then(|| Message { speaker, number: last.0, said_at, content })
    }
}
