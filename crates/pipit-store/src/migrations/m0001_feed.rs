//! The first schema: accounts, tweets, who follows and likes what.
//!
//! No auto-increment and no foreign keys: keys are made by the application, so that the same
//! schema lies on databases that shard. Text is compared byte by byte on all three databases.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{small_integer, string_len, string_len_null, text};
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = Tables { database: manager.get_database_backend() };
        for table in tables.all() {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

/// SQLite spells two things in its own way: a 64-bit number must be called `integer` for a primary
/// key to be the table itself and not an index beside it, and a table whose key is a pair is told
/// to do without a hidden row number.
pub(super) struct Tables {
    pub(super) database: DbBackend,
}

impl Tables {
    fn all(&self) -> Vec<TableCreateStatement> {
        let mut tables = self.account_tables();
        tables.extend(self.feed_tables());
        tables
    }

    pub(super) fn number(&self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(name);
        match self.database {
            DbBackend::Sqlite => column.custom("integer"),
            _ => column.big_integer(),
        }
        .to_owned()
    }

    pub(super) fn big(&self, name: &'static str) -> ColumnDef {
        self.number(name).not_null().to_owned()
    }

    pub(super) fn big_null(&self, name: &'static str) -> ColumnDef {
        self.number(name).null().to_owned()
    }

    pub(super) fn table(
        &self,
        name: &'static str,
        key: &[&'static str],
        columns: Vec<ColumnDef>,
    ) -> TableCreateStatement {
        let mut primary_key = Index::create();
        for column in key {
            primary_key.col(*column);
        }
        let mut table = Table::create();
        table.table(name).if_not_exists();
        match self.database {
            DbBackend::MySql => {
                table.character_set("utf8mb4").collate("utf8mb4_bin");
            }
            DbBackend::Sqlite if key.len() > 1 => {
                table.extra("WITHOUT ROWID");
            }
            _ => {}
        }
        for mut column in columns {
            table.col(&mut column);
        }
        table.primary_key(&mut primary_key).to_owned()
    }

    fn account_tables(&self) -> Vec<TableCreateStatement> {
        vec![
            self.table(
                "users",
                &["id"],
                vec![
                    self.big("id"),
                    string_len("handle", 15),
                    string_len("handle_key", 15),
                    string_len("name", 50),
                    string_len("bio", 160),
                    string_len_null("profile_picture", 2048),
                    self.big("created_at"),
                    self.big("tweet_count"),
                    self.big("follower_count"),
                    self.big("following_count"),
                    self.big_null("deleted_at"),
                    self.big_null("purged_at"),
                ],
            ),
            self.table(
                "credentials",
                &["user_id"],
                vec![
                    self.big("user_id"),
                    string_len("email", 254),
                    string_len("email_key", 254),
                    string_len("password_hash", 255),
                ],
            ),
            self.table(
                "sessions",
                &["id"],
                vec![
                    self.big("id"),
                    self.big("user_id"),
                    self.big("created_at"),
                    self.big("expires_at"),
                    string_len("user_agent", 255),
                ],
            ),
            self.table(
                "idempotency_keys",
                &["key_hash"],
                vec![
                    string_len("key_hash", 64),
                    string_len("request_hash", 64),
                    self.big("resource_id"),
                    self.big("created_at"),
                ],
            ),
            self.table(
                "server_keys",
                &["id"],
                vec![string_len("id", 32), text("secret"), self.big("created_at")],
            ),
        ]
    }

    fn feed_tables(&self) -> Vec<TableCreateStatement> {
        vec![
            self.table(
                "tweets",
                &["id"],
                vec![
                    self.big("id"),
                    self.big("user_id"),
                    self.big("timestamp"),
                    text("content"),
                    small_integer("kind"),
                    self.big_null("reply_to_id"),
                    self.big_null("reply_to_user_id"),
                    self.big("conversation_id"),
                    self.big_null("retweet_of_id"),
                    self.big_null("retweet_of_user_id"),
                    self.big("like_count"),
                    self.big("retweet_count"),
                    self.big("reply_count"),
                    self.big_null("deleted_at"),
                ],
            ),
            self.table(
                "followers",
                &["user_id", "followed_user_id"],
                vec![self.big("user_id"), self.big("followed_user_id"), self.big("id")],
            ),
            self.table(
                "likes",
                &["user_id", "tweet_id"],
                vec![self.big("user_id"), self.big("tweet_id"), self.big("id")],
            ),
            self.table(
                "hashtags",
                &["id"],
                vec![self.big("id"), string_len("name", 100), self.big("tweet_count")],
            ),
            self.table(
                "tweet_hashtags",
                &["hashtag_id", "tweet_id"],
                vec![self.big("hashtag_id"), self.big("tweet_id")],
            ),
            self.table(
                "mentions",
                &["tweet_id", "user_id"],
                vec![self.big("tweet_id"), self.big("user_id"), string_len("handle_key", 15)],
            ),
        ]
    }
}

/// Every query of the hot path reads by one of these; a test runs `EXPLAIN` on each.
fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("users_handle_key", "users", &["handle_key"]).unique().to_owned(),
        // Only accounts that wait to be cleared away have one and not the other.
        index("users_deleted", "users", &["deleted_at", "purged_at"]),
        index("credentials_email_key", "credentials", &["email_key"]).unique().to_owned(),
        index("sessions_user", "sessions", &["user_id", "id"]),
        index("sessions_expiry", "sessions", &["expires_at"]),
        index("idempotency_keys_age", "idempotency_keys", &["created_at"]),
        index("tweets_author", "tweets", &["user_id", "id"]),
        index("tweets_kind", "tweets", &["kind", "id"]),
        index("tweets_conversation", "tweets", &["conversation_id", "id"]),
        index("tweets_retweets", "tweets", &["retweet_of_id", "id"]),
        index("tweets_retweet_once", "tweets", &["user_id", "retweet_of_id"]).unique().to_owned(),
        index("followers_of", "followers", &["followed_user_id", "id"]),
        index("followers_by", "followers", &["user_id", "id"]),
        index("likes_of", "likes", &["tweet_id", "id"]),
        index("hashtags_name", "hashtags", &["name"]).unique().to_owned(),
        index("mentions_of", "mentions", &["user_id", "tweet_id"]),
        index("tweet_hashtags_newest", "tweet_hashtags", &["tweet_id"]),
    ]
}

/// An index of some columns.
pub(super) fn index(
    name: &str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}
