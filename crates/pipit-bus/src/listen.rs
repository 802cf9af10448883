//! The task that listens: it hands out all that others say, and says when something may be missing.
//!
//! It hears two ways in turns, Redis and the board, and whatever comes by both once.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use pipit_model::event::Event;
use pipit_model::limits::BUS_BATCH_MAX;
use redis::FromRedisValue;
use redis::streams::{StreamId, StreamRangeReply, StreamReadReply};

use crate::hearing::{Finding, Way};
use crate::link::{Client, Link};
use crate::message::{Content, MESSAGE, Message};
use crate::position::Place;
use crate::tell::stopped;
use crate::{Bus, BusError, Heard, board};

/// How long Redis waits for something to be said before it answers that there is nothing.
const WAIT_MS: usize = 200;
/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(100);

/// Runs until the bus is closed.
pub(crate) async fn run(bus: Bus, client: Client) {
    let mut stop = bus.0.stop.subscribe();
    let listener = Listener(bus);
    tokio::select! {
        () = listener.follow_redis(client) => {}
        () = board::follow(&listener, listener.bus().board()) => {}
        () = stopped(&mut stop) => {}
    }
}

/// Neither way is heard while the other hands something out: they share a task.
pub(crate) struct Listener(Bus);

impl Listener {
    pub(crate) fn bus(&self) -> &Bus {
        &self.0
    }

    /// Never ends.
    async fn follow_redis(&self, client: Client) {
        let mut first = true;
        loop {
            let error = match client.connect().await {
                Ok(mut link) => match self.follow(&mut link, &mut first).await {
                    Ok(never) => match never {},
                    Err(error) => error,
                },
                Err(error) => error,
            };
            if self.bus().hearing().disconnected(Instant::now()) {
                tracing::warn!(%error, "Redis is lost: nodes tell each other by the database");
            }
            self.look_around();
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Hears all that is said until the connection breaks.
    async fn follow(
        &self,
        link: &mut Link,
        first: &mut bool,
    ) -> Result<std::convert::Infallible, BusError> {
        let stream = self.bus().stream_name();
        let mut newest = redis::cmd("XREVRANGE");
        newest.arg(&stream).arg("+").arg("-").arg("COUNT").arg(1);
        let newest: StreamRangeReply = link.ask(&newest).await?;
        let end = newest.ids.first().and_then(|entry| entry.id.parse().ok()).unwrap_or_default();
        self.bus().hearing().connected(end, *first);
        *first = false;
        loop {
            let after = self.bus().hearing().place();
            let mut read = redis::cmd("XREAD");
            read.arg("COUNT").arg(BUS_BATCH_MAX).arg("BLOCK").arg(WAIT_MS);
            read.arg("STREAMS").arg(&stream).arg(after.to_string());
            let reply: Option<StreamReadReply> = link.ask(&read).await?;
            let entries = reply.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids);
            for entry in entries {
                self.hear_entry(&entry);
            }
            self.look_around();
        }
    }

    fn hear_entry(&self, entry: &StreamId) {
        let Ok(place) = entry.id.parse::<Place>() else { return };
        let line = entry.map.get(MESSAGE).and_then(|line| String::from_redis_value_ref(line).ok());
        if let Some(message) = line.and_then(|line| line.parse().ok()) {
            self.hear(&message, Way::Redis);
        }
        self.bus().hearing().passed(place);
    }

    /// Hands out what a message says, if it is not known yet.
    pub(crate) fn hear(&self, message: &Message, way: Way) {
        let bus = self.bus();
        let own = message.speaker == bus.0.settings.speaker;
        if bus.hearing().misses_before(message) {
            tracing::info!(speaker = ?message.speaker, "missed something that a node said");
            self.forget(Heard::Gap);
        }
        let is_news = bus.hearing().is_news(message);
        match &message.content {
            _ if own => {}
            Content::Events(json) if is_news => self.hand_out(json, message),
            Content::Note(text) => (bus.0.on_heard)(Heard::Note(text)),
            Content::Events(_) | Content::Alive | Content::Goodbye => {}
        }
        // After it was done: who asks for this position finds it done.
        bus.hearing().heard(message, way, Instant::now());
    }

    fn hand_out(&self, json: &str, message: &Message) {
        match serde_json::from_str::<Vec<Event>>(json) {
            Ok(events) => (self.bus().0.on_heard)(Heard::Events(&events)),
            // A node of a later version says what we do not know of.
            Err(error) => {
                tracing::info!(%error, "a node said something that is not understood");
                self.forget(Heard::Gap);
            }
        }
        let now = self.bus().0.settings.clock.now();
        let delay = (now.0 - message.said_at.0).max(0) as f64 / 1000.0;
        metrics::histogram!("pipit_bus_delay_seconds").record(delay);
    }

    /// Looks who is heard; to be called every now and then.
    pub(crate) fn look_around(&self) {
        let (bus, now) = (self.bus(), Instant::now());
        let (finding, on_redis, has_lived) = {
            let mut hearing = bus.hearing();
            (hearing.look(now), hearing.is_on_redis(now), hearing.has_lived(now))
        };
        metrics::gauge!("pipit_bus_connected").set(f64::from(on_redis));
        metrics::gauge!("pipit_bus_hears_all").set(f64::from(finding != Finding::Deaf));
        match finding {
            Finding::Whole => {
                bus.0.heard_until.store(bus.0.settings.clock.now().0, Ordering::Relaxed);
            }
            Finding::Gap => self.forget(Heard::Gap),
            Finding::Deaf if has_lived => self.forget(Heard::Stale),
            Finding::Deaf => {}
        }
    }

    fn forget(&self, why: Heard<'_>) {
        metrics::counter!("pipit_bus_resets_total").increment(1);
        self.bus().forget(why);
    }
}
