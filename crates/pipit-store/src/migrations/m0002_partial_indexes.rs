//! Three indexes of tweets need only the rows that have what they index: most tweets are neither
//! answers nor retweets, and each index that such a tweet is in makes posting it dearer.
//! MySQL has no partial indexes and keeps the whole ones.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::MySql {
            return Ok(());
        }
        for index in partial_indexes() {
            let name = index.get_index_spec().get_name().unwrap_or_default().to_owned();
            manager.drop_index(Index::drop().name(name).table("tweets").to_owned()).await?;
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn partial_indexes() -> [IndexCreateStatement; 3] {
    let index = |name: &str, columns: [&'static str; 2], only_with: &'static str| {
        let mut index = Index::create();
        index.name(name).table("tweets").and_where(Expr::col(only_with).is_not_null());
        for column in columns {
            index.col(column);
        }
        index
    };
    [
        index("tweets_conversation", ["conversation_id", "id"], "reply_to_id"),
        index("tweets_retweets", ["retweet_of_id", "id"], "retweet_of_id"),
        index("tweets_retweet_once", ["user_id", "retweet_of_id"], "retweet_of_id")
            .unique()
            .to_owned(),
    ]
}
