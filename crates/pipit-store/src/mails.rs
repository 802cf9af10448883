//! Letters that wait to be sent: what is to be said, sealed. They are written in the transaction of
//! what they tell of, so that none is lost, and none tells of what did not happen.

use pipit_model::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::Store;
use crate::error::StoreError;
use crate::sealed::Sealed;
use crate::sql::{Sql, insert_rows};

/// A letter to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its id.
    pub id: i64,
    /// When it is to be sent.
    pub due_at: Timestamp,
    /// How often that was tried.
    pub tries: i64,
    /// What it is about.
    pub note: Sealed,
}

impl Store {
    /// Puts a letter with the others.
    pub async fn insert_mail(&self, mail: Mail) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            insert_mail(&tx, Some(mail)).await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }

    /// Letters whose time has come, those that wait longest first.
    pub async fn list_due_mails(
        &self,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<Mail>, StoreError> {
        let sql = self
            .sql("SELECT id, due_at, tries, note, sealed_with FROM mails WHERE due_at <= ")
            .bind(now.0)
            .push(" ORDER BY due_at, id LIMIT ")
            .bind(limit as i64);
        let rows = self.rows(sql).await?;
        rows.iter()
            .map(|row| {
                Ok(Mail {
                    id: row.try_get_by_index(0)?,
                    due_at: Timestamp(row.try_get_by_index(1)?),
                    tries: row.try_get_by_index(2)?,
                    note: Sealed { text: row.try_get_by_index(3)?, key: row.try_get_by_index(4)? },
                })
            })
            .collect()
    }

    /// Takes a letter to be sent: it comes back at `again_at` unless it is deleted. False if another
    /// node has taken it.
    pub async fn take_mail(&self, mail: &Mail, again_at: Timestamp) -> Result<bool, StoreError> {
        let sql = self
            .sql("UPDATE mails SET tries = tries + 1, due_at = ")
            .bind(again_at.0)
            .push(" WHERE id = ")
            .bind(mail.id)
            .push(" AND due_at = ")
            .bind(mail.due_at.0)
            .done();
        self.write_rarely(async move |tx| {
            let taken = tx.execute_raw(sql).await?.rows_affected() == 1;
            Ok((tx, taken, Vec::new()))
        })
        .await
    }

    /// Forgets a letter: it is sent, or never will be.
    pub async fn delete_mail(&self, id: i64) -> Result<(), StoreError> {
        let sql = self.sql("DELETE FROM mails WHERE id = ").bind(id).done();
        self.write_rarely(async move |tx| {
            tx.execute_raw(sql).await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }
}

/// The same, with what it tells of.
pub(crate) async fn insert_mail(
    tx: &DatabaseTransaction,
    mail: Option<Mail>,
) -> Result<(), StoreError> {
    let Some(mail) = mail else { return Ok(()) };
    let columns = ["id", "due_at", "tries", "note", "sealed_with"];
    let row = vec![
        mail.id.into(),
        mail.due_at.0.into(),
        mail.tries.into(),
        mail.note.text.into(),
        mail.note.key.into(),
    ];
    tx.execute_raw(insert_rows(tx.get_database_backend(), "mails", &columns, vec![row])).await?;
    Ok(())
}

/// A device that somebody signs in with.
#[derive(Debug, Clone)]
pub struct Device {
    /// What it called itself, hashed.
    pub hash: String,
    /// What they are told if it is a new one.
    pub notice: Option<Mail>,
}

/// Remembers a device; whoever has others is told of a new one.
pub(crate) async fn see_device(
    tx: &DatabaseTransaction,
    (user_id, now): (i64, Timestamp),
    device: Device,
    keep: u64,
) -> Result<(), StoreError> {
    let backend = tx.get_database_backend();
    let known = Sql::new(backend, "SELECT device_hash FROM known_devices WHERE user_id = ")
        .bind(user_id)
        .push(" ORDER BY seen_at DESC");
    let rows = tx.query_all_raw(known.done()).await?;
    let known: Vec<String> =
        rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
    if known.contains(&device.hash) {
        let seen = Sql::new(backend, "UPDATE known_devices SET seen_at = ")
            .bind(now.0)
            .push(" WHERE user_id = ")
            .bind(user_id)
            .push(" AND device_hash = ")
            .bind(device.hash);
        tx.execute_raw(seen.done()).await?;
        return Ok(());
    }
    // Room for one more.
    let kept = keep.saturating_sub(1) as usize;
    let oldest: Vec<String> = known.iter().skip(kept).cloned().collect();
    if !oldest.is_empty() {
        let forget = Sql::new(backend, "DELETE FROM known_devices WHERE user_id = ")
            .bind(user_id)
            .push(" AND device_hash IN ")
            .list(oldest);
        tx.execute_raw(forget.done()).await?;
    }
    let columns = ["user_id", "device_hash", "seen_at"];
    let row = vec![user_id.into(), device.hash.into(), now.0.into()];
    tx.execute_raw(insert_rows(backend, "known_devices", &columns, vec![row])).await?;
    if known.is_empty() { Ok(()) } else { insert_mail(tx, device.notice).await }
}

/// Forgets somebody's devices.
pub(crate) async fn delete_devices(
    tx: &DatabaseTransaction,
    user_id: i64,
) -> Result<(), StoreError> {
    let sql = Sql::new(tx.get_database_backend(), "DELETE FROM known_devices WHERE user_id = ");
    tx.execute_raw(sql.bind(user_id).done()).await?;
    Ok(())
}
