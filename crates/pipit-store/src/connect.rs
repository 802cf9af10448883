//! Opening a database: which one, how many connections, and how careful.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    IsolationLevel, SqliteTransactionMode, SqlxSqliteConnector, TransactionOptions,
    TransactionTrait,
};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::error::StoreError;
use crate::inline::Inline;
use crate::replica::Replica;

/// Long reads at once: SQLite answers from memory, more threads than this only wait for the cores.
const SQLITE_READERS: u32 = 4;
/// Connections a node keeps to a database server, for reading and for writing.
const SERVER_READERS: u32 = 16;
const SERVER_WRITERS: u32 = 4;
/// Statements that a connection keeps prepared: an insert has one text for each number of rows, and
/// to prepare it anew costs as much as to carry it out (on MariaDB forty times as much).
const STATEMENTS_PREPARED: usize = 1024;
/// Milliseconds that a statement may read: a request is given up before.
const READ_MS_MAX: u64 = 60_000;
/// How long a request waits for a free connection before it is told to come back later.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Another process (`pipit user create`, a backup) may hold SQLite's write lock this long.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Idle connections beyond the first are closed after this long.
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// The two pools of one database: readers never wait for the writer.
#[derive(Debug, Clone)]
pub(crate) struct Pools {
    pub(crate) read: DatabaseConnection,
    pub(crate) write: DatabaseConnection,
    /// For short reads of SQLite.
    inline: Option<Arc<Inline>>,
    /// For long reads of PostgreSQL.
    pub(crate) replica: Option<Replica>,
    load: Arc<Load>,
}

/// How much the database was asked, for the metrics.
#[derive(Debug, Default)]
struct Load {
    statements: AtomicU64,
    round_trips: AtomicU64,
    under_way: AtomicU64,
}

/// A question under way.
#[derive(Debug)]
pub(crate) struct Asking<'a>(&'a Load);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pools {
    pub(crate) async fn open(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            return Self::open_sqlite(url).await;
        }
        if !["postgres:", "postgresql:", "mysql:", "mariadb:"].iter().any(|p| url.starts_with(p)) {
            return Err(StoreError::Unavailable(
                "DATABASE_URL must start with sqlite:, postgres: or mysql:".to_owned(),
            ));
        }
        let read = Database::connect(reader_options(url)).await?;
        Ok(Self::counted(read, Database::connect(server_options(url, SERVER_WRITERS)).await?))
    }

    /// The same, of a database that is there: SQLite would make an empty one.
    pub(crate) async fn open_existing(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            let options: SqliteConnectOptions =
                url.parse().map_err(|e: sqlx::Error| StoreError::Unavailable(e.to_string()))?;
            let file = options.get_filename();
            if !file.exists() {
                let why = format!("there is no database {}", file.display());
                return Err(StoreError::Unavailable(why));
            }
        }
        Self::open(url).await
    }

    fn counted(mut read: DatabaseConnection, mut write: DatabaseConnection) -> Self {
        let load = Arc::new(Load::default());
        for connection in [&mut read, &mut write] {
            let load = load.clone();
            connection.set_metric_callback(move |_| {
                load.statements.fetch_add(1, Ordering::Relaxed);
            });
        }
        Self { read, write, inline: None, replica: None, load }
    }

    /// What answers short reads, where there is something quicker than the pool; each is counted.
    pub(crate) fn inline(&self) -> Option<&Inline> {
        let inline = self.inline.as_deref()?;
        self.load.statements.fetch_add(1, Ordering::Relaxed);
        Some(inline)
    }

    /// To be held while a pool is asked.
    pub(crate) fn asking(&self) -> Asking<'_> {
        if self.load.under_way.fetch_add(1, Ordering::Relaxed) == 0 {
            self.load.round_trips.fetch_add(1, Ordering::Relaxed);
        }
        Asking(&self.load)
    }

    /// Statements sent so far, without those that begin and end transactions.
    pub(crate) fn statements(&self) -> u64 {
        self.load.statements.load(Ordering::Relaxed)
    }

    /// Times that a pool was asked while nobody else was asking: for one reader alone, how often it
    /// waited for the database.
    pub(crate) fn round_trips(&self) -> u64 {
        self.load.round_trips.load(Ordering::Relaxed)
    }

    async fn open_sqlite(url: &str) -> Result<Self, StoreError> {
        if url.contains(":memory:") {
            // Readers and the writer have connections of their own, and would have databases too.
            return Err(StoreError::Unavailable("SQLite needs a file, not :memory:".to_owned()));
        }
        let unavailable = |error: sqlx::Error| StoreError::Unavailable(error.to_string());
        let options: SqliteConnectOptions = url.parse().map_err(unavailable)?;
        if let Some(folder) = options.get_filename().parent()
            && folder != Path::new("")
        {
            std::fs::create_dir_all(folder)
                .map_err(|e| StoreError::Unavailable(format!("{}: {e}", folder.display())))?;
        }
        // A write that was acknowledged survives a power cut: WAL with FULL syncs at each commit.
        // Commits are grouped, so that the sync is shared (and NORMAL would be no faster).
        let options = options
            .create_if_missing(true)
            .busy_timeout(BUSY_TIMEOUT)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("wal_autocheckpoint", "16000")
            .pragma("temp_store", "MEMORY")
            // What is deleted is written over with zeros, where its page is written anyway.
            .pragma("secure_delete", "FAST")
            .statement_cache_capacity(STATEMENTS_PREPARED);
        let pool = SqlitePoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT).min_connections(1);
        // SQLite undoes a transaction by itself when the disk is full; sqlx still takes it for open,
        // makes a savepoint of the next one, and if that fails too, of all that follow: they would
        // be acknowledged and never committed. Such a connection is not used again.
        let pool = pool.before_acquire(|connection, _| {
            let in_transaction = connection.is_in_transaction();
            Box::pin(async move { Ok(!in_transaction) })
        });
        let write = pool
            .clone()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .map_err(unavailable)?;
        let inline = Inline::new(options.get_filename(), BUSY_TIMEOUT);
        let read = pool
            .max_connections(SQLITE_READERS)
            .connect_with(options.pragma("query_only", "ON"))
            .await
            .map_err(unavailable)?;
        let pools = Self::counted(
            SqlxSqliteConnector::from_sqlx_sqlite_pool(read),
            SqlxSqliteConnector::from_sqlx_sqlite_pool(write),
        );
        Ok(Self { inline: Some(Arc::new(inline)), ..pools })
    }

    /// What SQLite has logged goes into its file, so that the room of the log is used again: a disk
    /// that was full is otherwise soon full again, long before the log is as long as it may be.
    pub(crate) async fn free_room(&self) {
        if self.backend() == DbBackend::Sqlite
            && let Err(error) =
                self.write.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await
        {
            tracing::warn!(%error, "the log could not be moved into the database");
        }
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.write.get_database_backend()
    }

    /// A transaction that writes: SQLite takes its write lock at once, MySQL locks rows and not
    /// the gaps between them.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        let mysql = self.backend() == DbBackend::MySql;
        let options = TransactionOptions {
            isolation_level: mysql.then_some(IsolationLevel::ReadCommitted),
            access_mode: None,
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        };
        Ok(self.write.begin_with_options(options).await?)
    }

    /// Which database it is, for people.
    pub(crate) fn backend_name(&self) -> &'static str {
        match self.backend() {
            DbBackend::Postgres => "PostgreSQL",
            DbBackend::MySql => "MySQL",
            _ => "SQLite",
        }
    }

    /// Runs the migrations, on one node at a time.
    pub(crate) async fn migrate(&self) -> Result<(), StoreError> {
        self.migrate_by(None).await
    }

    /// Runs so many more migrations; all if it is not said.
    pub(crate) async fn migrate_by(&self, steps: Option<u32>) -> Result<(), StoreError> {
        use sea_orm_migration::MigratorTrait;

        // The lock lives as long as this transaction; migrations run on another connection.
        let lock = match self.backend() {
            DbBackend::Postgres => Some("SELECT pg_advisory_xact_lock(7061706974)"),
            DbBackend::MySql => Some("SELECT GET_LOCK('pipit_migrate', 300)"),
            _ => None,
        };
        let guard = match lock {
            Some(statement) => {
                let guard = self.write.begin().await?;
                guard.execute_unprepared(statement).await?;
                Some(guard)
            }
            None => None,
        };
        let migrated = crate::migrations::Migrator::up(&self.write, steps).await;
        if let Some(guard) = guard {
            if self.backend() == DbBackend::MySql {
                guard.execute_unprepared("DO RELEASE_LOCK('pipit_migrate')").await?;
            }
            guard.commit().await?;
        }
        Ok(migrated?)
    }

    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        if let Some(inline) = &self.inline {
            inline.close();
        }
        if let Some(replica) = &self.replica {
            replica.close().await?;
        }
        self.read.close_by_ref().await?;
        self.write.close_by_ref().await?;
        Ok(())
    }
}

fn server_options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url.replacen("mariadb:", "mysql:", 1));
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(IDLE_TIMEOUT)
        .map_sqlx_postgres_opts(|o| o.statement_cache_capacity(STATEMENTS_PREPARED))
        .map_sqlx_mysql_opts(|o| o.statement_cache_capacity(STATEMENTS_PREPARED))
        .sqlx_logging(false);
    options
}

/// A pool that reads: what nobody waits for any more, PostgreSQL gives up.
pub(crate) fn reader_options(url: &str) -> ConnectOptions {
    let mut options = server_options(url, SERVER_READERS);
    options.map_sqlx_postgres_opts(|o| {
        o.statement_cache_capacity(STATEMENTS_PREPARED)
            .options([("statement_timeout", READ_MS_MAX.to_string())])
    });
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages of the file that hold less than what is inserted.
    const FULL: &str = "PRAGMA max_page_count = 20";

    async fn fill(pools: &Pools) {
        pools.write.execute_unprepared(FULL).await.expect("set");
        let tx = pools.begin().await.expect("begun");
        let big = "INSERT INTO t SELECT randomblob(1000000)";
        let error = StoreError::from(tx.execute_unprepared(big).await.expect_err("no room"));
        assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    }

    /// The disk may be full twice, and then there is room: what is committed is committed.
    #[tokio::test]
    async fn a_full_disk_leaves_no_transaction_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("x.db").display());
        let pools = Pools::open(&url).await.expect("opened");
        pools.write.execute_unprepared("CREATE TABLE t (x)").await.expect("created");
        for _ in 0..3 {
            fill(&pools).await;
        }
        let tx = pools.begin().await.expect("begun");
        tx.execute_unprepared("INSERT INTO t VALUES (1)").await.expect("there is room");
        tx.commit().await.expect("committed");
        let others = Pools::open(&url).await.expect("opened");
        let deleted = others.write.execute_unprepared("DELETE FROM t").await.expect("not locked");
        assert_eq!(deleted.rows_affected(), 1);
    }
}
