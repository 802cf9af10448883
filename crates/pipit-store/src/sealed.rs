//! What lies here sealed: which columns, by which key, and how they are sealed anew. Sealing itself
//! is the core's: the store has no keys.

use std::fmt;

use pipit_model::Timestamp;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter,
    sea_query::OnConflict,
};

use crate::Store;
use crate::entity::server_keys;
use crate::error::StoreError;
use crate::sql::Sql;

/// A text that only a key of the operator's opens.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// As it is stored.
    pub text: String,
    /// The number of the key; 0 if the text is still in the clear.
    pub key: i64,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed(***, key {})", self.key)
    }
}

/// The columns that are sealed row by row; each table has the number of the key in `sealed_with`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedColumn {
    /// `credentials.email`; `email_key`, by which it is found, goes with it.
    Email,
    /// `sessions.user_agent`
    UserAgent,
    /// `second_factors.secret`
    TotpSecret,
    /// `mails.note`
    Note,
}

impl SealedColumn {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Email, Self::UserAgent, Self::TotpSecret, Self::Note];

    /// The table, the column that is its key, and the column itself.
    #[must_use]
    pub fn place(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Email => ("credentials", "user_id", "email"),
            Self::UserAgent => ("sessions", "id", "user_agent"),
            Self::TotpSecret => ("second_factors", "user_id", "secret"),
            Self::Note => ("mails", "id", "note"),
        }
    }
}

/// A sealed value and the row it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRow {
    /// The row's key.
    pub id: i64,
    /// The value.
    pub sealed: Sealed,
}

/// A row that is sealed anew.
#[derive(Debug, Clone)]
pub struct Resealed {
    /// As it was read.
    pub old: SealedRow,
    /// What takes its place, if it is still that.
    pub new: Sealed,
    /// By which an e-mail address is found from now on.
    pub email_key: Option<String>,
}

/// A secret that all nodes share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptKey {
    /// Its name.
    pub id: String,
    /// It itself.
    pub secret: Sealed,
}

impl Store {
    /// Some rows that are sealed by an older key than this, or not at all.
    pub async fn list_sealed(
        &self,
        column: SealedColumn,
        before: i64,
        limit: u64,
    ) -> Result<Vec<SealedRow>, StoreError> {
        let (table, key, name) = column.place();
        let sql = self
            .sql(&format!("SELECT {key}, {name}, sealed_with FROM {table} WHERE sealed_with < "))
            .bind(before)
            .push(" ORDER BY sealed_with LIMIT ")
            .bind(limit as i64);
        let rows = self.rows(sql).await?;
        rows.iter()
            .map(|row| {
                let (text, key) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
                Ok(SealedRow { id: row.try_get_by_index(0)?, sealed: Sealed { text, key } })
            })
            .collect()
    }

    /// How many rows each key has sealed; 0 counts those in the clear.
    pub async fn count_sealed(&self, column: SealedColumn) -> Result<Vec<(i64, i64)>, StoreError> {
        let (table, ..) = column.place();
        let sql = format!("SELECT sealed_with, COUNT(*) FROM {table} GROUP BY sealed_with");
        let rows = self.many_rows(self.sql(&sql)).await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }

    /// Puts rows that were sealed anew in their place; a row that changed meanwhile is left as it is.
    pub async fn reseal(
        &self,
        column: SealedColumn,
        rows: Vec<Resealed>,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let backend = tx.get_database_backend();
            for row in rows {
                tx.execute_raw(reseal(backend, column, row).done()).await?;
            }
            Ok((tx, (), Vec::new()))
        })
        .await
    }

    /// Writes the file of an embedded database anew, without what was written over; other databases
    /// do so by themselves in time.
    pub async fn scrub(&self) -> Result<(), StoreError> {
        if self.pools.backend() == DbBackend::Sqlite {
            // Cells that were moved leave copies in their pages, and the log has pages of before.
            // Its copy of everything is a file: memory has no room for a large database.
            let vacuum = "PRAGMA temp_store = FILE; VACUUM; PRAGMA temp_store = MEMORY";
            self.pools.write.execute_unprepared(vacuum).await?;
            self.pools.write.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(())
    }

    /// All secrets that the nodes share.
    pub async fn list_keys(&self) -> Result<Vec<KeptKey>, StoreError> {
        let rows = server_keys::Entity::find().all(self.read()).await?;
        Ok(rows.into_iter().map(kept).collect())
    }

    /// The secret of this name: the one that is stored, or else the one offered, which then is.
    /// All nodes that ask get the same.
    pub async fn get_or_insert_key(
        &self,
        id: &str,
        offered: Sealed,
        now: Timestamp,
    ) -> Result<Sealed, StoreError> {
        let row = server_keys::ActiveModel {
            id: Set(id.to_owned()),
            secret: Set(offered.text),
            created_at: Set(now.0),
            sealed_with: Set(offered.key),
        };
        let known = server_keys::Entity::find_by_id(id).one(self.read()).await?;
        if let Some(known) = known {
            return Ok(kept(known).secret);
        }
        let ignore = OnConflict::column(server_keys::Column::Id)
            .do_nothing_on([server_keys::Column::Id])
            .to_owned();
        self.write_rarely(async move |tx| {
            server_keys::Entity::insert(row)
                .on_conflict(ignore)
                .try_insert()
                .exec_without_returning(&tx)
                .await?;
            Ok((tx, (), Vec::new()))
        })
        .await?;
        let stored = server_keys::Entity::find_by_id(id).one(self.read()).await?;
        Ok(kept(stored.ok_or(StoreError::NotFound("server key"))?).secret)
    }

    /// Puts a shared secret that was sealed anew in its place, if it still is what it was.
    pub async fn reseal_key(&self, old: KeptKey, new: Sealed) -> Result<(), StoreError> {
        let edit = server_keys::ActiveModel {
            secret: Set(new.text),
            sealed_with: Set(new.key),
            ..Default::default()
        };
        self.write_rarely(async move |tx| {
            server_keys::Entity::update_many()
                .set(edit)
                .filter(server_keys::Column::Id.eq(old.id))
                .filter(server_keys::Column::Secret.eq(old.secret.text))
                .exec(&tx)
                .await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }
}

fn kept(row: server_keys::Model) -> KeptKey {
    KeptKey { id: row.id, secret: Sealed { text: row.secret, key: row.sealed_with } }
}

fn reseal(backend: DbBackend, column: SealedColumn, row: Resealed) -> Sql {
    let (table, key, name) = column.place();
    let Resealed { old, new, email_key } = row;
    let mut sql = Sql::new(backend, &format!("UPDATE {table} SET {name} = "))
        .bind(new.text)
        .push(", sealed_with = ")
        .bind(new.key);
    if let Some(email_key) = email_key {
        sql = sql.push(", email_key = ").bind(email_key);
    }
    sql.push(&format!(" WHERE {key} = "))
        .bind(old.id)
        .push(&format!(" AND {name} = "))
        .bind(old.sealed.text)
}
