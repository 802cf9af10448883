//! Registered apps, and whom they were let in by.

use pipit_model::app::{App, AuthorisedApp, Grant};
use pipit_model::limits::EXPIRE_STEP_ROWS;
use pipit_model::scope::Scopes;
use pipit_model::{AppId, SessionId, Timestamp, UserId};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::Store;
use crate::error::StoreError;
use crate::row::Row;
use crate::sql::{Sql, insert_rows};

/// An app, and what proves that it is this one.
#[derive(Clone)]
pub struct AppCredentials {
    /// The app.
    pub app: App,
    /// SHA-256 of its secret, in hexadecimal digits.
    pub secret_hash: String,
}

impl Store {
    /// Registers an app; it is forgotten at `expires_at` unless somebody lets it in before.
    pub async fn insert_app(
        &self,
        new: AppCredentials,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let AppCredentials { app, secret_hash } = new;
        self.write_rarely(async move |tx| {
            let row = vec![
                app.id.0.into(),
                secret_hash.into(),
                app.name.into(),
                app.website.into(),
                app.redirect_uris.join("\n").into(),
                app.scopes.to_string().into(),
                app.created_at.0.into(),
                expires_at.0.into(),
            ];
            let columns = [
                "id",
                "secret_hash",
                "name",
                "website",
                "redirect_uris",
                "scopes",
                "created_at",
                "expires_at",
            ];
            let db = tx.get_database_backend();
            tx.execute_raw(insert_rows(db, "apps", &columns, vec![row])).await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }

    /// A registered app.
    pub async fn find_app(&self, id: AppId) -> Result<Option<AppCredentials>, StoreError> {
        let sql = self
            .sql("SELECT id, secret_hash, name, website, redirect_uris, scopes, created_at ")
            .push("FROM apps WHERE id = ")
            .bind(id.0);
        let found = |row: &Row| {
            Ok(AppCredentials {
                secret_hash: row.try_get_by_index(1)?,
                app: App {
                    id: AppId(row.try_get_by_index(0)?),
                    name: row.try_get_by_index(2)?,
                    website: row.try_get_by_index(3)?,
                    redirect_uris: lines(&row.try_get_by_index::<String>(4)?),
                    scopes: Scopes::of_stored(&row.try_get_by_index::<String>(5)?),
                    created_at: Timestamp(row.try_get_by_index(6)?),
                },
            })
        };
        self.rows(sql).await?.first().map(found).transpose()
    }

    /// The apps that a person let in, each device of each, newest first.
    pub async fn list_authorised_apps(
        &self,
        user_id: UserId,
    ) -> Result<Vec<AuthorisedApp>, StoreError> {
        let sql = self
            .sql("SELECT s.id, s.created_at, s.app_id, s.scopes, s.used_at, a.name, a.website ")
            .push("FROM sessions s JOIN apps a ON a.id = s.app_id WHERE s.user_id = ")
            .bind(user_id.0)
            .push(" ORDER BY s.id DESC");
        let found = |row: &Row| {
            Ok(AuthorisedApp {
                session_id: SessionId(row.try_get_by_index(0)?),
                created_at: Timestamp(row.try_get_by_index(1)?),
                grant: Grant {
                    app_id: AppId(row.try_get_by_index(2)?),
                    scopes: Scopes::of_stored(&row.try_get_by_index::<String>(3)?),
                    used_at: Timestamp(row.try_get_by_index::<Option<i64>>(4)?.unwrap_or_default()),
                },
                name: row.try_get_by_index(5)?,
                website: row.try_get_by_index(6)?,
            })
        };
        self.rows(sql).await?.iter().map(found).collect()
    }

    /// Forgets some of the apps that nobody let in and of the codes that nobody may use any more;
    /// answers whether there may be more.
    pub async fn delete_expired_apps(
        &self,
        now: Timestamp,
        codes_before: Timestamp,
    ) -> Result<bool, StoreError> {
        let limit = EXPIRE_STEP_ROWS as i64;
        let sql = self.sql("SELECT id FROM apps WHERE expires_at <= ").bind(now.0);
        let rows = self.rows(sql.push(" LIMIT ").bind(limit)).await?;
        let apps: Vec<i64> =
            rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
        let sql = self.sql("SELECT code_hash FROM oauth_codes WHERE expires_at < ");
        let rows = self.rows(sql.bind(codes_before.0).push(" LIMIT ").bind(limit)).await?;
        let codes: Vec<String> =
            rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
        if apps.is_empty() && codes.is_empty() {
            return Ok(false);
        }
        let more = apps.len().max(codes.len()) as i64 == limit;
        self.write_rarely(async move |tx| {
            let db = tx.get_database_backend();
            // Unless somebody let it in meanwhile.
            let sql = Sql::new(db, "DELETE FROM apps WHERE expires_at IS NOT NULL AND id IN ");
            tx.execute_raw(sql.list(apps).done()).await?;
            let sql = Sql::new(db, "DELETE FROM oauth_codes WHERE code_hash IN ").list(codes);
            tx.execute_raw(sql.done()).await?;
            Ok((tx, more, Vec::new()))
        })
        .await
    }
}

/// Notes that somebody let an app in: from now on it is kept.
pub(crate) async fn keep_app(tx: &DatabaseTransaction, id: AppId) -> Result<(), StoreError> {
    let sql = Sql::new(tx.get_database_backend(), "SELECT expires_at FROM apps WHERE id = ");
    let row = tx.query_one_raw(sql.bind(id.0).for_update().done()).await?;
    let row = row.ok_or(StoreError::NotFound("app"))?;
    if row.try_get_by_index::<Option<i64>>(0)?.is_some() {
        let sql = Sql::new(tx.get_database_backend(), "UPDATE apps SET expires_at = NULL ");
        tx.execute_raw(sql.push("WHERE id = ").bind(id.0).done()).await?;
    }
    Ok(())
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
