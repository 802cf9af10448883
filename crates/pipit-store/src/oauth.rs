//! What apps trade in: codes that a person's consent gives them, for tokens, which are sessions.
//! Of both only hashes are stored.

use pipit_model::app::Grant;
use pipit_model::event::Event;
use pipit_model::limits::{APPS_PER_USER_MAX, EXPIRE_STEP_ROWS, TOKENS_PER_APP_MAX};
use pipit_model::scope::Scopes;
use pipit_model::{AppId, SessionId, Timestamp, UserId};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::Store;
use crate::apps::keep_app;
use crate::error::StoreError;
use crate::row::Row;
use crate::sealed::Sealed;
use crate::sql::{Sql, insert_rows};
use crate::users::lock_user;

/// A consent, to be traded in once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// SHA-256 of the code, in hexadecimal digits.
    pub code_hash: String,
    /// Whom it was given to.
    pub app_id: AppId,
    /// Who consented.
    pub user_id: UserId,
    /// Where the person was led back to.
    pub redirect_uri: String,
    /// To what they consented.
    pub scopes: Scopes,
    /// SHA-256 of the verifier that must come with it, if the app sent one.
    pub challenge: Option<String>,
    /// When it is good no longer.
    pub expires_at: Timestamp,
}

/// A token to be given.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its session.
    pub session_id: SessionId,
    /// Whom it acts for; nobody if it is the app's own.
    pub user_id: Option<UserId>,
    /// SHA-256 of it, in hexadecimal digits.
    pub token_hash: String,
    /// Nothing, sealed: an app says who it is when it registers.
    pub user_agent: Sealed,
    /// Whose it is and what it may do.
    pub grant: Grant,
    /// When it begins.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// What became of a code that was traded in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redeemed {
    /// The token is good from now on.
    Given,
    /// It was traded in before: one of the two is a thief, and what it gave has ended.
    Again,
}

impl Store {
    /// Keeps a code that was given to who is signed in by this session.
    pub async fn insert_code(&self, code: Code, by: SessionId) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            lock_user(&tx, code.user_id).await?;
            let sql = Sql::new(tx.get_database_backend(), "SELECT id FROM sessions WHERE id = ");
            let goes_on = tx.query_one_raw(sql.bind(by.0).done()).await?;
            goes_on.ok_or(StoreError::NotFound("session"))?;
            keep_app(&tx, code.app_id).await?;
            let row = vec![
                code.code_hash.into(),
                code.app_id.0.into(),
                code.user_id.0.into(),
                code.redirect_uri.into(),
                code.scopes.to_string().into(),
                code.challenge.into(),
                code.expires_at.0.into(),
            ];
            let columns = [
                "code_hash",
                "app_id",
                "user_id",
                "redirect_uri",
                "scopes",
                "challenge",
                "expires_at",
            ];
            let db = tx.get_database_backend();
            tx.execute_raw(insert_rows(db, "oauth_codes", &columns, vec![row])).await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }

    /// A code, used or not.
    pub async fn find_code(&self, code_hash: &str) -> Result<Option<Code>, StoreError> {
        let sql = self
            .sql("SELECT code_hash, app_id, user_id, redirect_uri, scopes, challenge, expires_at ")
            .push("FROM oauth_codes WHERE code_hash = ")
            .bind(code_hash);
        let found = |row: &Row| {
            Ok(Code {
                code_hash: row.try_get_by_index(0)?,
                app_id: AppId(row.try_get_by_index(1)?),
                user_id: UserId(row.try_get_by_index(2)?),
                redirect_uri: row.try_get_by_index(3)?,
                scopes: Scopes::of_stored(&row.try_get_by_index::<String>(4)?),
                challenge: row.try_get_by_index(5)?,
                expires_at: Timestamp(row.try_get_by_index(6)?),
            })
        };
        self.rows(sql).await?.first().map(found).transpose()
    }

    /// Trades a code in for a token. Who does it again ends the token that the first one got.
    pub async fn redeem_code(
        &self,
        code_hash: String,
        token: NewToken,
    ) -> Result<Redeemed, StoreError> {
        self.write_rarely(async move |tx| {
            // The person first, like whatever ends their sessions: two transactions never wait for
            // each other.
            if let Some(user_id) = token.user_id {
                lock_user(&tx, user_id).await?;
            }
            let db = tx.get_database_backend();
            let sql = Sql::new(db, "SELECT session_id FROM oauth_codes WHERE code_hash = ");
            let row = tx.query_one_raw(sql.bind(code_hash.as_str()).for_update().done()).await?;
            let row = row.ok_or(StoreError::NotFound("code"))?;
            if let Some(given) = row.try_get_by_index::<Option<i64>>(0)? {
                delete_sessions(&tx, &[given]).await?;
                return Ok((tx, Redeemed::Again, vec![Event::SessionEnded(SessionId(given))]));
            }
            let sql = Sql::new(db, "UPDATE oauth_codes SET session_id = ").bind(token.session_id.0);
            let sql = sql.push(" WHERE code_hash = ").bind(code_hash);
            tx.execute_raw(sql.done()).await?;
            let ended = insert_token(&tx, token).await?;
            Ok((tx, Redeemed::Given, ended))
        })
        .await
    }

    /// Begins a session of an app.
    pub async fn insert_token(&self, token: NewToken) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let ended = insert_token(&tx, token).await?;
            Ok((tx, (), ended))
        })
        .await
    }

    /// The session of the token with this hash.
    pub async fn find_token(&self, token_hash: &str) -> Result<Option<SessionId>, StoreError> {
        let sql = self.sql("SELECT id FROM sessions WHERE token_hash = ").bind(token_hash);
        let rows = self.rows(sql).await?;
        rows.first().map(|row| Ok(SessionId(row.try_get_by_index(0)?))).transpose()
    }

    /// Ends an app's session, whosever it is; nothing if it has ended.
    pub async fn delete_token(&self, id: SessionId) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            delete_sessions(&tx, &[id.0]).await?;
            Ok((tx, (), vec![Event::SessionEnded(id)]))
        })
        .await
    }

    /// Notes that an app did something, and until when its token is good if it does nothing more.
    pub async fn set_used(
        &self,
        id: SessionId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = self.sql("UPDATE sessions SET used_at = ").bind(now.0);
        let sql = sql.push(", expires_at = ").bind(until.0);
        let update = sql.push(" WHERE id = ").bind(id.0).done();
        self.write_rarely(async move |tx| {
            tx.execute_raw(update).await?;
            Ok((tx, (), vec![Event::SessionChanged(id)]))
        })
        .await
    }
}

/// Stores a token; the sessions that must give way to it have ended.
async fn insert_token(tx: &DatabaseTransaction, token: NewToken) -> Result<Vec<Event>, StoreError> {
    let db = tx.get_database_backend();
    let app_id = token.grant.app_id;
    let (others, keep) = if let Some(user_id) = token.user_id {
        // Locked, so that the account is not deleted at the same moment.
        lock_user(tx, user_id).await?;
        keep_app(tx, app_id).await?;
        let sql = Sql::new(db, "SELECT id FROM sessions WHERE user_id = ").bind(user_id.0);
        (sql.push(" AND app_id IS NOT NULL"), APPS_PER_USER_MAX)
    } else {
        let sql = Sql::new(db, "SELECT id FROM sessions WHERE app_id = ").bind(app_id.0);
        (sql.push(" AND user_id = 0"), TOKENS_PER_APP_MAX)
    };
    let others = others.push(" ORDER BY id DESC LIMIT ").bind(EXPIRE_STEP_ROWS as i64);
    let rows = tx.query_all_raw(others.push(" OFFSET ").bind(keep - 1).done()).await?;
    let ended: Vec<i64> =
        rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
    delete_sessions(tx, &ended).await?;
    let row = vec![
        token.session_id.0.into(),
        token.user_id.map_or(0, |id| id.0).into(),
        token.created_at.0.into(),
        token.expires_at.0.into(),
        token.user_agent.text.into(),
        token.user_agent.key.into(),
        // It was let in, and never shows that somebody is who they are.
        0_i64.into(),
        app_id.0.into(),
        token.grant.scopes.to_string().into(),
        token.token_hash.into(),
    ];
    let columns = [
        "id",
        "user_id",
        "created_at",
        "expires_at",
        "user_agent",
        "sealed_with",
        "proved_at",
        "app_id",
        "scopes",
        "token_hash",
    ];
    tx.execute_raw(insert_rows(db, "sessions", &columns, vec![row])).await?;
    Ok(ended.into_iter().map(|id| Event::SessionEnded(SessionId(id))).collect())
}

async fn delete_sessions(tx: &DatabaseTransaction, ids: &[i64]) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let sql = Sql::new(tx.get_database_backend(), "DELETE FROM sessions WHERE id IN ");
    tx.execute_raw(sql.list(ids.iter().copied()).done()).await?;
    Ok(())
}
