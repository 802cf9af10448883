//! Bookmarks: tweets that somebody keeps for later.

use sea_orm_migration::prelude::*;

use super::m0001_feed::{Tables, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = Tables { database: manager.get_database_backend() };
        let columns = vec![tables.big("user_id"), tables.big("tweet_id"), tables.big("id")];
        manager.create_table(tables.table("bookmarks", &["user_id", "tweet_id"], columns)).await?;
        manager.create_index(index("bookmarks_by", "bookmarks", &["user_id", "id"])).await
    }
}
