//! Search: each database's own full-text index over the tokens of tweets, and the words by which
//! people are found. What is there already is indexed here, in bounded steps that a restart goes on
//! with.

use pipit_model::limits::INDEX_STEP_ROWS;
use pipit_model::search::{Attached, person_words};
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::string_len;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, QueryResult};

use super::m0001_feed::{Tables, index};
use crate::search::{delete_person, index_people, index_tweets, tweet_key};
use crate::sql::Sql;
use crate::tweets::kind_code;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let database = manager.get_database_backend();
        for statement in full_text_tables(database) {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        let tables = Tables { database };
        let mut word = string_len("word", 50);
        if database == DbBackend::Postgres {
            // Compared byte by byte, so that an index tells what begins with what.
            word = word.custom("varchar(50) COLLATE \"C\"").to_owned();
        }
        let columns = vec![word, tables.big("user_id")];
        manager.create_table(tables.table("user_words", &["word", "user_id"], columns)).await?;
        if !manager.has_index("user_words", "user_words_of").await? {
            let words_of = index("user_words_of", "user_words", &["user_id", "word"]);
            manager.create_index(words_of).await?;
        }
        let db = manager.get_connection();
        backfill_tweets(db).await?;
        backfill_people(db).await
    }
}

/// A row of `tweet_search` is a tweet or reply that is not deleted.
fn full_text_tables(database: DbBackend) -> &'static [&'static str] {
    match database {
        // Without the text itself: it holds the tokens and which tweets have them where.
        DbBackend::Sqlite => &["CREATE VIRTUAL TABLE IF NOT EXISTS tweet_search USING \
             fts5(words, content='', contentless_delete=1, tokenize='ascii')"],
        DbBackend::Postgres => &[
            "CREATE TABLE IF NOT EXISTS tweet_search \
             (tweet_id bigint PRIMARY KEY, words tsvector NOT NULL)",
            "CREATE INDEX IF NOT EXISTS tweet_search_words ON tweet_search USING gin (words)",
            "CREATE INDEX IF NOT EXISTS hashtags_prefix ON hashtags (name COLLATE \"C\")",
        ],
        _ => &["CREATE TABLE IF NOT EXISTS tweet_search \
             (tweet_id bigint PRIMARY KEY, words mediumtext NOT NULL, \
             FULLTEXT INDEX tweet_search_words (words)) CHARACTER SET ascii COLLATE ascii_bin"],
    }
}

/// Newest first: whoever searches meanwhile finds the newest. What is indexed already lies above.
async fn backfill_tweets(db: &SchemaManagerConnection<'_>) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    let key = tweet_key(backend);
    let lowest = Sql::new(backend, &format!("SELECT MIN({key}) FROM tweet_search"));
    let lowest = db.query_one_raw(lowest.done()).await?;
    let lowest = lowest.map(|row| row.try_get_by_index::<Option<i64>>(0)).transpose()?;
    let mut below = lowest.flatten().unwrap_or(i64::MAX);
    let mut done = 0;
    loop {
        let sql = Sql::new(backend, "SELECT id, user_id, content FROM tweets WHERE id < ")
            .bind(below)
            .push(" AND deleted_at IS NULL AND kind <> ")
            .bind(kind_code::RETWEET)
            .push(" ORDER BY id DESC LIMIT ")
            .bind(INDEX_STEP_ROWS as i64);
        let rows = db.query_all_raw(sql.done()).await?;
        let read = |row: &QueryResult| -> Result<(i64, i64, String), DbErr> {
            Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?))
        };
        let rows: Vec<_> = rows.iter().map(read).collect::<Result<_, _>>()?;
        let Some((last, ..)) = rows.last() else {
            return Ok(());
        };
        below = *last;
        // Tweets of before had no pictures.
        let tweets = rows.iter().map(|(id, user, text)| (*id, *user, &**text, Attached::Nothing));
        db.execute_raw(index_tweets(backend, tweets)).await?;
        done += rows.len() as u64;
        if done.is_multiple_of(100 * INDEX_STEP_ROWS) {
            tracing::info!(tweets = done, "indexing for search");
        }
    }
}

/// By id upwards; the last one that has words may not have all of them.
async fn backfill_people(db: &SchemaManagerConnection<'_>) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    let highest = Sql::new(backend, "SELECT MAX(user_id) FROM user_words").done();
    let highest = db.query_one_raw(highest).await?;
    let highest = highest.map(|row| row.try_get_by_index::<Option<i64>>(0)).transpose()?;
    let mut above = highest.flatten().unwrap_or(0);
    if above > 0 {
        db.execute_raw(delete_person(backend, above)).await?;
        above -= 1;
    }
    loop {
        let sql = Sql::new(backend, "SELECT id, handle_key, name FROM users WHERE id > ")
            .bind(above)
            .push(" AND deleted_at IS NULL ORDER BY id LIMIT ")
            .bind(INDEX_STEP_ROWS as i64);
        let mut words = Vec::new();
        for row in db.query_all_raw(sql.done()).await? {
            above = row.try_get_by_index(0)?;
            let (handle, name): (String, String) =
                (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
            words.extend(person_words(&handle, &name).into_iter().map(|word| (word, above)));
        }
        if words.is_empty() {
            return Ok(());
        }
        db.execute_raw(index_people(backend, words)).await?;
    }
}
