//! Showing again who one is: asked before what guards an account is changed.

use pipit_model::limits::PROOF_SECS;
use pipit_model::user::{Password, UserRef};
use pipit_model::{Error, Result};
use pipit_store::Login;

use crate::accounts::names_of;
use crate::mail::Note;
use crate::throttle::Tried;
use crate::{Caller, Pipit};

/// What shows who somebody is, as typed.
#[derive(Clone)]
pub enum Proof {
    /// Their password.
    Password(String),
    /// A code of their second factor.
    Code(String),
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proof(***)")
    }
}

impl Pipit {
    /// Takes the caller's password or a code of theirs; for a while their session may then change
    /// what guards the account.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `password` or `otp` if it is wrong; [`Error::RateLimited`].
    pub async fn prove(&self, caller: Caller, proof: Proof) -> Result<()> {
        match proof {
            Proof::Password(password) => self.confirm_password(caller, password).await?,
            Proof::Code(code) => {
                let tried = Tried::Account(caller.user_id);
                self.0.throttle.count(&tried, self.0.clock.now())?;
                self.check_code(caller.user_id, &code).await?;
                self.0.throttle.forgive(&tried);
            }
        }
        Ok(self.0.store.set_session_proof(caller.session_id, self.0.clock.now()).await?)
    }

    /// Whether the caller has shown of late who they are.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn is_proven(&self, caller: Caller) -> Result<bool> {
        let session = self.0.feed.session(caller.session_id).await?;
        let now = self.0.clock.now();
        Ok(session.is_some_and(|session| now < session.proved_at.plus_secs(PROOF_SECS)))
    }

    /// Refuses who has not.
    pub(crate) async fn require_proof(&self, caller: Caller) -> Result<()> {
        if self.is_proven(caller).await? {
            return Ok(());
        }
        Err(Error::Forbidden(
            "show first that it is you: POST your password or a code to /sessions/current/proof",
        ))
    }

    /// Whether this is the caller's password, asked before what cannot be undone.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `password` if it is not; [`Error::RateLimited`].
    pub async fn confirm_password(&self, caller: Caller, password: String) -> Result<()> {
        let password = Password::attempt(password)?;
        let tried = Tried::Account(caller.user_id);
        self.0.throttle.count(&tried, self.0.clock.now())?;
        let stored = self.0.store.find_credentials(&Login::User(caller.user_id)).await?;
        if self.0.passwords.verify(password, stored.map(|found| found.password_hash)).await? {
            self.0.throttle.forgive(&tried);
            return Ok(());
        }
        Err(Error::invalid("password", "is not the password of this account"))
    }

    /// A new password; every other session ends.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `password` if it is too weak; [`Error::Forbidden`] if the caller has
    /// not shown of late who they are.
    pub async fn change_password(&self, caller: Caller, password: String) -> Result<()> {
        self.require_proof(caller).await?;
        let password_hash = self.new_password_hash(caller, password).await?;
        let goes_on = Some(caller.session_id);
        let notice = self.new_mail(&Note::PasswordChanged { user_id: caller.user_id })?;
        Ok(self.0.store.set_password(caller.user_id, None, password_hash, goes_on, notice).await?)
    }

    async fn new_password_hash(&self, caller: Caller, password: String) -> Result<String> {
        let password = Password::new(password)?;
        let card = self.find_user(&UserRef::Id(caller.user_id)).await?;
        let email = self.own_email(caller).await?;
        let names = names_of(&card.user().handle, &email);
        self.0.passwords.hash(password, names).await
    }
}
