//! Accounts: opened and deleted.

use pipit_model::user::{Email, Handle, Password, UserRef, display_name};
use pipit_model::{Result, UserId};
use pipit_store::NewUser;

use crate::{Caller, Pipit, RequestKey, UserView, keys};

/// What someone signs up with, as typed.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// The handle they would like.
    pub handle: String,
    /// A display name; the handle if they give none.
    pub name: Option<String>,
    /// Their e-mail address.
    pub email: String,
    /// Their password.
    pub password: String,
}

impl Pipit {
    /// Opens an account.
    ///
    /// # Errors
    /// [`pipit_model::Error::InvalidField`] for a field that breaks a rule,
    /// [`pipit_model::Error::Conflict`] for a handle or address that is taken.
    pub async fn sign_up(&self, form: SignUp, key: RequestKey<'_>) -> Result<UserView> {
        let handle = Handle::new(&form.handle)?;
        let name = display_name(form.name.as_deref().unwrap_or_default())?;
        let email = Email::new(&form.email)?;
        let password = Password::new(form.password)?;
        self.require_welcome(&email).await?;
        // The password is no part of it: a fast hash of one must not be stored.
        let idempotency = key.map(|key| {
            keys::idempotency("sign-up", key, &[handle.as_str(), &name, email.as_str()])
        });
        let password_hash = self.0.passwords.hash(password).await?;
        let id = UserId(self.0.ids.next(self.0.clock.now()));
        let name = if name.is_empty() { handle.as_str().to_owned() } else { name };
        let new = NewUser { id, handle, name, email, password_hash, idempotency };
        let existing = self.0.store.insert_user(new).await?;
        self.user(None, &UserRef::Id(existing.unwrap_or(id))).await
    }

    /// Deletes the caller's account: from now on it cannot sign in and nothing of it is shown.
    /// What it left behind is cleared away afterwards ([`Pipit::purge_deleted_accounts`]).
    ///
    /// # Errors
    /// If the database is away.
    pub async fn delete_account(&self, caller: Caller) -> Result<()> {
        let card = self.find_user(&UserRef::Id(caller.user_id)).await?;
        self.0.store.delete_user(card.user(), self.0.clock.now()).await?;
        Ok(())
    }
}
