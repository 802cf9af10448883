//! How tables are spelt, the same for every step after the first.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// A 64-bit number; SQLite calls it `integer`.
pub(super) fn big(db: DbBackend, name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    match db {
        DbBackend::Sqlite => column.custom("integer"),
        _ => column.big_integer(),
    };
    column.not_null().to_owned()
}

/// A table whose key is several columns: SQLite is told to do without a hidden row number. Text is
/// compared byte by byte.
pub(super) fn keyed(
    db: DbBackend,
    name: &'static str,
    key: &[&'static str],
    columns: Vec<ColumnDef>,
) -> TableCreateStatement {
    let mut primary_key = Index::create();
    for column in key {
        primary_key.col(*column);
    }
    let mut table = Table::create();
    table.table(name).if_not_exists();
    match db {
        DbBackend::MySql => {
            table.character_set("utf8mb4").collate("utf8mb4_bin");
        }
        DbBackend::Sqlite => {
            table.extra("WITHOUT ROWID");
        }
        _ => {}
    }
    for mut column in columns {
        table.col(&mut column);
    }
    table.primary_key(&mut primary_key).to_owned()
}
