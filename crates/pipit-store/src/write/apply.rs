//! Writes the difference that a batch made: one statement a kind of change, whatever the number of
//! rows.

use std::collections::HashMap;

use pipit_model::Timestamp;
use pipit_model::search::Attached;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, Value};

use super::notices::Notice;
use super::state::{State, UserRow};
use crate::entity::{media, tweets};
use crate::error::StoreError;
use crate::media::LONG_AGO;
use crate::notifications::delete_by_key;
use crate::search::{forget_tweets, index_tweets};
use crate::sql::{Sql, insert_rows, update_rows, upsert_rows};
use crate::tweets::kind_code;

pub(super) async fn apply(
    tx: &DatabaseTransaction,
    state: &State,
    now: Timestamp,
) -> Result<(), StoreError> {
    let db = tx.get_database_backend();
    for statement in tweet_statements(db, state) {
        tx.execute_raw(statement).await?;
    }
    let media = state.media.updated();
    if !media.is_empty() {
        let columns = ["tweet_id", "position", "expires_at"];
        let row = |(id, m): &(&i64, &media::Model)| {
            vec![**id, m.tweet_id.unwrap_or_default(), m.position, m.expires_at]
        };
        tx.execute_raw(update_rows(db, "media", &columns, media.iter().map(row))).await?;
    }
    for statement in relation_statements(db, state) {
        tx.execute_raw(statement).await?;
    }
    let users = state.users.updated();
    if !users.is_empty() {
        let columns = ["tweet_count", "follower_count", "following_count", "count_version"];
        let row = |(id, u): &(&i64, &UserRow)| {
            vec![**id, u.tweets, u.followers, u.following, u.count_version]
        };
        let rows = users.iter().map(row);
        tx.execute_raw(update_rows(db, "users", &columns, rows)).await?;
    }
    apply_hashtags(tx, db, state).await?;
    if let Some(statement) = new_keys(db, state, now) {
        tx.execute_raw(statement).await?;
    }
    for statement in notification_statements(db, state) {
        tx.execute_raw(statement).await?;
    }
    if let Some(statement) = read_positions(db, state, now) {
        tx.execute_raw(statement).await?;
    }
    Ok(())
}

fn tweet_statements(db: DbBackend, state: &State) -> Vec<Statement> {
    let mut statements = Vec::new();
    // First what goes: a retweet taken back and made again in one batch has the same unique key.
    let removed = state.tweets.removed();
    if !removed.is_empty() {
        statements.push(Sql::new(db, "DELETE FROM tweets WHERE id IN ").list(removed).done());
    }
    let inserted = state.tweets.inserted();
    if !inserted.is_empty() {
        let rows = inserted.iter().map(|(_, row)| tweet_values(row)).collect();
        statements.push(insert_rows(db, "tweets", &TWEET_COLUMNS, rows));
    }
    // A tweet that came and went in one batch has no text to be found by.
    let mut texts = inserted
        .iter()
        .filter(|(_, row)| row.kind != kind_code::RETWEET && row.deleted_at.is_none())
        .map(|(id, row)| {
            let attached = if row.media_count > 0 { Attached::Media } else { Attached::Nothing };
            (**id, row.user_id, row.content.as_str(), attached)
        })
        .peekable();
    if texts.peek().is_some() {
        statements.push(index_tweets(db, texts));
    }
    let updated = state.tweets.updated();
    if !updated.is_empty() {
        let columns = ["like_count", "retweet_count", "reply_count", "count_version"];
        let row = |(id, t): &(&i64, &tweets::Model)| {
            vec![**id, t.like_count, t.retweet_count, t.reply_count, t.count_version]
        };
        let rows = updated.iter().map(row);
        statements.push(update_rows(db, "tweets", &columns, rows));
    }
    let tombstones: Vec<_> = updated.iter().filter(|(_, t)| t.deleted_at.is_some()).collect();
    if let Some(at) = tombstones.iter().filter_map(|(_, t)| t.deleted_at).max() {
        let ids: Vec<i64> = tombstones.iter().map(|(id, _)| **id).collect();
        let sql = Sql::new(db, "UPDATE tweets SET content = '', deleted_at = ").bind(at);
        statements.push(
            sql.push(" WHERE deleted_at IS NULL AND id IN ").list(ids.iter().copied()).done(),
        );
        let mentions = Sql::new(db, "DELETE FROM mentions WHERE tweet_id IN ");
        statements.push(mentions.list(ids.iter().copied()).done());
        statements.push(forget_tweets(db, ids));
        let pictured = tombstones.iter().filter(|(_, t)| t.media_count > 0).map(|(id, _)| **id);
        statements.extend(discard_media(db, pictured.collect()));
    }
    if !state.new_mentions.is_empty() {
        let rows = state
            .new_mentions
            .iter()
            .map(|(tweet, user, handle)| vec![(*tweet).into(), (*user).into(), handle.into()])
            .collect();
        statements.push(insert_rows(db, "mentions", &["tweet_id", "user_id", "handle_key"], rows));
    }
    statements
}

/// Pictures of tweets that are deleted have no tweet any more, and are to be cleared away.
fn discard_media(db: DbBackend, tweet_ids: Vec<i64>) -> Option<Statement> {
    if tweet_ids.is_empty() {
        return None;
    }
    let sql = Sql::new(db, "UPDATE media SET tweet_id = NULL, expires_at = ").bind(LONG_AGO);
    Some(sql.push(" WHERE tweet_id IN ").list(tweet_ids).done())
}

const TWEET_COLUMNS: [&str; 19] = [
    "id",
    "user_id",
    "timestamp",
    "content",
    "kind",
    "reply_to_id",
    "reply_to_user_id",
    "conversation_id",
    "retweet_of_id",
    "retweet_of_user_id",
    "like_count",
    "retweet_count",
    "reply_count",
    "media_count",
    "quote_of_id",
    "quote_of_user_id",
    "visibility",
    "reply_audience",
    "is_sensitive",
];

fn tweet_values(row: &tweets::Model) -> Vec<Value> {
    vec![
        row.id.into(),
        row.user_id.into(),
        row.timestamp.into(),
        row.content.clone().into(),
        row.kind.into(),
        row.reply_to_id.into(),
        row.reply_to_user_id.into(),
        row.conversation_id.into(),
        row.retweet_of_id.into(),
        row.retweet_of_user_id.into(),
        row.like_count.into(),
        row.retweet_count.into(),
        row.reply_count.into(),
        row.media_count.into(),
        row.quote_of_id.into(),
        row.quote_of_user_id.into(),
        row.visibility.into(),
        row.reply_audience.into(),
        row.is_sensitive.into(),
    ]
}

fn relation_statements(db: DbBackend, state: &State) -> Vec<Statement> {
    let mut statements = Vec::new();
    let tables = [
        ("likes", "tweet_id", &state.likes),
        ("bookmarks", "tweet_id", &state.bookmarks),
        ("followers", "followed_user_id", &state.follows),
        ("follow_requests", "followed_user_id", &state.requests),
        ("blocks", "blocked_user_id", &state.blocks),
    ];
    for (table, column, relation) in tables {
        let removed = relation.removed();
        if !removed.is_empty() {
            let sql = Sql::new(db, &format!("DELETE FROM {table} WHERE "));
            statements.push(sql.pair_in(("user_id", column), removed).done());
        }
        let inserted = relation.inserted();
        if !inserted.is_empty() {
            let rows = inserted
                .into_iter()
                .map(|((user, other), id)| vec![(*user).into(), (*other).into(), (*id).into()])
                .collect();
            statements.push(insert_rows(db, table, &["user_id", column, "id"], rows));
        }
    }
    statements
}

async fn apply_hashtags(
    tx: &DatabaseTransaction,
    db: DbBackend,
    state: &State,
) -> Result<(), StoreError> {
    let updated = state.hashtags.updated();
    if !updated.is_empty() {
        let rows = updated.iter().map(|(_, row)| vec![row.id, row.tweets]);
        tx.execute_raw(update_rows(db, "hashtags", &["tweet_count"], rows)).await?;
    }
    // A name that another node inserts at the same moment fails this batch by the unique index;
    // it is then tried again and finds the name.
    let inserted = state.hashtags.inserted();
    if !inserted.is_empty() {
        let rows = inserted
            .iter()
            .map(|(name, row)| vec![row.id.into(), (*name).into(), row.tweets.into()])
            .collect();
        let columns = ["id", "name", "tweet_count"];
        tx.execute_raw(insert_rows(db, "hashtags", &columns, rows)).await?;
    }
    let ids: HashMap<&str, i64> = state
        .new_links
        .iter()
        .chain(&state.dead_links)
        .filter_map(|(name, _)| Some((name.as_str(), state.hashtags.get(name)?.id)))
        .collect();
    let links = |links: &[(String, i64)]| -> Vec<(i64, i64)> {
        links.iter().filter_map(|(name, tweet)| Some((*ids.get(name.as_str())?, *tweet))).collect()
    };
    let dead = links(&state.dead_links);
    if !dead.is_empty() {
        let sql = Sql::new(db, "DELETE FROM tweet_hashtags WHERE ");
        tx.execute_raw(sql.pair_in(("hashtag_id", "tweet_id"), dead).done()).await?;
    }
    let new = links(&state.new_links);
    if !new.is_empty() {
        let rows = new.into_iter().map(|(tag, tweet)| vec![tag.into(), tweet.into()]).collect();
        let columns = ["hashtag_id", "tweet_id"];
        tx.execute_raw(insert_rows(db, "tweet_hashtags", &columns, rows)).await?;
    }
    Ok(())
}

fn new_keys(db: DbBackend, state: &State, now: Timestamp) -> Option<Statement> {
    let inserted = state.keys.inserted();
    if inserted.is_empty() {
        return None;
    }
    let rows = inserted
        .into_iter()
        .map(|(hash, row)| {
            let request_hash = row.request_hash.clone();
            vec![hash.into(), request_hash.into(), row.resource_id.into(), now.0.into()]
        })
        .collect();
    let columns = ["key_hash", "request_hash", "resource_id", "created_at"];
    Some(insert_rows(db, "idempotency_keys", &columns, rows))
}

fn notification_statements(db: DbBackend, state: &State) -> Vec<Statement> {
    let mut statements = Vec::new();
    let notices = &state.notices;
    let key = |notice: &Notice| -> Vec<Value> {
        let Notice { user_id, kind, tweet_id, actor_id } = *notice;
        vec![user_id.into(), kind.code().into(), tweet_id.into(), actor_id.into()]
    };
    // First what goes: a like taken back and given again in one batch has the same key.
    let taken: Vec<_> = notices.taken().map(key).collect();
    if !taken.is_empty() {
        let delete = Sql::new(db, "DELETE FROM notifications WHERE ");
        statements.push(delete_by_key(delete, taken).done());
    }
    let of_tweets: Vec<Vec<Value>> = notices
        .taken_of_tweets()
        .map(|(author, kind, tweet)| vec![author.into(), kind.code().into(), tweet.into()])
        .collect();
    if !of_tweets.is_empty() {
        let delete = Sql::new(db, "DELETE FROM notifications WHERE ");
        statements.push(delete.tuple_in(&["user_id", "kind", "tweet_id"], of_tweets).done());
    }
    let made: Vec<Vec<Value>> =
        notices.made().map(|(notice, id)| [key(notice), vec![id.into()]].concat()).collect();
    if !made.is_empty() {
        let columns = ["user_id", "kind", "tweet_id", "actor_id", "id"];
        statements.push(insert_rows(db, "notifications", &columns, made));
    }
    statements
}

fn read_positions(db: DbBackend, state: &State, now: Timestamp) -> Option<Statement> {
    let changed = [state.read_positions.inserted(), state.read_positions.updated()].concat();
    if changed.is_empty() {
        return None;
    }
    let rows = changed
        .into_iter()
        .map(|((user, position), last_id)| {
            vec![(*user).into(), position.name().into(), (*last_id).into(), now.0.into()]
        })
        .collect();
    let columns: (&[&str], &[&str]) = (&["user_id", "name"], &["last_id", "updated_at"]);
    Some(upsert_rows(db, "read_positions", columns, rows))
}
