//! Lists of chosen people, and followed hashtags.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::string_len;

use super::m0001_feed::{Tables, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = Tables { database: manager.get_database_backend() };
        let big = |name| tables.big(name);
        let lists = vec![
            big("id"),
            big("user_id"),
            string_len("name", 50),
            big("created_at"),
            big("member_count"),
        ];
        manager.create_table(tables.table("lists", &["id"], lists)).await?;
        let members = vec![big("list_id"), big("user_id"), big("id")];
        let key = ["list_id", "user_id"];
        manager.create_table(tables.table("list_members", &key, members)).await?;
        let follows = vec![big("user_id"), big("hashtag_id"), big("id")];
        let key = ["user_id", "hashtag_id"];
        manager.create_table(tables.table("hashtag_follows", &key, follows)).await?;
        manager.create_index(index("lists_owner", "lists", &["user_id", "id"])).await?;
        manager.create_index(index("list_members_by", "list_members", &["list_id", "id"])).await?;
        // Only read when an account goes.
        manager
            .create_index(index("list_members_of", "list_members", &["user_id", "list_id"]))
            .await
    }
}
