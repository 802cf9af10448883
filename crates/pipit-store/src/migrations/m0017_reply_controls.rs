//! Who may answer in a conversation, and which answers whoever began it hid.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One at a time: SQLite takes no more.
        for name in ["reply_audience", "hidden"] {
            let mut column = ColumnDef::new(name).small_integer().not_null().default(0).to_owned();
            let table = Table::alter().table("tweets").add_column(&mut column).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}
