//! Accounts: opened, read, changed, deleted.

use pipit_model::event::Event;
use pipit_model::user::{Email, Handle, ProfileEdit, User, UserCounts, UserRef};
use pipit_model::{Timestamp, UserId};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter,
};

use crate::Store;
use crate::entity::{credentials, idempotency_keys, sessions, users};
use crate::error::StoreError;
use crate::write::command::IdempotencyKey;

/// An account to be opened.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Its id.
    pub id: UserId,
    /// Its handle, not yet known to be free.
    pub handle: Handle,
    /// Its display name.
    pub name: String,
    /// Its e-mail address, not yet known to be free.
    pub email: Email,
    /// The password's hash in PHC form.
    pub password_hash: String,
    /// What makes a repeated request answer with what the first one made.
    pub idempotency: Option<IdempotencyKey>,
}

/// What is needed to check a sign-in.
#[derive(Clone)]
pub struct Credentials {
    /// Whose.
    pub user_id: UserId,
    /// The password's hash in PHC form.
    pub password_hash: String,
}

impl Store {
    /// The accounts with these ids, deleted ones included, in no order.
    pub async fn get_users(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = self.sql("SELECT * FROM users WHERE id IN ").list(ids.iter().map(|id| id.0));
        let rows = users::Model::find_by_statement(sql.done()).all(self.read()).await?;
        Ok(rows.into_iter().map(user_from).collect())
    }

    /// The accounts that have these handles (in lower case): the handle and the id. Deleted ones
    /// are left out.
    pub async fn find_user_ids(
        &self,
        handle_keys: &[String],
    ) -> Result<Vec<(String, UserId)>, StoreError> {
        if handle_keys.is_empty() {
            return Ok(Vec::new());
        }
        let sql = self
            .sql("SELECT handle_key, id FROM users WHERE deleted_at IS NULL AND handle_key IN ")
            .list(handle_keys.iter().cloned());
        let rows = self.rows(sql).await?;
        rows.iter()
            .map(|row| Ok((row.try_get_by_index(0)?, UserId(row.try_get_by_index(1)?))))
            .collect()
    }

    /// Opens an account: [`None`] if it is new, the id if the same request opened it before.
    pub async fn insert_user(&self, new: NewUser) -> Result<Option<UserId>, StoreError> {
        if let Some(key) = &new.idempotency
            && let Some(existing) = self.find_idempotent(key).await?
        {
            return Ok(Some(UserId(existing)));
        }
        let handle_key = new.handle.key();
        let tx = self.begin().await?;
        let now = new.id.timestamp();
        let user = users::ActiveModel {
            id: Set(new.id.0),
            handle: Set(new.handle.as_str().to_owned()),
            handle_key: Set(handle_key.clone()),
            name: Set(new.name),
            bio: Set(String::new()),
            profile_picture: Set(None),
            created_at: Set(now.0),
            tweet_count: Set(0),
            follower_count: Set(0),
            following_count: Set(0),
            deleted_at: Set(None),
            purged_at: Set(None),
        };
        users::Entity::insert(user).exec_without_returning(&tx).await?;
        let credentials = credentials::ActiveModel {
            user_id: Set(new.id.0),
            email: Set(new.email.as_str().to_owned()),
            email_key: Set(new.email.key()),
            password_hash: Set(new.password_hash),
        };
        credentials::Entity::insert(credentials).exec_without_returning(&tx).await?;
        if let Some(key) = new.idempotency {
            insert_key(&tx, key, new.id.0, now).await?;
        }
        tx.commit().await?;
        self.announce(&[Event::UserChanged { user_id: new.id, handle_key }]);
        Ok(None)
    }

    /// The id of what the same request made before, if it did.
    pub async fn find_idempotent(&self, key: &IdempotencyKey) -> Result<Option<i64>, StoreError> {
        let row = idempotency_keys::Entity::find_by_id(&key.key_hash).one(self.read()).await?;
        match row {
            Some(row) if row.request_hash != key.request_hash => Err(StoreError::KeyReused),
            row => Ok(row.map(|row| row.resource_id)),
        }
    }

    /// What is needed to check a sign-in, by id, handle or (if it has an `@` inside) e-mail.
    pub async fn find_credentials(&self, login: &str) -> Result<Option<Credentials>, StoreError> {
        let by = match UserRef::parse(login) {
            Some(UserRef::Id(id)) => credentials::Column::UserId.eq(id.0),
            Some(UserRef::HandleKey(handle)) => {
                let found = self.find_user_ids(&[handle]).await?;
                let Some((_, id)) = found.first() else {
                    return Ok(None);
                };
                credentials::Column::UserId.eq(id.0)
            }
            None => credentials::Column::EmailKey.eq(login.trim().to_lowercase()),
        };
        let row = credentials::Entity::find().filter(by).one(self.read()).await?;
        Ok(row.map(|row| Credentials {
            user_id: UserId(row.user_id),
            password_hash: row.password_hash,
        }))
    }

    /// Changes a profile.
    pub async fn set_profile(&self, user: &User, edit: ProfileEdit) -> Result<(), StoreError> {
        let mut row = users::ActiveModel { id: Set(user.id.0), ..Default::default() };
        if let Some(name) = edit.name {
            row.name = Set(name);
        }
        if let Some(bio) = edit.bio {
            row.bio = Set(bio);
        }
        if let Some(picture) = edit.profile_picture {
            row.profile_picture = Set(picture);
        }
        if !row.is_changed_besides_id() {
            return Ok(());
        }
        let tx = self.begin().await?;
        users::Entity::update_many()
            .set(row)
            .filter(users::Column::Id.eq(user.id.0))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        self.announce_user(user);
        Ok(())
    }

    /// Deletes an account as everybody sees it: it can no longer sign in, and nothing of it is
    /// shown. What it left behind is cleared away by [`Store::list_unpurged`]'s caller.
    pub async fn delete_user(&self, user: &User, now: Timestamp) -> Result<(), StoreError> {
        let ended = self.list_sessions(user.id).await?;
        let tx = self.begin().await?;
        let mut row = users::Entity::find_by_id(user.id.0)
            .one(&tx)
            .await?
            .ok_or(StoreError::NotFound("user"))?
            .into_active_model();
        row.name = Set(String::new());
        row.bio = Set(String::new());
        row.profile_picture = Set(None);
        row.deleted_at = Set(Some(now.0));
        row.update(&tx).await?;
        credentials::Entity::delete_by_id(user.id.0).exec(&tx).await?;
        sessions::Entity::delete_many()
            .filter(sessions::Column::UserId.eq(user.id.0))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        let ended: Vec<_> = ended.iter().map(|session| Event::SessionEnded(session.id)).collect();
        self.announce(&ended);
        self.announce_user(user);
        Ok(())
    }

    /// Deleted accounts that still have something to be cleared away.
    pub async fn list_unpurged(&self, limit: u64) -> Result<Vec<UserId>, StoreError> {
        let sql = self
            .sql("SELECT id FROM users WHERE deleted_at > 0 AND purged_at IS NULL LIMIT ")
            .bind(limit as i64);
        let rows = self.rows(sql).await?;
        rows.iter().map(|row| Ok(UserId(row.try_get_by_index(0)?))).collect()
    }

    /// Notes that nothing is left of a deleted account but its tombstone.
    pub async fn set_purged(&self, user_id: UserId, now: Timestamp) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        users::Entity::update_many()
            .set(users::ActiveModel { purged_at: Set(Some(now.0)), ..Default::default() })
            .filter(users::Column::Id.eq(user_id.0))
            .exec(&tx)
            .await?;
        Ok(tx.commit().await?)
    }

    fn announce_user(&self, user: &User) {
        let handle_key = user.handle.to_ascii_lowercase();
        self.announce(&[Event::UserChanged { user_id: user.id, handle_key }]);
    }
}

impl users::ActiveModel {
    fn is_changed_besides_id(&self) -> bool {
        self.name.is_set() || self.bio.is_set() || self.profile_picture.is_set()
    }
}

pub(crate) async fn insert_key(
    tx: &sea_orm::DatabaseTransaction,
    key: IdempotencyKey,
    resource_id: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = idempotency_keys::ActiveModel {
        key_hash: Set(key.key_hash),
        request_hash: Set(key.request_hash),
        resource_id: Set(resource_id),
        created_at: Set(now.0),
    };
    idempotency_keys::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

fn user_from(row: users::Model) -> User {
    User {
        id: UserId(row.id),
        handle: row.handle,
        name: row.name,
        bio: row.bio,
        profile_picture: row.profile_picture,
        created_at: Timestamp(row.created_at),
        counts: UserCounts {
            tweets: row.tweet_count,
            followers: row.follower_count,
            following: row.following_count,
        },
        deleted: row.deleted_at.is_some(),
    }
}
