//! Who blocks and mutes whom, and who asks to follow whom. The keys serve the one who did it; the
//! indexes by id list what they did, newest first, and `blocks_of` finds who blocks a reader.

use sea_orm_migration::prelude::*;

use super::m0001_feed::{Tables, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = Tables { database: manager.get_database_backend() };
        let big = |name| tables.big(name);
        let blocks = vec![big("user_id"), big("blocked_user_id"), big("id")];
        let key = ["user_id", "blocked_user_id"];
        manager.create_table(tables.table("blocks", &key, blocks)).await?;
        // Milliseconds since 1970; 0 if it has no end.
        let mutes = vec![big("user_id"), big("muted_user_id"), big("id"), big("ends_at")];
        let key = ["user_id", "muted_user_id"];
        manager.create_table(tables.table("mutes", &key, mutes)).await?;
        let requests = vec![big("user_id"), big("followed_user_id"), big("id")];
        let key = ["user_id", "followed_user_id"];
        manager.create_table(tables.table("follow_requests", &key, requests)).await?;
        for (name, table, columns) in [
            ("blocks_by", "blocks", ["user_id", "id"]),
            ("blocks_of", "blocks", ["blocked_user_id", "user_id"]),
            ("mutes_by", "mutes", ["user_id", "id"]),
            // Only read when an account goes.
            ("mutes_of", "mutes", ["muted_user_id", "user_id"]),
            ("follow_requests_of", "follow_requests", ["followed_user_id", "id"]),
        ] {
            manager.create_index(index(name, table, &columns)).await?;
        }
        Ok(())
    }
}
