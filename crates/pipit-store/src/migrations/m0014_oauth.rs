//! Apps: who they are, the codes they trade in, and the sessions that they hold for people.
//!
//! An app's token is a session like any other, so that whatever ends a person's sessions ends it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string_len, string_len_null, text};

use super::m0001_feed::{Tables, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = Tables { database: manager.get_database_backend() };
        let (big, big_null) = (|name| tables.big(name), |name| tables.big_null(name));
        let apps = vec![
            big("id"),
            string_len("secret_hash", 64),
            string_len("name", 60),
            string_len_null("website", 2000),
            // One a line.
            text("redirect_uris"),
            string_len("scopes", 1024),
            big("created_at"),
            // None once somebody let the app in.
            big_null("expires_at"),
        ];
        manager.create_table(tables.table("apps", &["id"], apps)).await?;
        let codes = vec![
            string_len("code_hash", 64),
            big("app_id"),
            big("user_id"),
            text("redirect_uri"),
            string_len("scopes", 1024),
            string_len_null("challenge", 64),
            big("expires_at"),
            // What it was traded in for.
            big_null("session_id"),
        ];
        manager.create_table(tables.table("oauth_codes", &["code_hash"], codes)).await?;
        let columns = [
            tables.big_null("app_id"),
            string_len_null("scopes", 1024),
            string_len_null("token_hash", 64),
            tables.big_null("used_at"),
        ];
        // One at a time: SQLite takes no more.
        for mut column in columns {
            manager
                .alter_table(Table::alter().table("sessions").add_column(&mut column).to_owned())
                .await?;
        }
        let by_token = index("sessions_token", "sessions", &["token_hash"]).unique().to_owned();
        manager.create_index(by_token).await?;
        manager
            .create_index(index("sessions_app", "sessions", &["app_id", "user_id", "id"]))
            .await?;
        manager.create_index(index("oauth_codes_user", "oauth_codes", &["user_id"])).await?;
        manager.create_index(index("apps_expiry", "apps", &["expires_at"])).await?;
        manager.create_index(index("oauth_codes_expiry", "oauth_codes", &["expires_at"])).await
    }
}
