//! Search: the full-text index of tweets, which each database keeps in its own way, and the words
//! by which people are found. What a token or a word is, `pipit_model::search` says.

use pipit_model::limits::SEARCH_CANDIDATES_MAX;
use pipit_model::search::{Attached, Search, tokens};
use pipit_model::{TweetId, UserId};
use sea_orm::{DbBackend, Statement, Value};

use crate::Store;
use crate::error::StoreError;
use crate::hashtags::{Hashtag, hashtag_from};
use crate::sql::{Sql, insert_rows};

/// Above every word that begins with what stands before it.
const AFTER_ALL: char = char::MAX;

impl Store {
    /// The newest tweets and replies with `id < before` that a search finds. Those of deleted
    /// accounts may be among them until they are cleared away.
    pub async fn search_tweets(
        &self,
        search: &Search,
        before: i64,
        limit: u64,
    ) -> Result<Vec<TweetId>, StoreError> {
        let closed = |_| StoreError::Unavailable("the database is closed".to_owned());
        let _turn = self.searches.acquire().await.map_err(closed)?;
        let key = tweet_key(self.pools.backend());
        let sql = self.sql(&format!("SELECT {key} FROM tweet_search"));
        let sql = match self.pools.backend() {
            DbBackend::Postgres => {
                let sql = sql.push(" WHERE words @@ CAST(CAST(").bind(postgres_query(search));
                sql.push(" AS text) AS tsquery)")
            }
            DbBackend::MySql => {
                // It would rather read all tweets from the newest on until the page is full.
                let sql = sql.by_index("tweet_search_words").push(" WHERE MATCH (words) AGAINST (");
                let sql = sql.bind(mysql_query(search));
                sql.push(" IN BOOLEAN MODE)")
            }
            _ => sql.push(" WHERE tweet_search MATCH ").bind(sqlite_query(search)),
        };
        let sql = sql
            .push(&format!(" AND {key} >= "))
            .bind(search.ids.start)
            .push(&format!(" AND {key} < "))
            .bind(before.min(search.ids.end))
            .push(&format!(" ORDER BY {key} DESC LIMIT "))
            .bind(limit as i64);
        // However few it answers, it may look at many.
        let rows = self.uncached_rows(sql).await?;
        rows.iter().map(|row| Ok(TweetId(row.try_get_by_index(0)?))).collect()
    }

    /// Accounts that have, for each of these, a word that begins with it: the first few hundred by
    /// that word, each once.
    pub async fn search_people(&self, prefixes: &[String]) -> Result<Vec<UserId>, StoreError> {
        // The longest one first: it leaves the fewest.
        let mut prefixes: Vec<&String> = prefixes.iter().collect();
        prefixes.sort_unstable_by_key(|prefix| std::cmp::Reverse(prefix.len()));
        let Some((first, others)) = prefixes.split_first() else {
            return Ok(Vec::new());
        };
        let sql = self.sql("SELECT w.user_id FROM user_words w WHERE ");
        let mut sql = begins_with(sql, "w.word", first);
        for other in others {
            sql = sql
                .push(" AND EXISTS (SELECT 1 FROM user_words o WHERE o.user_id = w.user_id AND ");
            sql = begins_with(sql, "o.word", other).push(")");
        }
        let sql = sql.push(" ORDER BY w.word, w.user_id LIMIT ").bind(SEARCH_CANDIDATES_MAX as i64);
        let mut found: Vec<UserId> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for row in self.uncached_rows(sql).await? {
            let id = UserId(row.try_get_by_index(0)?);
            if seen.insert(id) {
                found.push(id);
            }
        }
        Ok(found)
    }

    /// Hashtags in use that begin with this: the first few hundred by name.
    pub async fn search_hashtags(&self, prefix: &str) -> Result<Vec<Hashtag>, StoreError> {
        let name = match self.pools.backend() {
            DbBackend::Postgres => "name COLLATE \"C\"",
            _ => "name",
        };
        let sql = self.sql("SELECT id, name, tweet_count FROM hashtags WHERE ");
        let sql = begins_with(sql, name, prefix).push(&format!(" ORDER BY {name} LIMIT "));
        let rows = self.uncached_rows(sql.bind(SEARCH_CANDIDATES_MAX as i64)).await?;
        let hashtags = rows.iter().map(|row| Ok(hashtag_from(row)?));
        let hashtags: Vec<Hashtag> = hashtags.collect::<Result<_, StoreError>>()?;
        Ok(hashtags.into_iter().filter(|hashtag| hashtag.tweet_count > 0).collect())
    }
}

fn begins_with(sql: Sql, column: &str, prefix: &str) -> Sql {
    let sql = sql.push(&format!("{column} >= ")).bind(prefix);
    sql.push(&format!(" AND {column} < ")).bind(format!("{prefix}{AFTER_ALL}"))
}

/// `"a b" AND "c"`, without what is not wanted.
fn sqlite_query(search: &Search) -> String {
    let phrases = |runs: &[Vec<String>], between: &str| {
        runs.iter().map(|run| format!("\"{}\"", run.join(" "))).collect::<Vec<_>>().join(between)
    };
    let all = phrases(&search.all, " AND ");
    if search.none.is_empty() {
        return all;
    }
    format!("({all}) NOT ({})", phrases(&search.none, " OR "))
}

/// `(a <-> b) & (c) & !(d)`.
fn postgres_query(search: &Search) -> String {
    let all = search.all.iter().map(|run| format!("({})", run.join(" <-> ")));
    let none = search.none.iter().map(|run| format!("!({})", run.join(" <-> ")));
    all.chain(none).collect::<Vec<_>>().join(" & ")
}

/// `+"a b" +c -d`.
fn mysql_query(search: &Search) -> String {
    let term = |sign: char, run: &Vec<String>| match run.as_slice() {
        [token] => format!("{sign}{token}"),
        _ => format!("{sign}\"{}\"", run.join(" ")),
    };
    let all = search.all.iter().map(|run| term('+', run));
    let none = search.none.iter().map(|run| term('-', run));
    all.chain(none).collect::<Vec<_>>().join(" ")
}

/// The column of `tweet_search` that names the tweet: SQLite's index has only its row number.
pub(crate) fn tweet_key(backend: DbBackend) -> &'static str {
    if backend == DbBackend::Sqlite { "rowid" } else { "tweet_id" }
}

/// Adds tweets (id, author, text, what is attached) to the index.
pub(crate) fn index_tweets<'a>(
    backend: DbBackend,
    tweets: impl Iterator<Item = (i64, i64, &'a str, Attached)>,
) -> Statement {
    let row = |(id, user_id, content, attached): (i64, i64, &str, Attached)| {
        let tokens = tokens(UserId(user_id), content, attached);
        (id, in_dialect(backend, &tokens))
    };
    let columns = format!("INSERT INTO tweet_search ({}, words) VALUES ", tweet_key(backend));
    let mut sql = Sql::new(backend, &columns);
    for (n, (id, words)) in tweets.map(row).enumerate() {
        sql = sql.push(if n == 0 { "(" } else { ",(" }).bind(id).push(",");
        sql = match backend {
            DbBackend::Postgres => {
                sql.push("CAST(CAST(").bind(words).push(" AS text) AS tsvector))")
            }
            _ => sql.bind(words).push(")"),
        };
    }
    sql.done()
}

/// Tokens as the index takes them: PostgreSQL is told the place of each.
fn in_dialect(backend: DbBackend, tokens: &[String]) -> String {
    if backend != DbBackend::Postgres {
        return tokens.join(" ");
    }
    let placed = tokens.iter().enumerate().map(|(n, token)| format!("{token}:{}", n + 1));
    placed.collect::<Vec<_>>().join(" ")
}

/// Takes tweets out of the index.
pub(crate) fn forget_tweets(backend: DbBackend, ids: impl IntoIterator<Item = i64>) -> Statement {
    let delete = format!("DELETE FROM tweet_search WHERE {} IN ", tweet_key(backend));
    Sql::new(backend, &delete).list(ids).done()
}

/// Adds words (and whose they are) by which people are found.
pub(crate) fn index_people(backend: DbBackend, words: Vec<(String, i64)>) -> Statement {
    let rows = words.into_iter().map(|(word, id)| vec![Value::from(word), Value::from(id)]);
    insert_rows(backend, "user_words", &["word", "user_id"], rows.collect())
}

/// Takes away all words by which a person is found.
pub(crate) fn delete_person(backend: DbBackend, user_id: i64) -> Statement {
    Sql::new(backend, "DELETE FROM user_words WHERE user_id = ").bind(user_id).done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_database_is_asked_in_its_own_words() {
        let run = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let search =
            Search { all: vec![run("a b"), run("c")], none: vec![run("d"), run("e f")], ids: 0..9 };
        assert_eq!(sqlite_query(&search), r#"("a b" AND "c") NOT ("d" OR "e f")"#);
        assert_eq!(postgres_query(&search), "(a <-> b) & (c) & !(d) & !(e <-> f)");
        assert_eq!(mysql_query(&search), r#"+"a b" +c -d -"e f""#);
    }
}
