//! More of a profile: a banner, links, a pinned tweet. And what someone likes, newest like first.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            ColumnDef::new("banner").string_len(2048).null().to_owned(),
            // One a line.
            ColumnDef::new("links").string_len(1024).not_null().default("").to_owned(),
            ColumnDef::new("pinned_tweet_id").big_integer().null().to_owned(),
        ];
        // One at a time: SQLite takes no more.
        for mut column in columns {
            manager
                .alter_table(Table::alter().table("users").add_column(&mut column).to_owned())
                .await?;
        }
        let mut index = Index::create();
        index.name("likes_by").table("likes").col("user_id").col("id");
        manager.create_index(index).await
    }
}
