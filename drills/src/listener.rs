//! A person's live stream: read, cut now and then, and taken up again where it was.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Response;
use serde_json::Value;
use tokio::sync::watch;

use crate::history::{Event, Stream};
use crate::person::{Person, entry};
use crate::world::World;

/// Before the next connection.
const PAUSE: Duration = Duration::from_millis(100);
/// For so long a connection is kept by who is restless.
const KEPT_MILLIS: std::ops::Range<u64> = 1_000..6_000;
/// Longer than any drill.
const FOR_GOOD: Duration = Duration::from_hours(1);

/// Whether somebody cuts connections that are as they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Temper {
    Steady,
    Restless,
}

/// Listens until it is told to stop.
pub(crate) struct Listener {
    world: Arc<World>,
    token: String,
    temper: Temper,
    rng: fastrand::Rng,
    stream: Stream,
    last_id: Option<String>,
    /// What came of a line that is not whole yet.
    rest: Vec<u8>,
    event: Raw,
}

#[derive(Default)]
struct Raw {
    name: String,
    id: Option<String>,
    data: String,
}

impl Listener {
    pub(crate) fn of(person: &Person, temper: Temper) -> Self {
        Self {
            world: Arc::clone(&person.world),
            token: person.token.clone(),
            temper,
            rng: fastrand::Rng::with_seed(person.id as u64),
            stream: Stream { by: person.id, ..Stream::default() },
            last_id: None,
            rest: Vec::new(),
            event: Raw::default(),
        }
    }

    pub(crate) async fn listen(mut self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let base = self.world.base(&mut self.rng).to_owned();
            let opened = self.world.open_stream(&base, &self.token, self.last_id.as_deref());
            if let Ok(response) = opened.await {
                self.stream.connections += 1;
                let kept = match self.temper {
                    Temper::Steady => FOR_GOOD,
                    Temper::Restless => Duration::from_millis(self.rng.u64(KEPT_MILLIS)),
                };
                self.read(response, kept, &mut stop).await;
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                _ = stop.changed() => {}
            }
        }
        self.world.note_stream(self.stream);
    }

    /// Reads until the connection ends, was kept long enough, or it is time to stop.
    async fn read(
        &mut self,
        mut response: Response,
        kept: Duration,
        stop: &mut watch::Receiver<bool>,
    ) {
        self.rest.clear();
        self.event = Raw::default();
        let mut end = std::pin::pin!(tokio::time::sleep(kept));
        loop {
            tokio::select! {
                chunk = response.chunk() => match chunk {
                    Ok(Some(chunk)) => self.take(&chunk),
                    Ok(None) | Err(_) => return,
                },
                () = &mut end => break,
                _ = stop.changed() => break,
            }
        }
        // It was cut here, not there: what had its time until now was told.
        self.stream.until = self.world.now();
    }

    fn take(&mut self, chunk: &[u8]) {
        for byte in chunk {
            if *byte != b'\n' {
                self.rest.push(*byte);
                continue;
            }
            let line = String::from_utf8_lossy(&self.rest).into_owned();
            self.rest.clear();
            self.take_line(&line);
        }
    }

    fn take_line(&mut self, line: &str) {
        match line.split_once(": ") {
            Some(("event", name)) => name.clone_into(&mut self.event.name),
            Some(("id", id)) => self.event.id = Some(id.to_owned()),
            Some(("data", data)) => self.event.data.push_str(data),
            _ if line.is_empty() => self.dispatch(),
            _ => {}
        }
    }

    fn dispatch(&mut self) {
        let Raw { name, id, data } = std::mem::take(&mut self.event);
        let at = self.world.now();
        if id.is_some() {
            self.stream.from.get_or_insert(at);
            self.last_id = id;
        }
        match name.as_str() {
            "gap" => self.stream.events.push(Event::Gap),
            "tweet" => {
                let tweet: Value = serde_json::from_str(&data).unwrap_or_default();
                if let Some(entry) = entry(&tweet) {
                    let event = Event::Tweet { at, entry };
                    self.world.meddler.tell(event, &mut self.stream.events);
                }
            }
            _ => {}
        }
    }
}
