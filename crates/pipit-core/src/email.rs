//! What is done by e-mail: a new password, another address, confirming one.

use pipit_model::limits::{CONFIRM_SECS, EMAIL_BYTES_MAX, RESET_SECS};
use pipit_model::network::Network;
use pipit_model::user::{Email, Password};
use pipit_model::{Error, Result, Timestamp, UserId};
use pipit_store::{Credentials, Login, SealedColumn, StoreError};

use crate::accounts::names_of;
use crate::mail::Note;
use crate::seal::Place;
use crate::throttle::Tried;
use crate::tickets::{Ticket, stale};
use crate::{Caller, Confirmation, Pipit, keys};

const RESET: &str = "new password";
const CONFIRM: &str = "confirm address";

/// What a letter that cannot be sent is answered with.
const NO_MAIL: Error = Error::Forbidden(
    "this server sends no mail: whoever runs it can set a new password with `pipit user set-password`",
);

impl Pipit {
    /// Sends a link to a new password, if there is such an account. Whether there is, neither the
    /// answer tells nor the time it takes.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if mail is not set up; [`Error::RateLimited`].
    pub async fn request_reset(&self, login: &str, network: Option<Network>) -> Result<()> {
        let login = login.trim();
        if login.is_empty() || login.len() > EMAIL_BYTES_MAX || login.contains(char::is_control) {
            return Err(Error::invalid("login", "must be a handle or an e-mail address"));
        }
        let now = self.0.clock.now();
        if let Some(network) = network {
            self.0.throttle.count(&Tried::ResetFrom(network), now)?;
        }
        self.0.throttle.count(&Tried::Reset(login.to_lowercase()), now)?;
        let note = Note::ResetPassword { login: login.to_owned() };
        let mail = self.new_mail(&note)?.ok_or(NO_MAIL)?;
        Ok(self.0.store.insert_mail(mail).await?)
    }

    pub(crate) async fn reset_ticket(&self, user_id: UserId) -> Result<String> {
        let found = self.credentials_of(user_id).await?;
        let bound_to = self.guarded_by(&found)?;
        self.seal_ticket(RESET, &Ticket { user_id, bound_to, brings: String::new() }, RESET_SECS)
    }

    async fn credentials_of(&self, user_id: UserId) -> Result<Credentials> {
        let found = self.0.store.find_credentials(&Login::User(user_id)).await?;
        found.ok_or(Error::NotFound("account"))
    }

    /// The address of an account.
    pub(crate) fn email_of(&self, found: &Credentials) -> Result<String> {
        let place = Place::Row(SealedColumn::Email, found.user_id.0);
        self.0.seals.keys()?.open_text(place, &found.email)
    }

    fn guarded_by(&self, found: &Credentials) -> Result<String> {
        Ok(guard(&found.password_hash, &self.email_of(found)?))
    }

    /// Whose link this is and what it brings, if it is still good.
    async fn open_link(
        &self,
        purpose: &'static str,
        ticket: &str,
    ) -> Result<(Credentials, String)> {
        let Ticket { user_id, bound_to, brings } = self.open_ticket(purpose, ticket)?;
        let found = self.0.store.find_credentials(&Login::User(user_id)).await?;
        let found = found.ok_or_else(stale)?;
        if self.guarded_by(&found)? == bound_to { Ok((found, brings)) } else { Err(stale()) }
    }

    /// Whether a link to a new password is still good.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if it is not.
    pub async fn check_reset(&self, ticket: &str) -> Result<()> {
        self.open_link(RESET, ticket).await.map(|_| ())
    }

    /// Sets a new password by a link that was sent; every session ends, and what hangs on it.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if the link is not good; [`Error::InvalidField`] on `password`.
    pub async fn reset_password(&self, ticket: &str, password: String) -> Result<()> {
        let (found, _) = self.open_link(RESET, ticket).await?;
        self.replace_password(found.user_id, Some(found.password_hash), password).await
    }

    /// Sets somebody's password; every session ends. For who runs the service: no caller is asked.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::InvalidField`] on `password`.
    pub async fn set_password_of(&self, user_id: UserId, password: String) -> Result<()> {
        self.replace_password(user_id, None, password).await
    }

    async fn replace_password(
        &self,
        user_id: UserId,
        was: Option<String>,
        password: String,
    ) -> Result<()> {
        let password = Password::new(password)?;
        let email = self.email_of(&self.credentials_of(user_id).await?)?;
        // Also if it is shut out: who is suspended may appeal, and needs a password for it.
        let card = self.0.feed.user(user_id).await?.ok_or(Error::NotFound("user"))?;
        let names = names_of(&card.user().handle, &email);
        let password_hash = self.0.passwords.hash(password, names).await?;
        let notice = self.new_mail(&Note::PasswordChanged { user_id })?;
        match self.0.store.set_password(user_id, was, password_hash, None, notice).await {
            // The same link at the same moment: the other one was faster.
            Err(StoreError::Clash(_)) => return Err(stale()),
            other => other?,
        }
        self.0.throttle.forgive(&Tried::Account(user_id));
        Ok(())
    }

    /// Asks for another e-mail address: it takes the place of the old one once it is confirmed by
    /// the link that is sent there. Without mail it does so at once.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `email`; [`Error::Forbidden`] if the caller has not shown of late
    /// who they are; [`Error::RateLimited`].
    pub async fn change_email(&self, caller: Caller, email: &str) -> Result<EmailChange> {
        self.require_proof(caller).await?;
        let email = Email::new(email)?;
        self.require_welcome(&email).await?;
        let user_id = caller.user_id;
        let found = self.credentials_of(user_id).await?;
        let guard = self.guarded_by(&found)?;
        let note = Note::ConfirmEmail { user_id, email: email.as_str().to_owned(), guard };
        let Some(mail) = self.new_mail(&note)? else {
            self.set_email(found, &email, None).await?;
            return Ok(EmailChange::Changed);
        };
        let now = self.0.clock.now();
        self.0.throttle.count(&confirming(user_id), now)?;
        self.0.store.insert_mail(mail).await?;
        Ok(EmailChange::Sent)
    }

    pub(crate) fn email_ticket(&self, user_id: UserId, guard: String, new: &str) -> Result<String> {
        let ticket = Ticket { user_id, bound_to: guard, brings: new.to_owned() };
        self.seal_ticket(CONFIRM, &ticket, CONFIRM_SECS)
    }

    /// Confirms an address by the link that was sent there; if it is another one than before, it
    /// takes its place, and the old one is told.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if the link is not good (any more); [`Error::Conflict`] if somebody
    /// else has the address.
    pub async fn confirm_email(&self, ticket: &str) -> Result<()> {
        let (found, new) = self.open_link(CONFIRM, ticket).await?;
        let now = self.0.clock.now();
        self.set_email(found, &Email::new(&new)?, Some(now)).await
    }

    async fn set_email(
        &self,
        found: Credentials,
        email: &Email,
        confirmed_at: Option<Timestamp>,
    ) -> Result<()> {
        let user_id = found.user_id;
        let was = Email::new(&self.email_of(&found)?)?;
        let note = Note::EmailChanged { user_id, was: was.as_str().to_owned() };
        let notice = if was.key() == email.key() { None } else { self.new_mail(&note)? };
        let sealed = self.0.seals.keys()?.seal_email(user_id.0, email)?;
        match self.0.store.set_email(found, sealed, confirmed_at, notice).await {
            Err(StoreError::Clash(_)) => Err(stale()),
            other => Ok(other?),
        }
    }

    /// Lets nobody in whose address must be confirmed and is not; sends the link once more.
    pub(crate) async fn require_confirmation(&self, found: &Credentials) -> Result<()> {
        if self.0.accounts.confirm_email == Confirmation::Off || found.confirmed_at.is_some() {
            return Ok(());
        }
        let user_id = found.user_id;
        let now = self.0.clock.now();
        let email = self.email_of(found)?;
        let guard = guard(&found.password_hash, &email);
        if self.0.throttle.count(&confirming(user_id), now).is_ok()
            && let Some(mail) = self.new_mail(&Note::ConfirmEmail { user_id, email, guard })?
        {
            self.0.store.insert_mail(mail).await?;
        }
        Err(Error::Forbidden("confirm your e-mail address first: follow the link that we sent you"))
    }
}

/// Letters to an address that is to be confirmed. No login has a line break: who asks for passwords
/// uses up nobody's.
fn confirming(user_id: UserId) -> Tried {
    Tried::Reset(format!("\nconfirm {user_id}"))
}

/// What links that were sent are bound to: they are good no longer once the password or the address
/// is another. Whoever sets a new password shuts a thief out with all that the thief had asked for.
pub(crate) fn guard(password_hash: &str, email: &str) -> String {
    keys::hash(&["guard", password_hash, &email.to_lowercase()])
}

/// What became of another address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailChange {
    /// A link was sent to it.
    Sent,
    /// It is the account's now.
    Changed,
}
