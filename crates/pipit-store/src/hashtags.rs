//! Hashtags as they are read.

use std::collections::HashMap;

use pipit_model::{HashtagId, TweetId};

use crate::Store;
use crate::error::StoreError;
use crate::row::Row;

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

    /// How often each hashtag is among the newest `sample` uses since `since`, most used first.
    pub async fn list_trending(
        &self,
        since: TweetId,
        sample: u64,
        limit: usize,
    ) -> Result<Vec<(Hashtag, u64)>, StoreError> {
        let sql = self
            .sql("SELECT hashtag_id FROM tweet_hashtags WHERE tweet_id >= ")
            .bind(since.0)
            .push(" ORDER BY tweet_id DESC LIMIT ")
            .bind(sample as i64);
        let mut uses: HashMap<i64, u64> = HashMap::new();
        for row in self.many_rows(sql).await? {
            *uses.entry(row.try_get_by_index(0)?).or_default() += 1;
        }
        let mut top: Vec<_> = uses.into_iter().collect();
        top.sort_unstable_by_key(|(id, uses)| (std::cmp::Reverse(*uses), *id));
        top.truncate(limit);
        if top.is_empty() {
            return Ok(Vec::new());
        }
        let sql = self
            .sql("SELECT id, name, tweet_count FROM hashtags WHERE id IN ")
            .list(top.iter().map(|(id, _)| *id));
        let mut named = HashMap::new();
        for row in self.rows(sql).await? {
            let hashtag = hashtag_from(&row)?;
            named.insert(hashtag.id.0, hashtag);
        }
        Ok(top.into_iter().filter_map(|(id, uses)| Some((named.remove(&id)?, uses))).collect())
    }
}

fn hashtag_from(row: &Row) -> Result<Hashtag, sea_orm::DbErr> {
    Ok(Hashtag {
        id: HashtagId(row.try_get_by_index(0)?),
        name: row.try_get_by_index(1)?,
        tweet_count: row.try_get_by_index(2)?,
    })
}
