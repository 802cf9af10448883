//! What must hold, asked of the tables in the plainest way, without regard to speed.

use pipit_model::{Timestamp, UserId};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

pub use crate::database::connect;

/// Somebody who reads, and when; [`None`] is somebody who is not signed in.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// Who.
    pub user_id: Option<UserId>,
    /// When, since mutes end.
    pub now: Timestamp,
}

impl Reader {
    /// Whether a column names an account that the reader blocks, or that blocks them.
    fn severed(self, column: &str) -> String {
        let me = self.user_id.map_or(0, |user_id| user_id.0);
        format!(
            "({column} IN (SELECT blocked_user_id FROM blocks WHERE user_id = {me}) \
             OR {column} IN (SELECT user_id FROM blocks WHERE blocked_user_id = {me}))"
        )
    }

    /// Whether a column names an account that the reader mutes.
    fn muted(self, column: &str) -> String {
        let me = self.user_id.map_or(0, |user_id| user_id.0);
        let now = self.now.0;
        format!(
            "{column} IN (SELECT muted_user_id FROM mutes WHERE user_id = {me} \
             AND (ends_at = 0 OR ends_at > {now}))"
        )
    }

    /// Whether a tweet, by its table's name, may be seen by the reader.
    fn may_see(self, tweet: &str) -> String {
        let me = self.user_id.map_or(0, |user_id| user_id.0);
        let severed = self.severed(&format!("{tweet}.user_id"));
        format!(
            "({tweet}.deleted_at IS NULL AND NOT {severed} \
             AND ({tweet}.visibility < 2 OR {tweet}.user_id = {me} OR {tweet}.user_id IN \
             (SELECT followed_user_id FROM followers WHERE user_id = {me})))"
        )
    }

    /// What is asked of every entry `t` of a timeline, with `o` the tweet that it passes on.
    fn shown(self) -> String {
        let (of_entry, of_original) = (self.may_see("t"), self.may_see("o"));
        format!(
            "{of_entry} AND author.deleted_at IS NULL AND (t.retweet_of_id IS NULL OR \
             ({of_original} AND oa.deleted_at IS NULL))"
        )
    }

    /// The same where a timeline brings it by itself.
    fn fed(self) -> String {
        let (shown, author, original) =
            (self.shown(), self.muted("t.user_id"), self.muted("o.user_id"));
        format!("{shown} AND NOT {author} AND (t.retweet_of_id IS NULL OR NOT {original})")
    }
}

const ENTRIES: &str = "SELECT t.id FROM tweets t JOIN users author ON author.id = t.user_id \
                       LEFT JOIN tweets o ON o.id = t.retweet_of_id \
                       LEFT JOIN users oa ON oa.id = o.user_id";

/// The ids of a reader's home timeline, newest first: design section 2, word by word.
///
/// # Panics
/// If the database does not answer.
pub async fn home(db: &DatabaseConnection, me: UserId, now: Timestamp) -> Vec<i64> {
    let followed = format!("SELECT followed_user_id FROM followers WHERE user_id = {me}");
    let fed = Reader { user_id: Some(me), now }.fed();
    let sql = format!(
        "{ENTRIES} WHERE {fed} AND (t.user_id = {me} OR t.user_id IN ({followed})) \
         AND (t.reply_to_id IS NULL OR t.reply_to_user_id = {me} \
              OR t.reply_to_user_id = t.user_id OR t.reply_to_user_id IN ({followed})) \
         ORDER BY t.id DESC"
    );
    ids(db, &sql).await
}

/// The ids of a list's timeline as its owner reads it, newest first: everything by those on it,
/// replies only where they answer somebody on it or themselves.
///
/// # Panics
/// If the database does not answer.
pub async fn list(db: &DatabaseConnection, owner: Reader, list: i64) -> Vec<i64> {
    let on = format!("SELECT user_id FROM list_members WHERE list_id = {list}");
    let sql = format!(
        "{ENTRIES} WHERE {} AND t.user_id IN ({on}) AND (t.reply_to_id IS NULL \
         OR t.reply_to_user_id = t.user_id OR t.reply_to_user_id IN ({on})) ORDER BY t.id DESC",
        owner.fed()
    );
    ids(db, &sql).await
}

/// The ids of everybody's public tweets, newest first.
///
/// # Panics
/// If the database does not answer.
pub async fn public(db: &DatabaseConnection, reader: Reader) -> Vec<i64> {
    let sql = format!(
        "{ENTRIES} WHERE {} AND t.visibility = 0 \
         AND t.reply_to_id IS NULL AND t.retweet_of_id IS NULL ORDER BY t.id DESC",
        reader.fed()
    );
    ids(db, &sql).await
}

/// The ids of what an author posted and retweeted, newest first.
///
/// # Panics
/// If the database does not answer.
pub async fn author(db: &DatabaseConnection, reader: Reader, author: UserId) -> Vec<i64> {
    let sql =
        format!("{ENTRIES} WHERE {} AND t.user_id = {author} ORDER BY t.id DESC", reader.shown());
    ids(db, &sql).await
}

/// The ids of public tweets with a hashtag (as it is compared), newest first.
///
/// # Panics
/// If the database does not answer.
pub async fn hashtag(db: &DatabaseConnection, reader: Reader, name: &str) -> Vec<i64> {
    let sql = format!(
        "{ENTRIES} JOIN tweet_hashtags l ON l.tweet_id = t.id \
         JOIN hashtags h ON h.id = l.hashtag_id \
         WHERE h.name = '{name}' AND t.visibility = 0 AND {} ORDER BY t.id DESC",
        reader.fed()
    );
    ids(db, &sql).await
}

/// What somebody is told: the code of its kind, who did it, and the tweet (0 for a follow), in order.
///
/// # Panics
/// If the database does not answer.
pub async fn notifications(
    db: &DatabaseConnection,
    user: UserId,
    now: Timestamp,
) -> Vec<(i64, i64, i64)> {
    let me = Reader { user_id: Some(user), now };
    let mut told = Vec::new();
    // Mentions, replies, likes, retweets, follows and requests (with a zero of 64 bits).
    for (code, query) in [
        (
            1,
            "t.user_id AS actor, t.id AS tweet FROM mentions m JOIN tweets t ON t.id = m.tweet_id \
             WHERE m.user_id = ME AND SEEN \
             AND (t.reply_to_user_id IS NULL OR t.reply_to_user_id <> ME)",
        ),
        (
            2,
            "t.user_id AS actor, t.id AS tweet FROM tweets t \
             WHERE t.reply_to_user_id = ME AND SEEN",
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
        (
            7,
            "f.user_id AS actor, f.id - f.id AS tweet FROM follow_requests f \
             WHERE f.followed_user_id = ME",
        ),
    ] {
        let query = query.replace("ME", &user.to_string()).replace("SEEN", &me.may_see("t"));
        let (severed, muted) = (me.severed("x.actor"), me.muted("x.actor"));
        let by_others = format!(
            "FROM (SELECT {query}) x WHERE x.actor <> {user} AND NOT {severed} AND NOT {muted}"
        );
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
        ("lists", "member_count", "list_members x WHERE x.list_id = r.id"),
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
