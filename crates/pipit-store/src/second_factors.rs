//! Second factors: the secrets of authenticator apps, and the codes that stand in for them.

use pipit_model::{Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter,
};

use crate::Store;
use crate::entity::{recovery_codes, second_factors};
use crate::error::StoreError;
use crate::sealed::Sealed;
use crate::users::lock_user;

/// A second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// The secret that the app shares.
    pub secret: Sealed,
    /// When its first code was typed; until then it is not asked for.
    pub confirmed_at: Option<Timestamp>,
}

impl Store {
    /// Somebody's second factor, confirmed or not.
    pub async fn find_second_factor(
        &self,
        user_id: UserId,
    ) -> Result<Option<SecondFactor>, StoreError> {
        let sql = self
            .sql("SELECT secret, sealed_with, confirmed_at FROM second_factors WHERE user_id = ")
            .bind(user_id.0);
        let rows = self.rows(sql).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(SecondFactor {
            secret: Sealed { text: row.try_get_by_index(0)?, key: row.try_get_by_index(1)? },
            confirmed_at: row.try_get_by_index::<Option<i64>>(2)?.map(Timestamp),
        }))
    }

    /// Offers a secret; it takes the place of one that was never confirmed.
    pub async fn set_second_factor(
        &self,
        user_id: UserId,
        secret: Sealed,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            lock_user(&tx, user_id).await?;
            second_factors::Entity::delete_many()
                .filter(second_factors::Column::UserId.eq(user_id.0))
                .filter(second_factors::Column::ConfirmedAt.is_null())
                .exec(&tx)
                .await?;
            if second_factors::Entity::find_by_id(user_id.0).one(&tx).await?.is_some() {
                return Err(StoreError::Forbidden("a second factor is set up: remove it first"));
            }
            let row = second_factors::ActiveModel {
                user_id: Set(user_id.0),
                secret: Set(secret.text),
                sealed_with: Set(secret.key),
                created_at: Set(now.0),
                confirmed_at: Set(None),
                last_step: Set(0),
            };
            second_factors::Entity::insert(row).exec_without_returning(&tx).await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }

    /// From now on codes are asked for; that of this step is used up.
    pub async fn confirm_second_factor(
        &self,
        user_id: UserId,
        step: i64,
        code_hashes: Vec<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            lock_user(&tx, user_id).await?;
            let confirmed = second_factors::Entity::update_many()
                .col_expr(second_factors::Column::ConfirmedAt, Expr::value(now.0))
                .col_expr(second_factors::Column::LastStep, Expr::value(step))
                .filter(second_factors::Column::UserId.eq(user_id.0))
                .filter(second_factors::Column::ConfirmedAt.is_null())
                .exec(&tx)
                .await?;
            if confirmed.rows_affected == 0 {
                return Err(StoreError::NotFound("second factor that waits to be confirmed"));
            }
            replace_codes(&tx, user_id, code_hashes).await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }

    /// Uses up the code of a step; false if it or a later one was used before.
    pub async fn use_step(&self, user_id: UserId, step: i64) -> Result<bool, StoreError> {
        self.write_rarely(async move |tx| {
            let used = second_factors::Entity::update_many()
                .col_expr(second_factors::Column::LastStep, Expr::value(step))
                .filter(second_factors::Column::UserId.eq(user_id.0))
                .filter(second_factors::Column::ConfirmedAt.is_not_null())
                .filter(second_factors::Column::LastStep.lt(step))
                .exec(&tx)
                .await?;
            Ok((tx, used.rows_affected == 1, Vec::new()))
        })
        .await
    }

    /// Uses up a recovery code; false if there is none (any more).
    pub async fn use_recovery_code(
        &self,
        user_id: UserId,
        code_hash: String,
    ) -> Result<bool, StoreError> {
        self.write_rarely(async move |tx| {
            let used = recovery_codes::Entity::delete_many()
                .filter(recovery_codes::Column::UserId.eq(user_id.0))
                .filter(recovery_codes::Column::CodeHash.eq(code_hash))
                .exec(&tx)
                .await?;
            Ok((tx, used.rows_affected == 1, Vec::new()))
        })
        .await
    }

    /// New recovery codes in place of all others.
    pub async fn set_recovery_codes(
        &self,
        user_id: UserId,
        code_hashes: Vec<String>,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            lock_user(&tx, user_id).await?;
            replace_codes(&tx, user_id, code_hashes).await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }

    /// How many recovery codes are left.
    pub async fn count_recovery_codes(&self, user_id: UserId) -> Result<u64, StoreError> {
        let of_user = recovery_codes::Column::UserId.eq(user_id.0);
        Ok(recovery_codes::Entity::find().filter(of_user).count(self.read()).await?)
    }

    /// Takes a second factor away, with its recovery codes.
    pub async fn delete_second_factor(&self, user_id: UserId) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            delete_second_factor(&tx, user_id).await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }
}

/// The same, with what else is done at once.
pub(crate) async fn delete_second_factor(
    tx: &DatabaseTransaction,
    user_id: UserId,
) -> Result<(), StoreError> {
    second_factors::Entity::delete_by_id(user_id.0).exec(tx).await?;
    replace_codes(tx, user_id, Vec::new()).await
}

async fn replace_codes(
    tx: &DatabaseTransaction,
    user_id: UserId,
    code_hashes: Vec<String>,
) -> Result<(), StoreError> {
    let of_user = recovery_codes::Column::UserId.eq(user_id.0);
    recovery_codes::Entity::delete_many().filter(of_user).exec(tx).await?;
    if !code_hashes.is_empty() {
        let rows = code_hashes.into_iter().map(|code_hash| recovery_codes::ActiveModel {
            user_id: Set(user_id.0),
            code_hash: Set(code_hash),
        });
        recovery_codes::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}
