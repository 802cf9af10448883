//! What an app asks a person for, and what the person says.

use form_urlencoded::byte_serialize;
use pipit_model::app::{App, OUT_OF_BAND};
use pipit_model::limits::{CODE_SECS, STATE_BYTES_MAX};
use pipit_model::scope::Scopes;
use pipit_model::{Error, Result, Timestamp};
use pipit_store::{Code, StoreError};

use crate::access::new_secret;
use crate::{Caller, Pipit};

/// Characters of a SHA-256 hash in base64.
const CHALLENGE_CHARS: usize = 43;

/// What an app asks for, as it came.
#[derive(Debug, Clone, Default)]
pub struct Authorization {
    /// Must be `code`.
    pub response_type: String,
    /// Which app.
    pub client_id: String,
    /// Where the person is to be led back to.
    pub redirect_uri: String,
    /// Names of scopes.
    pub scope: String,
    /// Handed back unchanged.
    pub state: String,
    /// What the verifier must hash to.
    pub code_challenge: String,
    /// How: only `S256`.
    pub code_challenge_method: String,
}

/// What a person is asked.
#[derive(Debug, Clone)]
pub struct Consent {
    /// Who asks.
    pub app: App,
    /// For what.
    pub scopes: Scopes,
    /// Where the person is led back to.
    pub redirect_uri: String,
    state: String,
    challenge: Option<String>,
}

/// Why a person is not asked.
#[derive(Debug)]
pub enum NotAuthorized {
    /// Told to the person: where the app would have them led is not known to be its own.
    Here(Error),
    /// Told to the app, at this address.
    There(String),
}

impl From<Error> for NotAuthorized {
    fn from(error: Error) -> Self {
        Self::Here(error)
    }
}

impl Consent {
    /// Whether the code is shown to the person instead of being handed to the app.
    #[must_use]
    pub fn is_out_of_band(&self) -> bool {
        self.redirect_uri == OUT_OF_BAND
    }

    /// Where the person is led back to with a code.
    #[must_use]
    pub fn granted(&self, code: &str) -> String {
        led_back(&self.redirect_uri, &[("code", code)], &self.state)
    }

    /// Where the person is led back to after saying no.
    #[must_use]
    pub fn denied(&self) -> String {
        let why = "The person said no.";
        let told = [("error", "access_denied"), ("error_description", why)];
        led_back(&self.redirect_uri, &told, &self.state)
    }
}

impl Pipit {
    /// Checks what an app asks for, before its page and again with the person's answer.
    ///
    /// # Errors
    /// As [`NotAuthorized`] says: a person is never led to an address that is not the app's.
    pub async fn check_authorization(
        &self,
        asked: Authorization,
    ) -> Result<Consent, NotAuthorized> {
        let unknown = "is no app that this server knows: the app has to register anew";
        let app = self.prove_app(&asked.client_id, None).await?;
        let app = app.ok_or_else(|| Error::invalid("client_id", unknown))?;
        // Character by character: anything cleverer has been fooled.
        if !app.redirect_uris.contains(&asked.redirect_uri) {
            let why = "is not one that the app registered";
            return Err(Error::invalid("redirect_uri", why).into());
        }
        let (redirect_uri, state) = (asked.redirect_uri, asked.state);
        let refuse = |error: &str, why: &'static str| {
            if redirect_uri == OUT_OF_BAND {
                return NotAuthorized::Here(Error::Forbidden(why));
            }
            // One that is too long is not handed back either.
            let state = if state.len() <= STATE_BYTES_MAX { state.as_str() } else { "" };
            let told = [("error", error), ("error_description", why)];
            NotAuthorized::There(led_back(&redirect_uri, &told, state))
        };
        if state.len() > STATE_BYTES_MAX {
            return Err(refuse("invalid_request", "state may have at most 1024 bytes"));
        }
        if asked.response_type != "code" {
            return Err(refuse("unsupported_response_type", "response_type must be code"));
        }
        let challenge = challenge(&asked.code_challenge, &asked.code_challenge_method);
        let challenge = challenge.map_err(|why| refuse("invalid_request", why))?;
        let scopes = Scopes::parse(&asked.scope)
            .ok()
            .filter(|scopes| app.scopes.cover(*scopes))
            .ok_or_else(|| refuse("invalid_scope", "the app was not registered for this scope"))?;
        Ok(Consent { app, scopes, redirect_uri, state, challenge })
    }

    /// The caller lets an app in: the answer is a code, good once, for ten minutes.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if the caller's session has just ended.
    pub async fn authorize_app(&self, caller: Caller, consent: &Consent) -> Result<String> {
        let (code, code_hash) = new_secret()?;
        let now: Timestamp = self.0.clock.now();
        let stored = Code {
            code_hash,
            app_id: consent.app.id,
            user_id: caller.user_id,
            redirect_uri: consent.redirect_uri.clone(),
            scopes: consent.scopes,
            challenge: consent.challenge.clone(),
            expires_at: now.plus_secs(CODE_SECS),
        };
        match self.0.store.insert_code(stored, caller.session_id).await {
            // Ended since the page was asked for: who may have a code is who is signed in.
            Err(StoreError::NotFound("session")) => {
                Err(Error::Unauthenticated("you were signed out: sign in again"))
            }
            other => other.map(|()| code).map_err(Into::into),
        }
    }
}

/// A PKCE challenge, if there is one.
fn challenge(challenge: &str, method: &str) -> Result<Option<String>, &'static str> {
    match (challenge, method) {
        ("", "") => Ok(None),
        (challenge, "S256") => {
            let fits = challenge.len() == CHALLENGE_CHARS
                && challenge.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
            let wrong = "code_challenge must be a SHA-256 hash in base64url, without padding";
            if fits { Ok(Some(challenge.to_owned())) } else { Err(wrong) }
        }
        _ => Err("code_challenge_method must be S256"),
    }
}

/// An address of an app with more parameters behind those it has.
fn led_back(uri: &str, told: &[(&str, &str)], state: &str) -> String {
    let state = (!state.is_empty()).then_some(("state", state));
    let mut to = uri.to_owned();
    for (name, value) in told.iter().copied().chain(state) {
        let has_query = to.contains('?');
        let is_open = to.ends_with(['?', '&']);
        to.push_str(if is_open {
            ""
        } else if has_query {
            "&"
        } else {
            "?"
        });
        to.push_str(name);
        to.push('=');
        to.extend(byte_serialize(value.as_bytes()));
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_put_behind_what_an_address_has() {
        for (uri, state, expected) in [
            ("https://a.example/cb", "", "https://a.example/cb?code=x"),
            ("https://a.example/cb", "1&2 é", "https://a.example/cb?code=x&state=1%262+%C3%A9"),
            ("https://a.example/?a=b", "s", "https://a.example/?a=b&code=x&state=s"),
            ("https://a.example/?", "s", "https://a.example/?code=x&state=s"),
            ("icecubesapp://", "s", "icecubesapp://?code=x&state=s"),
        ] {
            assert_eq!(led_back(uri, &[("code", "x")], state), expected);
        }
    }

    #[test]
    fn challenges_are_hashes_or_none() {
        let hash = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert_eq!(challenge("", ""), Ok(None));
        assert_eq!(challenge(hash, "S256"), Ok(Some(hash.to_owned())));
        let (short, odd) = (&hash[1..], hash.replace('-', "+"));
        for (text, method) in
            [(hash, ""), (hash, "plain"), (short, "S256"), (&*odd, "S256"), ("", "S256")]
        {
            assert!(challenge(text, method).is_err(), "{text} {method}");
        }
    }
}
