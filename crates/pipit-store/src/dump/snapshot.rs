//! A database as it was at one moment, while others go on writing.

use pipit_model::MediaId;
use pipit_model::media::MediaFiles;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, DbBackend, IsolationLevel, QueryResult,
    TransactionOptions, TransactionTrait,
};

use super::tables::{self, Table};
use super::{Cell, cell, from_key, selected};
use crate::connect::Pools;
use crate::error::StoreError;
use crate::media::format_of;
use crate::sql::Sql;

/// Everything that is read through it is of the moment when it was opened. On SQLite the
/// write-ahead log grows meanwhile, on the others what was written over is kept: it is not to be
/// left open.
pub struct Snapshot {
    pools: Pools,
    tx: DatabaseTransaction,
}

/// A picture that a row of `media` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Which.
    pub id: MediaId,
    /// Where its files are.
    pub files: MediaFiles,
    /// Whether it is in use: the files of one that is not may already be gone, or not yet be there.
    pub in_use: bool,
}

impl Snapshot {
    /// Opens a database as it is: its schema is not brought up to date, nothing in it is changed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if it cannot be reached, [`StoreError::NotFound`] if there is
    /// nothing of ours.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let pools = Pools::open_existing(url).await?;
        let tx = begin(&pools).await?;
        if tables::schema(&tx).await?.is_empty() {
            return Err(StoreError::NotFound("a database of Pipit's"));
        }
        Ok(Self { pools, tx })
    }

    /// Lets others have the database to themselves again.
    ///
    /// # Errors
    /// What the database says.
    pub async fn close(self) -> Result<(), StoreError> {
        self.tx.rollback().await?;
        self.pools.close().await
    }

    /// The names of the steps of its schema.
    ///
    /// # Errors
    /// What the database says.
    pub async fn schema(&self) -> Result<Vec<String>, StoreError> {
        tables::schema(&self.tx).await
    }

    /// Which database it is, for people.
    #[must_use]
    pub fn backend_name(&self) -> &'static str {
        self.pools.backend_name()
    }

    /// Its tables.
    ///
    /// # Errors
    /// [`StoreError::Database`] if one of them is of a kind that no backup can hold.
    pub async fn tables(&self) -> Result<Vec<Table>, StoreError> {
        tables::list(&self.tx).await
    }

    /// How many rows a table has.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count(&self, table: &Table) -> Result<u64, StoreError> {
        let sql = self.sql(&format!("SELECT COUNT(*) FROM {}", table.name));
        let row = self.tx.query_one_raw(sql.done()).await?;
        let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?;
        Ok(count.unwrap_or(0).cast_unsigned())
    }

    /// The rows of a table that come after the one with this key, by their key.
    ///
    /// # Errors
    /// What the database says.
    pub async fn rows(
        &self,
        table: &Table,
        after: Option<&[Cell]>,
        limit: u64,
    ) -> Result<Vec<Vec<Cell>>, StoreError> {
        let columns = selected(self.pools.backend(), &table.columns.iter().collect::<Vec<_>>());
        let sql = self.sql(&format!("SELECT {columns} FROM {}", table.name));
        let sql = from_key(sql, table, after, limit);
        let rows = self.tx.query_all_raw(sql.done()).await?;
        rows.iter().map(|row| cells(table, row)).collect()
    }

    /// The pictures with a higher id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn pictures(&self, after: i64, limit: u64) -> Result<Vec<Picture>, StoreError> {
        pictures(&self.tx, after, limit).await
    }

    fn sql(&self, text: &str) -> Sql {
        Sql::new(self.pools.backend(), text)
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("backend", &self.backend_name()).finish_non_exhaustive()
    }
}

/// A transaction that sees one moment. SQLite's see it by nature; it begins with the first read.
pub(crate) async fn begin(pools: &Pools) -> Result<DatabaseTransaction, StoreError> {
    let on_server = pools.backend() != DbBackend::Sqlite;
    let options = TransactionOptions {
        isolation_level: on_server.then_some(IsolationLevel::RepeatableRead),
        access_mode: on_server.then_some(AccessMode::ReadOnly),
        sqlite_transaction_mode: None,
    };
    Ok(pools.read.begin_with_options(options).await?)
}

pub(crate) async fn pictures(
    db: &impl ConnectionTrait,
    after: i64,
    limit: u64,
) -> Result<Vec<Picture>, StoreError> {
    let select =
        "SELECT id, file_key, large_format, small_format, expires_at FROM media WHERE id > ";
    let sql = Sql::new(db.get_database_backend(), select).bind(after);
    let sql = sql.push(" ORDER BY id LIMIT ").bind(limit as i64);
    let rows = db.query_all_raw(sql.done()).await?;
    let picture = |row: &QueryResult| {
        let files = MediaFiles {
            key: row.try_get_by_index(1)?,
            large: format_of(row.try_get_by_index(2)?),
            small: format_of(row.try_get_by_index(3)?),
        };
        let in_use = row.try_get_by_index::<i64>(4)? == 0;
        Ok(Picture { id: MediaId(row.try_get_by_index(0)?), files, in_use })
    };
    rows.iter().map(picture).collect()
}

fn cells(table: &Table, row: &QueryResult) -> Result<Vec<Cell>, StoreError> {
    table.columns.iter().enumerate().map(|(at, column)| cell(row, at, column)).collect()
}
