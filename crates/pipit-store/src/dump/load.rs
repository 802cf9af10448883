//! Rows back into an empty database: all of them or, whatever happens, none.

use pipit_model::MediaId;
use pipit_model::limits::{DUMP_STEP_VALUES, INDEX_STEP_ROWS};
use pipit_model::search::Attached;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, QueryResult, Value};

use super::Cell;
use super::tables::{self, Table};
use crate::connect::Pools;
use crate::error::StoreError;
use crate::media::forget_pictures;
use crate::migrations;
use crate::search::index_tweets;
use crate::sql::{Sql, insert_rows};
use crate::tweets::kind_code;

/// What a new database has by itself.
const SEEDED: &str = "audit_heads";

/// A database that is being filled, in one transaction.
pub struct Loader {
    pools: Pools,
    tx: DatabaseTransaction,
}

impl Loader {
    /// Opens an empty database, or makes one, and gives it this schema.
    ///
    /// # Errors
    /// [`StoreError::Forbidden`] if it is not empty, or the schema is none that this version knows.
    pub async fn open(url: &str, schema: &[String]) -> Result<Self, StoreError> {
        let known = migrations::names();
        if schema.is_empty() || !known.starts_with(schema) {
            return Err(StoreError::Forbidden(
                "the backup is of a newer version: restore it with that version of pipit",
            ));
        }
        let pools = Pools::open(url).await?;
        let has = tables::schema(&pools.write).await?;
        if !schema.starts_with(&has) {
            return Err(StoreError::Forbidden(
                "the database is of a newer version than the backup: restore into a new one",
            ));
        }
        let steps = u32::try_from(schema.len() - has.len()).unwrap_or(u32::MAX);
        pools.migrate_by(Some(steps)).await?;
        let tx = pools.begin().await?;
        let loader = Self { pools, tx };
        loader.require_empty().await?;
        let seeded = format!("DELETE FROM {SEEDED}");
        loader.tx.execute_unprepared(&seeded).await?;
        Ok(loader)
    }

    /// Leaves it as it was.
    ///
    /// # Errors
    /// What the database says.
    pub async fn abandon(self) -> Result<(), StoreError> {
        self.tx.rollback().await?;
        self.pools.close().await
    }

    async fn require_empty(&self) -> Result<(), StoreError> {
        for table in self.tables().await? {
            let seeded = if table.name == SEEDED { " WHERE seq > 0" } else { "" };
            let sql = self.sql(&format!("SELECT 1 FROM {}{seeded} LIMIT 1", table.name));
            if self.tx.query_one_raw(sql.done()).await?.is_some() {
                return Err(StoreError::Forbidden(
                    "the database is not empty, and what is in it is not overwritten: restore \
                     into a new one",
                ));
            }
        }
        Ok(())
    }

    /// Its tables.
    ///
    /// # Errors
    /// What the database says.
    pub async fn tables(&self) -> Result<Vec<Table>, StoreError> {
        tables::list(&self.tx).await
    }

    /// Which database it is, for people.
    #[must_use]
    pub fn backend_name(&self) -> &'static str {
        self.pools.backend_name()
    }

    /// Puts rows into a table; each has a value for each of its columns.
    ///
    /// # Errors
    /// What the database says.
    pub async fn insert(&self, table: &Table, rows: Vec<Vec<Cell>>) -> Result<(), StoreError> {
        let columns = table.column_names();
        let values = |row: Vec<Cell>| -> Vec<Value> {
            row.into_iter()
                .zip(&table.columns)
                .map(|(cell, column)| cell.value(column.kind))
                .collect()
        };
        let rows: Vec<Vec<Value>> = rows.into_iter().map(values).collect();
        for some in rows.chunks((DUMP_STEP_VALUES / columns.len()).max(1)) {
            let insert = insert_rows(self.pools.backend(), &table.name, &columns, some.to_vec());
            self.tx.execute_raw(insert).await?;
        }
        Ok(())
    }

    /// Does without pictures whose files are not there.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget_pictures(&self, pictures: &[MediaId]) -> Result<(), StoreError> {
        forget_pictures(&self.tx, pictures).await
    }

    /// Makes the search index of the tweets that are there; `told` hears how many it has looked at.
    ///
    /// # Errors
    /// What the database says.
    pub async fn index(&self, told: &mut (dyn FnMut(u64) + Send)) -> Result<(), StoreError> {
        let (mut after, mut done) = (0, 0);
        loop {
            let select = "SELECT id, user_id, content, media_count FROM tweets WHERE id > ";
            let sql = self.sql(select).bind(after);
            let sql = sql.push(" AND deleted_at IS NULL AND kind <> ").bind(kind_code::RETWEET);
            let sql = sql.push(" ORDER BY id LIMIT ").bind(INDEX_STEP_ROWS as i64);
            let rows = self.tx.query_all_raw(sql.done()).await?;
            let tweets: Vec<_> = rows.iter().map(indexed).collect::<Result<_, _>>()?;
            let Some((last, ..)) = tweets.last() else { return Ok(()) };
            after = *last;
            let tweets = tweets.iter().map(|(id, user, text, has)| (*id, *user, &**text, *has));
            self.tx.execute_raw(index_tweets(self.pools.backend(), tweets)).await?;
            done += rows.len() as u64;
            told(done);
        }
    }

    /// Makes it all last, brings the schema up to date and closes the database.
    ///
    /// # Errors
    /// What the database says.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().await?;
        self.pools.migrate().await?;
        if self.pools.backend() == DbBackend::Postgres {
            // It would choose its plans as for an empty database for a minute or two.
            self.pools.write.execute_unprepared("ANALYZE").await?;
        }
        self.pools.close().await
    }

    fn sql(&self, text: &str) -> Sql {
        Sql::new(self.pools.backend(), text)
    }
}

impl std::fmt::Debug for Loader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loader").field("backend", &self.backend_name()).finish_non_exhaustive()
    }
}

/// Id, author, text, and whether pictures hang on it.
type Indexed = (i64, i64, String, Attached);

/// What the search index is made of.
pub(crate) fn indexed(row: &QueryResult) -> Result<Indexed, StoreError> {
    let media: i16 = row.try_get_by_index(3)?;
    let attached = if media > 0 { Attached::Media } else { Attached::Nothing };
    Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?, attached))
}
