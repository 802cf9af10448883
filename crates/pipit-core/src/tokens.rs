//! Session tokens: JWT, signed with Ed25519, each bound to a session that can be ended.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use pipit_model::{Error, Result, SessionId, Timestamp, UserId};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};

use crate::Caller;

/// Which key signed a token; a rotation adds a second one.
const KEY_ID: &str = "1";
/// Tokens whose signature is not checked again: 400 bytes each.
const VERIFIED_MAX: usize = 50_000;
/// Longer than any token of ours.
const TOKEN_BYTES_MAX: usize = 1024;

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    /// The user's id.
    sub: String,
    /// The session's id.
    sid: String,
    /// Seconds since 1970.
    iat: i64,
    exp: i64,
}

/// Signs tokens and checks them.
pub(crate) struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    /// A signature costs 27 µs to check; that it was good stays true.
    verified: Cache<Box<str>, (Caller, i64)>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens(***)")
    }
}

/// A new signing key, as PKCS#8.
pub(crate) fn new_key() -> Result<Vec<u8>> {
    let key = Ed25519KeyPair::generate()
        .and_then(|pair| pair.to_pkcs8())
        .map_err(|_| Error::Internal("making a signing key failed".to_owned()))?;
    Ok(key.as_ref().to_vec())
}

impl Tokens {
    pub(crate) fn new(pkcs8: &[u8]) -> Result<Self> {
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8)
            .map_err(|error| Error::Internal(format!("the signing key is damaged: {error}")))?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        // Time is judged by our own clock, with the session.
        validation.validate_exp = false;
        Ok(Self {
            encoding: EncodingKey::from_ed_der(pkcs8),
            decoding: DecodingKey::from_ed_der(pair.public_key().as_ref()),
            validation,
            verified: Cache::new(VERIFIED_MAX),
        })
    }

    pub(crate) fn issue(&self, caller: Caller, now: Timestamp, until: Timestamp) -> Result<String> {
        let header = Header { kid: Some(KEY_ID.to_owned()), ..Header::new(Algorithm::EdDSA) };
        let claims = Claims {
            sub: caller.user_id.to_string(),
            sid: caller.session_id.to_string(),
            iat: now.secs(),
            exp: until.secs(),
        };
        jsonwebtoken::encode(&header, &claims, &self.encoding)
            .map_err(|error| Error::Internal(format!("signing a token failed: {error}")))
    }

    /// Who a token was given to, if it is ours and its time is not over. Whether the session still
    /// stands is for the caller to ask.
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Option<Caller> {
        let (caller, expires) = match self.verified.get(token) {
            Some(known) => known,
            None => self.check(token)?,
        };
        (now.secs() < expires).then_some(caller)
    }

    fn check(&self, token: &str) -> Option<(Caller, i64)> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let claims =
            jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation).ok()?.claims;
        let caller = Caller {
            user_id: UserId(claims.sub.parse().ok()?),
            session_id: SessionId(claims.sid.parse().ok()?),
        };
        self.verified.insert(token.into(), (caller, claims.exp));
        Some((caller, claims.exp))
    }
}
