//! How far people have read.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::string_len;

use super::table::{big, keyed};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_database_backend();
        let columns = vec![
            big(db, "user_id"),
            string_len("name", 16),
            big(db, "last_id"),
            big(db, "updated_at"),
        ];
        manager.create_table(keyed(db, "read_positions", &["user_id", "name"], columns)).await
    }
}
