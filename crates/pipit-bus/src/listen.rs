//! The task that listens: it hands out all that others say, and says when something may be missing.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use pipit_model::event::Event;
use pipit_model::limits::{BUS_BATCH_MAX, BUS_LIFE_MS};
use redis::streams::{StreamId, StreamRangeReply, StreamReadReply};

use crate::link::{Client, Link};
use crate::message::{Content, Message};
use crate::position::{Finding, Place};
use crate::tell::stopped;
use crate::{Bus, BusError, Heard};

/// How long Redis waits for something to be said before it answers that there is nothing.
const WAIT_MS: usize = 200;
/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(100);
const LIFE: Duration = Duration::from_millis(BUS_LIFE_MS);

/// Runs until the bus is closed.
pub(crate) async fn run(bus: Bus, client: Client) {
    let mut stop = bus.0.stop.subscribe();
    let listen = Listener { bus, forgot_at: None, first: true }.run(client);
    tokio::select! {
        () = listen => {}
        () = stopped(&mut stop) => {}
    }
}

struct Listener {
    bus: Bus,
    /// When what was cached was last dropped.
    forgot_at: Option<Instant>,
    /// Nothing has been heard yet.
    first: bool,
}

impl Listener {
    async fn run(mut self, client: Client) {
        loop {
            let error = match client.connect().await {
                Ok(mut link) => match self.follow(&mut link).await {
                    Ok(never) => match never {},
                    Err(error) => error,
                },
                Err(error) => error,
            };
            let was_deaf = !self.bus.hears_all();
            self.bus.hearing().disconnected();
            if !was_deaf {
                tracing::warn!(%error, "the bus is lost: what is cached lives a second");
            }
            self.look_around();
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Hears all that is said until the connection breaks.
    async fn follow(&mut self, link: &mut Link) -> Result<std::convert::Infallible, BusError> {
        let stream = self.bus.stream_name();
        let mut newest = redis::cmd("XREVRANGE");
        newest.arg(&stream).arg("+").arg("-").arg("COUNT").arg(1);
        let newest: StreamRangeReply = link.ask(&newest).await?;
        let end = newest.ids.first().and_then(|entry| entry.id.parse().ok()).unwrap_or_default();
        self.bus.hearing().connected(end, self.first);
        self.first = false;
        loop {
            let after = self.bus.hearing().place();
            let mut read = redis::cmd("XREAD");
            read.arg("COUNT").arg(BUS_BATCH_MAX).arg("BLOCK").arg(WAIT_MS);
            read.arg("STREAMS").arg(&stream).arg(after.to_string());
            let reply: Option<StreamReadReply> = link.ask(&read).await?;
            let entries = reply.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids);
            for entry in entries {
                self.hear(&entry);
            }
            self.look_around();
        }
    }

    fn hear(&mut self, entry: &StreamId) {
        let Ok(place) = entry.id.parse::<Place>() else { return };
        let message = Message::read(&entry.map);
        if let Some(message) = &message {
            let own = message.speaker == self.bus.0.settings.speaker;
            if self.bus.hearing().misses_before(message) {
                tracing::info!(speaker = ?message.speaker, "missed something that a node said");
                self.forget(Heard::Gap);
            }
            match &message.content {
                _ if own => {}
                Content::Events(json) => self.hand_out(json, message),
                Content::Note(text) => (self.bus.0.on_heard)(Heard::Note(text)),
                Content::Alive | Content::Goodbye => {}
            }
        }
        // After it was done: who asks for this position finds it done.
        self.bus.hearing().heard(place, message.as_ref(), Instant::now());
    }

    fn hand_out(&mut self, json: &str, message: &Message) {
        match serde_json::from_str::<Vec<Event>>(json) {
            Ok(events) => (self.bus.0.on_heard)(Heard::Events(&events)),
            // A node of a later version says what we do not know of.
            Err(error) => {
                tracing::info!(%error, "a node said something that is not understood");
                self.forget(Heard::Gap);
            }
        }
        let now = self.bus.0.settings.clock.now();
        let delay = (now.0 - message.said_at.0).max(0) as f64 / 1000.0;
        metrics::histogram!("pipit_bus_delay_seconds").record(delay);
    }

    fn look_around(&mut self) {
        let now = Instant::now();
        let finding = self.bus.hearing().look(now);
        metrics::gauge!("pipit_bus_connected").set(f64::from(finding != Finding::Deaf));
        match finding {
            Finding::Whole => {
                let now = self.bus.0.settings.clock.now();
                self.bus.0.heard_until.store(now.0, Ordering::Relaxed);
            }
            Finding::Gap => self.forget(Heard::Gap),
            Finding::Deaf if self.forgot_at.is_some_and(|at| now - at < LIFE) => {}
            Finding::Deaf => self.forget(Heard::Stale),
        }
    }

    fn forget(&mut self, why: Heard<'_>) {
        metrics::counter!("pipit_bus_resets_total").increment(1);
        self.bus.forget(why);
        self.forgot_at = Some(Instant::now());
    }
}
