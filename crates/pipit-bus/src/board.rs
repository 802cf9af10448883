//! The board: what nodes tell each other while Redis is away, by a table of their database.
//!
//! It is slower and dearer than Redis, and it is there whenever anything can be written. Who cannot
//! reach Redis leaves its messages here as well; who misses somebody looks here.

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use pipit_model::limits::BUS_BATCH_MAX;

use crate::hearing::Way;
use crate::listen::Listener;
use crate::message::{Content, Message};
use crate::{Bus, BusError};

/// Between two looks: half of that is what an event takes longer than by Redis.
const STEP: Duration = Duration::from_millis(25);
/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// A log that all nodes append to and read. Entries are numbered from 1 without gaps in the order in
/// which they can be read: who has read up to one has missed none below it.
pub trait Board: Send + Sync {
    /// Appends an entry, durably.
    fn append(&self, entry: String) -> BoxFuture<'_, Result<(), String>>;

    /// The number of the last entry; 0 if there is none.
    fn end(&self) -> BoxFuture<'_, Result<i64, String>>;

    /// The first entries after this one, at most so many.
    fn read(&self, after: i64, limit: usize) -> BoxFuture<'_, Result<Vec<(i64, String)>, String>>;
}

/// Reads what is on the board whenever that may be needed; never ends.
pub(crate) async fn follow(listener: &Listener, board: &dyn Board) {
    let mut found_end = false;
    loop {
        tokio::time::sleep(STEP).await;
        // Where it ends is asked for at the start: later, what was left since would be passed over.
        if found_end && !listener.bus().hearing().needs_board(Instant::now()) {
            continue;
        }
        let read = async {
            if !found_end {
                let end = within(board.end()).await?;
                listener.bus().hearing().passed_on_board(end);
                found_end = true;
            }
            let after = listener.bus().hearing().board();
            within(board.read(after, BUS_BATCH_MAX)).await
        };
        match read.await {
            Ok(entries) => entries.iter().for_each(|(place, entry)| hear(listener, *place, entry)),
            Err(error) => tracing::debug!(%error, "the board cannot be read"),
        }
        listener.look_around();
    }
}

fn hear(listener: &Listener, place: i64, entry: &str) {
    for message in entry.lines().filter_map(|line| line.parse().ok()) {
        listener.hear(&message, Way::Board);
    }
    listener.bus().hearing().passed_on_board(place);
}

impl Bus {
    /// Leaves messages on the board. Notes are not worth it.
    pub(crate) async fn post(&self, messages: &[Message]) {
        let worth = messages.iter().filter(|message| !matches!(message.content, Content::Note(_)));
        let lines: Vec<String> = worth.map(Message::to_string).collect();
        if lines.is_empty() {
            return;
        }
        if let Err(error) = within(self.board().append(lines.join("\n"))).await {
            // They are missed, and noticed by their numbers.
            tracing::debug!(%error, "the board does not take what we say");
        }
    }
}

async fn within<T>(answer: BoxFuture<'_, Result<T, String>>) -> Result<T, BusError> {
    let answer = tokio::time::timeout(PATIENCE, answer).await;
    answer.map_err(|_| BusError::TimedOut("the database"))?.map_err(BusError::Board)
}
