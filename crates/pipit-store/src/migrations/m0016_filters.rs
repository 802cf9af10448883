//! Filters: words somebody does not want to read. And conversations they do not want to hear of.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{small_integer, string_len};

use super::table::{big, keyed};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_database_backend();
        let filters = vec![
            big(db, "id"),
            big(db, "user_id"),
            string_len("title", 50),
            // A bit for each place.
            small_integer("contexts"),
            small_integer("action"),
            ColumnDef::new("expires_at").big_integer().null().to_owned(),
        ];
        manager.create_table(keyed(db, "filters", &["id"], filters)).await?;
        let keywords = vec![
            big(db, "filter_id"),
            big(db, "position"),
            string_len("keyword", 100),
            small_integer("whole_word"),
        ];
        let key = ["filter_id", "position"];
        manager.create_table(keyed(db, "filter_keywords", &key, keywords)).await?;
        // By its key the writer asks who of those it tells something does not want to hear of it.
        let mutes = vec![big(db, "user_id"), big(db, "conversation_id"), big(db, "id")];
        let key = ["user_id", "conversation_id"];
        manager.create_table(keyed(db, "conversation_mutes", &key, mutes)).await?;
        let mut index = Index::create();
        index.name("filters_owner").table("filters").col("user_id").col("id");
        manager.create_index(index).await
    }
}
