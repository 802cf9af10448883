//! Signing in and out.

use std::sync::Arc;

use pipit_model::limits::{
    EMAIL_BYTES_MAX, SESSION_SECS, SESSIONS_PER_USER_MAX, USER_AGENT_CHARS_MAX,
};
use pipit_model::user::{Password, UserRef};
use pipit_model::{Error, Result, SessionId, Timestamp};
use pipit_store::{IdempotencyKey, Session, StoreError};

use crate::{Caller, Pipit, RequestKey, UserView, keys};

/// What someone signs in with, as typed.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Handle or e-mail address.
    pub login: String,
    /// The password.
    pub password: String,
    /// What the browser or app calls itself.
    pub user_agent: String,
}

/// A session that has begun.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// What proves it from now on.
    pub token: String,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// Who signed in.
    pub user: UserView,
}

impl Pipit {
    /// Begins a session.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] in the same words and after the same time for a wrong password
    /// and for an account that does not exist; [`Error::Unavailable`] if too many try at once.
    pub async fn sign_in(&self, form: SignIn, key: RequestKey<'_>) -> Result<SignedIn> {
        let password = Password::attempt(form.password)?;
        let wrong = || Error::Unauthenticated("the login or the password is wrong");
        let login = form.login.trim();
        // What no account could be called is not even asked for.
        let possible = login.len() <= EMAIL_BYTES_MAX && !login.contains(char::is_control);
        let found = if possible { self.0.store.find_credentials(login).await? } else { None };
        let stored = found.as_ref().map(|found| found.password_hash.clone());
        let fits = self.0.passwords.verify(password, stored).await?;
        let Some(found) = found.filter(|_| fits) else {
            return Err(wrong());
        };
        let user_id = found.user_id;
        let idempotency = key.map(|key| {
            keys::idempotency(&format!("sessions of {user_id}"), key, &[&form.user_agent])
        });
        if let Some(before) = self.session_of(idempotency.as_ref()).await? {
            return self.signed_in(&before).await;
        }
        let now = self.0.clock.now();
        let session = Session {
            id: SessionId(self.0.ids.next(now)),
            user_id,
            created_at: now,
            expires_at: now.plus_secs(SESSION_SECS),
            user_agent: form
                .user_agent
                .chars()
                .filter(|c| !c.is_control())
                .take(USER_AGENT_CHARS_MAX)
                .collect(),
            grant: None,
        };
        let key = idempotency.clone();
        match self.0.store.insert_session(session.clone(), SESSIONS_PER_USER_MAX, key).await {
            Ok(()) => self.signed_in(&session).await,
            // The same request came before, or at the same moment.
            Err(StoreError::Clash(_)) if idempotency.is_some() => {
                let before = self.session_of(idempotency.as_ref()).await?;
                let ended = "was used for a session that has ended: use a new key";
                let before = before.ok_or_else(|| Error::conflict("Idempotency-Key", ended))?;
                self.signed_in(&before).await
            }
            // Deleted since its password was checked.
            Err(StoreError::NotFound(_)) => Err(wrong()),
            Err(error) => Err(error.into()),
        }
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
        let token = self.0.tokens.issue(caller, session.created_at, session.expires_at)?;
        let user = self.user(Some(caller), &UserRef::Id(session.user_id)).await?;
        Ok(SignedIn { token, expires_at: session.expires_at, user })
    }

    /// Who a token belongs to.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if it is not ours, has expired, or its session was ended.
    pub async fn authenticate(&self, token: &str) -> Result<Caller> {
        let refused = || Error::Unauthenticated("the token is not valid (any more): sign in again");
        let now = self.0.clock.now();
        let caller = self.0.tokens.verify(token, now).ok_or_else(refused)?;
        let feed = &self.0.feed;
        let mut session = feed.cached_session(caller.session_id);
        if session.is_none() {
            // Somebody is back: what their pages need is on its way with their session.
            let (found, ()) =
                tokio::try_join!(feed.session(caller.session_id), feed.prepare(caller.user_id))?;
            session = found;
        }
        let session = session.ok_or_else(refused)?;
        if session.user_id != caller.user_id || session.expires_at <= now {
            return Err(refused());
        }
        Ok(caller)
    }

    /// Whether this is the caller's password, asked before what cannot be undone.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `password` if it is not.
    pub async fn confirm_password(&self, caller: Caller, password: String) -> Result<()> {
        let password = Password::attempt(password)?;
        let stored = self.0.store.find_credentials(&caller.user_id.to_string()).await?;
        if self.0.passwords.verify(password, stored.map(|found| found.password_hash)).await? {
            return Ok(());
        }
        Err(Error::invalid("password", "is not the password of this account"))
    }

    /// The caller's sessions that have not expired, newest first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn sessions(&self, caller: Caller) -> Result<Vec<Session>> {
        let now = self.0.clock.now();
        let mut sessions = self.0.store.list_sessions(caller.user_id).await?;
        sessions.retain(|session| session.expires_at > now);
        Ok(sessions)
    }

    /// Ends one of the caller's sessions; its token is refused from now on.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the caller has no such session.
    pub async fn end_session(&self, caller: Caller, id: SessionId) -> Result<()> {
        Ok(self.0.store.delete_session(id, caller.user_id).await?)
    }
}
