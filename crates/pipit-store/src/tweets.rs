//! Tweets as they are read: whole ones by id, and the tweets of a conversation.

use std::collections::{HashMap, HashSet};

use pipit_model::event::{Event, Standing};
use pipit_model::limits::{CONVERSATION_ROWS_MAX, OWN_CHAIN_ROWS_MAX};
use pipit_model::media::Media;
use pipit_model::tweet::{Kind, Mention, Quote, ReplyAudience, Tweet, TweetCounts};
use pipit_model::visibility::Visibility;
use pipit_model::{Timestamp, TweetId, UserId};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use crate::Store;
use crate::entity::tweets;
use crate::error::StoreError;
use crate::row::Row;
use crate::sql::Sql;

/// The values of the column `kind`.
pub(crate) mod kind_code {
    pub(crate) const TWEET: i16 = 0;
    pub(crate) const REPLY: i16 = 1;
    pub(crate) const RETWEET: i16 = 2;
}

/// The highest id in use; 0 in an empty database.
pub(crate) async fn newest_id(db: &DatabaseConnection) -> Result<i64, StoreError> {
    let sql = Sql::new(db.get_database_backend(), "SELECT MAX(id) FROM tweets");
    let row = db.query_one_raw(sql.done()).await?;
    let newest = row.map(|row| row.try_get_by_index::<Option<i64>>(0)).transpose()?;
    Ok(newest.flatten().unwrap_or(0))
}

impl Store {
    /// The tweets with these ids, tombstones and retweets included, in no order; ids that do not
    /// exist are left out.
    pub async fn get_tweets(&self, ids: &[TweetId]) -> Result<Vec<Tweet>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = self.sql("SELECT id, user_id, timestamp, content, kind, reply_to_id, ");
        let sql = sql
            .push("reply_to_user_id, conversation_id, retweet_of_id, retweet_of_user_id, ")
            .push("like_count, retweet_count, reply_count, media_count, quote_of_id, ")
            .push(
                "quote_of_user_id, deleted_at, reply_audience, hidden, visibility, is_sensitive, ",
            )
            .push("count_version FROM tweets WHERE id IN ")
            .list(ids.iter().map(|id| id.0));
        // Side by side: a page that is not in memory waits for one answer, not for two.
        let (rows, mut mentions) = tokio::try_join!(self.rows(sql), self.mentions_of(ids))?;
        let rows: Vec<tweets::Model> = rows.iter().map(model_from).collect::<Result<_, _>>()?;
        // Most have no pictures, and cost no third question.
        let pictured = rows.iter().filter(|row| row.media_count > 0 && row.deleted_at.is_none());
        let pictured: Vec<i64> = pictured.map(|row| row.id).collect();
        let mut media = self.media_of(&pictured).await?;
        let whole = |row: tweets::Model| {
            let mentions = mentions.remove(&row.id).unwrap_or_default();
            let media = media.remove(&row.id).unwrap_or_default();
            from_row(row, mentions, media)
        };
        Ok(rows.into_iter().map(whole).collect())
    }

    async fn mentions_of(&self, ids: &[TweetId]) -> Result<HashMap<i64, Vec<Mention>>, StoreError> {
        let mut mentions: HashMap<i64, Vec<Mention>> = HashMap::new();
        let sql = self
            .sql("SELECT tweet_id, user_id, handle_key FROM mentions WHERE tweet_id IN ")
            .list(ids.iter().map(|id| id.0));
        for row in self.rows(sql).await? {
            let mention = Mention {
                user_id: UserId(row.try_get_by_index(1)?),
                handle_key: row.try_get_by_index(2)?,
            };
            mentions.entry(row.try_get_by_index(0)?).or_default().push(mention);
        }
        Ok(mentions)
    }

    /// Direct and indirect answers to a tweet with an id above `after`, oldest first, tombstones left
    /// out (their own answers still stand). Below a tweet that does not start its conversation, only
    /// the next [`CONVERSATION_ROWS_MAX`] tweets of the conversation are looked at.
    pub async fn list_descendants(
        &self,
        tweet: &Tweet,
        after: i64,
        limit: usize,
    ) -> Result<Vec<TweetId>, StoreError> {
        if tweet.id == tweet.conversation_id {
            let sql = self
                .answers_after(tweet, after.max(tweet.id.0))
                .push(" AND deleted_at IS NULL ORDER BY id LIMIT ")
                .bind(limit as i64);
            return self.ids(sql).await;
        }
        let sql = self.answers_after(tweet, tweet.id.0).push(" ORDER BY id LIMIT ");
        let rows = self.many_rows(sql.bind(CONVERSATION_ROWS_MAX as i64)).await?;
        let below = branch(tweet, &rows, |_| true)?.into_iter();
        Ok(below.filter(|id| id.0 > after).take(limit).collect())
    }

    /// What a tweet's author answered to it themselves, and to those answers, oldest first: looked for
    /// among the next [`OWN_CHAIN_ROWS_MAX`] answers of the conversation.
    pub async fn list_own_chain(&self, tweet: &Tweet) -> Result<Vec<TweetId>, StoreError> {
        let sql = self.answers_after(tweet, tweet.id.0).push(" ORDER BY id LIMIT ");
        let rows = self.rows(sql.bind(OWN_CHAIN_ROWS_MAX as i64)).await?;
        branch(tweet, &rows, |author| author == tweet.user_id)
    }

    /// The answers of a tweet's conversation after an id, as [`branch`] takes them, to be narrowed down.
    fn answers_after(&self, tweet: &Tweet, after: i64) -> Sql {
        self.sql("SELECT id, reply_to_id, user_id, deleted_at FROM tweets WHERE conversation_id = ")
            .bind(tweet.conversation_id.0)
            // Only answers are in the index.
            .push(" AND reply_to_id IS NOT NULL AND id > ")
            .bind(after)
    }

    /// The tweets that a tweet answers, up to the first of the conversation, oldest first; at most
    /// `limit`, the nearest ones.
    pub async fn list_ancestors(
        &self,
        id: TweetId,
        limit: usize,
    ) -> Result<Vec<TweetId>, StoreError> {
        let sql = self
            .sql("WITH RECURSIVE above(id, parent, depth) AS (")
            .push("SELECT id, reply_to_id, 0 FROM tweets WHERE id = ")
            .bind(id.0)
            .push(" UNION ALL SELECT t.id, t.reply_to_id, a.depth + 1 FROM tweets t ")
            .push("JOIN above a ON t.id = a.parent WHERE a.depth < ")
            .bind(limit as i64)
            .push(") SELECT id FROM above WHERE depth > 0 ORDER BY id");
        self.ids(sql).await
    }

    /// Hides a reply, or shows it again; nothing of it changes but where it stands.
    pub async fn set_hidden(&self, id: TweetId, to: Standing) -> Result<(), StoreError> {
        let update = self.sql("UPDATE tweets SET hidden = ").bind(i16::from(to.is_set()));
        let update = update.push(" WHERE id = ").bind(id.0).done();
        self.write_rarely(async move |tx| {
            tx.execute_raw(update).await?;
            Ok((tx, (), vec![Event::TweetChanged(id)]))
        })
        .await
    }

    async fn ids(&self, sql: Sql) -> Result<Vec<TweetId>, StoreError> {
        let rows = self.rows(sql).await?;
        rows.iter().map(|row| Ok(TweetId(row.try_get_by_index(0)?))).collect()
    }
}

/// Of answers of its conversation, oldest first, those that hang on a tweet by answers of certain
/// authors alone; tombstones are left out, but what hangs on them is not.
fn branch(
    tweet: &Tweet,
    rows: &[Row],
    is_of_it: impl Fn(UserId) -> bool,
) -> Result<Vec<TweetId>, StoreError> {
    // An answer is younger than what it answers: one pass finds all of it.
    let mut branch = HashSet::from([tweet.id.0]);
    let mut found = Vec::new();
    for row in rows {
        let parent: Option<i64> = row.try_get_by_index(1)?;
        let is_below = parent.is_some_and(|parent| branch.contains(&parent));
        if !is_below || !is_of_it(UserId(row.try_get_by_index(2)?)) {
            continue;
        }
        let id: i64 = row.try_get_by_index(0)?;
        branch.insert(id);
        if row.try_get_by_index::<Option<i64>>(3)?.is_none() {
            found.push(TweetId(id));
        }
    }
    Ok(found)
}

/// A row of which all columns were asked for, in their order.
fn model_from(row: &Row) -> Result<tweets::Model, DbErr> {
    Ok(tweets::Model {
        id: row.try_get_by_index(0)?,
        user_id: row.try_get_by_index(1)?,
        timestamp: row.try_get_by_index(2)?,
        content: row.try_get_by_index(3)?,
        kind: row.try_get_by_index(4)?,
        reply_to_id: row.try_get_by_index(5)?,
        reply_to_user_id: row.try_get_by_index(6)?,
        conversation_id: row.try_get_by_index(7)?,
        retweet_of_id: row.try_get_by_index(8)?,
        retweet_of_user_id: row.try_get_by_index(9)?,
        like_count: row.try_get_by_index(10)?,
        retweet_count: row.try_get_by_index(11)?,
        reply_count: row.try_get_by_index(12)?,
        media_count: row.try_get_by_index(13)?,
        quote_of_id: row.try_get_by_index(14)?,
        quote_of_user_id: row.try_get_by_index(15)?,
        deleted_at: row.try_get_by_index(16)?,
        reply_audience: row.try_get_by_index(17)?,
        hidden: row.try_get_by_index(18)?,
        visibility: row.try_get_by_index(19)?,
        is_sensitive: row.try_get_by_index(20)?,
        count_version: row.try_get_by_index(21)?,
    })
}

pub(crate) fn kind_of(
    reply: (Option<i64>, Option<i64>),
    retweet: (Option<i64>, Option<i64>),
) -> Kind {
    match (reply, retweet) {
        (_, (Some(of), Some(of_user))) => {
            Kind::Retweet { of: TweetId(of), of_user: UserId(of_user) }
        }
        ((Some(to), Some(to_user)), _) => Kind::Reply { to: TweetId(to), to_user: UserId(to_user) },
        _ => Kind::Tweet,
    }
}

pub(crate) fn from_row(row: tweets::Model, mentions: Vec<Mention>, media: Vec<Media>) -> Tweet {
    let quote = row.quote_of_id.zip(row.quote_of_user_id);
    Tweet {
        id: TweetId(row.id),
        user_id: UserId(row.user_id),
        timestamp: Timestamp(row.timestamp),
        content: row.content,
        kind: kind_of(
            (row.reply_to_id, row.reply_to_user_id),
            (row.retweet_of_id, row.retweet_of_user_id),
        ),
        conversation_id: TweetId(row.conversation_id),
        counts: TweetCounts {
            likes: row.like_count,
            retweets: row.retweet_count,
            replies: row.reply_count,
            version: row.count_version,
        },
        mentions,
        quote: quote.map(|(of, user)| Quote { of: TweetId(of), of_user: UserId(user) }),
        media,
        visibility: Visibility::from_code(row.visibility),
        reply_audience: ReplyAudience::from_code(row.reply_audience),
        sensitive: row.is_sensitive != 0,
        hidden: row.hidden != 0,
        deleted: row.deleted_at.is_some(),
    }
}

pub(crate) fn to_row(tweet: &Tweet) -> tweets::Model {
    let (kind, reply, retweet) = match tweet.kind {
        Kind::Tweet => (kind_code::TWEET, None, None),
        Kind::Reply { to, to_user } => (kind_code::REPLY, Some((to.0, to_user.0)), None),
        Kind::Retweet { of, of_user } => (kind_code::RETWEET, None, Some((of.0, of_user.0))),
    };
    tweets::Model {
        id: tweet.id.0,
        user_id: tweet.user_id.0,
        timestamp: tweet.timestamp.0,
        content: tweet.content.clone(),
        kind,
        reply_to_id: reply.map(|(id, _)| id),
        reply_to_user_id: reply.map(|(_, user)| user),
        conversation_id: tweet.conversation_id.0,
        retweet_of_id: retweet.map(|(id, _)| id),
        retweet_of_user_id: retweet.map(|(_, user)| user),
        like_count: tweet.counts.likes,
        retweet_count: tweet.counts.retweets,
        reply_count: tweet.counts.replies,
        count_version: tweet.counts.version,
        media_count: tweet.media.len() as i16,
        quote_of_id: tweet.quote.map(|quote| quote.of.0),
        quote_of_user_id: tweet.quote.map(|quote| quote.of_user.0),
        visibility: tweet.visibility.code(),
        reply_audience: tweet.reply_audience.code(),
        hidden: i16::from(tweet.hidden),
        is_sensitive: i16::from(tweet.sensitive),
        deleted_at: None,
    }
}
