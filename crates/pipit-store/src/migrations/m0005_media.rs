//! Pictures and quotes. A tweet counts its pictures in its own row, so that reading one without
//! any asks nothing more.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{small_integer, string_len};
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            ColumnDef::new("media_count").small_integer().not_null().default(0).to_owned(),
            ColumnDef::new("quote_of_id").big_integer().null().to_owned(),
            ColumnDef::new("quote_of_user_id").big_integer().null().to_owned(),
        ];
        // One at a time: SQLite takes no more.
        for mut column in columns {
            manager
                .alter_table(Table::alter().table("tweets").add_column(&mut column).to_owned())
                .await?;
        }
        manager.create_table(media_table(manager.get_database_backend())).await?;
        for index in indexes(manager.get_database_backend()) {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn media_table(database: DbBackend) -> TableCreateStatement {
    let number = |name: &'static str| {
        let mut column = ColumnDef::new(name);
        match database {
            // Only a key called `integer` is the table itself and not an index beside it.
            DbBackend::Sqlite => column.custom("integer"),
            _ => column.big_integer(),
        };
        column
    };
    let mut table = Table::create();
    table.table("media").if_not_exists();
    if database == DbBackend::MySql {
        table.character_set("utf8mb4").collate("utf8mb4_bin");
    }
    for name in ["id", "user_id", "position", "width", "height", "bytes", "colour"] {
        table.col(number(name).not_null());
    }
    table.col(number("tweet_id").null());
    for name in ["used_as", "kind", "large_format", "small_format"] {
        table.col(small_integer(name));
    }
    table.col(string_len("file_key", 32)).col(string_len("description", 1500));
    // Until when it waits to be posted, or since when it is to be cleared away; 0 while in use.
    for name in ["created_at", "expires_at"] {
        table.col(number(name).not_null());
    }
    table.primary_key(Index::create().col("id")).to_owned()
}

fn indexes(database: DbBackend) -> [IndexCreateStatement; 3] {
    let index = |name: &str, columns: &[&'static str]| {
        let mut index = Index::create();
        index.name(name).table("media");
        for column in columns {
            index.col(*column);
        }
        index
    };
    let mut expiry = index("media_expiry", &["expires_at"]);
    if database != DbBackend::MySql {
        // Nearly all are in use.
        expiry.and_where(Expr::col("expires_at").gt(0));
    }
    [
        index("media_tweet", &["tweet_id", "position"]),
        // What someone posted with pictures, newest first; and what of theirs waits.
        index("media_user", &["user_id", "tweet_id"]),
        expiry,
    ]
}
