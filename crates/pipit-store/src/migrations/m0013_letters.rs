//! Letters that wait to be sent, devices that were seen before, invitations.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string_len, text};

use super::m0001_feed::{Tables, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = Tables { database: manager.get_database_backend() };
        let big = |name| tables.big(name);
        let mails = vec![big("id"), big("due_at"), big("tries"), text("note"), big("sealed_with")];
        manager.create_table(tables.table("mails", &["id"], mails)).await?;
        let devices = vec![big("user_id"), string_len("device_hash", 64), big("seen_at")];
        let key = ["user_id", "device_hash"];
        manager.create_table(tables.table("known_devices", &key, devices)).await?;
        let invitations = vec![
            string_len("code_hash", 64),
            big("created_at"),
            big("expires_at"),
            big("uses_left"),
        ];
        manager.create_table(tables.table("invitations", &["code_hash"], invitations)).await?;
        for (name, table, column) in [
            ("mails_due", "mails", "due_at"),
            ("mails_sealed_with", "mails", "sealed_with"),
            ("invitations_expiry", "invitations", "expires_at"),
        ] {
            if !manager.has_index(table, name).await? {
                manager.create_index(index(name, table, &[column])).await?;
            }
        }
        Ok(())
    }
}
