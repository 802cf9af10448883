//! Sessions: whose a token is, how long it lasts, which there are.

use pipit_model::limits::{SESSION_IDLE_SECS, SESSION_NOTE_SECS, SESSION_SECS};
use pipit_model::{Error, Result, SessionId, Timestamp};
use pipit_store::{SealedColumn, Session, SessionRow, StoreError};

use crate::moderators::shut_out;
use crate::seal::Place;
use crate::{Caller, Pipit};

/// A session as its owner is shown it.
#[derive(Debug, Clone)]
pub struct SessionView {
    /// The session.
    pub session: Session,
    /// What the browser or app called itself.
    pub user_agent: String,
}

impl Pipit {
    /// Who a token belongs to.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if it is not ours, has expired, or its session was ended;
    /// [`Error::Forbidden`] if the account is suspended, or waits to be let in.
    pub async fn authenticate(&self, token: &str) -> Result<Caller> {
        let caller = self.authenticate_any(token).await?;
        match self.state_of(caller.user_id).await? {
            state if state.is_shut_out() => Err(shut_out(state)),
            _ => Ok(caller),
        }
    }

    /// The same, also for an account that is shut out: only for its [`Pipit::standing`], for
    /// appeals, and for signing out.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`]
    pub async fn authenticate_any(&self, token: &str) -> Result<Caller> {
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
        self.keep_alive(&session, now).await?;
        Ok(caller)
    }

    /// Lets a session that is used last longer, up to its absolute end: a small write a day.
    async fn keep_alive(&self, session: &Session, now: Timestamp) -> Result<()> {
        let until = expiry(session.created_at, now);
        if until.0 - session.expires_at.0 < SESSION_NOTE_SECS * 1000 {
            return Ok(());
        }
        match self.0.store.set_session_expiry(session.id, until).await {
            // Who reads should not be kept from it by a database that cannot write now.
            Err(StoreError::Unavailable(why)) => {
                tracing::warn!(
                    why,
                    "a session could not be prolonged; the next request tries again"
                );
                Ok(())
            }
            other => Ok(other?),
        }
    }

    /// The caller's sessions that have not expired, newest first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn sessions(&self, caller: Caller) -> Result<Vec<SessionView>> {
        let now = self.0.clock.now();
        let keys = self.0.seals.keys()?;
        let mut views = Vec::new();
        for SessionRow { session, user_agent } in self.0.store.list_sessions(caller.user_id).await?
        {
            if session.expires_at > now {
                let place = Place::Row(SealedColumn::UserAgent, session.id.0);
                let user_agent = keys.open_text(place, &user_agent)?;
                views.push(SessionView { session, user_agent });
            }
        }
        Ok(views)
    }

    /// Ends one of the caller's sessions; its token is refused from now on.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the caller has no such session.
    pub async fn end_session(&self, caller: Caller, id: SessionId) -> Result<()> {
        Ok(self.0.store.delete_session(id, caller.user_id).await?)
    }
}

/// When a session of this age ends if it is not used from now on.
pub(crate) fn expiry(created_at: Timestamp, now: Timestamp) -> Timestamp {
    now.plus_secs(SESSION_IDLE_SECS).min(created_at.plus_secs(SESSION_SECS))
}
