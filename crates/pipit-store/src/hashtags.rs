//! Hashtags as they are read.

use pipit_model::event::{Event, Standing};
use pipit_model::limits::HASHTAGS_FOLLOWED_MAX;
use pipit_model::{HashtagId, TweetId, UserId};
use sea_orm::ConnectionTrait;

use crate::Store;
use crate::error::StoreError;
use crate::row::Row;
use crate::sql::{Sql, insert_rows};
use crate::users::lock_user;

/// A hashtag and how much it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashtag {
    /// Its id.
    pub id: HashtagId,
    /// NFC, case-folded, without the sigil.
    pub name: String,
    /// Tweets and replies with it that are not deleted.
    pub tweet_count: i64,
}

impl Store {
    /// The hashtag with this name (as it is compared), if anybody ever used it.
    pub async fn find_hashtag(&self, name: &str) -> Result<Option<Hashtag>, StoreError> {
        let sql = self.sql("SELECT id, name, tweet_count FROM hashtags WHERE name = ").bind(name);
        let rows = self.rows(sql).await?;
        rows.first().map(|row| Ok(hashtag_from(row)?)).transpose()
    }

    /// The hashtags with these ids, in no order.
    pub async fn get_hashtags(&self, ids: &[HashtagId]) -> Result<Vec<Hashtag>, StoreError> {
        let sql = self
            .sql("SELECT id, name, tweet_count FROM hashtags WHERE id IN ")
            .list(ids.iter().map(|id| id.0));
        let rows = self.rows(sql).await?;
        rows.iter().map(|row| Ok(hashtag_from(row)?)).collect()
    }

    /// The newest uses of hashtags since `since`, at most `limit`: the tweet, its author, the
    /// hashtag.
    pub async fn list_hashtag_uses(
        &self,
        since: TweetId,
        limit: u64,
    ) -> Result<Vec<(TweetId, UserId, HashtagId)>, StoreError> {
        let sql = self
            .sql("SELECT h.tweet_id, t.user_id, h.hashtag_id FROM tweet_hashtags h ")
            .push("JOIN tweets t ON t.id = h.tweet_id WHERE h.tweet_id >= ")
            .bind(since.0)
            .push(" ORDER BY h.tweet_id DESC LIMIT ")
            .bind(limit as i64);
        let rows = self.many_rows(sql).await?;
        let id = |row: &Row, n| row.try_get_by_index::<i64>(n);
        let used =
            |row: &Row| Ok((TweetId(id(row, 0)?), UserId(id(row, 1)?), HashtagId(id(row, 2)?)));
        rows.iter().map(used).collect()
    }

    /// The hashtags that someone follows, newest follow first.
    pub async fn list_followed_hashtags(
        &self,
        user_id: UserId,
    ) -> Result<Vec<Hashtag>, StoreError> {
        let sql = self
            .sql("SELECT h.id, h.name, h.tweet_count FROM hashtag_follows f ")
            .push("JOIN hashtags h ON h.id = f.hashtag_id WHERE f.user_id = ")
            .bind(user_id.0)
            .push(" ORDER BY f.id DESC");
        let rows = self.rows(sql).await?;
        rows.iter().map(|row| Ok(hashtag_from(row)?)).collect()
    }

    /// Follows a hashtag, or follows it no longer; `id` becomes the follow's.
    pub async fn set_hashtag_follow(
        &self,
        user_id: UserId,
        hashtag_id: HashtagId,
        id: i64,
        to: Standing,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            lock_user(&tx, user_id).await?;
            let db = tx.get_database_backend();
            let of_user = |text: &str| Sql::new(db, text).bind(user_id.0);
            let delete = of_user("DELETE FROM hashtag_follows WHERE user_id = ");
            let delete = delete.push(" AND hashtag_id = ").bind(hashtag_id.0).done();
            let was_there = tx.execute_raw(delete).await?.rows_affected() > 0;
            if to.is_set() {
                let count = of_user("SELECT COUNT(*) FROM hashtag_follows WHERE user_id = ");
                if !was_there && crate::lists::number(&tx, count).await? >= HASHTAGS_FOLLOWED_MAX {
                    return Err(StoreError::Limit(
                        "you follow as many hashtags as one can (200): let one go first",
                    ));
                }
                let row = vec![user_id.0.into(), hashtag_id.0.into(), id.into()];
                let columns = ["user_id", "hashtag_id", "id"];
                tx.execute_raw(insert_rows(db, "hashtag_follows", &columns, vec![row])).await?;
            }
            Ok((tx, (), vec![Event::HashtagsFollowed(user_id)]))
        })
        .await
    }
}

pub(crate) fn hashtag_from(row: &Row) -> Result<Hashtag, sea_orm::DbErr> {
    Ok(Hashtag {
        id: HashtagId(row.try_get_by_index(0)?),
        name: row.try_get_by_index(1)?,
        tweet_count: row.try_get_by_index(2)?,
    })
}
