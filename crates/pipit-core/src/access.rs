//! What a token opens: everything, if a person signed in with it, or what an app was given.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use pipit_model::app::Grant;
use pipit_model::limits::{APP_TOKEN_IDLE_SECS, USE_NOTED_SECS};
use pipit_model::scope::Scope;
use pipit_model::{Error, Result, SessionId, Timestamp};
use pipit_store::Session;
use quick_cache::sync::Cache;

use crate::moderators::shut_out;
use crate::{Caller, Pipit, keys};

/// An app's token: 32 random bytes in base64.
const APP_TOKEN_CHARS: usize = 43;
/// Tokens of apps whose sessions are known: 100 bytes each.
const KNOWN_MAX: usize = 50_000;

/// Who sent a token, and what they may do.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    /// In whose name; nobody's, if the token is an app's own.
    caller: Option<Caller>,
    /// What an app was given; [`None`] for people themselves, who may do everything.
    grant: Option<Grant>,
}

impl Access {
    /// The caller, if this token may do all of these.
    ///
    /// # Errors
    /// [`Error::MissingScope`] with the first that is missing.
    pub fn with(self, scopes: &[Scope]) -> Result<Option<Caller>> {
        let Some(grant) = self.grant else { return Ok(self.caller) };
        match scopes.iter().find(|scope| !grant.scopes.grant(**scope)) {
            Some(missing) => Err(Error::MissingScope(*missing)),
            None => Ok(self.caller),
        }
    }

    /// The same, if it may do one of these; the first is what is asked for.
    ///
    /// # Errors
    /// [`Error::MissingScope`]
    pub fn with_one_of(self, scopes: &[Scope]) -> Result<Option<Caller>> {
        match (self.grant, scopes.first()) {
            (Some(grant), Some(first)) if !scopes.iter().any(|one| grant.scopes.grant(*one)) => {
                Err(Error::MissingScope(*first))
            }
            _ => Ok(self.caller),
        }
    }

    /// The caller, if it is a person themselves.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for apps.
    pub fn in_person(self) -> Result<Option<Caller>> {
        match self.grant {
            None => Ok(self.caller),
            Some(_) => Err(Error::Forbidden("apps may not do this: sign in yourself")),
        }
    }

    /// In whose name it is; nobody's, if an app is alone.
    #[must_use]
    pub fn caller(self) -> Option<Caller> {
        self.caller
    }

    /// What an app was given.
    #[must_use]
    pub fn grant(self) -> Option<Grant> {
        self.grant
    }
}

/// Which sessions tokens of apps belong to: a token is never given twice, so that this stays true.
#[derive(Debug)]
pub(crate) struct KnownTokens(Cache<[u8; 32], SessionId>);

impl Default for KnownTokens {
    fn default() -> Self {
        Self(Cache::new(KNOWN_MAX))
    }
}

/// A new token (or code, or secret) for an app: 256 random bits, and what is stored of it.
pub(crate) fn new_secret() -> Result<(String, String)> {
    let secret = BASE64.encode(keys::random_secret()?);
    let hash = keys::hex(&sha256(&secret));
    Ok((secret, hash))
}

/// What is stored of a token, a code or a secret: guessing 256 bits needs no slow hash.
pub(crate) fn hash_of(secret: &str) -> String {
    keys::hex(&sha256(secret))
}

fn sha256(text: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    bytes
}

impl Pipit {
    /// What a token opens: one of a person's own sessions, or an app's.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if it is not ours, has expired, or was revoked;
    /// [`Error::Forbidden`] if the account is suspended, or waits to be let in.
    pub async fn access(&self, token: &str) -> Result<Access> {
        // Those of sessions have dots in them.
        if token.len() != APP_TOKEN_CHARS {
            let caller = self.authenticate(token).await?;
            return Ok(Access { caller: Some(caller), grant: None });
        }
        let refused = || Error::Unauthenticated("the token is not valid (any more)");
        let session = self.session_of_token(token).await?.ok_or_else(refused)?;
        let grant = session.grant.ok_or_else(refused)?;
        let now = self.0.clock.now();
        if session.expires_at <= now {
            return Err(refused());
        }
        let caller = Caller { user_id: session.user_id, session_id: session.id };
        let caller = (session.user_id.0 != 0).then_some(caller);
        if let Some(caller) = caller {
            let state = self.state_of(caller.user_id).await?;
            if state.is_shut_out() {
                return Err(shut_out(state));
            }
        }
        self.note_use(session.id, grant, now).await;
        Ok(Access { caller, grant: Some(grant) })
    }

    pub(crate) async fn session_of_token(&self, token: &str) -> Result<Option<Arc<Session>>> {
        let hash = sha256(token);
        let known = &self.0.known_tokens.0;
        let id = match known.get(&hash) {
            Some(id) => id,
            None => match self.0.store.find_token(&keys::hex(&hash)).await? {
                Some(id) => {
                    known.insert(hash, id);
                    id
                }
                None => return Ok(None),
            },
        };
        // Whether it goes on is asked each time.
        Ok(self.0.feed.session(id).await?)
    }

    /// Notes now and then that an app is in use: its token lasts longer. Nothing fails for it.
    async fn note_use(&self, id: SessionId, grant: Grant, now: Timestamp) {
        if now < grant.used_at.plus_secs(USE_NOTED_SECS) {
            return;
        }
        if let Err(error) = self.0.store.set_used(id, now, now.plus_secs(APP_TOKEN_IDLE_SECS)).await
        {
            tracing::warn!(%error, "the use of an app could not be noted");
        }
    }
}
