//! Tweets that wait for review: nothing else of the database knows of them. Their pictures are kept
//! (`expires_at` 0) under a use of their own, so that no other tweet takes them meanwhile.

use pipit_model::automod::{HeldState, HeldTweet};
use pipit_model::limits::HELD_PER_USER_MAX;
use pipit_model::tweet::{NewTweetTerms, ReplyAudience};
use pipit_model::user::User;
use pipit_model::visibility::Visibility;
use pipit_model::{HeldId, MediaId, Timestamp, TweetId, UserId};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::Store;
use crate::audit::{Noted, note};
use crate::error::StoreError;
use crate::lists::number;
use crate::media::{discard_held_media, hold_media};
use crate::moderation::{Notice, set_notice};
use crate::row::Row;
use crate::sql::{Sql, insert_rows};
use crate::users::{changed, insert_key, lock_user};
use crate::write::command::IdempotencyKey;

const COLUMNS: &str = "SELECT id, user_id, content, reply_to_id, quote_of_id, media, visibility, \
     reply_audience, is_sensitive, why, state, decided_at, reason, tweet_id FROM held_tweets WHERE ";

impl Store {
    /// Stores a tweet that waits for review: [`None`] if it is new; what the same request made
    /// before, which may be a tweet, if it is not.
    pub async fn insert_held(
        &self,
        held: HeldTweet,
        idempotency: Option<IdempotencyKey>,
        noted: Noted,
    ) -> Result<Option<i64>, StoreError> {
        if let Some(key) = &idempotency
            && let Some(existing) = self.find_idempotent(key).await?
        {
            return Ok(Some(existing));
        }
        let key = idempotency.clone();
        match (self.insert_new_held(held, idempotency, noted).await, &key) {
            // The same request at the same moment: the other one was faster.
            (Err(error @ StoreError::Clash(_)), Some(key)) => {
                Ok(Some(self.find_idempotent(key).await?.ok_or(error)?))
            }
            (inserted, _) => inserted.map(|()| None),
        }
    }

    async fn insert_new_held(
        &self,
        held: HeldTweet,
        idempotency: Option<IdempotencyKey>,
        noted: Noted,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let db = tx.get_database_backend();
            let at = held.id.timestamp();
            // Whoever holds this lock knows the count.
            lock_user(&tx, held.user_id).await?;
            let count = Sql::new(db, "SELECT COUNT(*) FROM held_tweets WHERE user_id = ");
            let count = count.bind(held.user_id.0).push(" AND state IN ").list(open_states());
            if number(&tx, count).await? >= HELD_PER_USER_MAX {
                return Err(StoreError::Limit(
                    "20 tweets of yours wait for review: wait until the moderators have looked",
                ));
            }
            hold_media(&tx, held.user_id, &held.terms.media, at).await?;
            let (id, columns) = (held.id.0, COLUMNS.split_once(" FROM").map_or("", |all| all.0));
            let columns: Vec<&str> = columns.trim_start_matches("SELECT ").split(", ").collect();
            tx.execute_raw(insert_rows(db, "held_tweets", &columns, vec![values(held)])).await?;
            if let Some(key) = idempotency {
                insert_key(&tx, key, id, at).await?;
            }
            let audited = note(&tx, noted).await?;
            Ok((tx, (), vec![audited]))
        })
        .await
    }

    /// A held tweet.
    pub async fn find_held(&self, id: HeldId) -> Result<Option<HeldTweet>, StoreError> {
        let rows = self.rows(self.sql(COLUMNS).push("id = ").bind(id.0)).await?;
        rows.first().map(held_from).transpose()
    }

    /// The tweets that wait for review, newest first.
    pub async fn list_held(&self, before: i64, limit: u64) -> Result<Vec<HeldTweet>, StoreError> {
        let sql = self.sql(COLUMNS).push("state IN ").list(open_states());
        let sql = sql.push(" AND id < ").bind(before).push(" ORDER BY id DESC LIMIT ");
        self.rows(sql.bind(limit as i64)).await?.iter().map(held_from).collect()
    }

    /// Somebody's tweets that wait or were rejected, newest first.
    pub async fn list_held_of(
        &self,
        user_id: UserId,
        limit: u64,
    ) -> Result<Vec<HeldTweet>, StoreError> {
        let sql = self.sql(COLUMNS).push("user_id = ").bind(user_id.0).push(" AND state <> ");
        let sql = sql.bind(HeldState::Approved.code()).push(" ORDER BY id DESC LIMIT ");
        self.rows(sql.bind(limit as i64)).await?.iter().map(held_from).collect()
    }

    /// Begins to post a held tweet: from then on nobody rejects it.
    pub async fn begin_approval(&self, id: HeldId) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let to = HeldState::Approving;
            set_state(&tx, id, to, &[HeldState::Waiting, HeldState::Approving]).await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }

    /// Lets a held tweet that could not be posted wait on.
    pub async fn give_up_approval(&self, id: HeldId) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            set_state(&tx, id, HeldState::Waiting, &[HeldState::Approving]).await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }

    /// Notes that a held tweet was posted.
    pub async fn end_approval(
        &self,
        id: HeldId,
        tweet_id: TweetId,
        noted: Noted,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            set_state(&tx, id, HeldState::Approved, &[HeldState::Approving]).await?;
            let sql = Sql::new(tx.get_database_backend(), "UPDATE held_tweets SET tweet_id = ");
            let sql = sql.bind(tweet_id.0).push(", decided_at = ").bind(noted.at.0);
            tx.execute_raw(sql.push(" WHERE id = ").bind(id.0).done()).await?;
            let audited = note(&tx, noted).await?;
            Ok((tx, (), vec![audited]))
        })
        .await
    }

    /// Rejects a held tweet; its author is told why, and its pictures are to be cleared away.
    pub async fn reject_held(
        &self,
        held: &HeldTweet,
        author: &User,
        reason: String,
        noted: Noted,
    ) -> Result<(), StoreError> {
        let (id, user_id, changed) = (held.id, held.user_id, changed(author));
        let media = held.terms.media.clone();
        self.write_rarely(async move |tx| {
            lock_user(&tx, user_id).await?;
            set_state(&tx, id, HeldState::Rejected, &[HeldState::Waiting]).await?;
            let sql = Sql::new(tx.get_database_backend(), "UPDATE held_tweets SET reason = ");
            let sql = sql.bind(reason).push(", decided_at = ").bind(noted.at.0);
            tx.execute_raw(sql.push(" WHERE id = ").bind(id.0).done()).await?;
            discard_held_media(&tx, user_id, Some(&media)).await?;
            set_notice(&tx, user_id, Notice::New).await?;
            let audited = note(&tx, noted).await?;
            Ok((tx, (), vec![audited, changed]))
        })
        .await
    }

    /// Forgets held tweets that were decided on before a moment.
    pub async fn delete_decided_held(&self, before: Timestamp) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let sql =
                Sql::new(tx.get_database_backend(), "DELETE FROM held_tweets WHERE state IN ");
            let sql = sql.list([HeldState::Approved.code(), HeldState::Rejected.code()]);
            let sql = sql.push(" AND id < ").bind(before.0 << 16).push(" AND decided_at < ");
            tx.execute_raw(sql.bind(before.0).done()).await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }
}

/// Forgets all held tweets of an account.
pub(crate) async fn delete_held_of(
    tx: &DatabaseTransaction,
    user_id: UserId,
) -> Result<(), StoreError> {
    let sql = Sql::new(tx.get_database_backend(), "DELETE FROM held_tweets WHERE user_id = ");
    tx.execute_raw(sql.bind(user_id.0).done()).await?;
    discard_held_media(tx, user_id, None).await
}

fn open_states() -> impl Iterator<Item = i16> {
    HeldState::ALL.into_iter().filter(|state| state.is_open()).map(HeldState::code)
}

async fn set_state(
    tx: &DatabaseTransaction,
    id: HeldId,
    to: HeldState,
    from: &[HeldState],
) -> Result<(), StoreError> {
    let sql = Sql::new(tx.get_database_backend(), "UPDATE held_tweets SET state = ");
    let sql = sql.bind(to.code()).push(" WHERE id = ").bind(id.0).push(" AND state IN ");
    let sql = sql.list(from.iter().map(|state| state.code())).done();
    // MySQL counts only rows that it changed: one that stands so already is looked for.
    if tx.execute_raw(sql).await?.rows_affected() > 0 {
        return Ok(());
    }
    let sql = Sql::new(tx.get_database_backend(), "SELECT COUNT(*) FROM held_tweets WHERE id = ");
    let sql = sql.bind(id.0).push(" AND state = ").bind(to.code());
    match number(tx, sql).await? {
        1 if from.contains(&to) => Ok(()),
        _ => Err(StoreError::NotFound("tweet that waits")),
    }
}

fn values(held: HeldTweet) -> Vec<sea_orm::Value> {
    let HeldTweet { id, user_id, content, terms, why, state, decided_at, reason, tweet_id } = held;
    let media: Vec<String> = terms.media.iter().map(ToString::to_string).collect();
    vec![
        id.0.into(),
        user_id.0.into(),
        content.into(),
        terms.reply_to.map_or(0, |id| id.0).into(),
        terms.quote_of.map_or(0, |id| id.0).into(),
        media.join(",").into(),
        terms.visibility.code().into(),
        terms.reply_audience.code().into(),
        i16::from(terms.sensitive).into(),
        why.into(),
        state.code().into(),
        decided_at.map_or(0, |at| at.0).into(),
        reason.into(),
        tweet_id.map_or(0, |id| id.0).into(),
    ]
}

fn held_from(row: &Row) -> Result<HeldTweet, StoreError> {
    let some = |at| Ok::<_, StoreError>(Some(row.try_get_by_index::<i64>(at)?).filter(|n| *n != 0));
    let media: String = row.try_get_by_index(5)?;
    let sensitive: i16 = row.try_get_by_index(8)?;
    let terms = NewTweetTerms {
        reply_to: some(3)?.map(TweetId),
        quote_of: some(4)?.map(TweetId),
        media: media.split(',').filter_map(|id| id.parse().ok().map(MediaId)).collect(),
        visibility: Visibility::from_code(row.try_get_by_index(6)?),
        reply_audience: ReplyAudience::from_code(row.try_get_by_index(7)?),
        sensitive: sensitive != 0,
    };
    Ok(HeldTweet {
        id: HeldId(row.try_get_by_index(0)?),
        user_id: UserId(row.try_get_by_index(1)?),
        content: row.try_get_by_index(2)?,
        terms,
        why: row.try_get_by_index(9)?,
        state: HeldState::from_code(row.try_get_by_index(10)?),
        decided_at: some(11)?.map(Timestamp),
        reason: row.try_get_by_index(12)?,
        tweet_id: some(13)?.map(TweetId),
    })
}
