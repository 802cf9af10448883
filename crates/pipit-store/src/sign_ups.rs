//! Accounts that wait to be let in.

use pipit_model::user::User;
use pipit_model::{AccountState, UserId};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait};

use crate::Store;
use crate::audit::{Noted, note};
use crate::entity::users;
use crate::error::StoreError;
use crate::mails::{Mail, insert_mail};
use crate::sealed::Sealed;
use crate::sql::{Sql, insert_rows};
use crate::users::{changed, delete_guards, lock_user};

/// Somebody who asks to be let in.
#[derive(Debug, Clone)]
pub struct SignUpRequest {
    /// Their account; its id tells when they asked.
    pub user_id: UserId,
    /// Why, in their words.
    pub reason: String,
    /// Their e-mail address.
    pub email: Sealed,
}

/// What becomes of somebody who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// They are let in.
    Granted,
    /// Their account is taken away, as if it had never been: nobody saw it, so its handle is free.
    Refused,
}

impl Store {
    /// Those who wait, newest first.
    pub async fn list_sign_ups(
        &self,
        before: i64,
        limit: u64,
    ) -> Result<Vec<SignUpRequest>, StoreError> {
        let sql = self
            .sql("SELECT r.user_id, r.reason, c.email, c.sealed_with FROM sign_up_requests r ")
            .push("JOIN credentials c ON c.user_id = r.user_id WHERE r.user_id < ")
            .bind(before)
            .push(" ORDER BY r.user_id DESC LIMIT ")
            .bind(limit as i64);
        let rows = self.rows(sql).await?;
        rows.iter()
            .map(|row| {
                Ok(SignUpRequest {
                    user_id: UserId(row.try_get_by_index(0)?),
                    reason: row.try_get_by_index(1)?,
                    email: Sealed { text: row.try_get_by_index(2)?, key: row.try_get_by_index(3)? },
                })
            })
            .collect()
    }

    /// How many wait; counted up to a limit, since anybody can make it more.
    pub async fn count_sign_ups(&self, limit: u64) -> Result<usize, StoreError> {
        let sql = self.sql("SELECT user_id FROM sign_up_requests LIMIT ").bind(limit as i64);
        Ok(self.rows(sql).await?.len())
    }

    /// Some of those who asked before an id was given, oldest first.
    pub async fn list_sign_ups_before(
        &self,
        before: UserId,
        limit: u64,
    ) -> Result<Vec<UserId>, StoreError> {
        let sql = self.sql("SELECT user_id FROM sign_up_requests WHERE user_id < ").bind(before.0);
        let sql = sql.push(" ORDER BY user_id LIMIT ").bind(limit as i64);
        let rows = self.rows(sql).await?;
        rows.iter().map(|row| Ok(UserId(row.try_get_by_index(0)?))).collect()
    }

    /// Decides about somebody who waits, once, and tells them.
    pub async fn decide_sign_up(
        &self,
        user: &User,
        entry: Entry,
        mail: Option<Mail>,
        noted: Noted,
    ) -> Result<(), StoreError> {
        let (user_id, changed) = (user.id, changed(user));
        self.write_rarely(async move |tx| {
            lock_user(&tx, user_id).await?;
            let db = tx.get_database_backend();
            let sql = Sql::new(db, "DELETE FROM sign_up_requests WHERE user_id = ");
            if tx.execute_raw(sql.bind(user_id.0).done()).await?.rows_affected() == 0 {
                return Err(StoreError::NotFound("request that waits"));
            }
            let mut events = match entry {
                Entry::Granted => {
                    let sql = Sql::new(db, "UPDATE users SET state = ");
                    let sql = sql.bind(AccountState::Active.code()).push(" WHERE id = ");
                    let sql = sql.bind(user_id.0).push(" AND state = ");
                    tx.execute_raw(sql.bind(AccountState::Waiting.code()).done()).await?;
                    Vec::new()
                }
                Entry::Refused => {
                    let events = delete_guards(&tx, user_id).await?;
                    users::Entity::delete_by_id(user_id.0).exec(&tx).await?;
                    events
                }
            };
            insert_mail(&tx, mail).await?;
            events.extend([note(&tx, noted).await?, changed]);
            Ok((tx, (), events))
        })
        .await
    }
}

/// Notes that an account waits, and why it should not.
pub(crate) async fn insert_request(
    tx: &DatabaseTransaction,
    user_id: UserId,
    reason: Option<String>,
) -> Result<(), StoreError> {
    let Some(reason) = reason else { return Ok(()) };
    let row = vec![user_id.0.into(), reason.into()];
    let db = tx.get_database_backend();
    let insert = insert_rows(db, "sign_up_requests", &["user_id", "reason"], vec![row]);
    tx.execute_raw(insert).await?;
    Ok(())
}
