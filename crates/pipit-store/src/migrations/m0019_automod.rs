//! Rules for new tweets, how often they were about one, and the tweets that wait for review. And
//! which tweets' pictures are shown only to who asks for them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{small_integer, string_len, text};

use super::m0001_feed::index;
use super::table::{big, keyed};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // (The bare word is MariaDB's.) Bits: 1 by its author, 2 by the moderators.
        let mut column =
            ColumnDef::new("is_sensitive").small_integer().not_null().default(0).to_owned();
        let table = Table::alter().table("tweets").add_column(&mut column).to_owned();
        manager.alter_table(table).await?;
        let db = manager.get_database_backend();
        let rules = vec![
            // A code of `pipit_model::automod::Condition`.
            ColumnDef::new("kind").small_integer().not_null().to_owned(),
            small_integer("effect"),
            small_integer("mode"),
            big(db, "threshold"),
        ];
        manager.create_table(keyed(db, "automod_rules", &["kind"], rules)).await?;
        let hits = vec![
            // Days since 1970.
            big(db, "day"),
            ColumnDef::new("kind").small_integer().not_null().to_owned(),
            big(db, "acted"),
            big(db, "dry"),
        ];
        manager.create_table(keyed(db, "automod_hits", &["day", "kind"], hits)).await?;
        let held = vec![
            big(db, "id"),
            big(db, "user_id"),
            text("content"),
            // Where an id may be missing it is 0.
            big(db, "reply_to_id"),
            big(db, "quote_of_id"),
            // Ids of pictures with commas between them.
            string_len("media", 100),
            small_integer("visibility"),
            small_integer("reply_audience"),
            small_integer("is_sensitive"),
            string_len("why", 400),
            small_integer("state"),
            big(db, "decided_at"),
            string_len("reason", 1000),
            big(db, "tweet_id"),
        ];
        manager.create_table(keyed(db, "held_tweets", &["id"], held)).await?;
        for columns in [&["state", "id"][..], &["user_id", "id"]] {
            let name = if columns[0] == "state" { "held_queue" } else { "held_author" };
            manager.create_index(index(name, "held_tweets", columns)).await?;
        }
        Ok(())
    }
}
