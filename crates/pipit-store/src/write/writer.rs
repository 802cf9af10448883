//! The one task that writes: it takes what waits, commits it as one transaction, tells the caches,
//! and only then answers.

use std::sync::Arc;
use std::time::Duration;

use pipit_model::Clock;
use pipit_model::event::Event;
use pipit_model::limits::{COMMIT_SECS_MAX, WRITE_BATCH_MAX, WRITE_RETRIES};
use tokio::sync::{Notify, mpsc, oneshot};

use super::apply::apply;
use super::command::{Command, Outcome};
use super::decide::{Births, count, decide};
use super::horizon::Horizon;
use super::limited::hush;
use super::load::load;
use super::muted::drop_muted;
use crate::connect::Pools;
use crate::error::StoreError;
use crate::nodes::NodeNumber;

/// By then a database that lost us has finished or undone what we asked.
const SETTLED_AFTER: Duration = Duration::from_secs(1);

/// Told what has happened, in the order it happened, after it is durable.
pub type OnCommit = Arc<dyn Fn(&[Event]) + Send + Sync>;

/// A command on its way to the writer, and where its answer goes.
pub(crate) struct Job {
    pub(crate) command: Command,
    pub(crate) reply: oneshot::Sender<Result<Outcome, StoreError>>,
}

type Outcomes = Vec<Result<Outcome, StoreError>>;

/// What the writer works with.
pub(crate) struct Writer {
    pub(crate) pools: Pools,
    pub(crate) clock: Clock,
    pub(crate) horizon: Horizon,
    pub(crate) on_commit: OnCommit,
    pub(crate) number: Arc<NodeNumber>,
}

/// Runs until it is told to stop and all that waited is written.
pub(crate) async fn run(writer: Writer, mut jobs: mpsc::Receiver<Job>, stop: Arc<Notify>) {
    let mut waiting = Vec::with_capacity(WRITE_BATCH_MAX);
    loop {
        let received = tokio::select! {
            received = jobs.recv_many(&mut waiting, WRITE_BATCH_MAX) => received,
            // From here on nothing more is taken in; what waits is still handed out.
            () = stop.notified() => {
                jobs.close();
                continue;
            }
        };
        if received == 0 {
            return;
        }
        let commands: Vec<&Command> = waiting.iter().map(|job| &job.command).collect();
        let outcomes = writer.commit_or_replay(&commands).await;
        for (job, outcome) in waiting.drain(..).zip(outcomes) {
            // Whoever asked may have gone away; what they asked for is written all the same.
            let _gone = job.reply.send(outcome);
        }
    }
}

impl Writer {
    /// Commits a batch; if the database refuses it, every command on its own, so that one bad
    /// command never fails its neighbours.
    async fn commit_or_replay(&self, commands: &[&Command]) -> Outcomes {
        let error = match self.commit_with_retries(commands).await {
            Ok(outcomes) => return outcomes,
            Err(error) => error,
        };
        if commands.len() == 1 || matches!(error, StoreError::Unavailable(_)) {
            tracing::error!(commands = commands.len(), %error, "a batch of writes failed");
            self.pools.free_room().await;
            return commands.iter().map(|_| Err(error.duplicate())).collect();
        }
        tracing::warn!(commands = commands.len(), %error, "replaying a batch one by one");
        let mut outcomes = Vec::with_capacity(commands.len());
        for command in commands {
            let one = self.commit_with_retries(&[command]).await;
            outcomes.push(one.and_then(|mut outcomes| {
                outcomes.pop().unwrap_or_else(|| Err(StoreError::Database("no outcome".to_owned())))
            }));
        }
        outcomes
    }

    async fn commit_with_retries(&self, commands: &[&Command]) -> Result<Outcomes, StoreError> {
        let mut attempt = 0;
        loop {
            self.horizon.lower(self.clock.now());
            let limit = Duration::from_secs(COMMIT_SECS_MAX);
            let in_time = tokio::time::timeout(limit, self.commit(commands)).await;
            let committed = if let Ok(committed) = in_time {
                committed
            } else {
                self.doubt().await;
                Err(StoreError::Unavailable("a commit took too long".to_owned()))
            };
            self.horizon.lift();
            match committed {
                Err(error) if error.is_transient() && attempt < WRITE_RETRIES => {
                    attempt += 1;
                    tokio::time::sleep(Duration::from_millis(5) * (1 << attempt)).await;
                }
                result => return result,
            }
        }
    }

    /// A batch may or may not have been written, or may still be: nothing that is cached can be
    /// trusted, nor what is loaded until it is settled.
    async fn doubt(&self) {
        (self.on_commit)(&[Event::Unknown]);
        tokio::time::sleep(SETTLED_AFTER).await;
        (self.on_commit)(&[Event::Unknown]);
    }

    async fn commit(&self, commands: &[&Command]) -> Result<Outcomes, StoreError> {
        self.number.check()?;
        let tx = self.pools.begin().await?;
        let mut state = load(&tx, commands).await?;
        let mut events = Vec::new();
        let births = Births { ids: self.horizon.ids(), now: self.clock.now() };
        let outcomes = commands
            .iter()
            .map(|command| decide(&mut state, command, births, &mut events))
            .collect();
        if events.is_empty() {
            tx.rollback().await?;
            return Ok(outcomes);
        }
        count(&mut state, &mut events);
        hush(&tx, &mut state).await?;
        drop_muted(&tx, &mut state).await?;
        state.notices.announce(&mut events);
        apply(&tx, &state, births.now).await?;
        if let Err(error) = tx.commit().await {
            let error = StoreError::from(error);
            // A database of several nodes (Galera) finds out here that another one was faster, and has
            // undone it all; of anything else nobody knows.
            if !error.is_transient() {
                self.doubt().await;
            }
            return Err(error);
        }
        (self.on_commit)(&events);
        Ok(outcomes)
    }
}
