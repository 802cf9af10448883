//! What the database holds, asked of its tables.

use anyhow::Context;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, QueryResult, Statement};

use crate::history::{Row, Truth};
use crate::person::key_of;

/// Everything by these people, and all counts that are wrong.
pub(crate) async fn look(database_url: &str, people: &[i64]) -> anyhow::Result<Truth> {
    let db = Database::connect(database_url).await.context("the database does not answer")?;
    let ids: Vec<String> = people.iter().map(ToString::to_string).collect();
    let among = format!("IN ({})", ids.join(","));
    let sql = format!(
        "SELECT id, user_id, retweet_of_id, content FROM tweets \
         WHERE deleted_at IS NULL AND user_id {among}"
    );
    let tweets = rows(&db, &sql).await?.iter().map(row).collect::<Result<_, _>>()?;
    let truth = Truth {
        tweets,
        likes: pairs(&db, "likes", "tweet_id", &among).await?,
        follows: pairs(&db, "followers", "followed_user_id", &among).await?,
        blocks: pairs(&db, "blocks", "blocked_user_id", &among).await?,
        wrong_counts: wrong_counts(&db).await?,
    };
    db.close().await?;
    Ok(truth)
}

fn row(row: &QueryResult) -> anyhow::Result<Row> {
    let content: String = row.try_get_by_index(3)?;
    Ok(Row {
        id: row.try_get_by_index(0)?,
        by: row.try_get_by_index(1)?,
        of: row.try_get_by_index(2)?,
        key: key_of(&content),
    })
}

async fn rows(db: &DatabaseConnection, sql: &str) -> anyhow::Result<Vec<QueryResult>> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    db.query_all_raw(statement).await.with_context(|| sql.to_owned())
}

async fn pairs(
    db: &DatabaseConnection,
    table: &str,
    whom: &str,
    among: &str,
) -> anyhow::Result<Vec<(i64, i64)>> {
    let sql = format!("SELECT user_id, {whom} FROM {table} WHERE user_id {among}");
    let pair = |row: &QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
    rows(db, &sql).await?.iter().map(pair).collect()
}

/// Each count, and what it counts.
const COUNTS: [(&str, &str, &str); 7] = [
    (
        "users",
        "tweet_count",
        "tweets x WHERE x.user_id = r.id AND x.deleted_at IS NULL AND x.retweet_of_id IS NULL",
    ),
    ("users", "follower_count", "followers x WHERE x.followed_user_id = r.id"),
    ("users", "following_count", "followers x WHERE x.user_id = r.id"),
    ("tweets", "like_count", "likes x WHERE x.tweet_id = r.id"),
    ("tweets", "retweet_count", "tweets x WHERE x.retweet_of_id = r.id"),
    ("tweets", "reply_count", "tweets x WHERE x.reply_to_id = r.id AND x.deleted_at IS NULL"),
    ("hashtags", "tweet_count", "tweet_hashtags x WHERE x.hashtag_id = r.id"),
];

async fn wrong_counts(db: &DatabaseConnection) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    for (table, column, counted) in COUNTS {
        let sql = format!(
            "SELECT r.id FROM {table} r WHERE r.{column} <> (SELECT COUNT(*) FROM {counted})"
        );
        for row in rows(db, &sql).await? {
            wrong.push(format!("{table}.{column} of {}", row.try_get_by_index::<i64>(0)?));
        }
    }
    Ok(wrong)
}
