//! The database: everything that is durable, behind one type, on `SQLite`, `PostgreSQL` and
//! `MySQL`/`MariaDB`.
//!
//! Owns: the schema, every SQL statement, the writer. Knows nothing of HTTP, caches or tokens.
//! Reads are methods of [`Store`], one file a table. Hot writes are [`Command`]s that one task
//! commits in groups ([`mod@write`]); rare ones are transactions of their own, beside them.
//! To add a query: a method in the file of its table; if it is on the hot path, also a line in
//! `tests/it/plans.rs`, which asks every database whether an index serves it.

mod apps;
mod audit;
mod automod;
mod blocks;
mod board;
mod connect;
pub mod doctor;
pub mod dump;
mod entity;
mod entries;
mod error;
mod filters;
mod hashtags;
mod held;
mod inline;
mod invitations;
mod lists;
mod mails;
mod media;
mod migrations;
mod moderation;
mod nodes;
mod notifications;
mod oauth;
mod passkeys;
mod read_positions;
mod relations;
mod replica;
mod reports;
mod row;
mod sealed;
mod search;
mod second_factors;
mod server_rules;
mod sessions;
mod sign_ups;
mod sql;
mod tweets;
mod users;
mod warm;
pub mod write;

use std::sync::Arc;

use pipit_model::event::Event;
use pipit_model::limits::{SEARCHES_AT_ONCE, WRITE_QUEUE_MAX};
use pipit_model::{Clock, IdGenerator, Timestamp};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, Statement};
use tokio::sync::{Mutex, Notify, Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;

pub use apps::AppCredentials;
use audit::OwnLines;
pub use audit::{Noted, seal};
pub use blocks::{Mute, Tied};
use connect::Pools;
pub use entries::{Entries, Source};
pub use error::StoreError;
pub use hashtags::Hashtag;
pub use invitations::Invitation;
pub use mails::{Device, Mail};
pub use media::{ExpiredMedia, NewMedia};
pub use nodes::Node;
use nodes::NodeNumber;
pub use oauth::{Code, NewToken, Redeemed};
pub use passkeys::Passkey;
pub use relations::{FollowSide, Marked, Relationship};
use row::Row;
pub use sealed::{KeptKey, Resealed, Sealed, SealedColumn, SealedRow};
pub use second_factors::SecondFactor;
pub use sessions::{Session, SessionRow};
pub use sign_ups::{Entry, SignUpRequest};
use sql::Sql;
pub use users::{Credentials, Login, NewUser, SealedEmail};
pub use write::command::{Command, IdempotencyKey, NewTweet, Outcome, RequestAnswer};
use write::horizon::Horizon;
pub use write::writer::OnCommit;
use write::writer::{self, Job, Writer};

/// An open database.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
    on_commit: OnCommit,
    jobs: mpsc::Sender<Job>,
    horizon: Horizon,
    searches: Arc<Semaphore>,
    stop: Arc<Notify>,
    writer: Arc<Mutex<Option<JoinHandle<()>>>>,
    own_lines: OwnLines,
    number: Arc<NodeNumber>,
}

impl Store {
    /// Opens the database at this URL and brings its schema up to date. `on_commit` is told of
    /// every change once it is durable, before whoever asked for it is answered.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if it cannot be reached.
    pub async fn open(
        url: &str,
        clock: Clock,
        ids: Arc<IdGenerator>,
        on_commit: OnCommit,
    ) -> Result<Self, StoreError> {
        let pools = Pools::open(url).await?;
        pools.migrate().await?;
        // The clock may have been set back since the newest tweet was stored.
        ids.stay_above(tweets::newest_id(&pools.read).await?);
        let (jobs, receiver) = mpsc::channel(WRITE_QUEUE_MAX);
        let stop = Arc::new(Notify::new());
        let horizon = Horizon::new(ids);
        let number = Arc::new(NodeNumber::default());
        let writer = Writer {
            pools: pools.clone(),
            clock,
            horizon: horizon.clone(),
            on_commit: on_commit.clone(),
            number: number.clone(),
        };
        let task = writer::run(writer, receiver, stop.clone());
        #[expect(clippy::disallowed_methods, reason = "its handle is kept, and awaited by `close`")]
        let writer = Arc::new(Mutex::new(Some(tokio::spawn(task))));
        let searches = Arc::new(Semaphore::new(SEARCHES_AT_ONCE));
        let own_lines = OwnLines::default();
        Ok(Self { pools, on_commit, jobs, horizon, searches, stop, writer, own_lines, number })
    }

    /// Carries out a hot write; when this returns, it is durable and the caches know it.
    ///
    /// # Errors
    /// What [`StoreError`] says; [`StoreError::Unavailable`] if too many writes are waiting.
    pub async fn write(&self, command: Command) -> Result<Outcome, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.jobs
            .try_send(Job { command, reply })
            .map_err(|_| StoreError::Unavailable("too many writes are waiting".to_owned()))?;
        answer.await.map_err(|_| StoreError::Unavailable("the writer has stopped".to_owned()))?
    }

    /// Ids from here on may still be on their way: a page that starts below it is complete.
    #[must_use]
    pub fn horizon(&self, now: Timestamp) -> i64 {
        self.horizon.bound(now)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or what else it says instead.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.read().execute_unprepared("SELECT 1").await.map(|_| ())?)
    }

    /// Which database it is, for people: `SQLite`, `PostgreSQL`, `MySQL`.
    #[must_use]
    pub fn backend_name(&self) -> &'static str {
        self.pools.backend_name()
    }

    /// Statements sent to the database so far.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.pools.statements()
    }

    /// Times that the database was asked while nobody else was asking; none of SQLite's short
    /// reads, for which nobody waits.
    #[must_use]
    pub fn round_trips(&self) -> u64 {
        self.pools.round_trips()
    }

    /// Writes what waits; later writes answer that the writer has stopped.
    ///
    /// # Errors
    /// [`StoreError::Database`] if the writer failed.
    pub async fn finish(&self) -> Result<(), StoreError> {
        self.stop.notify_one();
        let Some(writer) = self.writer.lock().await.take() else { return Ok(()) };
        writer.await.map_err(|error| StoreError::Database(format!("the writer failed: {error}")))
    }

    /// Writes what waits and closes all connections. Later calls answer that it is gone.
    ///
    /// # Errors
    /// What the database says.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.finish().await?;
        self.pools.close().await
    }

    fn read(&self) -> &DatabaseConnection {
        &self.pools.read
    }

    fn sql(&self, text: &str) -> Sql {
        Sql::new(self.pools.backend(), text)
    }

    /// The rows of a short answer: a few hundred, found by an index.
    async fn rows(&self, sql: Sql) -> Result<Vec<Row>, StoreError> {
        match self.pools.inline() {
            Some(inline) => inline.rows(&sql.done()),
            None => self.many_rows(sql).await,
        }
    }

    /// The rows of an answer that reads thousands.
    async fn many_rows(&self, sql: Sql) -> Result<Vec<Row>, StoreError> {
        self.ask_primary(sql.done()).await
    }

    async fn ask_primary(&self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        let _asking = self.pools.asking();
        let rows = self.read().query_all_raw(statement).await?;
        Ok(rows.into_iter().map(Row::Pooled).collect())
    }

    /// Carries out a rare write: one transaction, then what it announces. On a task of its own,
    /// since whoever asked may go away between the two, and the caches must hear of it all the
    /// same.
    async fn write_rarely<T, W>(
        &self,
        work: impl FnOnce(DatabaseTransaction) -> W + Send + 'static,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Future<Output = Result<(DatabaseTransaction, T, Vec<Event>), StoreError>> + Send,
    {
        let (pools, on_commit) = (self.pools.clone(), self.on_commit.clone());
        let own_lines = self.own_lines.clone();
        self.number.check()?;
        let write = async move {
            let (tx, value, events) = work(pools.begin().await?).await?;
            if let Err(error) = tx.commit().await {
                // It may or may not have been written: nothing that is cached can be trusted.
                on_commit(&[Event::Unknown]);
                return Err(error.into());
            }
            own_lines.remember(&events);
            on_commit(&events);
            Ok(value)
        };
        #[expect(clippy::disallowed_methods, reason = "awaited here; it ends by itself otherwise")]
        let task = tokio::spawn(write);
        task.await.map_err(|error| StoreError::Database(format!("a write failed: {error}")))?
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("backend", &self.backend_name()).finish_non_exhaustive()
    }
}
