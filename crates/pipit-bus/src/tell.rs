//! The task that speaks: it tells Redis what this node says, or the board, and gives signs of life.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use pipit_model::limits::{BUS_BATCH_MAX, BUS_HEARTBEAT_MS, BUS_STREAM_MAX};
use tokio::sync::{mpsc, watch};

use crate::link::{Client, Link};
use crate::message::{Content, MESSAGE, Message};
use crate::{Bus, BusError};

/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(250);
const HEARTBEAT: Duration = Duration::from_millis(BUS_HEARTBEAT_MS);

/// Runs until the bus is closed and all that waits is said.
pub(crate) async fn run(bus: Bus, client: Client, mut outbox: mpsc::Receiver<Message>) {
    let mut stop = bus.0.stop.subscribe();
    let mut line = Line { client, link: None, connecting: None, pause: Duration::ZERO };
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut batch = Vec::with_capacity(BUS_BATCH_MAX);
    loop {
        tokio::select! {
            biased;
            () = line.connect(), if line.link.is_none() => continue,
            _count = outbox.recv_many(&mut batch, BUS_BATCH_MAX) => {}
            _moment = heartbeat.tick() => batch.extend(bus.sign_of(Content::Alive, &outbox)),
            () = stopped(&mut stop) => {
                if let Some(goodbye) = bus.sign_of(Content::Goodbye, &outbox) {
                    return bus.tell(&mut line, &[goodbye]).await;
                }
            }
        }
        bus.tell(&mut line, &batch).await;
        batch.clear();
    }
}

/// Waits until the bus is closed.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error says that there is nobody left who could close it.
    let _ended = stop.wait_for(|stopped| *stopped).await;
}

/// The listener warns once that Redis is lost; this is for who looks closer.
fn why_not(error: &BusError) {
    tracing::debug!(%error, "Redis does not take what we say");
}

/// The way to Redis, when there is one.
struct Line {
    client: Client,
    link: Option<Link>,
    /// It goes on while the board is spoken to.
    connecting: Option<BoxFuture<'static, Result<Link, BusError>>>,
    pause: Duration,
}

impl Line {
    /// Tries once to connect. May be dropped and called again: that is the same attempt.
    async fn connect(&mut self) {
        let (client, pause) = (self.client.clone(), self.pause);
        let attempt = || {
            let connect = async move {
                tokio::time::sleep(pause).await;
                client.connect().await
            };
            connect.boxed()
        };
        let link = self.connecting.get_or_insert_with(attempt).await;
        self.connecting = None;
        self.pause = PAUSE;
        self.link = link.inspect_err(why_not).ok();
    }

    /// Whether Redis took these.
    async fn send(&mut self, stream: &str, messages: &[Message]) -> bool {
        let Some(link) = &mut self.link else { return false };
        let mut appends = redis::pipe();
        for message in messages {
            let mut add = redis::cmd("XADD");
            add.arg(stream).arg("MAXLEN").arg("~").arg(BUS_STREAM_MAX).arg("*");
            add.arg(MESSAGE).arg(message.to_string());
            appends.add_command(add).ignore();
        }
        let sent = link.send(&appends).await;
        if let Err(error) = &sent {
            tracing::warn!(%error, messages = messages.len(), "Redis did not take what we say");
            self.link = None;
        }
        sent.is_ok()
    }
}

impl Bus {
    /// What Redis does not take, or not for certain, goes to the board, and so does what somebody would
    /// not hear otherwise.
    async fn tell(&self, line: &mut Line, messages: &[Message]) {
        if messages.is_empty() {
            return;
        }
        let sent = line.send(&self.stream_name(), messages).await;
        if !sent || self.hearing().somebody_is_off_redis(Instant::now()) {
            self.post(messages).await;
        }
    }

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
