//! Timelines as they are read: the newest entries of some authors, of a hashtag, or of everybody.

use pipit_model::tweet::Entry;
use pipit_model::visibility::Visibility;
use pipit_model::{HashtagId, TweetId, UserId};
use sea_orm::DbErr;

use crate::Store;
use crate::error::StoreError;
use crate::row::Row;
use crate::sql::Sql;
use crate::tweets::{kind_code, kind_of};

const COLUMNS: &str = "SELECT t.id, t.user_id, t.reply_to_id, t.reply_to_user_id, \
                       t.retweet_of_id, t.retweet_of_user_id, t.deleted_at";

/// Of more authors than these, finding the newest takes milliseconds.
const AUTHORS_INLINE: usize = 1000;
/// How many entries of everybody are looked through for those of `n` authors, before each author is
/// looked up: first few, which does where the authors are a good part of all, then more.
fn looked_through(n: usize) -> [usize; 2] {
    [n / 4, n * 2]
}

/// Whose entries a timeline is made of.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// Everything that these people posted and retweeted.
    Authors(&'a [UserId]),
    /// Tweets and replies with a hashtag.
    Hashtag(HashtagId),
    /// Everybody's public tweets, without replies and retweets.
    Public,
}

/// What was found of a stretch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// There are no others with at least this id: the stretch's own end, or the last entry if there
    /// may be more below it.
    pub from: i64,
}

impl Entries {
    /// Nothing down to an id.
    #[must_use]
    pub fn none(from: i64) -> Self {
        Self { entries: Vec::new(), from }
    }

    /// Adds what was found of the same stretch of other logs; what is known of both is kept.
    pub fn merge(&mut self, other: Self) {
        self.from = self.from.max(other.from);
        self.entries.extend(other.entries);
        self.entries.retain(|entry| entry.id.0 >= self.from);
    }
}

/// A stretch of a timeline: at most `limit` entries with `from <= id < before`.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: i64,
    before: i64,
    limit: i64,
}

impl Store {
    /// The newest entries of a source with `from <= id < before`, at most `limit` (which is at
    /// least 1), tombstones left out.
    pub async fn list_entries(
        &self,
        source: Source<'_>,
        from: i64,
        before: i64,
        limit: u64,
    ) -> Result<Entries, StoreError> {
        let window = Window { from, before, limit: limit as i64 };
        let sql = match source {
            Source::Authors([]) => return Ok(Entries::none(from)),
            Source::Authors([author]) => {
                let sql = self.sql(COLUMNS).push(" FROM tweets t WHERE t.user_id = ");
                newest_of(sql.bind(author.0), "t.id", window)
            }
            Source::Authors(authors) => {
                if authors.len() > AUTHORS_INLINE {
                    for rows in looked_through(authors.len()) {
                        if let Some(found) = self.look_through(authors, window, rows).await? {
                            return Ok(found);
                        }
                    }
                }
                newest_of_many(self.sql(""), authors, window)
            }
            Source::Hashtag(hashtag) => {
                let sql = self.sql(COLUMNS).push(" FROM tweet_hashtags h JOIN tweets t");
                let sql = sql.push(" ON t.id = h.tweet_id WHERE h.hashtag_id = ");
                newest_of(sql.bind(hashtag.0), "h.tweet_id", window)
            }
            Source::Public => {
                let sql = self.sql(COLUMNS).push(" FROM tweets t WHERE t.kind = ");
                let sql = sql.bind(kind_code::TWEET).push(" AND t.visibility = ");
                newest_of(sql.bind(Visibility::Public.code()), "t.id", window)
            }
        };
        let rows = match source {
            Source::Authors(authors) if authors.len() > AUTHORS_INLINE => {
                self.many_rows(sql).await?
            }
            _ => self.rows(sql).await?,
        };
        let mut found = rows.iter().map(Found::from_row).collect::<Result<Vec<_>, _>>()?;
        found.sort_unstable_by_key(|found| std::cmp::Reverse(found.id()));
        let from = match found.last() {
            // As many as were asked for: below the last one there may be more.
            Some(last) if found.len() == limit as usize => last.id(),
            _ => from,
        };
        let entries = found.into_iter().filter_map(Found::entry).collect();
        Ok(Entries { entries, from })
    }

    /// Looks for the entries of many authors among the newest of everybody. Who follows thousands
    /// finds a page of them there, for a fraction of what thousands of looks into the index cost;
    /// [`None`] where next to nothing is found.
    async fn look_through(
        &self,
        authors: &[UserId],
        window: Window,
        looked_through: usize,
    ) -> Result<Option<Entries>, StoreError> {
        let sql = among_everybody(self.sql(""), authors, window, looked_through as i64);
        let rows = self.many_rows(sql).await?;
        let mut entries = Vec::with_capacity(rows.len());
        let mut looked_to = window.from;
        for row in &rows {
            match Found::from_row(row)? {
                Found::Live(entry) => entries.push(entry),
                // The last one that was looked at.
                Found::Tombstone(id) => looked_to = id,
            }
        }
        entries.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.id));
        let from = match entries.last() {
            Some(last) if entries.len() == window.limit as usize => last.id.0,
            _ => looked_to,
        };
        // All of the stretch, or as much of it as is worth the look.
        let enough = from == window.from || entries.len() as i64 * 2 >= window.limit;
        Ok(enough.then_some(Entries { entries, from }))
    }
}

/// Ends a statement over one index, read from its newest end.
fn newest_of(sql: Sql, id: &str, window: Window) -> Sql {
    sql.push(&format!(" AND {id} >= "))
        .bind(window.from)
        .push(&format!(" AND {id} < "))
        .bind(window.before)
        .push(&format!(" AND t.deleted_at IS NULL ORDER BY {id} DESC LIMIT "))
        .bind(window.limit)
}

/// The newest entries of many authors, whether they post by the minute or by the year: first each
/// author's newest one, a look into the index each; the `limit` newest of these tell how far back
/// the answer goes; then what is that new, of those authors that have it. Tombstones are among them,
/// since to leave them out the first step would have to read rows.
fn newest_of_many(sql: Sql, authors: &[UserId], window: Window) -> Sql {
    let sql = sql
        .push("WITH authors(id) AS (")
        .numbers(authors.iter().map(|author| author.0))
        .push("), newest AS ")
        .once()
        .push("(SELECT u.id AS author, (SELECT a.id FROM tweets a")
        .by_index("tweets_author")
        .push(" WHERE a.user_id = u.id AND a.id >= ")
        .bind(window.from)
        .push(" AND a.id < ")
        .bind(window.before)
        .push(" ORDER BY a.id DESC LIMIT 1) AS id FROM authors u)")
        .push(", bound AS (SELECT COALESCE((SELECT n.id FROM newest n WHERE n.id IS NOT NULL")
        .push(" ORDER BY n.id DESC LIMIT 1 OFFSET ")
        .bind(window.limit - 1)
        .push("), ")
        .bind(window.from)
        .push(") AS id) ");
    // CROSS JOIN: SQLite then keeps to this order.
    let sql = sql
        .push("SELECT * FROM (")
        .push(COLUMNS)
        .push(" FROM bound b CROSS JOIN newest n CROSS JOIN tweets t")
        .by_index("tweets_author")
        .push(" WHERE n.id >= b.id AND t.user_id = n.author AND t.id >= b.id AND t.id < ")
        .bind(window.before);
    // Nobody has more than `limit` entries in the answer: where the bound is far, this one is near.
    sql.push(" AND t.id >= COALESCE((SELECT o.id FROM tweets o")
        .by_index("tweets_author")
        .push(" WHERE o.user_id = n.author AND o.id >= b.id AND o.id < ")
        .bind(window.before)
        .push(" ORDER BY o.id DESC LIMIT 1 OFFSET ")
        .bind(window.limit - 1)
        .push("), b.id) ORDER BY t.id DESC LIMIT ")
        .bind(window.limit)
        .push(") found")
}

/// What some authors have among the newest entries of everybody, and, as a tombstone, the last one
/// that was looked at, unless that was the end of the stretch.
fn among_everybody(sql: Sql, authors: &[UserId], window: Window, looked_through: i64) -> Sql {
    const OF_ENTRY: &str =
        "SELECT id, user_id, reply_to_id, reply_to_user_id, retweet_of_id, retweet_of_user_id, ";
    let everybody = |sql: Sql| {
        sql.push(" FROM tweets WHERE id >= ")
            .bind(window.from)
            .push(" AND id < ")
            .bind(window.before)
            .push(" ORDER BY id DESC LIMIT ")
    };
    let sql = sql.push("SELECT * FROM (").push(COLUMNS).push(" FROM (").push(OF_ENTRY);
    let sql = everybody(sql.push("deleted_at"))
        .bind(looked_through)
        .push(") t WHERE t.deleted_at IS NULL AND t.user_id IN (")
        .numbers(authors.iter().map(|author| author.0))
        .push(") ORDER BY t.id DESC LIMIT ")
        .bind(window.limit)
        .push(") found UNION ALL SELECT * FROM (")
        .push(OF_ENTRY);
    everybody(sql.push("0 AS deleted_at"))
        .bind(1_i64)
        .push(" OFFSET ")
        .bind(looked_through - 1)
        .push(") last")
}

/// What a row says.
enum Found {
    Live(Entry),
    /// A tweet that was deleted, by its id.
    Tombstone(i64),
}

impl Found {
    fn from_row(row: &Row) -> Result<Self, DbErr> {
        let user_id = UserId(row.try_get_by_index(1)?);
        let id: i64 = row.try_get_by_index(0)?;
        if row.try_get_by_index::<Option<i64>>(6)?.is_some() {
            return Ok(Self::Tombstone(id));
        }
        let reply = (row.try_get_by_index(2)?, row.try_get_by_index(3)?);
        let retweet = (row.try_get_by_index(4)?, row.try_get_by_index(5)?);
        Ok(Self::Live(Entry { id: TweetId(id), user_id, kind: kind_of(reply, retweet) }))
    }

    fn id(&self) -> i64 {
        match self {
            Self::Live(entry) => entry.id.0,
            Self::Tombstone(id) => *id,
        }
    }

    fn entry(self) -> Option<Entry> {
        match self {
            Self::Live(entry) => Some(entry),
            Self::Tombstone(_) => None,
        }
    }
}
