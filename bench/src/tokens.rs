//! Sessions and tokens for people of the network, made as the server makes them: with its own key,
//! from its own table. A hundred thousand sign-ins by password would take an hour.

use anyhow::Context;
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

/// A bearer token for each of these accounts.
pub(crate) async fn mint(database_url: &str, user_ids: &[i64]) -> anyhow::Result<Vec<String>> {
    let db = connect(database_url).await?;
    let backend = db.get_database_backend();
    let query = "SELECT secret FROM server_keys WHERE id = 'jwt-1'";
    let row = db.query_one_raw(Statement::from_string(backend, query.to_owned())).await?;
    let secret: String = row.context("the server has made no key yet")?.try_get_by_index(0)?;
    let key = EncodingKey::from_ed_der(&STANDARD_NO_PAD.decode(secret)?);

    let now = Clock::System.now().0;
    let sessions = user_ids.iter().enumerate();
    let sessions: Vec<(i64, i64)> =
        sessions.map(|(n, user)| ((now << 16) + n as i64, *user)).collect();
    for part in sessions.chunks(PER_STATEMENT) {
        let rows: Vec<String> = part
            .iter()
            .map(|(id, user)| format!("({id},{user},{now},{},'pipit-bench')", now + SESSION_MS))
            .collect();
        let columns = "id, user_id, created_at, expires_at, user_agent";
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
