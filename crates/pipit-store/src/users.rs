//! Accounts: opened, read, changed, deleted.

use pipit_model::event::Event;
use pipit_model::media::MediaUse;
use pipit_model::search::person_words;
use pipit_model::user::{Handle, ProfileEdit, User, UserCounts};
use pipit_model::visibility::Visibility;
use pipit_model::{AccountState, Role, SessionId, Timestamp, TweetId, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    QueryFilter,
};

use crate::Store;
use crate::entity::{credentials, idempotency_keys, users};
use crate::error::StoreError;
use crate::held::delete_held_of;
use crate::invitations::use_invitation;
use crate::mails::{Mail, delete_devices, insert_mail};
use crate::media::discard_profile_media;
use crate::passkeys::delete_passkeys;
use crate::row::Row;
use crate::sealed::Sealed;
use crate::search::{delete_person, index_people};
use crate::second_factors::delete_second_factor;
use crate::sessions::end_sessions;
use crate::sign_ups::insert_request;
use crate::sql::Sql;
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
    pub email: SealedEmail,
    /// The password's hash in PHC form.
    pub password_hash: String,
    /// The hash of the invitation that it uses up, where one is needed.
    pub invitation: Option<String>,
    /// Why it should be let in, if it has to wait until somebody says so.
    pub request: Option<String>,
    /// What its owner is written.
    pub mail: Option<Mail>,
    /// What makes a repeated request answer with what the first one made.
    pub idempotency: Option<IdempotencyKey>,
}

/// An e-mail address as it is stored.
#[derive(Debug, Clone)]
pub struct SealedEmail {
    /// The address.
    pub sealed: Sealed,
    /// Its hashes by all keys that there are, the newest one's first: that is stored, by the others
    /// somebody may have it already.
    pub keys: Vec<String>,
}

/// By what somebody is found who signs in.
#[derive(Debug, Clone)]
pub enum Login {
    /// Their id.
    User(UserId),
    /// The hashes of their e-mail address by all keys that there are.
    Email(Vec<String>),
}

/// What is needed to check a sign-in.
#[derive(Clone)]
pub struct Credentials {
    /// Whose.
    pub user_id: UserId,
    /// The password's hash in PHC form.
    pub password_hash: String,
    /// Their e-mail address.
    pub email: Sealed,
    /// When they showed that they get what is sent there.
    pub confirmed_at: Option<Timestamp>,
}

impl Store {
    /// The accounts with these ids, deleted ones included, in no order.
    pub async fn get_users(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = self
            .sql("SELECT id, handle, name, bio, profile_picture, created_at, tweet_count, ")
            .push("follower_count, following_count, deleted_at, banner, links, pinned_tweet_id, ")
            .push("locked, default_visibility, role, state, has_notice, count_version FROM users WHERE id IN ")
            .list(ids.iter().map(|id| id.0));
        self.rows(sql).await?.iter().map(|row| Ok(user_from(row)?)).collect()
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
        let key = new.idempotency.clone();
        if let Some(key) = &key
            && let Some(existing) = self.find_idempotent(key).await?
        {
            return Ok(Some(UserId(existing)));
        }
        match (self.insert_new_user(new).await, &key) {
            (Ok(()), _) => Ok(None),
            // The same request at the same moment: the other one was faster.
            (Err(error @ (StoreError::Taken(_) | StoreError::Clash(_))), Some(key)) => {
                let existing = self.find_idempotent(key).await?.ok_or(error)?;
                Ok(Some(UserId(existing)))
            }
            (Err(error), _) => Err(error),
        }
    }

    async fn insert_new_user(&self, new: NewUser) -> Result<(), StoreError> {
        let handle_key = new.handle.key();
        let now = new.id.timestamp();
        let words_of = new.name.clone();
        let waits = new.request.is_some();
        let state = if waits { AccountState::Waiting } else { AccountState::Active };
        let user = users::ActiveModel {
            id: Set(new.id.0),
            handle: Set(new.handle.as_str().to_owned()),
            handle_key: Set(handle_key.clone()),
            name: Set(new.name),
            bio: Set(String::new()),
            profile_picture: Set(None),
            banner: Set(None),
            links: Set(String::new()),
            pinned_tweet_id: Set(None),
            locked: Set(0),
            default_visibility: Set(0),
            created_at: Set(now.0),
            tweet_count: Set(0),
            follower_count: Set(0),
            following_count: Set(0),
            count_version: Set(0),
            deleted_at: Set(None),
            purged_at: Set(None),
            role: Set(0),
            state: Set(state.code()),
            has_notice: Set(0),
        };
        let credentials = credentials::ActiveModel {
            user_id: Set(new.id.0),
            email: Set(new.email.sealed.text),
            email_key: Set(new.email.keys.first().cloned().unwrap_or_default()),
            password_hash: Set(new.password_hash),
            sealed_with: Set(new.email.sealed.key),
            email_confirmed_at: Set(None),
        };
        let older_keys = new.email.keys.into_iter().skip(1).collect();
        self.write_rarely(async move |tx| {
            refuse_taken(&tx, older_keys).await?;
            use_invitation(&tx, new.invitation, now).await?;
            insert_mail(&tx, new.mail).await?;
            insert_request(&tx, new.id, new.request).await?;
            users::Entity::insert(user).exec_without_returning(&tx).await?;
            credentials::Entity::insert(credentials).exec_without_returning(&tx).await?;
            index_person(&tx, new.id.0, &handle_key, &words_of).await?;
            if let Some(key) = new.idempotency {
                insert_key(&tx, key, new.id.0, now).await?;
            }
            Ok((tx, (), vec![Event::UserChanged { user_id: new.id, handle_key }]))
        })
        .await
    }

    /// The id of what the same request made before, if it did.
    pub async fn find_idempotent(&self, key: &IdempotencyKey) -> Result<Option<i64>, StoreError> {
        let row = idempotency_keys::Entity::find_by_id(&key.key_hash).one(self.read()).await?;
        match row {
            Some(row) if row.request_hash != key.request_hash => Err(StoreError::KeyReused),
            row => Ok(row.map(|row| row.resource_id)),
        }
    }

    /// What is needed to check a sign-in.
    pub async fn find_credentials(&self, login: &Login) -> Result<Option<Credentials>, StoreError> {
        let sql = self.sql("SELECT user_id, password_hash, email, sealed_with, email_confirmed_at FROM credentials ");
        let sql = match login {
            Login::User(id) => sql.push("WHERE user_id = ").bind(id.0),
            Login::Email(keys) => sql.push("WHERE email_key IN ").list(keys.iter().cloned()),
        };
        let rows = self.rows(sql).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(Credentials {
            user_id: UserId(row.try_get_by_index(0)?),
            password_hash: row.try_get_by_index(1)?,
            email: Sealed { text: row.try_get_by_index(2)?, key: row.try_get_by_index(3)? },
            confirmed_at: row.try_get_by_index::<Option<i64>>(4)?.map(Timestamp),
        }))
    }

    /// A new password; all other sessions than the one named end with it, and without one all
    /// passkeys too. Nothing happens if the old
    /// one is no longer `was`, where that is said.
    pub async fn set_password(
        &self,
        user_id: UserId,
        was: Option<String>,
        password_hash: String,
        goes_on: Option<SessionId>,
        notice: Option<Mail>,
    ) -> Result<(), StoreError> {
        let edit =
            credentials::ActiveModel { password_hash: Set(password_hash), ..Default::default() };
        self.write_rarely(async move |tx| {
            lock_user(&tx, user_id).await?;
            let of_user = credentials::Column::UserId.eq(user_id.0);
            let mut set = credentials::Entity::update_many().set(edit).filter(of_user);
            if let Some(was) = was {
                set = set.filter(credentials::Column::PasswordHash.eq(was));
            }
            if set.exec(&tx).await?.rows_affected == 0 {
                return Err(StoreError::Clash("the password changed meanwhile".to_owned()));
            }
            if goes_on.is_none() {
                // Who sets it from outside may have lost the account to somebody who left a passkey.
                delete_passkeys(&tx, user_id).await?;
            }
            let ended = end_sessions(&tx, user_id, goes_on).await?;
            insert_mail(&tx, notice).await?;
            Ok((tx, (), ended))
        })
        .await
    }

    /// Another e-mail address, or the same one, which was confirmed at that moment or not yet. `was`
    /// is what was read: nothing happens if the address or the password is another by now.
    pub async fn set_email(
        &self,
        was: Credentials,
        email: SealedEmail,
        confirmed_at: Option<Timestamp>,
        notice: Option<Mail>,
    ) -> Result<(), StoreError> {
        let mut keys = email.keys.into_iter();
        let edit = credentials::ActiveModel {
            email: Set(email.sealed.text),
            sealed_with: Set(email.sealed.key),
            email_key: Set(keys.next().unwrap_or_default()),
            email_confirmed_at: Set(confirmed_at.map(|at| at.0)),
            ..Default::default()
        };
        let older_keys: Vec<String> = keys.collect();
        let user_id = was.user_id;
        self.write_rarely(async move |tx| {
            lock_user(&tx, user_id).await?;
            let of_user = credentials::Column::UserId.eq(user_id.0);
            let as_read = credentials::Column::Email.eq(was.email.text);
            let guarded_as_read = credentials::Column::PasswordHash.eq(was.password_hash);
            let set = credentials::Entity::update_many().set(edit).filter(of_user);
            let set = set.filter(as_read).filter(guarded_as_read);
            if set.exec(&tx).await?.rows_affected == 0 {
                return Err(StoreError::Clash("the address changed meanwhile".to_owned()));
            }
            refuse_taken_by_others(&tx, user_id, older_keys).await?;
            insert_mail(&tx, notice).await?;
            Ok((tx, (), Vec::new()))
        })
        .await
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
        // What was uploaded is replaced by something from elsewhere, or by nothing.
        let mut discarded = Vec::new();
        if let Some(picture) = edit.profile_picture {
            row.profile_picture = Set(picture);
            discarded.push(MediaUse::Avatar);
        }
        if let Some(banner) = edit.banner {
            row.banner = Set(banner);
            discarded.push(MediaUse::Banner);
        }
        if let Some(links) = edit.links {
            row.links = Set(links.join("\n"));
        }
        if let Some(locked) = edit.locked {
            row.locked = Set(locked.into());
        }
        if let Some(visibility) = edit.default_visibility {
            row.default_visibility = Set(visibility.code());
        }
        if !row.is_changed_besides_id() {
            return Ok(());
        }
        let (id, changed) = (user.id.0, changed(user));
        let handle_key = user.handle.to_ascii_lowercase();
        let new_name = row.name.try_as_ref().cloned();
        self.write_rarely(async move |tx| {
            let edited = users::Entity::update_many()
                .set(row)
                .filter(users::Column::Id.eq(id))
                .filter(users::Column::DeletedAt.is_null())
                .exec(&tx)
                .await?;
            if edited.rows_affected == 0 {
                return Err(StoreError::NotFound("user"));
            }
            if let Some(name) = new_name {
                tx.execute_raw(delete_person(tx.get_database_backend(), id)).await?;
                index_person(&tx, id, &handle_key, &name).await?;
            }
            if !discarded.is_empty() {
                discard_profile_media(&tx, UserId(id), &discarded).await?;
            }
            Ok((tx, (), vec![changed]))
        })
        .await
    }

    /// Makes a tweet stand first on its author's page, or none.
    pub async fn set_pin(&self, user: &User, tweet: Option<TweetId>) -> Result<(), StoreError> {
        let pinned = tweet.map(|id| id.0);
        let edit = users::ActiveModel { pinned_tweet_id: Set(pinned), ..Default::default() };
        let (user_id, changed) = (user.id, changed(user));
        self.write_rarely(async move |tx| {
            lock_user(&tx, user_id).await?;
            let by_id = users::Column::Id.eq(user_id.0);
            users::Entity::update_many().set(edit).filter(by_id).exec(&tx).await?;
            Ok((tx, (), vec![changed]))
        })
        .await
    }

    /// Deletes an account as everybody sees it: it can no longer sign in, and nothing of it is
    /// shown. What it left behind is cleared away by [`Store::list_unpurged`]'s caller.
    pub async fn delete_user(&self, user: &User, now: Timestamp) -> Result<(), StoreError> {
        let (user_id, changed) = (user.id, changed(user));
        self.write_rarely(async move |tx| {
            lock_user(&tx, user_id).await?;
            let mut events = delete_guards(&tx, user_id).await?;
            let pictures = [MediaUse::Avatar, MediaUse::Banner];
            discard_profile_media(&tx, user_id, &pictures).await?;
            delete_held_of(&tx, user_id).await?;
            let tombstone = users::ActiveModel {
                name: Set(String::new()),
                bio: Set(String::new()),
                profile_picture: Set(None),
                banner: Set(None),
                links: Set(String::new()),
                pinned_tweet_id: Set(None),
                deleted_at: Set(Some(now.0)),
                ..Default::default()
            };
            users::Entity::update_many()
                .set(tombstone)
                .filter(users::Column::Id.eq(user_id.0))
                .exec(&tx)
                .await?;
            events.push(changed);
            Ok((tx, (), events))
        })
        .await
    }

    /// Deleted accounts that still have something to be cleared away.
    pub async fn list_unpurged(&self, limit: u64) -> Result<Vec<UserId>, StoreError> {
        let sql = self
            .sql("SELECT id FROM users WHERE deleted_at > 0 AND purged_at IS NULL ORDER BY deleted_at LIMIT ")
            .bind(limit as i64);
        let rows = self.rows(sql).await?;
        rows.iter().map(|row| Ok(UserId(row.try_get_by_index(0)?))).collect()
    }

    /// Notes that nothing is left of a deleted account but its tombstone.
    pub async fn set_purged(&self, user_id: UserId, now: Timestamp) -> Result<(), StoreError> {
        let purged = users::ActiveModel { purged_at: Set(Some(now.0)), ..Default::default() };
        self.write_rarely(async move |tx| {
            users::Entity::update_many()
                .set(purged)
                .filter(users::Column::Id.eq(user_id.0))
                .exec(&tx)
                .await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }

    /// Makes some of the tweets that mention an account mention it no longer; answers how many.
    pub async fn delete_mentions_of(
        &self,
        user_id: UserId,
        limit: u64,
    ) -> Result<usize, StoreError> {
        let sql = self.sql("SELECT tweet_id FROM mentions WHERE user_id = ").bind(user_id.0);
        let rows = self.rows(sql.push(" LIMIT ").bind(limit as i64)).await?;
        let ids: Vec<i64> =
            rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
        if ids.is_empty() {
            return Ok(0);
        }
        let sql = self.sql("DELETE FROM mentions WHERE user_id = ").bind(user_id.0);
        let delete = sql.push(" AND tweet_id IN ").list(ids.iter().copied()).done();
        self.write_rarely(async move |tx| {
            tx.execute_raw(delete).await?;
            let events = ids.iter().map(|id| Event::TweetChanged(TweetId(*id))).collect();
            Ok((tx, ids.len(), events))
        })
        .await
    }
}

/// Takes away by what somebody signs in and is found. Answers what is to be announced.
pub(crate) async fn delete_guards(
    tx: &DatabaseTransaction,
    user_id: UserId,
) -> Result<Vec<Event>, StoreError> {
    let ended = end_sessions(tx, user_id, None).await?;
    credentials::Entity::delete_by_id(user_id.0).exec(tx).await?;
    delete_second_factor(tx, user_id).await?;
    delete_passkeys(tx, user_id).await?;
    delete_devices(tx, user_id.0).await?;
    tx.execute_raw(delete_person(tx.get_database_backend(), user_id.0)).await?;
    Ok(ended)
}

/// Refuses an address that somebody has whose row was not sealed anew yet.
async fn refuse_taken(tx: &DatabaseTransaction, keys: Vec<String>) -> Result<(), StoreError> {
    refuse_taken_by_others(tx, UserId(0), keys).await
}

/// The same, unless it is this person.
async fn refuse_taken_by_others(
    tx: &DatabaseTransaction,
    user_id: UserId,
    keys: Vec<String>,
) -> Result<(), StoreError> {
    if keys.is_empty() {
        return Ok(());
    }
    let taken = credentials::Entity::find()
        .filter(credentials::Column::EmailKey.is_in(keys))
        .filter(credentials::Column::UserId.ne(user_id.0));
    match taken.one(tx).await? {
        Some(_) => Err(StoreError::Taken("email")),
        None => Ok(()),
    }
}

/// Lets a person be found by their handle and name.
async fn index_person(
    tx: &DatabaseTransaction,
    user_id: i64,
    handle_key: &str,
    name: &str,
) -> Result<(), StoreError> {
    let words = person_words(handle_key, name).into_iter().map(|word| (word, user_id)).collect();
    tx.execute_raw(index_people(tx.get_database_backend(), words)).await?;
    Ok(())
}

/// What is announced when a profile is no longer what it was.
pub(crate) fn changed(user: &User) -> Event {
    Event::UserChanged { user_id: user.id, handle_key: user.handle.to_ascii_lowercase() }
}

/// Keeps an account from being deleted until this transaction ends, and says if it is already.
pub(crate) async fn lock_user(tx: &DatabaseTransaction, user_id: UserId) -> Result<(), StoreError> {
    let sql = Sql::new(tx.get_database_backend(), "SELECT id FROM users WHERE id = ");
    let sql = sql.bind(user_id.0).push(" AND deleted_at IS NULL").for_update();
    let row = tx.query_one_raw(sql.done()).await?;
    row.map(|_| ()).ok_or(StoreError::NotFound("user"))
}

impl users::ActiveModel {
    fn is_changed_besides_id(&self) -> bool {
        self.name.is_set()
            || self.bio.is_set()
            || self.profile_picture.is_set()
            || self.banner.is_set()
            || self.links.is_set()
            || self.locked.is_set()
            || self.default_visibility.is_set()
    }
}

pub(crate) async fn insert_key(
    tx: &DatabaseTransaction,
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

fn user_from(row: &Row) -> Result<User, DbErr> {
    let state = AccountState::from_code(row.try_get_by_index(16)?);
    Ok(User {
        id: UserId(row.try_get_by_index(0)?),
        handle: row.try_get_by_index(1)?,
        name: row.try_get_by_index(2)?,
        bio: row.try_get_by_index(3)?,
        profile_picture: row.try_get_by_index(4)?,
        banner: row.try_get_by_index(10)?,
        links: row.try_get_by_index::<String>(11)?.lines().map(str::to_owned).collect(),
        pinned: row.try_get_by_index::<Option<i64>>(12)?.map(TweetId),
        created_at: Timestamp(row.try_get_by_index(5)?),
        counts: UserCounts {
            tweets: row.try_get_by_index(6)?,
            followers: row.try_get_by_index(7)?,
            following: row.try_get_by_index(8)?,
            version: row.try_get_by_index(18)?,
        },
        locked: row.try_get_by_index::<i16>(13)? != 0,
        default_visibility: Visibility::from_code(row.try_get_by_index(14)?),
        deleted: row.try_get_by_index::<Option<i64>>(9)?.is_some() || state.is_shut_out(),
        role: Role::from_code(row.try_get_by_index(15)?),
        state,
        has_notice: row.try_get_by_index::<i16>(17)? != 0,
    })
}
