//! What people are told. The key makes each cause tell once, and its order lets all that was done to
//! a tweet be found when the tweet goes; the index reads the newest of each kind.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::small_integer;

use super::table::{big, keyed};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_database_backend();
        let columns = vec![
            big(db, "user_id"),
            small_integer("kind"),
            // 0 for a follow: a key has no nulls.
            big(db, "tweet_id"),
            big(db, "actor_id"),
            big(db, "id"),
        ];
        let key = ["user_id", "kind", "tweet_id", "actor_id"];
        manager.create_table(keyed(db, "notifications", &key, columns)).await?;
        let mut newest = Index::create();
        newest.name("notifications_newest").table("notifications");
        for column in ["user_id", "kind", "id"] {
            newest.col(column);
        }
        manager.create_index(newest).await
    }
}
