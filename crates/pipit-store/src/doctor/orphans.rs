//! Rows that speak of something that is not there.

use pipit_model::limits::MEND_STEP_ROWS;
use pipit_model::search::person_words;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, QueryResult, Value};

use crate::Store;
use crate::dump::{self, Cell, Column, Kind, Table};
use crate::error::StoreError;
use crate::media::LONG_AGO;
use crate::search::{index_people, index_tweets};
use crate::sql::Sql;
use crate::tweets::kind_code;

/// What may be found of a table's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphans {
    /// In words.
    pub what: &'static str,
    /// The table whose rows they are.
    pub table: Table,
    /// What holds for such a row `r`.
    stray: String,
    /// What is to be done.
    pub mend: Mend,
}

/// What is done about rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mend {
    /// They are deleted.
    Delete,
    /// Pictures are taken off their tweet, to be cleared away.
    Untie,
    /// Tweets are put into the search index.
    IndexTweets,
    /// People are put among those that are found by their name.
    IndexPeople,
    /// Nothing that would not lose what somebody wrote.
    Nothing,
}

/// Rows that were found, by their keys.
pub type Strays = Vec<Vec<Cell>>;

fn no_such(column: &str, table: &str, key: &str) -> String {
    // 0 stands for nobody and nothing.
    format!("(r.{column} <> 0 AND NOT EXISTS (SELECT 1 FROM {table} o WHERE o.{key} = r.{column}))")
}

fn no_user(column: &str) -> String {
    no_such(column, "users", "id")
}

fn no_live_tweet() -> String {
    "NOT EXISTS (SELECT 1 FROM tweets o WHERE o.id = r.tweet_id AND o.deleted_at IS NULL)"
        .to_owned()
}

/// In words, the table, what holds for a stray row.
type Rule = (&'static str, &'static str, String);

/// Rows that are of no use without what they speak of.
fn useless() -> Vec<Rule> {
    let of_people = |columns: &[&str]| {
        columns.iter().map(|column| no_user(column)).collect::<Vec<_>>().join(" OR ")
    };
    let (user, tweet) = (no_user("user_id"), no_such("tweet_id", "tweets", "id"));
    let marks = format!("{user} OR {tweet}");
    let follows = of_people(&["user_id", "followed_user_id"]);
    let told = format!("{} OR {tweet}", of_people(&["user_id", "actor_id"]));
    let members = format!("{user} OR {}", no_such("list_id", "lists", "id"));
    let tags = format!("{user} OR {}", no_such("hashtag_id", "hashtags", "id"));
    let links = format!("{} OR {}", no_such("hashtag_id", "hashtags", "id"), no_live_tweet());
    let mentions = format!("{user} OR {}", no_live_tweet());
    let found =
        "NOT EXISTS (SELECT 1 FROM users o WHERE o.id = r.user_id AND o.deleted_at IS NULL)";
    let filters = no_such("filter_id", "filters", "id");
    let of_action = no_such("action_id", "moderation_actions", "id");
    vec![
        ("follows of accounts that are not there", "followers", follows.clone()),
        ("requests of accounts that are not there", "follow_requests", follows),
        ("likes of tweets or by people that are not there", "likes", marks.clone()),
        ("bookmarks of tweets or by people that are not there", "bookmarks", marks),
        ("notifications of what is not there", "notifications", told),
        (
            "blocks of accounts that are not there",
            "blocks",
            of_people(&["user_id", "blocked_user_id"]),
        ),
        ("mutes of accounts that are not there", "mutes", of_people(&["user_id", "muted_user_id"])),
        ("hashtags of tweets that are not there", "tweet_hashtags", links),
        ("mentions in tweets that are not there", "mentions", mentions),
        ("members of lists that are not there", "list_members", members),
        ("lists of accounts that are not there", "lists", user.clone()),
        ("followed hashtags that are not there", "hashtag_follows", tags),
        ("reading positions of accounts that are not there", "read_positions", user.clone()),
        ("muted conversations of accounts that are not there", "conversation_mutes", user.clone()),
        ("filters of accounts that are not there", "filters", user.clone()),
        ("held tweets of accounts that are not there", "held_tweets", user.clone()),
        ("words of filters that are not there", "filter_keywords", filters),
        ("sessions of accounts that are not there", "sessions", user.clone()),
        ("passwords of accounts that are not there", "credentials", user.clone()),
        ("requests to be let in of accounts that are not there", "sign_up_requests", user.clone()),
        ("passkeys of accounts that are not there", "passkeys", user.clone()),
        ("second factors of accounts that are not there", "second_factors", user.clone()),
        ("recovery codes of accounts that are not there", "recovery_codes", user.clone()),
        ("devices of accounts that are not there", "known_devices", user),
        ("names of accounts that are not there", "user_words", found.to_owned()),
        (
            "tweets of reports that are not there",
            "report_tweets",
            no_such("report_id", "reports", "id"),
        ),
        ("tweets of actions that are not there", "action_tweets", of_action.clone()),
        ("appeals against actions that are not there", "appeals", of_action),
        (
            "retweets of tweets that are not there",
            "tweets",
            format!("r.retweet_of_id IS NOT NULL AND {}", no_such("retweet_of_id", "tweets", "id")),
        ),
    ]
}

/// Everything that is looked for, of the tables that are there.
#[must_use]
pub fn rules(tables: &[Table], backend: &str) -> Vec<Orphans> {
    let key = if backend == "SQLite" { "rowid" } else { "tweet_id" };
    let id = Column { name: key.to_owned(), kind: Kind::Number, key_place: 1 };
    let search = Table { name: "tweet_search".to_owned(), columns: vec![id] };
    let table = |name: &str| match name {
        "tweet_search" => Some(search.clone()),
        _ => tables.iter().find(|table| table.name == name).cloned(),
    };
    let rule = |mend: Mend| {
        move |(what, name, stray): Rule| {
            table(name).map(|table| Orphans { what, table, stray, mend })
        }
    };
    let live = format!("deleted_at IS NULL AND kind <> {}", kind_code::RETWEET);
    let unfound =
        format!("r.{live} AND NOT EXISTS (SELECT 1 FROM tweet_search o WHERE o.{key} = r.id)");
    let gone = format!("NOT EXISTS (SELECT 1 FROM tweets o WHERE o.id = r.{key} AND o.{live})");
    let nameless = "r.deleted_at IS NULL \
                    AND NOT EXISTS (SELECT 1 FROM user_words o WHERE o.user_id = r.id)";
    let untied = format!("r.tweet_id IS NOT NULL AND {}", no_live_tweet());
    let parentless =
        format!("r.reply_to_id IS NOT NULL AND {}", no_such("reply_to_id", "tweets", "id"));
    let useless = useless().into_iter().filter_map(rule(Mend::Delete));
    let useful = [
        (Mend::Nothing, ("tweets of accounts that are not there", "tweets", no_user("user_id"))),
        (Mend::Nothing, ("replies to tweets that are not there", "tweets", parentless)),
        (Mend::Untie, ("pictures of tweets that are not there", "media", untied)),
        (Mend::IndexTweets, ("tweets that no search finds", "tweets", unfound)),
        (Mend::Delete, ("deleted tweets that a search finds", "tweet_search", gone)),
        (Mend::IndexPeople, ("accounts that no search finds", "users", nameless.to_owned())),
    ];
    let useful = useful.into_iter().filter_map(|(mend, found)| rule(mend)(found));
    useless.chain(useful).collect()
}

impl Store {
    /// Looks at the next rows. Answers the key up to which it looked, how many rows that were, and
    /// the keys of those that are stray; no key after the last row.
    ///
    /// # Errors
    /// What the database says.
    pub async fn strays(
        &self,
        of: &Orphans,
        after: Option<&[Cell]>,
        limit: u64,
    ) -> Result<(Option<Vec<Cell>>, u64, Strays), StoreError> {
        let db = self.pools.backend();
        let columns = dump::selected(db, &of.table.key_columns());
        let flag = format!("CASE WHEN {} THEN 1 ELSE 0 END", of.stray);
        let sql = self.sql(&format!("SELECT {columns}, {flag} FROM {} r", of.table.name));
        let sql = dump::from_key(sql, &of.table, after, limit);
        let rows = self.read().query_all_raw(sql.done()).await?;
        let keys: Vec<_> =
            rows.iter().map(|row| key_of(&of.table, row)).collect::<Result<_, _>>()?;
        let last = keys.last().cloned();
        let place = of.table.key().len();
        let mut strays = Vec::new();
        for (row, key) in rows.iter().zip(keys) {
            if row.try_get_by_index::<i32>(place)? == 1 {
                strays.push(key);
            }
        }
        Ok((last, rows.len() as u64, strays))
    }

    /// Mends rows that are still stray; answers how many.
    ///
    /// # Errors
    /// What the database says.
    pub async fn mend(&self, of: &Orphans, strays: &[Vec<Cell>]) -> Result<u64, StoreError> {
        let mut mended = 0;
        for some in strays.chunks(MEND_STEP_ROWS) {
            let (of, some) = (of.clone(), some.to_vec());
            mended += self
                .write_rarely(async move |tx| {
                    let still = still_stray(&tx, &of, some).await?;
                    mend_some(&tx, &of, &still).await?;
                    Ok((tx, still.len() as u64, Vec::new()))
                })
                .await?;
        }
        Ok(mended)
    }
}

fn key_of(table: &Table, row: &QueryResult) -> Result<Vec<Cell>, StoreError> {
    table.key_columns().iter().enumerate().map(|(at, column)| dump::cell(row, at, column)).collect()
}

/// Appends which rows have these keys.
fn with_keys(sql: Sql, table: &Table, keys: &[Vec<Cell>]) -> Sql {
    let columns = table.key_columns();
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let values = |key: &Vec<Cell>| -> Vec<Value> {
        key.iter().zip(&columns).map(|(cell, column)| cell.clone().value(column.kind)).collect()
    };
    if let [name] = names[..] {
        return sql.push(&format!("{name} IN ")).list(keys.iter().flat_map(values));
    }
    sql.tuple_in(&names, keys.iter().map(values))
}

async fn still_stray(
    tx: &DatabaseTransaction,
    of: &Orphans,
    keys: Strays,
) -> Result<Strays, StoreError> {
    let db = tx.get_database_backend();
    let columns = dump::selected(db, &of.table.key_columns());
    let sql = Sql::new(
        db,
        &format!("SELECT {columns} FROM {} r WHERE ({}) AND ", of.table.name, of.stray),
    );
    let sql = with_keys(sql, &of.table, &keys);
    // Rows of an index of SQLite's cannot be locked, and need not.
    let rows = tx.query_all_raw(sql.for_update().done()).await?;
    rows.iter().map(|row| key_of(&of.table, row)).collect()
}

async fn mend_some(
    tx: &DatabaseTransaction,
    of: &Orphans,
    keys: &[Vec<Cell>],
) -> Result<(), StoreError> {
    if keys.is_empty() {
        return Ok(());
    }
    let db = tx.get_database_backend();
    match of.mend {
        Mend::Nothing => Ok(()),
        Mend::Delete => {
            let sql = Sql::new(db, &format!("DELETE FROM {} WHERE ", of.table.name));
            tx.execute_raw(with_keys(sql, &of.table, keys).done()).await?;
            Ok(())
        }
        Mend::Untie => {
            let sql =
                Sql::new(db, "UPDATE media SET tweet_id = NULL, expires_at = ").bind(LONG_AGO);
            tx.execute_raw(with_keys(sql.push(" WHERE "), &of.table, keys).done()).await?;
            Ok(())
        }
        Mend::IndexTweets => index_again(tx, db, of, keys).await,
        Mend::IndexPeople => {
            let sql = Sql::new(db, "SELECT id, handle_key, name FROM users WHERE ");
            let mut words = Vec::new();
            for row in tx.query_all_raw(with_keys(sql, &of.table, keys).done()).await? {
                let id: i64 = row.try_get_by_index(0)?;
                let (handle, name): (String, String) =
                    (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
                words.extend(person_words(&handle, &name).into_iter().map(|word| (word, id)));
            }
            tx.execute_raw(index_people(db, words)).await?;
            Ok(())
        }
    }
}

async fn index_again(
    tx: &DatabaseTransaction,
    db: DbBackend,
    of: &Orphans,
    keys: &[Vec<Cell>],
) -> Result<(), StoreError> {
    let sql = Sql::new(db, "SELECT id, user_id, content, media_count FROM tweets WHERE ");
    let rows = tx.query_all_raw(with_keys(sql, &of.table, keys).done()).await?;
    let tweets: Vec<_> = rows.iter().map(dump::indexed).collect::<Result<_, _>>()?;
    let tweets = tweets.iter().map(|(id, user, text, has)| (*id, *user, &**text, *has));
    tx.execute_raw(index_tweets(db, tweets)).await?;
    Ok(())
}
