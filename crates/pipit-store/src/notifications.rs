//! What people are told, as it is read.

use std::collections::BTreeSet;

use pipit_model::event::Event;
use pipit_model::limits::NOTIFICATION_SWEEP_USERS;
use pipit_model::notification::{Notification, NotificationKind};
use pipit_model::visibility::Visibility;
use pipit_model::{NotificationId, TweetId, UserId};
use sea_orm::ConnectionTrait;

use crate::Store;
use crate::error::StoreError;
use crate::row::Row;
use crate::sql::Sql;

impl Store {
    /// What somebody is told of these kinds, with `after < id < before`, newest first. Each kind is
    /// read by its own stretch of the index: however many likes there are, mentions are found at once.
    pub async fn list_notifications(
        &self,
        user_id: UserId,
        kinds: &[NotificationKind],
        (after, before): (i64, i64),
        limit: u64,
    ) -> Result<Vec<Notification>, StoreError> {
        let mut sql = self.sql("");
        for (n, kind) in kinds.iter().enumerate() {
            // Of a tweet that says something, whom it is for.
            let (visibility, join) = if NotificationKind::MENTIONS.contains(kind) {
                ("COALESCE(t.visibility, 0)", "LEFT JOIN tweets t ON t.id = n.tweet_id ")
            } else {
                ("0", "")
            };
            sql = sql
                .push(if n > 0 { " UNION ALL " } else { "" })
                .push("SELECT * FROM (SELECT n.id, n.kind, n.actor_id, n.tweet_id, ")
                .push(visibility)
                .push(" AS visibility FROM notifications n ")
                .push(join)
                .push("WHERE n.user_id = ")
                .bind(user_id.0)
                .push(" AND n.kind = ")
                .bind(kind.code())
                .push(" AND n.id > ")
                .bind(after)
                .push(" AND n.id < ")
                .bind(before)
                .push(" ORDER BY n.id DESC LIMIT ")
                .bind(limit as i64)
                .push(&format!(") k{n}"));
        }
        if kinds.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.rows(sql).await?;
        let read = |row: &Row| notification_from(user_id, row);
        let mut found: Vec<_> = rows.iter().map(read).collect::<Result<_, _>>()?;
        found.sort_unstable_by_key(|notification| std::cmp::Reverse(notification.id));
        found.truncate(limit as usize);
        Ok(found)
    }

    /// Forgets some of what an account was told; answers how much.
    pub async fn delete_notifications_of(
        &self,
        user_id: UserId,
        limit: u64,
    ) -> Result<usize, StoreError> {
        let kinds = &NotificationKind::ALL;
        let some = self.list_notifications(user_id, kinds, (i64::MIN, i64::MAX), limit).await?;
        if some.is_empty() {
            return Ok(0);
        }
        let deleted = some.len();
        self.delete_notifications(some).await?;
        Ok(deleted)
    }

    /// Forgets what the accounts after this one were told before an id: of some accounts, and at
    /// most `limit`. Answers after which account to go on; [`None`] after the last.
    pub async fn delete_old_notifications(
        &self,
        after: UserId,
        before: NotificationId,
        limit: u64,
    ) -> Result<Option<UserId>, StoreError> {
        let sql = self.sql("SELECT id FROM users WHERE id > ").bind(after.0);
        let sql = sql.push(" ORDER BY id LIMIT ").bind(NOTIFICATION_SWEEP_USERS as i64);
        let rows = self.rows(sql).await?;
        let ids = rows.iter().map(|row| row.try_get_by_index(0));
        let ids: Vec<i64> = ids.collect::<Result<_, _>>()?;
        let Some(last) = ids.last().copied() else { return Ok(None) };
        let kinds = NotificationKind::ALL.map(|kind| i64::from(kind.code()));
        let sql = self
            .sql(
                "SELECT id, kind, actor_id, tweet_id, 0, user_id FROM notifications \
                 WHERE user_id IN ",
            )
            .list(ids)
            .push(" AND kind IN ")
            .list(kinds)
            .push(" AND id < ")
            .bind(before.0)
            .push(" LIMIT ")
            .bind(limit as i64);
        let rows = self.rows(sql).await?;
        let read = |row: &Row| notification_from(UserId(row.try_get_by_index(5)?), row);
        let old: Vec<_> = rows.iter().map(read).collect::<Result<_, _>>()?;
        // There may be more of these accounts.
        let is_whole = (old.len() as u64) < limit;
        if !old.is_empty() {
            self.delete_notifications(old).await?;
        }
        Ok(Some(if is_whole { UserId(last) } else { after }))
    }

    async fn delete_notifications(&self, which: Vec<Notification>) -> Result<(), StoreError> {
        let users: BTreeSet<UserId> = which.iter().map(|it| it.user_id).collect();
        let keys = which.into_iter().map(|it| {
            let tweet_id = it.tweet_id.map_or(0, |id| id.0);
            vec![it.user_id.0.into(), it.kind.code().into(), tweet_id.into(), it.actor_id.0.into()]
        });
        let delete = delete_by_key(self.sql("DELETE FROM notifications WHERE "), keys);
        self.write_rarely(async move |tx| {
            tx.execute_raw(delete.done()).await?;
            Ok((tx, (), users.into_iter().map(Event::NotificationsTaken).collect()))
        })
        .await
    }
}

/// Which rows, by their whole key.
pub(crate) fn delete_by_key(
    delete: Sql,
    keys: impl IntoIterator<Item = Vec<sea_orm::Value>>,
) -> Sql {
    delete.tuple_in(&["user_id", "kind", "tweet_id", "actor_id"], keys)
}

fn notification_from(user_id: UserId, row: &Row) -> Result<Notification, StoreError> {
    let code: i16 = row.try_get_by_index(1)?;
    let unknown = || StoreError::Database(format!("a notification of kind {code}"));
    let tweet_id: i64 = row.try_get_by_index(3)?;
    Ok(Notification {
        id: NotificationId(row.try_get_by_index(0)?),
        user_id,
        kind: NotificationKind::from_code(code).ok_or_else(unknown)?,
        actor_id: UserId(row.try_get_by_index(2)?),
        tweet_id: (tweet_id != 0).then_some(TweetId(tweet_id)),
        visibility: Visibility::from_code(row.try_get_by_index::<i32>(4)? as i16),
    })
}
