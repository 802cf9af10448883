//! Tokens: handed out, looked up, revoked.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use pipit_model::app::{App, Grant};
use pipit_model::limits::APP_TOKEN_IDLE_SECS;
use pipit_model::network::Network;
use pipit_model::scope::Scopes;
use pipit_model::{Error, SessionId, Timestamp, UserId};
use pipit_store::{NewToken, Redeemed, SealedColumn, StoreError};

use super::OAuthError;
use crate::Pipit;
use crate::access::{hash_of, new_secret};
use crate::seal::Place;

/// Whether apps may send people's passwords.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PasswordGrant {
    /// They may not: apps have no business with passwords.
    #[default]
    Off,
    /// They may, for tests and for scripts of the operator.
    On,
}

/// What an app sends to come to a token.
#[derive(Clone, Default)]
pub struct TokenRequest {
    /// `authorization_code`, `client_credentials` or `password`.
    pub grant_type: String,
    /// Which app.
    pub client_id: String,
    /// What proves it.
    pub client_secret: Option<String>,
    /// The code that a person's consent gave it.
    pub code: String,
    /// Where the person was led back to.
    pub redirect_uri: String,
    /// What hashes to the challenge.
    pub code_verifier: Option<String>,
    /// What it wants to do; with a code, that was said before.
    pub scope: String,
    /// A person's handle or e-mail address, and their password.
    pub username: String,
    /// See there.
    pub password: String,
    /// From where it is sent, if that is known.
    pub network: Option<Network>,
}

/// A token that was just handed out.
#[derive(Clone)]
pub struct IssuedToken {
    /// What it is.
    pub token: String,
    /// What it may do.
    pub scopes: Scopes,
    /// Since when.
    pub created_at: Timestamp,
}

const NOT_GOOD: OAuthError =
    OAuthError::InvalidGrant("the code is wrong, used, expired, or was given to another app");

impl Pipit {
    /// Hands out a token.
    ///
    /// # Errors
    /// As RFC 6749 names them.
    pub async fn issue_token(
        &self,
        form: TokenRequest,
        password_grant: PasswordGrant,
    ) -> Result<IssuedToken, OAuthError> {
        let secret = form.client_secret.as_deref().filter(|secret| !secret.is_empty());
        let app = self.prove_app(&form.client_id, secret).await?;
        let app = app.ok_or(OAuthError::InvalidClient)?;
        let is_proven = secret.is_some();
        match (form.grant_type.as_str(), password_grant) {
            ("authorization_code", _) => self.redeem_code(&app, is_proven, form).await,
            ("client_credentials" | "password", _) if !is_proven => Err(OAuthError::InvalidClient),
            ("client_credentials", _) => self.issue(&app, None, asked_of(&app, &form.scope)?).await,
            ("password", PasswordGrant::On) => {
                let scopes = asked_of(&app, &form.scope)?;
                let user_id =
                    self.user_by_password(&form.username, form.password, form.network).await?;
                self.issue(&app, Some(user_id), scopes).await
            }
            ("password", PasswordGrant::Off) => {
                Err(OAuthError::UnsupportedGrantType("this server takes no passwords from apps"))
            }
            _ => Err(OAuthError::UnsupportedGrantType(
                "grant_type must be authorization_code or client_credentials",
            )),
        }
    }

    async fn redeem_code(
        &self,
        app: &App,
        is_proven: bool,
        form: TokenRequest,
    ) -> Result<IssuedToken, OAuthError> {
        let code_hash = hash_of(&form.code);
        let code = self.0.store.find_code(&code_hash).await?.ok_or(NOT_GOOD)?;
        if code.app_id != app.id || code.redirect_uri != form.redirect_uri {
            return Err(NOT_GOOD);
        }
        match (&code.challenge, &form.code_verifier) {
            (Some(challenge), Some(verifier)) if fits(verifier, challenge) => {}
            (Some(_), _) => {
                return Err(OAuthError::InvalidGrant("code_verifier does not fit the challenge"));
            }
            // Somebody is taking the app for one that sends challenges.
            (None, Some(_)) => {
                return Err(OAuthError::InvalidGrant("no challenge came with this code"));
            }
            (None, None) if is_proven => {}
            // Whoever saw the address could use the code.
            (None, None) => return Err(OAuthError::InvalidClient),
        }
        if code.expires_at <= self.0.clock.now() {
            return Err(NOT_GOOD);
        }
        let (new, issued) = self.new_token(app, Some(code.user_id), code.scopes)?;
        match self.0.store.redeem_code(code_hash, new).await {
            Ok(Redeemed::Given) => Ok(issued),
            // The account was deleted, or the code forgotten.
            Ok(Redeemed::Again) | Err(StoreError::NotFound(_)) => Err(NOT_GOOD),
            Err(error) => Err(error.into()),
        }
    }

    async fn issue(
        &self,
        app: &App,
        user_id: Option<UserId>,
        scopes: Scopes,
    ) -> Result<IssuedToken, OAuthError> {
        let (new, issued) = self.new_token(app, user_id, scopes)?;
        self.0.store.insert_token(new).await?;
        Ok(issued)
    }

    fn new_token(
        &self,
        app: &App,
        user_id: Option<UserId>,
        scopes: Scopes,
    ) -> Result<(NewToken, IssuedToken), OAuthError> {
        let (token, token_hash) = new_secret()?;
        let now = self.0.clock.now();
        let session_id = SessionId(self.0.ids.next(now));
        let place = Place::Row(SealedColumn::UserAgent, session_id.0);
        let new = NewToken {
            session_id,
            user_id,
            token_hash,
            user_agent: self.0.seals.keys()?.seal(place, b"")?,
            grant: Grant { app_id: app.id, scopes, used_at: Timestamp(0) },
            created_at: now,
            expires_at: now.plus_secs(APP_TOKEN_IDLE_SECS),
        };
        Ok((new, IssuedToken { token, scopes, created_at: now }))
    }

    /// Whose login and password these are. Who has a second factor is asked for it by nobody here,
    /// and does not get in.
    async fn user_by_password(
        &self,
        login: &str,
        password: String,
        network: Option<Network>,
    ) -> Result<UserId, OAuthError> {
        let wrong = || OAuthError::InvalidGrant("the username or the password is wrong");
        let user_id = match self.check_login(login, password, network).await {
            Ok(found) => found.user_id,
            Err(Error::Unauthenticated(_) | Error::InvalidField { .. }) => return Err(wrong()),
            Err(error) => return Err(error.into()),
        };
        if self.has_second_factor(user_id).await? {
            return Err(wrong());
        }
        self.let_in(user_id, login, network);
        Ok(user_id)
    }

    /// Revokes an app's own token; nothing happens for one that is not known. Without its secret an
    /// app proves itself by the token.
    ///
    /// # Errors
    /// [`OAuthError::InvalidClient`]; [`OAuthError::UnauthorizedClient`] for another app's token.
    pub async fn revoke_token(
        &self,
        client_id: &str,
        secret: Option<&str>,
        token: &str,
    ) -> Result<(), OAuthError> {
        let secret = secret.filter(|secret| !secret.is_empty());
        let app = self.prove_app(client_id, secret).await?.ok_or(OAuthError::InvalidClient)?;
        let Some(session) = self.session_of_token(token).await? else { return Ok(()) };
        if session.grant.is_none_or(|grant| grant.app_id != app.id) {
            return Err(OAuthError::UnauthorizedClient("the token belongs to another app"));
        }
        Ok(self.0.store.delete_token(session.id).await?)
    }
}

/// What an app asks for, if it was registered for it.
fn asked_of(app: &App, scope: &str) -> Result<Scopes, OAuthError> {
    let refused = "scope must be within what the app was registered for";
    let asked = Scopes::parse(scope).ok().filter(|scopes| app.scopes.cover(*scopes));
    asked.ok_or(OAuthError::InvalidScope(refused))
}

/// Whether a verifier hashes to a challenge (RFC 7636).
fn fits(verifier: &str, challenge: &str) -> bool {
    let is_one = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    let hash = BASE64.encode(digest(&SHA256, verifier.as_bytes()));
    is_one
        && aws_lc_rs::constant_time::verify_slices_are_equal(hash.as_bytes(), challenge.as_bytes())
            .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verifiers() {
        // The example of RFC 7636, appendix B.
        let (verifier, challenge) = (
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        );
        assert!(fits(verifier, challenge));
        let short = &verifier[..42];
        let short_hash = BASE64.encode(digest(&SHA256, short.as_bytes()));
        for (verifier, challenge) in
            [(challenge, challenge), (verifier, verifier), ("", ""), (short, short_hash.as_str())]
        {
            assert!(!fits(verifier, challenge), "{verifier}");
        }
    }
}
