//! Password hashes: slow on purpose, and therefore few at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use pipit_model::limits::{PASSWORD_HASHES_AT_ONCE, PASSWORD_HASHES_WAITING};
use pipit_model::user::Password;
use pipit_model::{Error, Result};
use tokio::sync::Semaphore;

use crate::password_rules;

/// Hashes with Argon2id at OWASP's cost (19 MiB, 2 passes, 1 lane: the crate's default), on threads
/// of their own, so that sign-ins can starve neither the feed nor the machine's memory.
#[derive(Debug)]
pub(crate) struct Passwords {
    /// Room for those at work and those that wait.
    queue: Arc<Semaphore>,
    at_work: Arc<Semaphore>,
    /// Checked against for accounts that do not exist, so that they take as long.
    decoy: String,
    runs: AtomicU64,
}

impl Passwords {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            queue: Arc::new(Semaphore::new(PASSWORD_HASHES_AT_ONCE + PASSWORD_HASHES_WAITING)),
            at_work: Arc::new(Semaphore::new(PASSWORD_HASHES_AT_ONCE)),
            decoy: hash("a password that nobody has")?,
            runs: AtomicU64::new(0),
        })
    }

    /// The PHC string for a new password.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `password` if it is one of those that are guessed first; `names`
    /// are the person's and the service's own.
    pub(crate) async fn hash(&self, password: Password, names: Vec<String>) -> Result<String> {
        self.run(move || {
            password_rules::check(password.expose(), &names)?;
            hash(password.expose())
        })
        .await
    }

    /// How many passwords were hashed or checked so far.
    pub(crate) fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    /// Whether a password fits a stored hash; without one, false after the same time.
    pub(crate) async fn verify(&self, password: Password, stored: Option<String>) -> Result<bool> {
        let exists = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.decoy.clone());
        let fits = self.run(move || verify(password.expose(), &stored)).await?;
        Ok(fits && exists)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let busy = || Error::Unavailable("too many sign-ins at once".to_owned());
        let place = self.queue.clone().try_acquire_owned().map_err(|_| busy())?;
        let turn = self.at_work.clone().acquire_owned().await.map_err(|_| busy())?;
        self.runs.fetch_add(1, Ordering::Relaxed);
        let work = move || {
            // Kept to the end of the work, also if whoever asked has gone away.
            let _held = (place, turn);
            work()
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| Error::Internal(format!("hashing a password failed: {error}")))?
    }
}

fn hash(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Error::Internal(format!("hashing a password failed: {error}")))
}

fn verify(password: &str, stored: &str) -> Result<bool> {
    use argon2::password_hash::Error as HashError;

    let stored = PasswordHash::new(stored)
        .map_err(|error| Error::Internal(format!("a stored password hash is damaged: {error}")))?;
    match Argon2::default().verify_password(password.as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(HashError::PasswordInvalid) => Ok(false),
        Err(error) => Err(Error::Internal(format!("checking a password failed: {error}"))),
    }
}
