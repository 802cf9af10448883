//! A replica of PostgreSQL for long reads that fill no cache: search, above all.
//!
//! It is asked only when it has replayed all that the primary had written when the question came: so
//! nobody reads less there, and no lag is to be bounded. What a cache is filled with is always read
//! from the primary.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

use crate::Store;
use crate::connect;
use crate::error::StoreError;
use crate::row::Row;
use crate::sql::Sql;

/// How long it may take to catch up before the primary is asked instead.
const PATIENCE: Duration = Duration::from_millis(100);
/// Between two looks whether it has.
const STEP: Duration = Duration::from_millis(5);
/// One that fails or lags is left alone for so long.
const PAUSE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub(crate) struct Replica {
    connection: DatabaseConnection,
    left_alone_until: Arc<Mutex<Option<Instant>>>,
}

impl Replica {
    fn is_left_alone(&self) -> bool {
        let until = *self.left_alone_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn leave_alone(&self, why: &str) {
        tracing::warn!(why, "the replica is not asked for a while");
        let until = Instant::now() + PAUSE;
        *self.left_alone_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
    }

    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        Ok(self.connection.close_by_ref().await?)
    }

    /// Whether it has replayed up to this place of the primary's log, now or soon.
    async fn has_replayed(&self, place: &str) -> Result<bool, StoreError> {
        let began = Instant::now();
        loop {
            let sql = "SELECT COALESCE(pg_last_wal_replay_lsn() >= CAST($1 AS pg_lsn), FALSE)";
            let sql = Statement::from_sql_and_values(DbBackend::Postgres, sql, [place.into()]);
            let answer = self.connection.query_one_raw(sql).await?;
            if answer.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(false) {
                return Ok(true);
            }
            if began.elapsed() >= PATIENCE {
                return Ok(false);
            }
            tokio::time::sleep(STEP).await;
        }
    }
}

impl Store {
    /// Asks this replica for long reads. It need not be there: without it, the primary is asked.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the database is not PostgreSQL or the URL is none.
    pub async fn with_replica(mut self, url: &str) -> Result<Self, StoreError> {
        if self.pools.backend() != DbBackend::Postgres {
            return Err(StoreError::Unavailable("a replica must be of PostgreSQL".to_owned()));
        }
        let mut options = connect::reader_options(url);
        options.connect_lazy(true);
        let connection = Database::connect(options).await?;
        self.pools.replica = Some(Replica { connection, left_alone_until: Arc::default() });
        Ok(self)
    }

    /// The rows of a long answer that fills no cache.
    pub(crate) async fn uncached_rows(&self, sql: Sql) -> Result<Vec<Row>, StoreError> {
        let Some(replica) = self.pools.replica.as_ref().filter(|it| !it.is_left_alone()) else {
            return self.many_rows(sql).await;
        };
        let statement = sql.done();
        match self.ask_replica(replica, statement.clone()).await {
            Ok(Some(rows)) => {
                metrics::counter!("pipit_replica_reads_total").increment(1);
                return Ok(rows);
            }
            Ok(None) => replica.leave_alone("it lags"),
            Err(error) => replica.leave_alone(&error.to_string()),
        }
        self.ask_primary(statement).await
    }

    async fn ask_replica(
        &self,
        replica: &Replica,
        statement: Statement,
    ) -> Result<Option<Vec<Row>>, StoreError> {
        let place = self.sql("SELECT CAST(pg_current_wal_lsn() AS text)");
        let place = match self.rows(place).await?.first() {
            Some(row) => row.try_get_by_index::<String>(0)?,
            None => return Ok(None),
        };
        if !replica.has_replayed(&place).await? {
            return Ok(None);
        }
        let rows = replica.connection.query_all_raw(statement).await?;
        Ok(Some(rows.into_iter().map(Row::Pooled).collect()))
    }
}
