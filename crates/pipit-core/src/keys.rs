//! The secrets that all nodes share, made by whichever node starts first, and hashing.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD as BASE64, URL_SAFE_NO_PAD as URL_SAFE};
use pipit_model::{Error, Result, Timestamp};
use pipit_store::{IdempotencyKey, Store};

use crate::seal::{Keys, Place};

/// The secret of this name; `offered` becomes it if there was none.
pub(crate) async fn load(
    (store, keys): (&Store, &Keys),
    id: &str,
    offered: Vec<u8>,
    now: Timestamp,
) -> Result<Vec<u8>> {
    let place = Place::ServerKey(id);
    let offered = keys.seal(place, BASE64.encode(offered).as_bytes())?;
    let secret = store.get_or_insert_key(id, offered, now).await?;
    BASE64
        .decode(keys.open(place, &secret)?)
        .map_err(|error| Error::Internal(format!("server key {id} is damaged: {error}")))
}

/// 32 random bytes.
pub(crate) fn random_secret() -> Result<Vec<u8>> {
    let mut secret = vec![0; 32];
    aws_lc_rs::rand::fill(&mut secret)
        .map_err(|_| Error::Internal("the machine has no randomness".to_owned()))?;
    Ok(secret)
}

/// 128 random bits as letters, for a link.
pub(crate) fn random_code() -> Result<String> {
    Ok(URL_SAFE.encode(&random_secret()?[..16]))
}

/// An `Idempotency-Key` bound to who sent it (`scope`) and to what was asked, hashed: neither can
/// be read from the database.
pub(crate) fn idempotency(scope: &str, key: &str, request: &[&str]) -> IdempotencyKey {
    IdempotencyKey { key_hash: hash(&[scope, key]), request_hash: hash(request) }
}

/// SHA-256 of some texts, each with its length before it, as 64 hexadecimal digits.
pub(crate) fn hash(parts: &[&str]) -> String {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    hex(digest(&SHA256, &bytes).as_ref())
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
