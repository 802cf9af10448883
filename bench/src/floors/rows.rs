//! The statements of the bare insert: four a batch, whatever its size.

use std::collections::BTreeMap;
use std::fmt::Write;

use sea_orm::{DbBackend, Statement, Value};

/// What is inserted.
pub(super) struct Tweet {
    pub(super) author: i64,
    pub(super) content: String,
    /// Ids and names.
    pub(super) hashtags: Vec<(i64, String)>,
}

/// All rows of one transaction.
#[derive(Default)]
pub(super) struct Batch {
    tweets: Vec<Value>,
    /// Names, and how often each is used.
    hashtags: BTreeMap<i64, (String, i64)>,
    links: Vec<Value>,
    /// Tweets by author.
    authors: BTreeMap<i64, i64>,
}

const TWEETS: &str = "INSERT INTO tweets (id, user_id, timestamp, content, kind, conversation_id, \
                      like_count, retweet_count, reply_count) VALUES ";
const TWEET_COLUMNS: usize = 9;
const HASHTAGS: &str = "INSERT INTO hashtags (id, name, tweet_count) VALUES ";
const LINKS: &str = "INSERT INTO tweet_hashtags (hashtag_id, tweet_id) VALUES ";

impl Batch {
    pub(super) fn add(&mut self, id: i64, tweet: &Tweet) {
        self.tweets.extend([
            id.into(),
            tweet.author.into(),
            (id >> 16).into(),
            tweet.content.clone().into(),
            0_i16.into(),
            id.into(),
            0_i64.into(),
            0_i64.into(),
            Value::from(0_i64),
        ]);
        *self.authors.entry(tweet.author).or_default() += 1;
        for (hashtag, name) in &tweet.hashtags {
            self.hashtags.entry(*hashtag).or_insert_with(|| (name.clone(), 0)).1 += 1;
            self.links.extend([Value::from(*hashtag), id.into()]);
        }
    }

    pub(super) fn statements(self, backend: DbBackend) -> Vec<Statement> {
        let mut statements = vec![insert(backend, TWEETS, TWEET_COLUMNS, self.tweets, "")];
        if !self.links.is_empty() {
            let rows = self.hashtags.into_iter();
            let rows = rows.flat_map(|(id, (name, n))| [id.into(), name.into(), Value::from(n)]);
            let counted = match backend {
                DbBackend::MySql => {
                    " ON DUPLICATE KEY UPDATE tweet_count = tweet_count + VALUES(tweet_count)"
                }
                _ => {
                    " ON CONFLICT (name) DO UPDATE \
                     SET tweet_count = hashtags.tweet_count + excluded.tweet_count"
                }
            };
            statements.push(insert(backend, HASHTAGS, 3, rows.collect(), counted));
            statements.push(insert(backend, LINKS, 2, self.links, ""));
        }
        statements.push(count_tweets(backend, &self.authors));
        statements
    }
}

fn insert(
    backend: DbBackend,
    head: &str,
    width: usize,
    values: Vec<Value>,
    tail: &str,
) -> Statement {
    let text = format!("{head}{}{tail}", places(backend, width, values.len()));
    Statement::from_sql_and_values(backend, text, values)
}

/// One statement for all authors, each by their own number of tweets.
fn count_tweets(backend: DbBackend, authors: &BTreeMap<i64, i64>) -> Statement {
    let values = authors.iter().flat_map(|(id, n)| [Value::from(*id), Value::from(*n)]);
    let text = if backend == DbBackend::MySql {
        let rows = authors.len();
        let rows = "SELECT ? AS id, ? AS n".to_owned() + &" UNION ALL SELECT ?, ?".repeat(rows - 1);
        format!(
            "UPDATE users JOIN ({rows}) AS v ON users.id = v.id \
             SET users.tweet_count = users.tweet_count + v.n"
        )
    } else {
        let rows = places(backend, 2, authors.len() * 2);
        format!(
            "UPDATE users SET tweet_count = tweet_count + v.column2 FROM (VALUES {rows}) AS v \
             WHERE users.id = v.column1"
        )
    };
    Statement::from_sql_and_values(backend, text, values)
}

/// `(?,?),(?,?)`: so many places in rows of a width.
fn places(backend: DbBackend, width: usize, count: usize) -> String {
    let mut text = String::with_capacity(count * 5);
    for n in 0..count {
        text.push_str(match (n, n % width) {
            (0, _) => "(",
            (_, 0) => "),(",
            _ => ",",
        });
        if backend == DbBackend::Postgres {
            let _infallible = write!(text, "${}", n + 1);
        } else {
            text.push('?');
        }
    }
    text.push(')');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_four_statements() {
        let mut batch = Batch::default();
        for id in [1, 2] {
            let hashtags = vec![(7, "birds".to_owned())];
            batch.add(id, &Tweet { author: 5, content: String::new(), hashtags });
        }
        let statements = batch.statements(DbBackend::Postgres);
        assert_eq!(statements.len(), 4);
        assert!(statements[0].sql.ends_with(
            "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9),($10,$11,$12,$13,$14,$15,$16,$17,$18)"
        ));
        assert!(statements[1].sql.contains("VALUES ($1,$2,$3) ON CONFLICT"));
        assert!(statements[3].sql.contains("(VALUES ($1,$2)) AS v"));
    }
}
