//! How often somebody may try: counted by account and by network, in memory.
//!
//! A try is counted before it is judged, so that no more than the limit are ever judged at once. Who
//! gets in has their account's count forgotten; their network gets its one try back and no more, or
//! an account of one's own would open the network to guesses at others.

use std::fmt;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pipit_model::limits::{
    ACCOUNT_TRIES_MAX, ACCOUNT_TRIES_SECS, NETWORK_TRIES_MAX, NETWORK_TRIES_SECS, RESET_TRIES_MAX,
    RESET_TRIES_SECS, THROTTLES_MAX,
};
use pipit_model::network::Network;
use pipit_model::{Error, Result, Timestamp, UserId};
use quick_cache::unsync::Cache;

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Tried {
    /// Passwords and codes of an account.
    Account(UserId),
    /// The same by what was typed, whether or not there is such an account: those that there are
    /// must look no different.
    Login(String),
    /// From a network.
    Network(Network),
    /// Letters to whom is named like this.
    Reset(String),
    /// Asking for a new password from a network.
    ResetFrom(Network),
}

impl Tried {
    /// How many, and in which time.
    fn limit(&self) -> (u32, i64) {
        match self {
            Self::Account(_) | Self::Login(_) => (ACCOUNT_TRIES_MAX, ACCOUNT_TRIES_SECS),
            Self::Network(_) => (NETWORK_TRIES_MAX, NETWORK_TRIES_SECS),
            Self::Reset(_) | Self::ResetFrom(_) => (RESET_TRIES_MAX, RESET_TRIES_SECS),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Window {
    began: Timestamp,
    tries: u32,
}

/// Counts tries.
pub(crate) struct Throttle(Mutex<Cache<Tried, Window>>);

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Throttle")
    }
}

impl Default for Throttle {
    fn default() -> Self {
        Self(Mutex::new(Cache::new(THROTTLES_MAX)))
    }
}

impl Throttle {
    /// Counts a try.
    ///
    /// # Errors
    /// [`Error::RateLimited`] if there were too many.
    pub(crate) fn count(&self, tried: &Tried, now: Timestamp) -> Result<()> {
        let (most, secs) = tried.limit();
        let mut windows = self.windows();
        let known = windows.get(tried).copied();
        let window = known.filter(|window| now < window.began.plus_secs(secs));
        let mut window = window.unwrap_or(Window { began: now, tries: 0 });
        if window.tries >= most {
            let left = window.began.plus_secs(secs).0 - now.0;
            return Err(Error::RateLimited {
                what: "too many tries",
                retry_after_secs: left.max(1).unsigned_abs().div_ceil(1000),
            });
        }
        window.tries += 1;
        windows.insert(tried.clone(), window);
        Ok(())
    }

    /// Forgets what was counted: whoever tried has got in.
    pub(crate) fn forgive(&self, tried: &Tried) {
        self.windows().remove(tried);
    }

    /// Takes one try back.
    pub(crate) fn give_back(&self, tried: &Tried) {
        let mut windows = self.windows();
        if let Some(mut window) = windows.get_mut(tried) {
            window.tries = window.tries.saturating_sub(1);
        }
    }

    fn windows(&self) -> MutexGuard<'_, Cache<Tried, Window>> {
        // Each change is whole before anything in it could panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: Tried = Tried::Account(UserId(1));

    fn retry(result: Result<()>) -> Option<u64> {
        match result {
            Ok(()) => None,
            Err(Error::RateLimited { retry_after_secs, .. }) => Some(retry_after_secs),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn the_try_after_the_last_is_refused_until_time_has_passed() {
        let throttle = Throttle::default();
        let start = Timestamp(1_000_000);
        for n in 0..ACCOUNT_TRIES_MAX {
            assert_eq!(retry(throttle.count(&ANN, start.plus_secs(i64::from(n)))), None, "{n}");
        }
        let later = start.plus_secs(100);
        assert_eq!(retry(throttle.count(&ANN, later)), Some(3500));
        assert_eq!(retry(throttle.count(&Tried::Account(UserId(2)), later)), None, "others may");
        assert_eq!(retry(throttle.count(&Tried::Login("ann".into()), later)), None);
        // Being refused does not make it last longer.
        let end = start.plus_secs(ACCOUNT_TRIES_SECS);
        assert_eq!(retry(throttle.count(&ANN, Timestamp(end.0 - 1))), Some(1));
        assert_eq!(retry(throttle.count(&ANN, end)), None);
    }

    #[test]
    fn getting_in_forgives_an_account_and_not_its_network() {
        let throttle = Throttle::default();
        let now = Timestamp(1_000_000);
        let network = Tried::Network(Network::of([192, 0, 2, 1].into()));
        for _ in 0..NETWORK_TRIES_MAX {
            assert_eq!(retry(throttle.count(&ANN, now)), None);
            assert_eq!(retry(throttle.count(&network, now)), None);
            throttle.forgive(&ANN);
        }
        assert_eq!(retry(throttle.count(&ANN, now)), None);
        assert_eq!(retry(throttle.count(&network, now)), Some(NETWORK_TRIES_SECS as u64));
        throttle.give_back(&network);
        assert_eq!(retry(throttle.count(&network, now)), None);
        assert_eq!(retry(throttle.count(&network, now)), Some(NETWORK_TRIES_SECS as u64));
    }
}
