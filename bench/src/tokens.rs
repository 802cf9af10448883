//! Sessions and tokens for people of the network, made as the server makes them: a hundred thousand
//! sign-ins by password would take an hour. The server's own signing key is sealed, so it is given
//! one of ours, which it seals when it starts: tokens are minted before that.

use std::sync::OnceLock;

use anyhow::{Context, anyhow};
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use pipit_model::Clock;
use sea_orm::{ConnectionTrait, Statement, Value};
use serde::Serialize;

use crate::load::connect;

const SESSION_MS: i64 = 90 * 86_400_000;
const PER_STATEMENT: usize = 1000;

#[derive(Serialize)]
struct Claims {
    sub: String,
    sid: String,
    iat: i64,
    exp: i64,
}

/// The same for all tokens of a run, whichever restart they are minted before.
fn signing_key() -> anyhow::Result<&'static [u8]> {
    static KEY: OnceLock<Vec<u8>> = OnceLock::new();
    if let Some(key) = KEY.get() {
        return Ok(key);
    }
    let pair = Ed25519KeyPair::generate().map_err(|_| anyhow!("making a key failed"))?;
    let pkcs8 = pair.to_pkcs8().map_err(|_| anyhow!("writing a key failed"))?;
    Ok(KEY.get_or_init(|| pkcs8.as_ref().to_vec()))
}

/// A bearer token for each of these accounts, good on servers that start on this database from now
/// on.
pub(crate) async fn mint(database_url: &str, user_ids: &[i64]) -> anyhow::Result<Vec<String>> {
    let db = connect(database_url).await?;
    let backend = db.get_database_backend();
    let pkcs8 = signing_key()?;
    let secret = STANDARD_NO_PAD.encode(pkcs8);
    let text =
        format!("UPDATE server_keys SET secret = '{secret}', sealed_with = 0 WHERE id = 'jwt-1'");
    let done = db.execute_raw(Statement::from_string(backend, text)).await?;
    (done.rows_affected() == 1).then_some(()).context("the server has made no key yet")?;
    let key = EncodingKey::from_ed_der(pkcs8);

    let now = Clock::System.now().0;
    let sessions = user_ids.iter().enumerate();
    let sessions: Vec<(i64, i64)> =
        sessions.map(|(n, user)| ((now << 16) + n as i64, *user)).collect();
    for part in sessions.chunks(PER_STATEMENT) {
        let rows: Vec<String> = part
            .iter()
            .map(|(id, user)| format!("({id},{user},{now},{},'',1)", now + SESSION_MS))
            .collect();
        // As if sealed: sealing so many names of browsers would be part of the start. Nobody reads them.
        let columns = "id, user_id, created_at, expires_at, user_agent, sealed_with";
        let text = format!("INSERT INTO sessions ({columns}) VALUES {}", rows.join(","));
        db.execute_raw(Statement::from_sql_and_values(backend, text, Vec::<Value>::new())).await?;
    }
    db.close().await?;
    let header = Header { kid: Some("1".to_owned()), ..Header::new(Algorithm::EdDSA) };
    let token = |(id, user): &(i64, i64)| {
        let claims = Claims {
            sub: user.to_string(),
            sid: id.to_string(),
            iat: now / 1000,
            exp: (now + SESSION_MS) / 1000,
        };
        Ok(jsonwebtoken::encode(&header, &claims, &key)?)
    };
    sessions.iter().map(token).collect()
}
