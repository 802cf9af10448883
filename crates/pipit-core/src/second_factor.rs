//! The second factor: six digits from an authenticator app (RFC 6238), or a recovery code in their
//! place. Each is good once.

use aws_lc_rs::rand;
use pipit_model::limits::{CODE_BYTES_MAX, RECOVERY_CODES};
use pipit_model::user::UserRef;
use pipit_model::{Error, Result, Timestamp, UserId};
use pipit_store::{Sealed, SealedColumn};
use totp_rs::{Builder, Secret, Totp};

use crate::seal::Place;
use crate::throttle::Tried;
use crate::{Caller, Pipit, keys};

/// Bytes of a secret (RFC 4226, 4).
const SECRET_BYTES: usize = 20;
/// Bytes of a recovery code: nobody tries 2^80 of them.
const RECOVERY_BYTES: usize = 10;
/// Seconds that a code is shown.
const STEP_SECS: u64 = 30;

/// A secret for an authenticator app, shown once.
#[derive(Clone)]
pub struct OfferedFactor {
    /// As it is typed into an app: Base32.
    pub secret: String,
    /// As an app reads it from a picture: `otpauth://…`
    pub address: String,
}

impl std::fmt::Debug for OfferedFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OfferedFactor(***)")
    }
}

/// How somebody's second factor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactorState {
    /// Codes are asked for.
    pub is_on: bool,
    /// Recovery codes that are left.
    pub recovery_codes: u64,
}

impl Pipit {
    /// How the caller's second factor stands.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn second_factor(&self, caller: Caller) -> Result<FactorState> {
        let found = self.0.store.find_second_factor(caller.user_id).await?;
        let is_on = found.is_some_and(|factor| factor.confirmed_at.is_some());
        let recovery_codes = self.0.store.count_recovery_codes(caller.user_id).await?;
        Ok(FactorState { is_on, recovery_codes })
    }

    /// Offers a secret for an app. Nothing is asked for before its first code is typed.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if there is a second factor already, or the caller has not shown of late
    /// who they are.
    pub async fn offer_second_factor(&self, caller: Caller) -> Result<OfferedFactor> {
        self.require_proof(caller).await?;
        let mut bytes = [0; SECRET_BYTES];
        fill(&mut bytes)?;
        let sealed = self.0.seals.keys()?.seal(place(caller.user_id), &bytes)?;
        self.0.store.set_second_factor(caller.user_id, sealed, self.0.clock.now()).await?;
        self.shown_factor(caller, bytes.to_vec()).await
    }

    /// The secret that was offered and waits for its first code, once more: a code was mistyped.
    ///
    /// # Errors
    /// [`Error::NotFound`] if none waits.
    pub async fn waiting_second_factor(&self, caller: Caller) -> Result<OfferedFactor> {
        self.require_proof(caller).await?;
        let found = self.0.store.find_second_factor(caller.user_id).await?;
        let waiting = found.filter(|factor| factor.confirmed_at.is_none());
        let waiting = waiting.ok_or(Error::NotFound("second factor that waits for its code"))?;
        let bytes = self.0.seals.keys()?.open(place(caller.user_id), &waiting.secret)?;
        self.shown_factor(caller, bytes).await
    }

    async fn shown_factor(&self, caller: Caller, bytes: Vec<u8>) -> Result<OfferedFactor> {
        let card = self.find_user(&UserRef::Id(caller.user_id)).await?;
        let secret = Secret::from(bytes).to_base32();
        // Handles are letters, digits and `_`.
        let address = format!(
            "otpauth://totp/Pipit:{}?secret={secret}&issuer=Pipit&algorithm=SHA1&digits=6&period=30",
            card.user().handle
        );
        Ok(OfferedFactor { secret, address })
    }

    /// Begins to ask for codes, if this is one; answers the recovery codes, which are shown once.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `code` if it is not the app's.
    pub async fn confirm_second_factor(&self, caller: Caller, code: &str) -> Result<Vec<String>> {
        self.require_proof(caller).await?;
        let now = self.0.clock.now();
        let tried = Tried::Account(caller.user_id);
        self.0.throttle.count(&tried, now)?;
        let user_id = caller.user_id;
        let found = self.0.store.find_second_factor(user_id).await?;
        let offered = found.filter(|factor| factor.confirmed_at.is_none());
        let offered = offered.ok_or(Error::NotFound("second factor that waits for its code"))?;
        let step = self.step_of(user_id, &offered.secret, code, now)?;
        let step = step.ok_or_else(|| {
            let why = "is not what the app shows now: check that the phone's clock is right";
            Error::invalid("code", why)
        })?;
        let codes = new_codes()?;
        let hashes = codes.iter().map(|code| hash(user_id, code)).collect();
        self.0.store.confirm_second_factor(user_id, step, hashes, now).await?;
        self.0.throttle.forgive(&tried);
        Ok(codes)
    }

    /// New recovery codes; the old ones are good no longer.
    ///
    /// # Errors
    /// [`Error::NotFound`] without a second factor.
    pub async fn renew_recovery_codes(&self, caller: Caller) -> Result<Vec<String>> {
        self.require_proof(caller).await?;
        if !self.second_factor(caller).await?.is_on {
            return Err(Error::NotFound("second factor"));
        }
        let codes = new_codes()?;
        let hashes = codes.iter().map(|code| hash(caller.user_id, code)).collect();
        self.0.store.set_recovery_codes(caller.user_id, hashes).await?;
        Ok(codes)
    }

    /// Asks for codes no longer.
    ///
    /// # Errors
    /// If the database is away, or the caller has not shown of late who they are.
    pub async fn remove_second_factor(&self, caller: Caller) -> Result<()> {
        self.require_proof(caller).await?;
        Ok(self.0.store.delete_second_factor(caller.user_id).await?)
    }

    /// Whether codes are asked for.
    pub(crate) async fn has_second_factor(&self, user_id: UserId) -> Result<bool> {
        let found = self.0.store.find_second_factor(user_id).await?;
        Ok(found.is_some_and(|factor| factor.confirmed_at.is_some()))
    }

    /// Uses up a code of the app or a recovery code; false if it is none, or was used before. The
    /// caller counts tries.
    pub(crate) async fn use_code(&self, user_id: UserId, code: &str) -> Result<bool> {
        let code = code.trim();
        if code.len() > CODE_BYTES_MAX {
            return Ok(false);
        }
        let store = &self.0.store;
        let found = store.find_second_factor(user_id).await?;
        let Some(factor) = found.filter(|factor| factor.confirmed_at.is_some()) else {
            return Ok(false);
        };
        match self.step_of(user_id, &factor.secret, code, self.0.clock.now())? {
            Some(step) => Ok(store.use_step(user_id, step).await?),
            None => Ok(store.use_recovery_code(user_id, hash(user_id, code)).await?),
        }
    }

    /// The step in which the app shows this code: the present one or one beside it.
    fn step_of(
        &self,
        user_id: UserId,
        secret: &Sealed,
        code: &str,
        now: Timestamp,
    ) -> Result<Option<i64>> {
        let secret = self.0.seals.keys()?.open(place(user_id), secret)?;
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let step = totp(secret)?.check(&digits, now.secs().unsigned_abs());
        Ok(step.map(|step| step as i64))
    }
}

fn place(user_id: UserId) -> Place<'static> {
    Place::Row(SealedColumn::TotpSecret, user_id.0)
}

fn totp(secret: Vec<u8>) -> Result<Totp> {
    Builder::new()
        .with_secret(secret)
        .with_step_duration(STEP_SECS)
        .build()
        .map_err(|error| Error::Internal(format!("a second factor is damaged: {error}")))
}

fn fill(bytes: &mut [u8]) -> Result<()> {
    rand::fill(bytes).map_err(|_| Error::Internal("the machine has no randomness".to_owned()))
}

/// Codes like `ABCD-EFGH-IJKL-MNOP`.
fn new_codes() -> Result<Vec<String>> {
    let code = |_| {
        let mut bytes = [0; RECOVERY_BYTES];
        fill(&mut bytes)?;
        let letters: Vec<char> = Secret::from(bytes.to_vec()).to_base32().chars().collect();
        let groups = letters.chunks(4).map(|group| group.iter().collect::<String>());
        Ok(groups.collect::<Vec<_>>().join("-"))
    };
    (0..RECOVERY_CODES).map(code).collect()
}

/// The hash of a recovery code however it is typed: 80 random bits need no slow one.
fn hash(user_id: UserId, code: &str) -> String {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    keys::hash(&["recovery", &user_id.to_string(), &letters.to_ascii_uppercase()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Its appendix B, the last six of eight digits, of the secret in ASCII.
        let totp = totp(b"12345678901234567890".to_vec()).expect("a secret");
        for (secs, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")]
        {
            assert_eq!(totp.check(code, secs), Some(secs / STEP_SECS));
            // A step early or late is taken for slow clocks, two are not.
            assert_eq!(totp.check(code, secs + STEP_SECS), Some(secs / STEP_SECS));
            assert_eq!(totp.check(code, secs + 2 * STEP_SECS), None);
        }
    }

    #[test]
    fn recovery_codes_are_read_however_they_are_typed() {
        let codes = new_codes().expect("codes");
        assert_eq!(codes.len(), RECOVERY_CODES);
        let code = &codes[0];
        assert_eq!(code.len(), 19);
        let sloppy = format!(" {} ", code.to_lowercase().replace('-', " "));
        assert_eq!(hash(UserId(1), code), hash(UserId(1), &sloppy));
        assert_ne!(hash(UserId(1), code), hash(UserId(2), code));
        assert_ne!(hash(UserId(1), code), hash(UserId(1), &codes[1]));
    }
}
