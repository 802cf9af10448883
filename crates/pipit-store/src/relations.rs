//! Who follows whom and who likes what, as it is read.

use std::collections::HashSet;

use pipit_model::{TweetId, UserId};

use crate::Store;
use crate::error::StoreError;
use crate::row::Row;
use crate::sql::Sql;

/// Which side of the follow relation is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowSide {
    /// The accounts that follow someone.
    Followers,
    /// The accounts that someone follows.
    Following,
}

/// Who of two accounts follows, or asks to follow, the other, seen from the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Relationship {
    /// The first follows the second.
    pub following: bool,
    /// The second follows the first.
    pub followed_by: bool,
    /// The first asks to follow the second.
    pub requested: bool,
    /// The second asks to follow the first.
    pub requested_by: bool,
}

/// What a reader did to tweets: the newest by tweet id, and down to which id that is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marked {
    /// Tweets, newest first.
    pub tweet_ids: Vec<TweetId>,
    /// Every marked tweet with at least this id is in the list; 0 if all are.
    pub floor: i64,
}

impl Store {
    /// Everyone a user follows, in no order.
    pub async fn list_followees(&self, user_id: UserId) -> Result<Vec<UserId>, StoreError> {
        let sql =
            self.sql("SELECT followed_user_id FROM followers WHERE user_id = ").bind(user_id.0);
        let rows = self.rows(sql).await?;
        rows.iter().map(|row| Ok(UserId(row.try_get_by_index(0)?))).collect()
    }

    /// One side of the follow relation, newest first: the follow's id and the other account.
    pub async fn list_follows(
        &self,
        side: FollowSide,
        user_id: UserId,
        before: i64,
        limit: u64,
    ) -> Result<Vec<(i64, UserId)>, StoreError> {
        let select = match side {
            FollowSide::Followers => "SELECT id, user_id FROM followers WHERE followed_user_id = ",
            FollowSide::Following => "SELECT id, followed_user_id FROM followers WHERE user_id = ",
        };
        self.list_relations(select, user_id.0, before, limit).await
    }

    /// How an account stands to each of the others, seen from `user_id`, each in its place.
    pub async fn list_relationships(
        &self,
        user_id: UserId,
        others: &[UserId],
    ) -> Result<Vec<Relationship>, StoreError> {
        if others.is_empty() {
            return Ok(Vec::new());
        }
        let there = others.iter().map(|other| (user_id.0, other.0));
        let back = others.iter().map(|other| (other.0, user_id.0));
        let pairs: Vec<(i64, i64)> = there.chain(back).collect();
        let columns = ("user_id", "followed_user_id");
        let sql = self
            .sql("SELECT user_id, followed_user_id, 0 FROM followers WHERE ")
            .pair_in(columns, pairs.iter().copied())
            .push(" UNION ALL SELECT user_id, followed_user_id, 1 FROM follow_requests WHERE ")
            .pair_in(columns, pairs);
        let (mut follows, mut requests) = (HashSet::new(), HashSet::new());
        for row in self.rows(sql).await? {
            let pair: (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let is_request = row.try_get_by_index::<i32>(2)? == 1;
            if is_request { &mut requests } else { &mut follows }.insert(pair);
        }
        let relationship = |other: &UserId| Relationship {
            following: follows.contains(&(user_id.0, other.0)),
            followed_by: follows.contains(&(other.0, user_id.0)),
            requested: requests.contains(&(user_id.0, other.0)),
            requested_by: requests.contains(&(other.0, user_id.0)),
        };
        Ok(others.iter().map(relationship).collect())
    }

    /// Who likes a tweet, newest first: the like's id and the person.
    pub async fn list_likers(
        &self,
        id: TweetId,
        before: i64,
        limit: u64,
    ) -> Result<Vec<(i64, UserId)>, StoreError> {
        let select = "SELECT id, user_id FROM likes WHERE tweet_id = ";
        self.list_relations(select, id.0, before, limit).await
    }

    /// Who retweeted a tweet, newest first: the retweet's id and the person.
    pub async fn list_retweeters(
        &self,
        id: TweetId,
        before: i64,
        limit: u64,
    ) -> Result<Vec<(i64, UserId)>, StoreError> {
        let select = "SELECT id, user_id FROM tweets WHERE retweet_of_id = ";
        self.list_relations(select, id.0, before, limit).await
    }

    /// Relations of one thing, newest first: the relation's id and the person. `select` ends where
    /// the thing's id goes.
    pub(crate) async fn list_relations(
        &self,
        select: &str,
        of: i64,
        before: i64,
        limit: u64,
    ) -> Result<Vec<(i64, UserId)>, StoreError> {
        let sql = self.sql(select).bind(of).push(" AND id < ").bind(before);
        let rows = self.rows(sql.push(" ORDER BY id DESC LIMIT ").bind(limit as i64)).await?;
        rows.iter()
            .map(|row| Ok((row.try_get_by_index(0)?, UserId(row.try_get_by_index(1)?))))
            .collect()
    }

    /// The tweets a reader likes, newest tweets first.
    pub async fn list_liked(&self, user_id: UserId, limit: u64) -> Result<Marked, StoreError> {
        let sql = self.sql("SELECT tweet_id FROM likes WHERE user_id = ").bind(user_id.0);
        self.marked(sql.push(" ORDER BY tweet_id DESC LIMIT ").bind(limit as i64), limit).await
    }

    /// The tweets a reader keeps, newest tweets first.
    pub async fn list_bookmarked(&self, user_id: UserId, limit: u64) -> Result<Marked, StoreError> {
        let sql = self.sql("SELECT tweet_id FROM bookmarks WHERE user_id = ").bind(user_id.0);
        self.marked(sql.push(" ORDER BY tweet_id DESC LIMIT ").bind(limit as i64), limit).await
    }

    /// What a reader keeps, newest bookmark first: the bookmark's id and the tweet.
    pub async fn list_bookmarks(
        &self,
        user_id: UserId,
        before: i64,
        limit: u64,
    ) -> Result<Vec<(i64, TweetId)>, StoreError> {
        let sql = self.sql("SELECT id, tweet_id FROM bookmarks WHERE user_id = ").bind(user_id.0);
        let sql = sql.push(" AND id < ").bind(before);
        let rows = self.rows(sql.push(" ORDER BY id DESC LIMIT ").bind(limit as i64)).await?;
        rows.iter()
            .map(|row| Ok((row.try_get_by_index(0)?, TweetId(row.try_get_by_index(1)?))))
            .collect()
    }

    /// The newest follows of each of these accounts, at most `each`: whom they follow, once for
    /// each who does.
    pub async fn list_newest_followees(
        &self,
        user_ids: &[UserId],
        each: u64,
    ) -> Result<Vec<UserId>, StoreError> {
        if user_ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = self.sql("");
        for (n, user_id) in user_ids.iter().enumerate() {
            sql = sql
                .push(if n == 0 { "" } else { " UNION ALL " })
                .push("SELECT * FROM (SELECT followed_user_id FROM followers WHERE user_id = ")
                .bind(user_id.0)
                .push(" ORDER BY id DESC LIMIT ")
                .bind(each as i64)
                .push(&format!(") AS f{n}"));
        }
        let rows = self.many_rows(sql).await?;
        rows.iter().map(|row| Ok(UserId(row.try_get_by_index(0)?))).collect()
    }

    /// What someone likes, newest like first: the like's id and the tweet.
    pub async fn list_likes_by(
        &self,
        user_id: UserId,
        before: i64,
        limit: u64,
    ) -> Result<Vec<(i64, TweetId)>, StoreError> {
        let select = "SELECT id, tweet_id FROM likes WHERE user_id = ";
        let rows = self.list_relations(select, user_id.0, before, limit).await?;
        Ok(rows.into_iter().map(|(id, tweet)| (id, TweetId(tweet.0))).collect())
    }

    /// The tweets a reader retweeted, newest tweets first.
    pub async fn list_retweeted(&self, user_id: UserId, limit: u64) -> Result<Marked, StoreError> {
        let sql = self
            .sql("SELECT retweet_of_id FROM tweets WHERE user_id = ")
            .bind(user_id.0)
            .push(" AND retweet_of_id IS NOT NULL ORDER BY retweet_of_id DESC LIMIT ")
            .bind(limit as i64);
        self.marked(sql, limit).await
    }

    /// Which of these tweets a reader likes.
    pub async fn filter_liked(
        &self,
        user_id: UserId,
        ids: &[TweetId],
    ) -> Result<Vec<TweetId>, StoreError> {
        self.marked_among(("tweet_id", "likes"), user_id, ids).await
    }

    /// Which of these tweets a reader keeps.
    pub async fn filter_bookmarked(
        &self,
        user_id: UserId,
        ids: &[TweetId],
    ) -> Result<Vec<TweetId>, StoreError> {
        self.marked_among(("tweet_id", "bookmarks"), user_id, ids).await
    }

    /// Which of these tweets a reader retweeted.
    pub async fn filter_retweeted(
        &self,
        user_id: UserId,
        ids: &[TweetId],
    ) -> Result<Vec<TweetId>, StoreError> {
        self.marked_among(("retweet_of_id", "tweets"), user_id, ids).await
    }

    async fn marked_among(
        &self,
        (column, table): (&str, &str),
        user_id: UserId,
        ids: &[TweetId],
    ) -> Result<Vec<TweetId>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = self.sql(&format!("SELECT {column} FROM {table} WHERE user_id = "));
        let sql = sql.bind(user_id.0).push(&format!(" AND {column} IN "));
        Ok(self.marked(sql.list(ids.iter().map(|id| id.0)), 0).await?.tweet_ids)
    }

    async fn marked(&self, sql: Sql, limit: u64) -> Result<Marked, StoreError> {
        let rows = self.rows(sql).await?;
        let id_of = |row: &Row| Ok(TweetId(row.try_get_by_index(0)?));
        let tweet_ids: Vec<_> = rows.iter().map(id_of).collect::<Result<_, StoreError>>()?;
        let full = tweet_ids.len() as u64 >= limit;
        let floor = tweet_ids.last().filter(|_| full).map_or(0, |id| id.0);
        Ok(Marked { tweet_ids, floor })
    }
}
