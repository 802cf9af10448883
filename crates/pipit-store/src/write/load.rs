//! Reads, and where there are rows to lock locks, all that a batch is about: a few statements
//! whatever its size. Rows are locked table by table and in key order, so that two nodes that
//! write to one database never wait for each other in a circle.

use std::collections::BTreeSet;

use pipit_model::limits::{DELETES_TOLD_MAX, RETWEETS_TOLD_MAX};
use pipit_model::read_position::ReadPosition;
use pipit_model::tweet::{Entry, Kind};
use pipit_model::{AccountState, TweetId, UserId};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, FromQueryResult};

use super::command::Command;
use super::state::{HashtagRow, KeyRow, State, UserRow};
use crate::entity::{media, tweets};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tweets::from_row;

/// The keys of the rows that a batch needs.
#[derive(Default)]
struct Needs {
    users: BTreeSet<i64>,
    tweets: BTreeSet<i64>,
    deletes: BTreeSet<i64>,
    hashtags: BTreeSet<String>,
    likes: BTreeSet<(i64, i64)>,
    bookmarks: BTreeSet<(i64, i64)>,
    retweets: BTreeSet<(i64, i64)>,
    follows: BTreeSet<(i64, i64)>,
    requests: BTreeSet<(i64, i64)>,
    blocks: BTreeSet<(i64, i64)>,
    keys: BTreeSet<String>,
    media: BTreeSet<i64>,
    read_positions: BTreeSet<(i64, ReadPosition)>,
}

impl Needs {
    fn of(commands: &[&Command]) -> Self {
        let mut needs = Self::default();
        for command in commands {
            match command {
                Command::Post(tweet) => {
                    needs.users.insert(tweet.user_id.0);
                    needs
                        .tweets
                        .extend(tweet.reply_to.iter().chain(&tweet.quote_of).map(|id| id.0));
                    needs.media.extend(tweet.media.iter().map(|id| id.0));
                    needs.hashtags.extend(tweet.hashtags.iter().cloned());
                    needs.keys.extend(tweet.idempotency.iter().map(|key| key.key_hash.clone()));
                }
                Command::Delete { tweet_id, user_id } => {
                    needs.users.insert(user_id.0);
                    needs.deletes.insert(tweet_id.0);
                }
                Command::Like { user_id, tweet_id, .. } => {
                    needs.users.insert(user_id.0);
                    needs.tweets.insert(tweet_id.0);
                    needs.likes.insert((user_id.0, tweet_id.0));
                }
                Command::Retweet { user_id, tweet_id, .. } => {
                    needs.users.insert(user_id.0);
                    needs.tweets.insert(tweet_id.0);
                    needs.retweets.insert((user_id.0, tweet_id.0));
                }
                Command::Bookmark { user_id, tweet_id, .. } => {
                    needs.users.insert(user_id.0);
                    needs.tweets.insert(tweet_id.0);
                    needs.bookmarks.insert((user_id.0, tweet_id.0));
                }
                Command::Follow { user_id, followed_user_id, .. } => {
                    needs.users.extend([user_id.0, followed_user_id.0]);
                    let pair = (user_id.0, followed_user_id.0);
                    needs.follows.insert(pair);
                    needs.requests.insert(pair);
                    needs.blocks.extend([pair, (pair.1, pair.0)]);
                }
                Command::AnswerRequest { user_id, followed_user_id, .. } => {
                    needs.users.extend([user_id.0, followed_user_id.0]);
                    let pair = (user_id.0, followed_user_id.0);
                    needs.follows.insert(pair);
                    needs.requests.insert(pair);
                }
                Command::Block { user_id, blocked_user_id, .. } => {
                    needs.users.extend([user_id.0, blocked_user_id.0]);
                    let pair = (user_id.0, blocked_user_id.0);
                    let both = [pair, (pair.1, pair.0)];
                    needs.follows.extend(both);
                    needs.requests.extend(both);
                    needs.blocks.insert(pair);
                }
                Command::Read { user_id, position, .. } => {
                    needs.users.insert(user_id.0);
                    needs.read_positions.insert((user_id.0, *position));
                }
            }
        }
        needs
    }
}

pub(super) async fn load(
    tx: &DatabaseTransaction,
    commands: &[&Command],
) -> Result<State, StoreError> {
    let mut needs = Needs::of(commands);
    let mut state = State::default();
    let db = tx.get_database_backend();
    if !needs.deletes.is_empty() {
        let retweeted = add_needs_of_deletes(tx, db, &mut needs).await?;
        load_retweets(tx, db, &retweeted, &mut state).await?;
        load_mentioned(tx, db, &needs, &mut state).await?;
    }
    load_users(tx, db, &needs, &mut state).await?;
    load_tweets(tx, db, &needs, &mut state).await?;
    load_hashtags(tx, db, &needs, &mut state).await?;
    load_relations(tx, db, &needs, &mut state).await?;
    load_keys(tx, db, &needs, &mut state).await?;
    load_media(tx, db, &needs, &mut state).await?;
    load_read_positions(tx, db, &needs, &mut state).await?;
    Ok(state)
}

/// A delete also changes its parent's and its hashtags' counts; which these are never changes, so
/// reading them before the lock is safe. Answers which of the tweets were retweeted.
async fn add_needs_of_deletes(
    tx: &DatabaseTransaction,
    db: DbBackend,
    needs: &mut Needs,
) -> Result<Vec<i64>, StoreError> {
    let mut retweeted = Vec::new();
    let sql = Sql::new(db, "SELECT * FROM tweets WHERE id IN ").list(needs.deletes.iter().copied());
    for row in tweets::Model::find_by_statement(sql.done()).all(tx).await? {
        needs.tweets.insert(row.id);
        if row.retweet_count > 0 && row.deleted_at.is_none() {
            retweeted.push(row.id);
        }
        let tweet = from_row(row, Vec::new(), Vec::new());
        needs.hashtags.extend(tweet.hashtag_keys());
        if let Kind::Reply { to, .. } = tweet.kind {
            needs.tweets.insert(to.0);
        }
    }
    Ok(retweeted)
}

/// The newest retweets of tweets that are to be deleted: who looks at one is told that it goes.
async fn load_retweets(
    tx: &DatabaseTransaction,
    db: DbBackend,
    retweeted: &[i64],
    state: &mut State,
) -> Result<(), StoreError> {
    let mut sql = Sql::new(db, "");
    for (n, id) in retweeted.iter().take(DELETES_TOLD_MAX).enumerate() {
        sql = sql
            .push(if n > 0 { " UNION ALL " } else { "" })
            .push("SELECT * FROM (SELECT id, user_id, retweet_of_id, retweet_of_user_id ")
            .push("FROM tweets WHERE retweet_of_id = ")
            .bind(*id)
            .push(" ORDER BY id DESC LIMIT ")
            .bind(RETWEETS_TOLD_MAX as i64)
            .push(&format!(") r{n}"));
    }
    if retweeted.is_empty() {
        return Ok(());
    }
    for row in tx.query_all_raw(sql.done()).await? {
        let id = |n| row.try_get_by_index::<i64>(n);
        let kind = Kind::Retweet { of: TweetId(id(2)?), of_user: UserId(id(3)?) };
        let (id, user_id) = (TweetId(id(0)?), UserId(id(1)?));
        state.retweets_of_deleted.push(Entry { id, user_id, kind });
    }
    Ok(())
}

/// Whom the tweets to be deleted mention: they were told of it.
async fn load_mentioned(
    tx: &DatabaseTransaction,
    db: DbBackend,
    needs: &Needs,
    state: &mut State,
) -> Result<(), StoreError> {
    let sql = Sql::new(db, "SELECT tweet_id, user_id FROM mentions WHERE tweet_id IN ");
    for row in tx.query_all_raw(sql.list(needs.deletes.iter().copied()).done()).await? {
        state.mentioned.push((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
    }
    Ok(())
}

async fn load_users(
    tx: &DatabaseTransaction,
    db: DbBackend,
    needs: &Needs,
    state: &mut State,
) -> Result<(), StoreError> {
    if needs.users.is_empty() {
        return Ok(());
    }
    let sql = Sql::new(
        db,
        "SELECT id, tweet_count, follower_count, following_count, deleted_at, locked, state, \
         count_version \
         FROM users WHERE id IN ",
    );
    let sql = sql.list(needs.users.iter().copied()).push(" ORDER BY id").for_update();
    for row in tx.query_all_raw(sql.done()).await? {
        let user = UserRow {
            tweets: row.try_get_by_index(1)?,
            followers: row.try_get_by_index(2)?,
            following: row.try_get_by_index(3)?,
            deleted: row.try_get_by_index::<Option<i64>>(4)?.is_some(),
            locked: row.try_get_by_index::<i16>(5)? != 0,
            state: AccountState::from_code(row.try_get_by_index(6)?),
            count_version: row.try_get_by_index(7)?,
        };
        state.users.read(row.try_get_by_index(0)?, user);
    }
    Ok(())
}

async fn load_tweets(
    tx: &DatabaseTransaction,
    db: DbBackend,
    needs: &Needs,
    state: &mut State,
) -> Result<(), StoreError> {
    if !needs.tweets.is_empty() {
        let sql = Sql::new(db, "SELECT * FROM tweets WHERE id IN ");
        let sql = sql.list(needs.tweets.iter().copied()).push(" ORDER BY id").for_update();
        for row in tweets::Model::find_by_statement(sql.done()).all(tx).await? {
            state.tweets.read(row.id, row);
        }
    }
    if !needs.retweets.is_empty() {
        let sql = Sql::new(db, "SELECT * FROM tweets WHERE ");
        let sql = sql.pair_in(("user_id", "retweet_of_id"), needs.retweets.iter().copied());
        for row in tweets::Model::find_by_statement(sql.done()).all(tx).await? {
            if let Some(of) = row.retweet_of_id {
                state.retweets.read((row.user_id, of), row.id);
            }
            state.tweets.read(row.id, row);
        }
    }
    Ok(())
}

async fn load_hashtags(
    tx: &DatabaseTransaction,
    db: DbBackend,
    needs: &Needs,
    state: &mut State,
) -> Result<(), StoreError> {
    if needs.hashtags.is_empty() {
        return Ok(());
    }
    let sql = Sql::new(db, "SELECT id, name, tweet_count FROM hashtags WHERE name IN ");
    let sql = sql.list(needs.hashtags.iter().cloned()).push(" ORDER BY name").for_update();
    for row in tx.query_all_raw(sql.done()).await? {
        let hashtag = HashtagRow { id: row.try_get_by_index(0)?, tweets: row.try_get_by_index(2)? };
        state.hashtags.read(row.try_get_by_index(1)?, hashtag);
    }
    Ok(())
}

/// Likes, bookmarks, follows and blocks need no lock of their own: whoever changes one holds the lock
/// of the tweet or of the two users.
async fn load_relations(
    tx: &DatabaseTransaction,
    db: DbBackend,
    needs: &Needs,
    state: &mut State,
) -> Result<(), StoreError> {
    let tables = [
        ("likes", "tweet_id", &needs.likes, &mut state.likes),
        ("bookmarks", "tweet_id", &needs.bookmarks, &mut state.bookmarks),
        ("followers", "followed_user_id", &needs.follows, &mut state.follows),
        ("follow_requests", "followed_user_id", &needs.requests, &mut state.requests),
        ("blocks", "blocked_user_id", &needs.blocks, &mut state.blocks),
    ];
    for (table, column, pairs, rows) in tables {
        if pairs.is_empty() {
            continue;
        }
        let sql = Sql::new(db, &format!("SELECT user_id, {column}, id FROM {table} WHERE "));
        let sql = sql.pair_in(("user_id", column), pairs.iter().copied());
        for row in tx.query_all_raw(sql.done()).await? {
            let pair = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            rows.read(pair, row.try_get_by_index(2)?);
        }
    }
    Ok(())
}

async fn load_keys(
    tx: &DatabaseTransaction,
    db: DbBackend,
    needs: &Needs,
    state: &mut State,
) -> Result<(), StoreError> {
    if needs.keys.is_empty() {
        return Ok(());
    }
    let sql = Sql::new(
        db,
        "SELECT key_hash, request_hash, resource_id FROM idempotency_keys WHERE key_hash IN ",
    );
    let sql = sql.list(needs.keys.iter().cloned());
    for row in tx.query_all_raw(sql.done()).await? {
        let key = KeyRow {
            request_hash: row.try_get_by_index(1)?,
            resource_id: row.try_get_by_index(2)?,
        };
        state.keys.read(row.try_get_by_index(0)?, key);
    }
    Ok(())
}

async fn load_media(
    tx: &DatabaseTransaction,
    db: DbBackend,
    needs: &Needs,
    state: &mut State,
) -> Result<(), StoreError> {
    if needs.media.is_empty() {
        return Ok(());
    }
    let sql = Sql::new(db, "SELECT * FROM media WHERE id IN ");
    let sql = sql.list(needs.media.iter().copied()).push(" ORDER BY id").for_update();
    for row in media::Model::find_by_statement(sql.done()).all(tx).await? {
        state.media.read(row.id, row);
    }
    Ok(())
}

async fn load_read_positions(
    tx: &DatabaseTransaction,
    db: DbBackend,
    needs: &Needs,
    state: &mut State,
) -> Result<(), StoreError> {
    if needs.read_positions.is_empty() {
        return Ok(());
    }
    let sql = Sql::new(db, "SELECT user_id, name, last_id FROM read_positions WHERE ");
    let keys = needs.read_positions.iter();
    let sql = sql.tuple_in(
        &["user_id", "name"],
        keys.map(|(user, position)| vec![(*user).into(), position.name().into()]),
    );
    for row in tx.query_all_raw(sql.for_update().done()).await? {
        let (user, name): (i64, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let is_it = |key: &&(i64, ReadPosition)| key.0 == user && key.1.name() == name;
        if let Some(key) = needs.read_positions.iter().find(is_it) {
            state.read_positions.read(*key, row.try_get_by_index(2)?);
        }
    }
    Ok(())
}
