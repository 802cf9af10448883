//! What nodes tell each other: by the database while Redis is away, and counts in any order.

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
        let columns = vec![big(db, "id"), big(db, "written_at"), entry];
        manager.create_table(keyed(db, "board", &["id"], columns)).await?;
        for name in ["tweets", "users"] {
            if !manager.has_column(name, "count_version").await? {
                let mut version = big(db, "count_version").default(0).to_owned();
                let table = Table::alter().table(name).add_column(&mut version).to_owned();
                manager.alter_table(table).await?;
            }
        }
        Ok(())
    }
}
