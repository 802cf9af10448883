//! Whom a tweet is for, and what an account decides of that: 0 is what everything was before.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns =
            [("tweets", "visibility"), ("users", "locked"), ("users", "default_visibility")];
        // One at a time: SQLite takes no more.
        for (table, column) in columns {
            let mut column =
                ColumnDef::new(column).small_integer().not_null().default(0).to_owned();
            manager
                .alter_table(Table::alter().table(table).add_column(&mut column).to_owned())
                .await?;
        }
        Ok(())
    }
}
