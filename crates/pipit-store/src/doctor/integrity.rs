//! Whether the database itself is sound, by what it has to find that out.

use sea_orm::{ConnectionTrait, DbBackend};

use crate::Store;
use crate::error::StoreError;

/// What the database says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Integrity {
    /// What is broken.
    pub broken: Vec<String>,
    /// What could not be looked at, and what would help.
    pub unchecked: Option<String>,
}

/// What SQLite lists at most; one is enough.
const LISTED_MAX: usize = 100;

impl Store {
    /// Lets the database look at itself.
    ///
    /// # Errors
    /// What it says if it cannot.
    pub async fn integrity(&self) -> Result<Integrity, StoreError> {
        match self.pools.backend() {
            DbBackend::Postgres => self.integrity_of_postgres().await,
            DbBackend::MySql => self.integrity_of_mysql().await,
            _ => self.integrity_of_sqlite().await,
        }
    }

    async fn integrity_of_sqlite(&self) -> Result<Integrity, StoreError> {
        let check = self.sql(&format!("PRAGMA integrity_check({LISTED_MAX})"));
        let rows = self.many_rows(check).await?;
        let said = rows.iter().map(|row| Ok(row.try_get_by_index::<String>(0)?));
        let said: Vec<String> = said.collect::<Result<_, StoreError>>()?;
        let broken = said.into_iter().filter(|line| line != "ok").collect();
        Ok(Integrity { broken, unchecked: None })
    }

    /// Indexes by the extension `amcheck`, where it is installed; it comes with the server.
    async fn integrity_of_postgres(&self) -> Result<Integrity, StoreError> {
        let has = self.sql("SELECT COUNT(*) FROM pg_extension WHERE extname = 'amcheck'");
        let rows = self.many_rows(has).await?;
        let has = rows.first().map(|row| row.try_get_by_index::<i64>(0)).transpose()?;
        let mut integrity = Integrity::default();
        if has.unwrap_or(0) == 0 {
            integrity.unchecked = Some(
                "the indexes: run CREATE EXTENSION amcheck in this database as its superuser"
                    .to_owned(),
            );
            return Ok(integrity);
        }
        let indexes = self.sql(
            "SELECT CAST(c.oid AS bigint), CAST(c.relname AS text) FROM pg_class c \
             JOIN pg_am a ON a.oid = c.relam JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE a.amname = 'btree' AND c.relkind = 'i' AND n.nspname = current_schema()",
        );
        for row in self.many_rows(indexes).await? {
            let (oid, name): (i64, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            // Each row of the table is looked for in its index.
            let check = format!("SELECT bt_index_check({oid}::oid::regclass, true)");
            if let Err(error) = self.read().execute_unprepared(&check).await {
                integrity.broken.push(format!("index {name}: {error}"));
            }
        }
        Ok(integrity)
    }

    async fn integrity_of_mysql(&self) -> Result<Integrity, StoreError> {
        let mut integrity = Integrity::default();
        let mut names: Vec<String> =
            self.tables().await?.into_iter().map(|table| table.name).collect();
        names.push("tweet_search".to_owned());
        for name in names {
            // Table, operation, kind of message, message.
            for row in self.many_rows(self.sql(&format!("CHECK TABLE {name}"))).await? {
                let (kind, text): (String, String) =
                    (row.try_get_by_index(2)?, row.try_get_by_index(3)?);
                if text != "OK" && kind != "note" {
                    integrity.broken.push(format!("table {name}: {kind}: {text}"));
                }
            }
        }
        Ok(integrity)
    }
}
