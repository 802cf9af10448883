//! Which node has which number.

use sea_orm_migration::prelude::*;

use super::table::{big, keyed};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_database_backend();
        let number = ColumnDef::new("number").small_integer().not_null().to_owned();
        let columns = vec![number, big(db, "holder"), big(db, "expires_at")];
        manager.create_table(keyed(db, "nodes", &["number"], columns)).await
    }
}
