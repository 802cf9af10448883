//! Invitations: hashes of codes that open so many accounts.

use pipit_model::Timestamp;
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::Store;
use crate::error::StoreError;
use crate::sql::{Sql, insert_rows};

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The hash of its code.
    pub code_hash: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// How many accounts it may still open.
    pub uses_left: i64,
}

impl Store {
    /// Makes an invitation, and forgets those that have ended.
    pub async fn insert_invitation(&self, new: Invitation) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let backend = tx.get_database_backend();
            let ended = Sql::new(backend, "DELETE FROM invitations WHERE expires_at <= ");
            tx.execute_raw(ended.bind(new.created_at.0).done()).await?;
            let columns = ["code_hash", "created_at", "expires_at", "uses_left"];
            let row = vec![
                new.code_hash.into(),
                new.created_at.0.into(),
                new.expires_at.0.into(),
                new.uses_left.into(),
            ];
            tx.execute_raw(insert_rows(backend, "invitations", &columns, vec![row])).await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }
}

/// Uses an invitation for one account.
pub(crate) async fn use_invitation(
    tx: &DatabaseTransaction,
    code_hash: Option<String>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(code_hash) = code_hash else { return Ok(()) };
    let sql = Sql::new(
        tx.get_database_backend(),
        "UPDATE invitations SET uses_left = uses_left - 1 WHERE uses_left > 0 AND code_hash = ",
    );
    let sql = sql.bind(code_hash).push(" AND expires_at > ").bind(now.0);
    match tx.execute_raw(sql.done()).await?.rows_affected() {
        0 => Err(StoreError::NotFound("invitation")),
        _ => Ok(()),
    }
}
