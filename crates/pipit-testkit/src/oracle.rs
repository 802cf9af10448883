//! What must hold, asked of the tables in the plainest way, without regard to speed.

use pipit_model::UserId;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

pub use crate::database::connect;

/// The ids of a reader's home timeline, newest first: design section 2, word by word.
///
/// # Panics
/// If the database does not answer.
pub async fn home(db: &DatabaseConnection, reader: UserId) -> Vec<i64> {
    let me = reader.0;
    let followed = format!("SELECT followed_user_id FROM followers WHERE user_id = {me}");
    ids(
        db,
        &format!(
            "SELECT t.id FROM tweets t \
             JOIN users author ON author.id = t.user_id AND author.deleted_at IS NULL \
             LEFT JOIN tweets o ON o.id = t.retweet_of_id \
             LEFT JOIN users oa ON oa.id = o.user_id \
             WHERE t.deleted_at IS NULL \
             AND (t.user_id = {me} OR t.user_id IN ({followed})) \
             AND (t.retweet_of_id IS NULL \
                  OR (o.deleted_at IS NULL AND oa.deleted_at IS NULL)) \
             AND (t.reply_to_id IS NULL OR t.reply_to_user_id = {me} \
                  OR t.reply_to_user_id = t.user_id OR t.reply_to_user_id IN ({followed})) \
             ORDER BY t.id DESC"
        ),
    )
    .await
}

/// The ids of everybody's tweets, newest first.
///
/// # Panics
/// If the database does not answer.
pub async fn public(db: &DatabaseConnection) -> Vec<i64> {
    let sql = "SELECT t.id FROM tweets t JOIN users a ON a.id = t.user_id \
               WHERE t.deleted_at IS NULL AND a.deleted_at IS NULL \
               AND t.reply_to_id IS NULL AND t.retweet_of_id IS NULL ORDER BY t.id DESC";
    ids(db, sql).await
}

/// The ids of what an author posted and retweeted, newest first.
///
/// # Panics
/// If the database does not answer.
pub async fn author(db: &DatabaseConnection, author: UserId) -> Vec<i64> {
    let sql = format!(
        "SELECT t.id FROM tweets t LEFT JOIN tweets o ON o.id = t.retweet_of_id \
         WHERE t.user_id = {author} AND t.deleted_at IS NULL AND o.deleted_at IS NULL \
         ORDER BY t.id DESC"
    );
    ids(db, &sql).await
}

/// The ids of tweets with a hashtag (as it is compared), newest first.
///
/// # Panics
/// If the database does not answer.
pub async fn hashtag(db: &DatabaseConnection, name: &str) -> Vec<i64> {
    let sql = format!(
        "SELECT t.id FROM tweets t JOIN tweet_hashtags l ON l.tweet_id = t.id \
         JOIN hashtags h ON h.id = l.hashtag_id \
         WHERE h.name = '{name}' AND t.deleted_at IS NULL ORDER BY t.id DESC"
    );
    ids(db, &sql).await
}

/// What somebody is told: the code of its kind, who did it, and the tweet (0 for a follow), in order.
///
/// # Panics
/// If the database does not answer.
pub async fn notifications(db: &DatabaseConnection, user: UserId) -> Vec<(i64, i64, i64)> {
    let mut told = Vec::new();
    // Mentions, replies, likes, retweets, follows (with a zero of 64 bits).
    for (code, query) in [
        (
            1,
            "t.user_id AS actor, t.id AS tweet FROM mentions m JOIN tweets t ON t.id = m.tweet_id \
             WHERE m.user_id = ME AND t.deleted_at IS NULL \
             AND (t.reply_to_user_id IS NULL OR t.reply_to_user_id <> ME)",
        ),
        (
            2,
            "t.user_id AS actor, t.id AS tweet FROM tweets t \
             WHERE t.reply_to_user_id = ME AND t.deleted_at IS NULL",
        ),
        (
            3,
            "l.user_id AS actor, t.id AS tweet FROM likes l JOIN tweets t ON t.id = l.tweet_id \
             WHERE t.user_id = ME AND t.deleted_at IS NULL",
        ),
        (
            4,
            "r.user_id AS actor, t.id AS tweet FROM tweets r \
             JOIN tweets t ON t.id = r.retweet_of_id \
             WHERE t.user_id = ME AND t.deleted_at IS NULL",
        ),
        (
            6,
            "f.user_id AS actor, f.id - f.id AS tweet FROM followers f WHERE f.followed_user_id = ME",
        ),
    ] {
        let query = query.replace("ME", &user.to_string());
        let by_others = format!("FROM (SELECT {query}) x WHERE x.actor <> {user}");
        let order = "ORDER BY x.actor, x.tweet";
        let actors = ids(db, &format!("SELECT x.actor {by_others} {order}")).await;
        let tweets = ids(db, &format!("SELECT x.tweet {by_others} {order}")).await;
        told.extend(actors.into_iter().zip(tweets).map(|(actor, tweet)| (code, actor, tweet)));
    }
    told.sort_unstable();
    told
}

/// Every count that differs from a recount, in words; empty if all is well.
///
/// # Panics
/// If the database does not answer.
pub async fn wrong_counts(db: &DatabaseConnection) -> Vec<String> {
    let checks = [
        (
            "users",
            "tweet_count",
            "tweets x WHERE x.user_id = r.id AND x.deleted_at IS NULL \
          AND x.retweet_of_id IS NULL",
        ),
        ("users", "follower_count", "followers x WHERE x.followed_user_id = r.id"),
        ("users", "following_count", "followers x WHERE x.user_id = r.id"),
        ("tweets", "like_count", "likes x WHERE x.tweet_id = r.id"),
        ("tweets", "retweet_count", "tweets x WHERE x.retweet_of_id = r.id"),
        ("tweets", "reply_count", "tweets x WHERE x.reply_to_id = r.id AND x.deleted_at IS NULL"),
        ("hashtags", "tweet_count", "tweet_hashtags x WHERE x.hashtag_id = r.id"),
    ];
    let mut wrong = Vec::new();
    for (table, column, counted) in checks {
        let sql = format!(
            "SELECT r.id FROM {table} r WHERE r.{column} <> (SELECT COUNT(*) FROM {counted})"
        );
        for id in ids(db, &sql).await {
            wrong.push(format!("{table}.{column} of {id}"));
        }
    }
    wrong
}

/// The first column of a query's rows.
///
/// # Panics
/// If the database does not answer.
pub async fn ids(db: &DatabaseConnection, sql: &str) -> Vec<i64> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.expect("the oracle's query works");
    rows.iter().map(|row| row.try_get_by_index(0).expect("a number")).collect()
}
