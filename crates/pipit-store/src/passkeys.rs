//! Passkeys: the public halves of key pairs whose other halves never leave somebody's devices.

use pipit_model::{Timestamp, UserId};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::Store;
use crate::error::StoreError;
use crate::lists::number;
use crate::mails::{Mail, insert_mail};
use crate::row::Row;
use crate::sql::{Sql, insert_rows};
use crate::users::{insert_key, lock_user};
use crate::write::command::IdempotencyKey;

/// A passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Its id here; it tells when it was added.
    pub id: i64,
    /// Whose.
    pub user_id: UserId,
    /// Its own id, as its authenticator gave it, in base64.
    pub credential: String,
    /// Its public key and what else stays as it is, in base64.
    pub fixed: String,
    /// Its counter and what else changes when it is used, in base64.
    pub changing: String,
    /// How its owner calls it.
    pub name: String,
    /// When somebody signed in with it.
    pub used_at: Option<Timestamp>,
}

const COLUMNS: &str =
    "SELECT id, user_id, credential, fixed, changing, name, used_at FROM passkeys WHERE ";

impl Store {
    /// Somebody's passkeys, oldest first.
    pub async fn list_passkeys(
        &self,
        user_id: UserId,
        limit: u64,
    ) -> Result<Vec<Passkey>, StoreError> {
        let sql = self.sql(COLUMNS).push("user_id = ").bind(user_id.0);
        let rows = self.rows(sql.push(" ORDER BY id LIMIT ").bind(limit as i64)).await?;
        rows.iter().map(passkey_from).collect()
    }

    /// The passkey whose own id has this hash.
    pub async fn find_passkey(&self, credential_hash: &str) -> Result<Option<Passkey>, StoreError> {
        let sql = self.sql(COLUMNS).push("credential_hash = ").bind(credential_hash);
        let rows = self.rows(sql).await?;
        rows.first().map(passkey_from).transpose()
    }

    /// Adds a passkey, if its owner has fewer than so many. `once` is what it was made for, which
    /// is used up.
    pub async fn insert_passkey(
        &self,
        new: Passkey,
        credential_hash: String,
        (once, most): (IdempotencyKey, u64),
        (notice, now): (Option<Mail>, Timestamp),
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            lock_user(&tx, new.user_id).await?;
            insert_key(&tx, once, new.id, now).await?;
            let db = tx.get_database_backend();
            let count = Sql::new(db, "SELECT COUNT(*) FROM passkeys WHERE user_id = ");
            if number(&tx, count.bind(new.user_id.0)).await? >= most.cast_signed() {
                return Err(StoreError::Limit("you have as many passkeys as one can have (20)"));
            }
            let row = vec![
                new.id.into(),
                new.user_id.0.into(),
                credential_hash.into(),
                new.credential.into(),
                new.fixed.into(),
                new.changing.into(),
                new.name.into(),
                0_i64.into(),
            ];
            let columns = [
                "id",
                "user_id",
                "credential_hash",
                "credential",
                "fixed",
                "changing",
                "name",
                "used_at",
            ];
            tx.execute_raw(insert_rows(db, "passkeys", &columns, vec![row])).await?;
            insert_mail(&tx, notice).await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }

    /// Notes that somebody signs in with a passkey, and uses up what it signed. A clash, if that was
    /// used before or the passkey is no longer as it was read.
    pub async fn use_passkey(
        &self,
        read: Passkey,
        changing: String,
        once: IdempotencyKey,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            lock_user(&tx, read.user_id).await?;
            insert_key(&tx, once, read.id, now).await?;
            let sql = Sql::new(tx.get_database_backend(), "UPDATE passkeys SET changing = ");
            let sql = sql.bind(changing).push(", used_at = ").bind(now.0).push(" WHERE id = ");
            let sql = sql.bind(read.id).push(" AND changing = ").bind(read.changing);
            if tx.execute_raw(sql.done()).await?.rows_affected() == 0 {
                return Err(StoreError::Clash("the passkey changed meanwhile".to_owned()));
            }
            Ok((tx, (), Vec::new()))
        })
        .await
    }

    /// Removes one of somebody's passkeys.
    pub async fn delete_passkey(&self, user_id: UserId, id: i64) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let sql = Sql::new(tx.get_database_backend(), "DELETE FROM passkeys WHERE id = ");
            let sql = sql.bind(id).push(" AND user_id = ").bind(user_id.0);
            match tx.execute_raw(sql.done()).await?.rows_affected() {
                0 => Err(StoreError::NotFound("passkey")),
                _ => Ok((tx, (), Vec::new())),
            }
        })
        .await
    }
}

/// Removes all of somebody's passkeys.
pub(crate) async fn delete_passkeys(
    tx: &DatabaseTransaction,
    user_id: UserId,
) -> Result<(), StoreError> {
    let sql = Sql::new(tx.get_database_backend(), "DELETE FROM passkeys WHERE user_id = ");
    tx.execute_raw(sql.bind(user_id.0).done()).await?;
    Ok(())
}

fn passkey_from(row: &Row) -> Result<Passkey, StoreError> {
    let used_at: i64 = row.try_get_by_index(6)?;
    Ok(Passkey {
        id: row.try_get_by_index(0)?,
        user_id: UserId(row.try_get_by_index(1)?),
        credential: row.try_get_by_index(2)?,
        fixed: row.try_get_by_index(3)?,
        changing: row.try_get_by_index(4)?,
        name: row.try_get_by_index(5)?,
        used_at: (used_at != 0).then_some(Timestamp(used_at)),
    })
}
