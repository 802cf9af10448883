//! Accounts: opened and deleted.

use pipit_model::network::Network;
use pipit_model::user::{Email, Handle, Password, UserRef, display_name};
use pipit_model::{Error, Result, UserId};
use pipit_store::{NewUser, StoreError};

use crate::email::guard;
use crate::invitations::{WayIn, not_good};
use crate::mail::Note;
use crate::{Caller, Pipit, RequestKey, UserView, keys};

/// What someone signs up with, as typed.
#[derive(Clone)]
pub struct SignUp {
    /// The handle they would like.
    pub handle: String,
    /// A display name; the handle if they give none.
    pub name: Option<String>,
    /// Their e-mail address.
    pub email: String,
    /// Their password.
    pub password: String,
    /// The code of an invitation.
    pub invite: Option<String>,
    /// Why they want to join, where moderators decide about it.
    pub reason: Option<String>,
    /// From where they come; unknown for those whom the operator lets in.
    pub network: Option<Network>,
}

impl std::fmt::Debug for SignUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignUp({})", self.handle)
    }
}

impl Pipit {
    /// Opens an account.
    ///
    /// # Errors
    /// [`pipit_model::Error::InvalidField`] for a field that breaks a rule,
    /// [`pipit_model::Error::Conflict`] for a handle or address that is taken,
    /// [`pipit_model::Error::Forbidden`] from a network that is kept out.
    pub async fn sign_up(&self, form: SignUp, key: RequestKey<'_>) -> Result<UserView> {
        let way_in = self.way_in(form.invite.as_deref(), form.reason.as_deref())?;
        self.open_account(form, way_in, key).await
    }

    /// The same for who runs the service, whoever else may open accounts.
    ///
    /// # Errors
    /// As [`Pipit::sign_up`].
    pub async fn create_account(&self, form: SignUp) -> Result<UserView> {
        self.open_account(form, WayIn::Open, None).await
    }

    async fn open_account(
        &self,
        form: SignUp,
        way_in: WayIn,
        key: RequestKey<'_>,
    ) -> Result<UserView> {
        let handle = Handle::new(&form.handle)?;
        let name = display_name(form.name.as_deref().unwrap_or_default())?;
        let email = Email::new(&form.email)?;
        let password = Password::new(form.password)?;
        self.require_welcome_network(form.network).await?;
        self.require_welcome(&email).await?;
        // The password is no part of it: a fast hash of one must not be stored.
        // The address as it is found, since it could be guessed from a plain hash.
        let email_key = self.0.seals.keys()?.email_hashes(&email).swap_remove(0);
        let idempotency =
            key.map(|key| keys::idempotency("sign-up", key, &[handle.as_str(), &name, &email_key]));
        let names = names_of(handle.as_str(), email.as_str());
        let password_hash = self.0.passwords.hash(password, names).await?;
        let id = UserId(self.0.ids.next(self.0.clock.now()));
        let guard = guard(&password_hash, email.as_str());
        let confirm = Note::ConfirmEmail { user_id: id, email: email.as_str().to_owned(), guard };
        let mail = self.new_mail(&confirm)?;
        let email = self.0.seals.keys()?.seal_email(id.0, &email)?;
        let name = if name.is_empty() { handle.as_str().to_owned() } else { name };
        let (invitation, request) = match way_in {
            WayIn::Open => (None, None),
            WayIn::Invitation(code_hash) => (Some(code_hash), None),
            WayIn::Approval(reason) => (None, Some(reason)),
        };
        let new = NewUser {
            id,
            handle,
            name,
            email,
            password_hash,
            invitation,
            request,
            mail,
            idempotency,
        };
        let existing = match self.0.store.insert_user(new).await {
            Err(StoreError::NotFound("invitation")) => return Err(not_good()),
            other => other?,
        };
        // One's own account, also if nobody else sees it.
        let card = self.0.feed.user(existing.unwrap_or(id)).await?;
        Ok(UserView { card: card.ok_or(Error::NotFound("user"))?, relationship: None })
    }

    /// Deletes the caller's account: from now on it cannot sign in and nothing of it is shown.
    /// What it left behind is cleared away afterwards ([`Pipit::purge_deleted_accounts`]).
    ///
    /// # Errors
    /// [`pipit_model::Error::Forbidden`] if the caller has not shown of late who they are.
    pub async fn delete_account(&self, caller: Caller) -> Result<()> {
        self.require_proof(caller).await?;
        let card = self.find_user(&UserRef::Id(caller.user_id)).await?;
        self.0.store.delete_user(card.user(), self.0.clock.now()).await?;
        Ok(())
    }
}

/// What a guesser knows of somebody: no password should be made of it.
pub(crate) fn names_of(handle: &str, email: &str) -> Vec<String> {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    let names = [handle, email, local, domain, "pipit"];
    names.iter().filter(|name| !name.is_empty()).map(|name| (*name).to_owned()).collect()
}
