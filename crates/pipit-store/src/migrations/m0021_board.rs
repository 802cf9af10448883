//! What nodes tell each other while Redis is away.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text;
use sea_orm_migration::sea_orm::DbBackend;

use super::table::{big, keyed};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_database_backend();
        let mut entry = text("entry").not_null().to_owned();
        if db == DbBackend::MySql {
            // Its `text` holds 64 KB, and a burst of writes is more.
            entry.custom("mediumtext");
        }
        manager.create_table(keyed(db, "board", &["id"], vec![big(db, "id"), entry])).await
    }
}
