//! Who blocks and mutes whom, and who asks to follow whom. Blocks and requests are written by the
//! writer, since they change who follows whom; mutes beside it.

use pipit_model::event::Event;
use pipit_model::{Timestamp, UserId};
use sea_orm::{ConnectionTrait, DbErr};

use crate::Store;
use crate::error::StoreError;
use crate::sql::{Sql, upsert_rows};
use crate::users::lock_user;

/// A mute as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mute {
    /// Whom.
    pub user_id: UserId,
    /// Until when; [`None`] if it has no end.
    pub ends_at: Option<Timestamp>,
}

/// All by which a reader is kept from others, or others from them; in no order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tied {
    /// Whom they block.
    pub blocks: Vec<UserId>,
    /// Who blocks them.
    pub blocked_by: Vec<UserId>,
    /// Whom they mute; some may have ended.
    pub mutes: Vec<Mute>,
}

/// What a row of [`Store::find_tied`] says.
mod tied_code {
    pub(super) const BLOCKS: i32 = 0;
    pub(super) const BLOCKED_BY: i32 = 1;
}

impl Store {
    /// Whom a reader blocks and mutes, and who blocks them.
    pub async fn find_tied(&self, user_id: UserId) -> Result<Tied, StoreError> {
        let sql = self
            .sql("SELECT 0, blocked_user_id, id - id FROM blocks WHERE user_id = ")
            .bind(user_id.0)
            .push(" UNION ALL SELECT 1, user_id, id - id FROM blocks WHERE blocked_user_id = ")
            .bind(user_id.0)
            .push(" UNION ALL SELECT 2, muted_user_id, ends_at FROM mutes WHERE user_id = ")
            .bind(user_id.0);
        let mut tied = Tied::default();
        for row in self.rows(sql).await? {
            let user_id = UserId(row.try_get_by_index(1)?);
            match row.try_get_by_index::<i32>(0)? {
                tied_code::BLOCKS => tied.blocks.push(user_id),
                tied_code::BLOCKED_BY => tied.blocked_by.push(user_id),
                _ => tied.mutes.push(Mute { user_id, ends_at: ends_at(row.try_get_by_index(2)?) }),
            }
        }
        Ok(tied)
    }

    /// Whom someone blocks, newest first: the block's id and the account.
    pub async fn list_blocks(
        &self,
        user_id: UserId,
        before: i64,
        limit: u64,
    ) -> Result<Vec<(i64, UserId)>, StoreError> {
        let select = "SELECT id, blocked_user_id FROM blocks WHERE user_id = ";
        self.list_relations(select, user_id.0, before, limit).await
    }

    /// Who blocks someone, in no order; for clearing away.
    pub async fn list_blocked_by(
        &self,
        user_id: UserId,
        limit: u64,
    ) -> Result<Vec<UserId>, StoreError> {
        let sql = self.sql("SELECT user_id FROM blocks WHERE blocked_user_id = ").bind(user_id.0);
        let rows = self.rows(sql.push(" LIMIT ").bind(limit as i64)).await?;
        rows.iter().map(|row| Ok(UserId(row.try_get_by_index(0)?))).collect()
    }

    /// Whom someone mutes, newest first: the mute's id and the account. Some may have ended.
    pub async fn list_mutes(
        &self,
        user_id: UserId,
        before: i64,
        limit: u64,
    ) -> Result<Vec<(i64, UserId)>, StoreError> {
        let select = "SELECT id, muted_user_id FROM mutes WHERE user_id = ";
        self.list_relations(select, user_id.0, before, limit).await
    }

    /// Who asks to follow an account, newest first: the request's id and the account.
    pub async fn list_follow_requests(
        &self,
        followed_user_id: UserId,
        before: i64,
        limit: u64,
    ) -> Result<Vec<(i64, UserId)>, StoreError> {
        let select = "SELECT id, user_id FROM follow_requests WHERE followed_user_id = ";
        self.list_relations(select, followed_user_id.0, before, limit).await
    }

    /// Whom an account asks to follow, in no order; for clearing away.
    pub async fn list_requested(
        &self,
        user_id: UserId,
        limit: u64,
    ) -> Result<Vec<UserId>, StoreError> {
        let sql = self.sql("SELECT followed_user_id FROM follow_requests WHERE user_id = ");
        let rows = self.rows(sql.bind(user_id.0).push(" LIMIT ").bind(limit as i64)).await?;
        rows.iter().map(|row| Ok(UserId(row.try_get_by_index(0)?))).collect()
    }

    /// Mutes someone, anew if they are muted already; `relation` becomes the mute's id. Mutes that
    /// have ended by `now` are forgotten on the occasion.
    pub async fn set_mute(
        &self,
        user_id: UserId,
        relation: i64,
        mute: Mute,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let db = tx.get_database_backend();
            lock_user(&tx, user_id).await?;
            let ended = Sql::new(db, "DELETE FROM mutes WHERE user_id = ").bind(user_id.0);
            let ended = ended.push(" AND ends_at > 0 AND ends_at <= ").bind(now.0);
            tx.execute_raw(ended.done()).await?;
            let ends_at = mute.ends_at.map_or(0, |at| at.0);
            let row = [user_id.0, mute.user_id.0, relation, ends_at].map(Into::into).to_vec();
            let columns: (&[&str], &[&str]) = (&["user_id", "muted_user_id"], &["id", "ends_at"]);
            tx.execute_raw(upsert_rows(db, "mutes", columns, vec![row])).await?;
            Ok((tx, (), vec![Event::MutesChanged(user_id)]))
        })
        .await
    }

    /// Mutes someone no longer.
    pub async fn delete_mute(&self, user_id: UserId, muted: UserId) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let db = tx.get_database_backend();
            let sql = Sql::new(db, "DELETE FROM mutes WHERE user_id = ").bind(user_id.0);
            tx.execute_raw(sql.push(" AND muted_user_id = ").bind(muted.0).done()).await?;
            Ok((tx, (), vec![Event::MutesChanged(user_id)]))
        })
        .await
    }

    /// Forgets whom a deleted account mutes; and some of those who mute it: answers whether there
    /// may be more.
    pub async fn delete_mutes_of(&self, user_id: UserId, limit: u64) -> Result<bool, StoreError> {
        let sql = self.sql("SELECT user_id FROM mutes WHERE muted_user_id = ").bind(user_id.0);
        let rows = self.rows(sql.push(" LIMIT ").bind(limit as i64)).await?;
        let muting: Result<Vec<i64>, DbErr> =
            rows.iter().map(|row| row.try_get_by_index(0)).collect();
        let muting = muting?;
        self.write_rarely(async move |tx| {
            let db = tx.get_database_backend();
            let sql = Sql::new(db, "DELETE FROM mutes WHERE user_id = ").bind(user_id.0);
            tx.execute_raw(sql.done()).await?;
            let sql = Sql::new(db, "DELETE FROM mutes WHERE muted_user_id = ").bind(user_id.0);
            let sql = sql.push(" AND user_id IN ").list(muting.iter().copied());
            tx.execute_raw(sql.done()).await?;
            let changed = muting.iter().map(|id| Event::MutesChanged(UserId(*id)));
            Ok((tx, !muting.is_empty(), changed.collect()))
        })
        .await
    }
}

fn ends_at(millis: i64) -> Option<Timestamp> {
    (millis != 0).then_some(Timestamp(millis))
}
