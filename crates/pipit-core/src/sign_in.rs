//! Signing in: a password, then a code where there is a second factor.
//!
//! Every way in counts its try before it judges it, takes the same time for accounts that do not
//! exist, and says no more than that something was wrong.

use std::sync::Arc;

use pipit_model::limits::{
    EMAIL_BYTES_MAX, SECOND_STEP_SECS, SESSION_SECS, SESSIONS_PER_USER_MAX, USER_AGENT_CHARS_MAX,
};
use pipit_model::network::Network;
use pipit_model::user::{Email, Password, UserRef};
use pipit_model::{Error, Result, SessionId, Timestamp, UserId};
use pipit_store::{
    Credentials, Device, IdempotencyKey, Login, SealedColumn, Session, SessionRow, StoreError,
};

use crate::mail::Note;
use crate::seal::Place;
use crate::sessions::expiry;
use crate::throttle::Tried;
use crate::tickets::{Ticket, stale};
use crate::{Caller, Pipit, RequestKey, UserView, keys};

/// What a ticket is for.
const TICKET: &str = "second step";

/// What someone signs in with, as typed.
#[derive(Clone)]
pub struct SignIn {
    /// Handle or e-mail address.
    pub login: String,
    /// The password.
    pub password: String,
    /// A code of the second factor, if one was typed at once.
    pub otp: Option<String>,
    /// From where.
    pub client: Client,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignIn(***)")
    }
}

/// From where somebody signs in.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// What the browser or app calls itself.
    pub user_agent: String,
    /// Its network; [`None`] where there is none, in a test.
    pub network: Option<Network>,
}

/// How far a sign-in has come.
#[derive(Debug, Clone)]
pub enum Step {
    /// The session has begun.
    SignedIn(SignedIn),
    /// The password was right; the code is still to come, together with this ticket.
    NeedsCode(String),
}

/// A session that has begun.
#[derive(Clone)]
pub struct SignedIn {
    /// What proves it from now on.
    pub token: String,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// Who signed in.
    pub user: UserView,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignedIn({})", self.user.card.user().id)
    }
}

impl Pipit {
    /// Begins a session.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] in the same words and after the same time for a wrong password
    /// and for an account that does not exist; [`Error::InvalidField`] on `otp` if the password was
    /// right and the code is missing or wrong; [`Error::RateLimited`] after too many tries.
    pub async fn sign_in(&self, form: SignIn, key: RequestKey<'_>) -> Result<SignedIn> {
        let SignIn { login, password, otp, client } = form;
        let found = self.check_login(&login, password, client.network).await?;
        let user_id = found.user_id;
        let scope = format!("sessions of {user_id}");
        let idempotency =
            key.map(|key| keys::idempotency(&scope, key, &[client.user_agent.as_str()]));
        if let Some(before) = self.session_of(idempotency.as_ref()).await? {
            self.let_in(user_id, &login, client.network);
            return self.signed_in(&before).await;
        }
        if self.has_second_factor(user_id).await? {
            let otp = otp.unwrap_or_default();
            if otp.is_empty() {
                let why =
                    "is needed: send the code that the authenticator app shows, or a recovery code";
                return Err(Error::invalid("otp", why));
            }
            self.check_code(user_id, &otp).await?;
        }
        self.let_in(user_id, &login, client.network);
        self.begin_session(user_id, client, idempotency).await
    }

    /// The same in two steps: for who is asked for the code only once it is needed.
    ///
    /// # Errors
    /// As [`Pipit::sign_in`].
    pub async fn begin_sign_in(&self, form: SignIn) -> Result<Step> {
        let found = self.check_login(&form.login, form.password, form.client.network).await?;
        let user_id = found.user_id;
        if !self.has_second_factor(user_id).await? {
            self.let_in(user_id, &form.login, form.client.network);
            return Ok(Step::SignedIn(self.begin_session(user_id, form.client, None).await?));
        }
        let bound_to = keys::hash(&[&found.password_hash]);
        let ticket = Ticket { user_id, bound_to, brings: String::new() };
        Ok(Step::NeedsCode(self.seal_ticket(TICKET, &ticket, SECOND_STEP_SECS)?))
    }

    /// The second step: the code for a ticket.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if the ticket is too old, or the password has changed since;
    /// [`Error::InvalidField`] on `otp` for a wrong code; [`Error::RateLimited`].
    pub async fn finish_sign_in(
        &self,
        ticket: &str,
        otp: &str,
        client: Client,
    ) -> Result<SignedIn> {
        self.count_network(client.network)?;
        let Ticket { user_id, bound_to, .. } = self.open_ticket(TICKET, ticket)?;
        let found = self.0.store.find_credentials(&Login::User(user_id)).await?;
        if found.is_none_or(|found| keys::hash(&[&found.password_hash]) != bound_to) {
            return Err(stale());
        }
        self.0.throttle.count(&Tried::Account(user_id), self.0.clock.now())?;
        self.check_code(user_id, otp).await?;
        self.let_in(user_id, "", client.network);
        self.begin_session(user_id, client, None).await
    }

    /// Whose password this is.
    pub(crate) async fn check_login(
        &self,
        login: &str,
        password: String,
        network: Option<Network>,
    ) -> Result<Credentials> {
        let password = Password::attempt(password)?;
        self.count_network(network)?;
        let login = login.trim();
        // What no account could be called is not even asked for.
        let possible = login.len() <= EMAIL_BYTES_MAX && !login.contains(char::is_control);
        let login = if possible { login } else { "" };
        let now = self.0.clock.now();
        self.0.throttle.count(&Tried::Login(login.to_lowercase()), now)?;
        let found = self.0.store.find_credentials(&self.login_of(login).await?).await?;
        // Too many tries for an account under its other name: as if it were not there, or trying
        // would tell whose address it is.
        let open = |found: &Credentials| {
            self.0.throttle.count(&Tried::Account(found.user_id), now).is_ok()
        };
        let found = found.filter(open);
        let stored = found.as_ref().map(|found| found.password_hash.clone());
        let fits = self.0.passwords.verify(password, stored).await?;
        let wrong = || Error::Unauthenticated("the login or the password is wrong");
        let found = found.filter(|_| fits).ok_or_else(wrong)?;
        self.require_confirmation(&found).await?;
        Ok(found)
    }

    /// By what an account is found that is named like this; there need not be one.
    pub(crate) async fn login_of(&self, login: &str) -> Result<Login> {
        match UserRef::parse(login) {
            Some(UserRef::Id(id)) => Ok(Login::User(id)),
            Some(UserRef::HandleKey(handle)) => {
                let found = self.0.feed.user_ids(&[handle]).await?;
                // Nobody has this id: one more question is asked in either case.
                Ok(Login::User(found.first().map_or(UserId(0), |(_, id)| *id)))
            }
            None => match Email::new(login) {
                Ok(email) => Ok(Login::Email(self.0.seals.keys()?.email_hashes(&email))),
                Err(_) => Ok(Login::User(UserId(0))),
            },
        }
    }

    pub(crate) fn count_network(&self, network: Option<Network>) -> Result<()> {
        match network {
            Some(network) => self.0.throttle.count(&Tried::Network(network), self.0.clock.now()),
            None => Ok(()),
        }
    }

    /// Forgets the tries of somebody who has got in.
    pub(crate) fn let_in(&self, user_id: UserId, login: &str, network: Option<Network>) {
        self.0.throttle.forgive(&Tried::Account(user_id));
        self.0.throttle.forgive(&Tried::Login(login.trim().to_lowercase()));
        if let Some(network) = network {
            self.0.throttle.give_back(&Tried::Network(network));
        }
    }

    pub(crate) async fn check_code(&self, user_id: UserId, otp: &str) -> Result<()> {
        if self.use_code(user_id, otp).await? {
            return Ok(());
        }
        let why = "is wrong or was used before: wait for the next one, and check the phone's clock";
        Err(Error::invalid("otp", why))
    }

    pub(crate) async fn begin_session(
        &self,
        user_id: UserId,
        client: Client,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<SignedIn> {
        let now = self.0.clock.now();
        let session = Session {
            id: SessionId(self.0.ids.next(now)),
            user_id,
            created_at: now,
            expires_at: expiry(now, now),
            proved_at: now,
            grant: None,
        };
        let called: String = client
            .user_agent
            .chars()
            .filter(|c| !c.is_control())
            .take(USER_AGENT_CHARS_MAX)
            .collect();
        let place = Place::Row(SealedColumn::UserAgent, session.id.0);
        let user_agent = self.0.seals.keys()?.seal(place, called.as_bytes())?;
        let row = SessionRow { session: session.clone(), user_agent };
        let device = self.device(user_id, &called)?;
        let key = idempotency.clone();
        match self.0.store.insert_session(row, device, SESSIONS_PER_USER_MAX, key).await {
            Ok(()) => self.signed_in(&session).await,
            // The same request came before, or at the same moment.
            Err(StoreError::Clash(_)) if idempotency.is_some() => {
                let before = self.session_of(idempotency.as_ref()).await?;
                let ended = "was used for a session that has ended: use a new key";
                let before = before.ok_or_else(|| Error::conflict("Idempotency-Key", ended))?;
                self.signed_in(&before).await
            }
            // Deleted since its password was checked.
            Err(StoreError::NotFound(_)) => {
                Err(Error::Unauthenticated("the login or the password is wrong"))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A device by what it calls itself, whatever its version.
    fn device(&self, user_id: UserId, called: &str) -> Result<Device> {
        let name: String = called.chars().filter(|c| !c.is_ascii_digit()).collect();
        let hash = keys::hash(&["device", &user_id.to_string(), &name]);
        let note = Note::NewDevice { user_id, device: called.to_owned() };
        Ok(Device { hash, notice: self.new_mail(&note)? })
    }

    /// The session that the same request began before, if it goes on.
    async fn session_of(&self, key: Option<&IdempotencyKey>) -> Result<Option<Arc<Session>>> {
        let Some(key) = key else { return Ok(None) };
        match self.0.store.find_idempotent(key).await? {
            Some(id) => Ok(self.0.feed.session(SessionId(id)).await?),
            None => Ok(None),
        }
    }

    async fn signed_in(&self, session: &Session) -> Result<SignedIn> {
        let caller = Caller { user_id: session.user_id, session_id: session.id };
        let expires_at = session.created_at.plus_secs(SESSION_SECS);
        let token = self.0.tokens.issue(caller, session.created_at, expires_at)?;
        // One's own account, also if nobody else sees it.
        let card = self.0.feed.user(session.user_id).await?;
        let user = UserView { card: card.ok_or(Error::NotFound("user"))?, relationship: None };
        Ok(SignedIn { token, expires_at, user })
    }
}
