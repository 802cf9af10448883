//! What the doctor asks of the tables, and how it mends them.
//!
//! Everything is looked at in steps by key, each one statement or one short snapshot, so that it can
//! be done beside a running server. What is found in a snapshot may be right a moment later: before
//! anything is mended it is looked at again, with its rows locked as the writer locks them.

mod counts;
mod integrity;
mod orphans;

pub use counts::{COUNTED, Counted, Miscount};
pub use integrity::Integrity;
pub use orphans::{Mend, Orphans, Strays, rules};

use crate::Store;
use crate::dump::{self, Picture, Table};
use crate::error::StoreError;
use crate::migrations;
use crate::sealed::{Sealed, SealedColumn, SealedRow};

/// How the schema of a database stands to that of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// The same.
    Current,
    /// It lacks steps that this version has.
    Behind,
    /// It has steps that this version does not know.
    Ahead,
}

/// How the schema of a database, by the names of its steps, stands to that of this version.
#[must_use]
pub fn schema_state(steps: &[String]) -> SchemaState {
    let known = migrations::names();
    if steps == known {
        SchemaState::Current
    } else if known.starts_with(steps) {
        SchemaState::Behind
    } else {
        SchemaState::Ahead
    }
}

impl Store {
    /// All tables, but the search index.
    ///
    /// # Errors
    /// What the database says.
    pub async fn tables(&self) -> Result<Vec<Table>, StoreError> {
        dump::tables(self.read()).await
    }

    /// How many rows a table has.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_rows(&self, table: &str) -> Result<u64, StoreError> {
        let rows = self.many_rows(self.sql(&format!("SELECT COUNT(*) FROM {table}"))).await?;
        let count = rows.first().map(|row| row.try_get_by_index::<i64>(0)).transpose()?;
        Ok(count.unwrap_or(0).cast_unsigned())
    }

    /// The pictures with a higher id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn pictures(&self, after: i64, limit: u64) -> Result<Vec<Picture>, StoreError> {
        dump::pictures(self.read(), after, limit).await
    }

    /// The sealed values of a column with a higher key.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list_all_sealed(
        &self,
        column: SealedColumn,
        after: i64,
        limit: u64,
    ) -> Result<Vec<SealedRow>, StoreError> {
        let (table, key, name) = column.place();
        let sql = self
            .sql(&format!("SELECT {key}, {name}, sealed_with FROM {table} WHERE {key} > "))
            .bind(after)
            .push(&format!(" ORDER BY {key} LIMIT "))
            .bind(limit as i64);
        let rows = self.many_rows(sql).await?;
        rows.iter()
            .map(|row| {
                let (text, key) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
                Ok(SealedRow { id: row.try_get_by_index(0)?, sealed: Sealed { text, key } })
            })
            .collect()
    }
}
