//! Passkeys (WebAuthn): who has one signs in with it alone. It counts as two factors: a device of
//! theirs, and what unlocks it, which is always asked for.
//!
//! What is to be signed is handed out in a sealed ticket, is good for minutes and once, and is
//! checked together with the address that people see: a page elsewhere gets no answer for here.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use pipit_model::limits::{PASSKEY_SECS, PASSKEYS_PER_USER_MAX};
use pipit_model::user::passkey_name;
use pipit_model::{Error, Result, UserId};
use pipit_store::{Credentials, IdempotencyKey, Login, Passkey, StoreError};
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle,
};
use webauthn_rp::request::{AsciiDomain, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
};

use crate::access::hash_of;
use crate::mail::Note;
use crate::sign_in::{Client, SignedIn};
use crate::throttle::Tried;
use crate::tickets::Ticket;
use crate::{Caller, Pipit, keys};

/// What tickets are for.
const ADD: &str = "add passkey";
const SIGN_IN: &str = "sign in by passkey";
/// An account's id in bytes: by it a device knows whose passkey it holds.
const HANDLE_BYTES: usize = 8;

type Handle = UserHandle<HANDLE_BYTES>;
type Authentication = webauthn_rp::response::auth::DiscoverableAuthentication<HANDLE_BYTES>;
type PublicKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// Where passkeys are good: for the address that people see, and nowhere else.
#[derive(Debug)]
pub struct PasskeySite {
    rp_id: RpId,
    origin: String,
}

impl PasskeySite {
    /// The site with this address; [`None`] where browsers know no passkeys: without HTTPS, but on
    /// `localhost`, and under a number in place of a name.
    #[must_use]
    pub fn of(public_url: &str) -> Option<Self> {
        let (scheme, rest) = public_url.split_once("://")?;
        let authority = rest.split('/').next()?;
        let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
        let is_secure = scheme == "https" || host == "localhost";
        if !is_secure || host.starts_with('[') || host.parse::<IpAddr>().is_ok() {
            return None;
        }
        let domain = AsciiDomain::try_from(host.to_owned()).ok()?;
        // As browsers write it: without the port that goes without saying.
        let implied = if scheme == "https" { "443" } else { "80" };
        let port = if port.is_empty() || port == implied { "" } else { &authority[host.len()..] };
        let origin = format!("{scheme}://{}{port}", domain.as_ref());
        Some(Self { rp_id: RpId::Domain(domain), origin })
    }
}

/// What a browser is asked to have signed.
#[derive(Debug, Clone)]
pub struct PasskeyAsked {
    /// As the browser is asked, in JSON.
    pub options: String,
    /// What comes back with the answer.
    pub ticket: String,
}

impl Pipit {
    /// The caller's passkeys, oldest first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn passkeys(&self, caller: Caller) -> Result<Vec<Passkey>> {
        Ok(self.0.store.list_passkeys(caller.user_id, PASSKEYS_PER_USER_MAX).await?)
    }

    /// Asks the caller's browser for a new passkey.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn ask_for_passkey(
        &self,
        caller: Caller,
        site: &PasskeySite,
    ) -> Result<PasskeyAsked> {
        let card = self.0.feed.user(caller.user_id).await?.ok_or(Error::NotFound("user"))?;
        let user = card.user();
        let known = self.passkeys(caller).await?;
        let known = known.iter().map(|passkey| {
            let id = CredentialId::decode(decoded(&passkey.credential)?).map_err(damaged)?;
            // How it is reached is not kept: a browser that is not told looks everywhere.
            let transports = AuthTransports::decode(0).map_err(damaged)?;
            Ok(PublicKeyCredentialDescriptor { id, transports })
        });
        let handle = handle_of(caller.user_id)?;
        let entity = PublicKeyCredentialUserEntity {
            name: user.handle.as_str().try_into().map_err(damaged)?,
            id: &handle,
            display_name: user.name.as_str().try_into().ok(),
        };
        let known = known.collect::<Result<_>>()?;
        let mut options = PublicKeyCredentialCreationOptions::passkey(&site.rp_id, entity, known);
        // Devices that cannot promise it would make none; who holds one is looked at in any case.
        options.extensions.cred_protect = CredProtect::None;
        let (state, asked) = options.start_ceremony().map_err(damaged)?;
        let ticket = Ticket {
            user_id: caller.user_id,
            bound_to: keys::hash(&[&caller.session_id.to_string()]),
            brings: BASE64.encode(state.encode().map_err(damaged)?),
        };
        Ok(PasskeyAsked {
            options: serde_json::to_string(&asked).map_err(damaged)?,
            ticket: self.seal_ticket(ADD, &ticket, PASSKEY_SECS)?,
        })
    }

    /// Adds a passkey that the caller's browser made for a ticket.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if the caller has not shown of late who they are, or has too many;
    /// [`Error::Unauthenticated`] for a ticket that is too old or was used;
    /// [`Error::InvalidField`] on `name` or `credential`.
    pub async fn add_passkey(
        &self,
        caller: Caller,
        site: &PasskeySite,
        (ticket, credential): (&str, &str),
        name: &str,
    ) -> Result<()> {
        self.require_proof(caller).await?;
        let name = passkey_name(name)?;
        let Ticket { user_id, bound_to, brings } =
            self.open_ticket(ADD, ticket).map_err(in_words)?;
        let session = keys::hash(&[&caller.session_id.to_string()]);
        if user_id != caller.user_id || bound_to != session {
            return Err(late());
        }
        let state = decoded(&brings)?;
        let state = RegistrationServerState::<HANDLE_BYTES>::decode(&state).map_err(damaged)?;
        let made = Registration::from_json_relaxed(credential.as_bytes()).map_err(unreadable)?;
        let once = once(made.challenge_relaxed().map_err(unreadable)?.0);
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &[&site.origin],
            error_on_unsolicited_extensions: false,
            ..Default::default()
        };
        let passkey = state.verify(&site.rp_id, &made, &options).map_err(unreadable)?;
        let now = self.0.clock.now();
        let id = passkey.id();
        let new = Passkey {
            id: self.0.ids.next(now),
            user_id,
            credential: BASE64.encode(id),
            fixed: BASE64.encode(infallible(passkey.static_state().encode())),
            changing: BASE64.encode(infallible(passkey.dynamic_state().encode())),
            name: name.clone(),
            used_at: None,
        };
        let hash = hash_of(&new.credential);
        let notice = self.new_mail(&Note::PasskeyAdded { user_id, name })?;
        let bounds = (once, PASSKEYS_PER_USER_MAX);
        match self.0.store.insert_passkey(new, hash, bounds, (notice, now)).await {
            Err(StoreError::Clash(_)) => Err(late()),
            other => Ok(other?),
        }
    }

    /// Removes one of the caller's passkeys.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if the caller has not shown of late who they are.
    pub async fn remove_passkey(&self, caller: Caller, id: i64) -> Result<()> {
        self.require_proof(caller).await?;
        Ok(self.0.store.delete_passkey(caller.user_id, id).await?)
    }

    /// Asks a browser for any passkey that it has for this site.
    ///
    /// # Errors
    /// If the keys cannot be read.
    pub fn ask_to_sign_in(&self, site: &PasskeySite) -> Result<PasskeyAsked> {
        let options = DiscoverableCredentialRequestOptions::passkey(&site.rp_id);
        let (state, asked) = options.start_ceremony().map_err(damaged)?;
        let brings = BASE64.encode(state.encode().map_err(damaged)?);
        let ticket = Ticket { user_id: UserId(0), bound_to: String::new(), brings };
        Ok(PasskeyAsked {
            options: serde_json::to_string(&asked).map_err(damaged)?,
            ticket: self.seal_ticket(SIGN_IN, &ticket, PASSKEY_SECS)?,
        })
    }

    /// Begins a session for who answers a ticket with a passkey.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for a ticket that is too old or was used, for a passkey that is
    /// not known (any more), and for whatever is wrong with its answer; [`Error::RateLimited`].
    pub async fn sign_in_by_passkey(
        &self,
        site: &PasskeySite,
        (ticket, credential): (&str, &str),
        client: Client,
    ) -> Result<SignedIn> {
        self.count_network(client.network)?;
        let ticket = self.open_ticket(SIGN_IN, ticket).map_err(in_words)?;
        let state = decoded(&ticket.brings)?;
        let state = DiscoverableAuthenticationServerState::decode(&state).map_err(damaged)?;
        let answer = Authentication::from_json_relaxed(credential.as_bytes()).map_err(refused)?;
        let once = once(answer.challenge_relaxed().map_err(refused)?.0);
        let hash = hash_of(&BASE64.encode(answer.raw_id()));
        let passkey = self.0.store.find_passkey(&hash).await?;
        let passkey = passkey.ok_or_else(|| refused("no such passkey"))?;
        let user_id = passkey.user_id;
        let now = self.0.clock.now();
        self.0.throttle.count(&Tried::Account(user_id), now)?;
        let changing = check(site, state, &answer, &passkey)?;
        let found = self.0.store.find_credentials(&Login::User(user_id)).await?;
        let found: Credentials = found.ok_or_else(|| refused("no such account"))?;
        self.require_confirmation(&found).await?;
        match self.0.store.use_passkey(passkey, changing, once, now).await {
            Err(StoreError::Clash(_)) => return Err(late()),
            Err(StoreError::NotFound(_)) => return Err(refused("no such account")),
            other => other?,
        }
        self.let_in(user_id, "", client.network);
        self.begin_session(user_id, client, None).await
    }
}

/// What a passkey signed, checked; answers what it is stored with from now on.
fn check(
    site: &PasskeySite,
    state: DiscoverableAuthenticationServerState,
    answer: &Authentication,
    passkey: &Passkey,
) -> Result<String> {
    let handle = handle_of(passkey.user_id)?;
    let fixed = decoded(&passkey.fixed)?;
    let fixed = StaticState::<PublicKey>::decode(&fixed).map_err(damaged)?;
    let changing = decoded(&passkey.changing)?.try_into().map_err(|_| damaged("its length"))?;
    let changing = DynamicState::decode(changing).map_err(damaged)?;
    let mut known =
        AuthenticatedCredential::new(answer.raw_id(), &handle, fixed, changing).map_err(damaged)?;
    let options = AuthenticationVerificationOptions::<&str, &str> {
        allowed_origins: &[&site.origin],
        error_on_unsolicited_extensions: false,
        ..Default::default()
    };
    state.verify(&site.rp_id, answer, &mut known, &options).map_err(refused)?;
    Ok(BASE64.encode(infallible(known.dynamic_state().encode())))
}

fn handle_of(user_id: UserId) -> Result<Handle> {
    Handle::decode(user_id.0.to_be_bytes()).map_err(damaged)
}

/// What was to be signed is used up with this.
fn once(challenge: u128) -> IdempotencyKey {
    keys::idempotency("passkey", &challenge.to_string(), &[])
}

fn infallible<T>(result: std::result::Result<T, std::convert::Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

fn decoded(text: &str) -> Result<Vec<u8>> {
    BASE64.decode(text).map_err(damaged)
}

fn damaged(why: impl std::fmt::Display) -> Error {
    Error::Internal(format!("a passkey: {why}"))
}

/// What was to be signed was handed out too long ago, to somebody else, or was signed before.
fn late() -> Error {
    Error::Unauthenticated("that took too long, or was sent twice: try again")
}

/// A ticket is no link to who sees none.
fn in_words(error: Error) -> Error {
    if matches!(error, Error::Unauthenticated(_)) { late() } else { error }
}

/// What a browser made is not what it was asked for.
fn unreadable(why: impl std::fmt::Display) -> Error {
    tracing::info!(%why, "a passkey was not added");
    Error::invalid("credential", "could not be checked: try again, or with another device")
}

/// The same for whatever is wrong: nobody learns which passkeys there are.
fn refused(why: impl std::fmt::Display) -> Error {
    tracing::info!(%why, "a passkey was refused");
    Error::Unauthenticated("this passkey is not good here (any more): sign in with your password")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_for_names_that_browsers_trust() {
        for (url, origin) in [
            ("https://pipit.example", Some("https://pipit.example")),
            ("https://Pipit.example:8443", Some("https://pipit.example:8443")),
            ("https://pipit.example:443/", Some("https://pipit.example")),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("http://pipit.example", None),
            ("https://192.0.2.1", None),
            ("https://[2001:db8::1]:8443", None),
            ("http://127.0.0.1:8080", None),
            ("nonsense", None),
        ] {
            let site = PasskeySite::of(url).map(|site| site.origin);
            assert_eq!(site.as_deref(), origin, "{url}");
        }
    }
}
