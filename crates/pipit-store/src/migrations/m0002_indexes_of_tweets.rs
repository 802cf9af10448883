//! The indexes of tweets, as measuring wants them.
//!
//! A timeline asks for the newest entries of an author, and its index holds all that an entry is:
//! reading sixty of them is then one or two pages of an index instead of sixty rows that lie far
//! apart.
//!
//! Three other indexes need only the rows that have what they index: most tweets are neither answers
//! nor retweets, and each index that such a tweet is in makes posting it dearer. MySQL has no
//! partial indexes and keeps the whole ones.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What `store/src/entries.rs` reads of an entry, after what it is found by.
const ENTRY: [&str; 7] = [
    "user_id",
    "id",
    "reply_to_id",
    "reply_to_user_id",
    "retweet_of_id",
    "retweet_of_user_id",
    "deleted_at",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(manager, index("tweets_author", &ENTRY)).await?;
        if manager.get_database_backend() == DbBackend::MySql {
            return Ok(());
        }
        let with = |name, columns: &[&'static str], only_with: &'static str| {
            index(name, columns).and_where(Expr::col(only_with).is_not_null()).to_owned()
        };
        let conversation = ["conversation_id", "id"];
        replace(manager, with("tweets_conversation", &conversation, "reply_to_id")).await?;
        let retweets = ["retweet_of_id", "id"];
        replace(manager, with("tweets_retweets", &retweets, "retweet_of_id")).await?;
        let once = ["user_id", "retweet_of_id"];
        let mut once = with("tweets_retweet_once", &once, "retweet_of_id");
        replace(manager, once.unique().to_owned()).await
    }
}

fn index(name: &str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table("tweets");
    for column in columns {
        index.col(*column);
    }
    index
}

async fn replace(manager: &SchemaManager<'_>, index: IndexCreateStatement) -> Result<(), DbErr> {
    let name = index.get_index_spec().get_name().unwrap_or_default().to_owned();
    manager.drop_index(Index::drop().name(name).table("tweets").to_owned()).await?;
    manager.create_index(index).await
}
