//! Counts equal what they count.

use std::collections::HashMap;

use pipit_model::limits::MEND_STEP_ROWS;
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::Store;
use crate::dump;
use crate::error::StoreError;
use crate::sql::{Sql, update_rows};

/// A column that counts rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The table that it is in; its key is `id`.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// Which rows of its own table have it, as a condition.
    of: &'static str,
    /// What it counts,
    rows_of: &'static str,
    /// by the column that names the row which counts,
    by: &'static str,
    /// and which of them, as a condition.
    only: &'static str,
}

const fn counted(
    (table, column): (&'static str, &'static str),
    (rows_of, by): (&'static str, &'static str),
) -> Counted {
    Counted { table, column, of: "", rows_of, by, only: "" }
}

/// Everything that is counted.
pub const COUNTED: [Counted; 9] = [
    Counted {
        only: " AND deleted_at IS NULL AND retweet_of_id IS NULL",
        ..counted(("users", "tweet_count"), ("tweets", "user_id"))
    },
    counted(("users", "follower_count"), ("followers", "followed_user_id")),
    counted(("users", "following_count"), ("followers", "user_id")),
    counted(("tweets", "like_count"), ("likes", "tweet_id")),
    counted(("tweets", "retweet_count"), ("tweets", "retweet_of_id")),
    Counted {
        only: " AND deleted_at IS NULL",
        ..counted(("tweets", "reply_count"), ("tweets", "reply_to_id"))
    },
    // A deleted tweet no longer has its pictures.
    Counted {
        of: " AND deleted_at IS NULL",
        ..counted(("tweets", "media_count"), ("media", "tweet_id"))
    },
    counted(("hashtags", "tweet_count"), ("tweet_hashtags", "hashtag_id")),
    counted(("lists", "member_count"), ("list_members", "list_id")),
];

/// A count that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Miscount {
    /// In which row.
    pub id: i64,
    /// What it says.
    pub says: i64,
    /// How many there are.
    pub is: i64,
}

impl Store {
    /// Looks at the counts of the next rows. Answers up to which id it looked, how many rows that
    /// were, and which counts are wrong; no id after the last row.
    ///
    /// # Errors
    /// What the database says.
    pub async fn recount(
        &self,
        counted: &Counted,
        after: i64,
        limit: u64,
    ) -> Result<(Option<i64>, u64, Vec<Miscount>), StoreError> {
        let tx = dump::begin(&self.pools).await?;
        let Counted { table, column, of, .. } = *counted;
        let select = format!("SELECT id, CAST({column} AS {}) FROM {table}", self.long());
        let sql = self.sql(&select).push(" WHERE id > ").bind(after).push(of);
        let sql = sql.push(" ORDER BY id LIMIT ").bind(limit as i64);
        let rows = pairs(&tx, sql).await?;
        let last = rows.last().map(|(id, _)| *id);
        let mut wrong = Vec::new();
        if let Some(last) = last {
            let range = |sql: Sql, by: &str| {
                sql.push(&format!(" {by} > "))
                    .bind(after)
                    .push(&format!(" AND {by} <= "))
                    .bind(last)
            };
            let there = counts_of(&tx, counted, range).await?;
            wrong = miscounts(&rows, &there);
        }
        tx.rollback().await?;
        Ok((last, rows.len() as u64, wrong))
    }

    /// Sets counts right; answers how many were still wrong.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_counts(&self, counted: Counted, ids: &[i64]) -> Result<u64, StoreError> {
        let mut mended = 0;
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        for some in ids.chunks(MEND_STEP_ROWS) {
            let (some, long) = (some.to_vec(), self.long());
            mended += self
                .write_rarely(async move |tx| {
                    let mended = set_some(&tx, &counted, some, long).await?;
                    Ok((tx, mended, Vec::new()))
                })
                .await?;
        }
        Ok(mended)
    }

    /// What the database calls a number of 64 bits in a `CAST`.
    fn long(&self) -> &'static str {
        match self.pools.backend() {
            sea_orm::DbBackend::MySql => "SIGNED",
            _ => "bigint",
        }
    }
}

/// With the rows locked as the writer locks them, nothing that they count comes or goes.
async fn set_some(
    tx: &DatabaseTransaction,
    counted: &Counted,
    ids: Vec<i64>,
    long: &str,
) -> Result<u64, StoreError> {
    let db = tx.get_database_backend();
    let Counted { table, column, of, .. } = *counted;
    let select = format!("SELECT id, CAST({column} AS {long}) FROM {table} WHERE id IN ");
    let sql = Sql::new(db, &select).list(ids.iter().copied()).push(of);
    let rows = pairs(tx, sql.push(" ORDER BY id").for_update()).await?;
    let listed = |sql: Sql, by: &str| sql.push(&format!(" {by} IN ")).list(ids.iter().copied());
    let there = counts_of(tx, counted, listed).await?;
    let wrong = miscounts(&rows, &there);
    if !wrong.is_empty() {
        let right = wrong.iter().map(|wrong| vec![wrong.id, wrong.is]);
        tx.execute_raw(update_rows(db, table, &[column], right)).await?;
        if matches!(table, "tweets" | "users") {
            let newer =
                format!("UPDATE {table} SET count_version = count_version + 1 WHERE id IN ");
            let ids = wrong.iter().map(|wrong| wrong.id);
            tx.execute_raw(Sql::new(db, &newer).list(ids).done()).await?;
        }
    }
    Ok(wrong.len() as u64)
}

fn miscounts(rows: &[(i64, i64)], there: &HashMap<i64, i64>) -> Vec<Miscount> {
    let miscount = |(id, says): &(i64, i64)| {
        let is = there.get(id).copied().unwrap_or(0);
        (is != *says).then_some(Miscount { id: *id, says: *says, is })
    };
    rows.iter().filter_map(miscount).collect()
}

/// How many there are of what is counted, by the row that counts it.
async fn counts_of(
    tx: &DatabaseTransaction,
    counted: &Counted,
    of: impl Fn(Sql, &str) -> Sql,
) -> Result<HashMap<i64, i64>, StoreError> {
    let Counted { table, column, rows_of, by, only, .. } = *counted;
    let db = tx.get_database_backend();
    let mut sql = Sql::new(db, &format!("SELECT {by}, COUNT(*) FROM {rows_of} WHERE"));
    sql = of(sql, by).push(only);
    if (table, column) == ("tweets", "reply_count") {
        // There is an index of conversations, and none of what is replied to.
        sql = sql.push(" AND conversation_id IN (SELECT conversation_id FROM tweets WHERE");
        sql = of(sql, "id").push(")");
    }
    let sql = sql.push(&format!(" GROUP BY {by}"));
    Ok(pairs(tx, sql).await?.into_iter().collect())
}

async fn pairs(db: &impl ConnectionTrait, sql: Sql) -> Result<Vec<(i64, i64)>, StoreError> {
    let rows = db.query_all_raw(sql.done()).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}
