//! Room for what is sealed: e-mail addresses, what browsers call themselves, keys; and second
//! factors.
//!
//! What is there in the clear is sealed by the core when it starts, in bounded steps
//! ([`crate::Store::list_sealed`]): `sealed_with` tells by which key, and 0 is none. A version before
//! this one goes on beside it, but no longer finds people by their address.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::string_len;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use super::m0001_feed::{Tables, index};

/// Characters of a sealed column: 255 bytes, the key's number, nonce and tag, in Base64.
pub(super) const SEALED: u32 = 512;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = Tables { database: manager.get_database_backend() };
        for (table, column) in [("credentials", "email"), ("sessions", "user_agent")] {
            widen(manager, table, column).await?;
        }
        for (table, column) in [
            ("credentials", tables.big("sealed_with").default(0).to_owned()),
            ("credentials", tables.big_null("email_confirmed_at")),
            ("sessions", tables.big("sealed_with").default(0).to_owned()),
            ("sessions", tables.big("proved_at").default(0).to_owned()),
            ("server_keys", tables.big("sealed_with").default(0).to_owned()),
        ] {
            add_column(manager, table, column).await?;
        }
        let factors = vec![
            tables.big("user_id"),
            string_len("secret", SEALED),
            tables.big("sealed_with"),
            tables.big("created_at"),
            tables.big_null("confirmed_at"),
            tables.big("last_step"),
        ];
        manager.create_table(tables.table("second_factors", &["user_id"], factors)).await?;
        let codes = vec![tables.big("user_id"), string_len("code_hash", 64)];
        let key = ["user_id", "code_hash"];
        manager.create_table(tables.table("recovery_codes", &key, codes)).await?;
        for table in ["credentials", "sessions", "second_factors"] {
            let name = format!("{table}_sealed_with");
            if !manager.has_index(table, &name).await? {
                manager.create_index(index(&name, table, &["sealed_with"])).await?;
            }
        }
        Ok(())
    }
}

/// `MySQL` does not take a migration back that broke off: what it did is there when it goes on.
async fn add_column(
    manager: &SchemaManager<'_>,
    table: &'static str,
    mut column: ColumnDef,
) -> Result<(), DbErr> {
    if manager.has_column(table, column.get_column_name()).await? {
        return Ok(());
    }
    manager.alter_table(Table::alter().table(table).add_column(&mut column).to_owned()).await
}

async fn widen(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<(), DbErr> {
    let change = match manager.get_database_backend() {
        DbBackend::Postgres => format!("ALTER COLUMN {column} TYPE varchar({SEALED})"),
        DbBackend::MySql => format!(
            "MODIFY {column} varchar({SEALED}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL"
        ),
        // It does not count characters.
        _ => return Ok(()),
    };
    let sql = format!("ALTER TABLE {table} {change}");
    manager.get_connection().execute_unprepared(&sql).await.map(|_| ())
}
