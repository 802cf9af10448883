//! Sign-ins that have not ended.

use pipit_model::app::Grant;
use pipit_model::event::Event;
use pipit_model::limits::{DEVICES_MAX, EXPIRE_STEP_ROWS};
use pipit_model::scope::Scopes;
use pipit_model::{AppId, SessionId, Timestamp, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

use crate::Store;
use crate::entity::{idempotency_keys, sessions};
use crate::error::StoreError;
use crate::mails::{Device, see_device};
use crate::row::Row;
use crate::sealed::Sealed;
use crate::sql::Sql;
use crate::users::{insert_key, lock_user};
use crate::write::command::IdempotencyKey;

/// One sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends if it is not used until then.
    pub expires_at: Timestamp,
    /// When its owner last showed who they are.
    pub proved_at: Timestamp,
    /// What it may do, if it is an app's. Without a person behind it, its `user_id` is 0.
    pub grant: Option<Grant>,
}

/// A session as its owner is shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// The session.
    pub session: Session,
    /// What the browser or app called itself.
    pub user_agent: Sealed,
}

impl Store {
    /// Begins a session of an account that is not deleted; of a person's sessions only the newest
    /// `keep` go on.
    pub async fn insert_session(
        &self,
        SessionRow { session, user_agent }: SessionRow,
        device: Device,
        keep: u64,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            // Locked, so that the account is not deleted at the same moment.
            lock_user(&tx, session.user_id).await?;
            let ended: Vec<i64> = sessions::Entity::find()
                .filter(sessions::Column::UserId.eq(session.user_id.0))
                .filter(sessions::Column::AppId.is_null())
                .order_by_desc(sessions::Column::Id)
                .offset(keep.saturating_sub(1))
                .limit(keep)
                .all(&tx)
                .await?
                .into_iter()
                .map(|row| row.id)
                .collect();
            if !ended.is_empty() {
                sessions::Entity::delete_many()
                    .filter(sessions::Column::Id.is_in(ended.iter().copied()))
                    .exec(&tx)
                    .await?;
            }
            let seen = (session.user_id.0, session.created_at);
            see_device(&tx, seen, device, DEVICES_MAX).await?;
            if let Some(key) = idempotency {
                insert_key(&tx, key, session.id.0, session.created_at).await?;
            }
            let row = sessions::ActiveModel {
                id: Set(session.id.0),
                user_id: Set(session.user_id.0),
                created_at: Set(session.created_at.0),
                expires_at: Set(session.expires_at.0),
                user_agent: Set(user_agent.text),
                sealed_with: Set(user_agent.key),
                proved_at: Set(session.proved_at.0),
                ..Default::default()
            };
            sessions::Entity::insert(row).exec_without_returning(&tx).await?;
            let events = ended.into_iter().map(|id| Event::SessionEnded(id.into())).collect();
            Ok((tx, (), events))
        })
        .await
    }

    /// A session that has not been ended; it may have expired.
    pub async fn find_session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        let sql = self
            .sql("SELECT id, user_id, created_at, expires_at, proved_at, app_id, scopes, used_at ")
            .push("FROM sessions WHERE id = ")
            .bind(id.0);
        let found = |row: &Row| {
            let app_id = row.try_get_by_index::<Option<i64>>(5)?;
            let scopes = row.try_get_by_index::<Option<String>>(6)?.unwrap_or_default();
            let used_at = row.try_get_by_index::<Option<i64>>(7)?.unwrap_or_default();
            Ok(Session {
                grant: app_id.map(|id| Grant {
                    app_id: AppId(id),
                    scopes: Scopes::of_stored(&scopes),
                    used_at: Timestamp(used_at),
                }),
                id: SessionId(row.try_get_by_index(0)?),
                user_id: UserId(row.try_get_by_index(1)?),
                created_at: Timestamp(row.try_get_by_index(2)?),
                expires_at: Timestamp(row.try_get_by_index(3)?),
                proved_at: Timestamp(row.try_get_by_index(4)?),
            })
        };
        self.rows(sql).await?.first().map(found).transpose()
    }

    /// A person's own sessions, newest first: those of their apps are
    /// [`Store::list_authorised_apps`].
    pub async fn list_sessions(&self, user_id: UserId) -> Result<Vec<SessionRow>, StoreError> {
        let rows = sessions::Entity::find()
            .filter(sessions::Column::UserId.eq(user_id.0))
            .filter(sessions::Column::AppId.is_null())
            .order_by_desc(sessions::Column::Id)
            .all(self.read())
            .await?;
        Ok(rows.into_iter().map(session_from).collect())
    }

    /// Ends a session of this person.
    pub async fn delete_session(&self, id: SessionId, user_id: UserId) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let deleted = sessions::Entity::delete_many()
                .filter(sessions::Column::Id.eq(id.0))
                .filter(sessions::Column::UserId.eq(user_id.0))
                .exec(&tx)
                .await?;
            if deleted.rows_affected == 0 {
                return Err(StoreError::NotFound("session"));
            }
            Ok((tx, (), vec![Event::SessionEnded(id)]))
        })
        .await
    }

    /// Forgets some of the sessions and idempotency keys whose time is over; answers whether there
    /// may be more.
    pub async fn delete_expired(
        &self,
        now: Timestamp,
        keys_before: Timestamp,
    ) -> Result<bool, StoreError> {
        let ended: Vec<i64> = sessions::Entity::find()
            .filter(sessions::Column::ExpiresAt.lte(now.0))
            .limit(EXPIRE_STEP_ROWS)
            .all(self.read())
            .await?
            .into_iter()
            .map(|row| row.id)
            .collect();
        let keys: Vec<String> = idempotency_keys::Entity::find()
            .filter(idempotency_keys::Column::CreatedAt.lt(keys_before.0))
            .limit(EXPIRE_STEP_ROWS)
            .all(self.read())
            .await?
            .into_iter()
            .map(|row| row.key_hash)
            .collect();
        if ended.is_empty() && keys.is_empty() {
            return Ok(false);
        }
        let more = ended.len().max(keys.len()) as u64 == EXPIRE_STEP_ROWS;
        self.write_rarely(async move |tx| {
            sessions::Entity::delete_many()
                .filter(sessions::Column::Id.is_in(ended.iter().copied()))
                .exec(&tx)
                .await?;
            idempotency_keys::Entity::delete_many()
                .filter(idempotency_keys::Column::KeyHash.is_in(keys))
                .exec(&tx)
                .await?;
            let events = ended.into_iter().map(|id| Event::SessionEnded(id.into())).collect();
            Ok((tx, more, events))
        })
        .await
    }

    /// Lets a session last longer.
    pub async fn set_session_expiry(
        &self,
        id: SessionId,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let edit = sessions::ActiveModel { expires_at: Set(expires_at.0), ..Default::default() };
        self.edit_session(id, edit).await
    }

    /// Notes that a session's owner has shown who they are.
    pub async fn set_session_proof(
        &self,
        id: SessionId,
        proved_at: Timestamp,
    ) -> Result<(), StoreError> {
        let edit = sessions::ActiveModel { proved_at: Set(proved_at.0), ..Default::default() };
        self.edit_session(id, edit).await
    }

    async fn edit_session(
        &self,
        id: SessionId,
        edit: sessions::ActiveModel,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let by_id = sessions::Column::Id.eq(id.0);
            sessions::Entity::update_many().set(edit).filter(by_id).exec(&tx).await?;
            Ok((tx, (), vec![Event::SessionChanged(id)]))
        })
        .await
    }
}

/// Ends all sessions of a person but the one that goes on, if one does; what they consented to and
/// no app has come for yet is no longer good either. The person is locked.
pub(crate) async fn end_sessions(
    tx: &DatabaseTransaction,
    user_id: UserId,
    but: Option<SessionId>,
) -> Result<Vec<Event>, StoreError> {
    let kept = but.map_or(0, |id| id.0);
    let others = sessions::Column::UserId.eq(user_id.0).and(sessions::Column::Id.ne(kept));
    let ended = sessions::Entity::find().filter(others.clone()).all(tx).await?;
    sessions::Entity::delete_many().filter(others).exec(tx).await?;
    let codes = Sql::new(tx.get_database_backend(), "DELETE FROM oauth_codes WHERE user_id = ");
    tx.execute_raw(codes.bind(user_id.0).done()).await?;
    Ok(ended.into_iter().map(|session| Event::SessionEnded(session.id.into())).collect())
}

fn session_from(row: sessions::Model) -> SessionRow {
    let session = Session {
        id: SessionId(row.id),
        user_id: UserId(row.user_id),
        created_at: Timestamp(row.created_at),
        expires_at: Timestamp(row.expires_at),
        proved_at: Timestamp(row.proved_at),
        grant: None,
    };
    let user_agent = Sealed { text: row.user_agent, key: row.sealed_with };
    SessionRow { session, user_agent }
}
