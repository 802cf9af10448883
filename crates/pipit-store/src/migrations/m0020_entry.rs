//! Who asks to be let in, and passkeys.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string_len, text};

use super::m0001_feed::index;
use super::table::{big, keyed};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_database_backend();
        let requests = vec![big(db, "user_id"), text("reason").not_null().to_owned()];
        manager.create_table(keyed(db, "sign_up_requests", &["user_id"], requests)).await?;
        let passkeys = vec![
            big(db, "id"),
            big(db, "user_id"),
            // The credential's own id may have a kilobyte: it is found by its hash.
            string_len("credential_hash", 64).not_null().to_owned(),
            text("credential").not_null().to_owned(),
            text("fixed").not_null().to_owned(),
            text("changing").not_null().to_owned(),
            string_len("name", 50).not_null().to_owned(),
            big(db, "used_at"),
        ];
        manager.create_table(keyed(db, "passkeys", &["id"], passkeys)).await?;
        let mut by_hash = index("passkeys_credential", "passkeys", &["credential_hash"]);
        for (name, index) in [
            ("passkeys_credential", by_hash.unique().to_owned()),
            ("passkeys_user", index("passkeys_user", "passkeys", &["user_id"])),
        ] {
            if !manager.has_index("passkeys", name).await? {
                manager.create_index(index).await?;
            }
        }
        Ok(())
    }
}
