//! How often somebody may try: counted by account and by network, in memory, on all nodes together:
//! each tells the others what it counts. A node that nobody hears counts for itself.
//!
//! A try is counted before it is judged, so that no more than the limit are ever judged at once. Who
//! gets in has their account's count forgotten; their network gets its one try back and no more, or
//! an account of one's own would open the network to guesses at others.

use std::fmt;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use aws_lc_rs::hmac::{self, HMAC_SHA256, Key};
use pipit_bus::Bus;
use pipit_model::limits::{
    ACCOUNT_TRIES_MAX, ACCOUNT_TRIES_SECS, NETWORK_TRIES_MAX, NETWORK_TRIES_SECS, RESET_TRIES_MAX,
    RESET_TRIES_SECS, THROTTLES_MAX,
};
use pipit_model::network::Network;
use pipit_model::{Error, Result, Timestamp, UserId};
use quick_cache::unsync::Cache;
use serde::{Deserialize, Serialize};

use crate::keys::hex;
use crate::node::Note;

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// What is done to a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Change {
    Counted,
    Forgiven,
    GivenBack,
}

/// A count on all nodes: of whom, nobody can tell who reads it underway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shared {
    sealed: String,
    secs: i64,
    change: Change,
}

/// Counts tries.
pub(crate) struct Throttle {
    key: Key,
    windows: Mutex<Cache<String, Window>>,
    bus: OnceLock<Bus>,
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Throttle")
    }
}

impl Throttle {
    pub(crate) fn new(secret: &[u8]) -> Self {
        let key = Key::new(HMAC_SHA256, secret);
        Self { key, windows: Mutex::new(Cache::new(THROTTLES_MAX)), bus: OnceLock::new() }
    }

    /// Tells others of all that is counted from now on.
    pub(crate) fn join(&self, bus: Bus) {
        // It is joined once.
        let _first = self.bus.set(bus);
    }

    /// Another node did this to one of its counts.
    pub(crate) fn hear(&self, told: &Shared, now: Timestamp) {
        let mut windows = self.windows();
        match told.change {
            Change::Counted => {
                let mut window = current(&windows, &told.sealed, (now, told.secs));
                window.tries = window.tries.saturating_add(1);
                windows.insert(told.sealed.clone(), window);
            }
            Change::Forgiven => {
                windows.remove(&told.sealed);
            }
            Change::GivenBack => take_back(&mut windows, &told.sealed),
        }
    }

    fn tell(&self, sealed: String, tried: &Tried, change: Change) {
        if let Some(bus) = self.bus.get() {
            let (_, secs) = tried.limit();
            Note::Tried(Shared { sealed, secs, change }).tell(bus);
        }
    }

    /// Who it is, as a key that is the same on all nodes.
    fn seal(&self, tried: &Tried) -> String {
        hex(&hmac::sign(&self.key, format!("tried:{tried:?}").as_bytes()).as_ref()[..16])
    }

    /// Counts a try.
    ///
    /// # Errors
    /// [`Error::RateLimited`] if there were too many.
    pub(crate) fn count(&self, tried: &Tried, now: Timestamp) -> Result<()> {
        let (most, secs) = tried.limit();
        let sealed = self.seal(tried);
        let mut windows = self.windows();
        let mut window = current(&windows, &sealed, (now, secs));
        if window.tries >= most {
            let left = window.began.plus_secs(secs).0 - now.0;
            return Err(Error::RateLimited {
                what: "too many tries",
                retry_after_secs: left.max(1).unsigned_abs().div_ceil(1000),
            });
        }
        window.tries += 1;
        windows.insert(sealed.clone(), window);
        drop(windows);
        self.tell(sealed, tried, Change::Counted);
        Ok(())
    }

    /// Forgets what was counted: whoever tried has got in.
    pub(crate) fn forgive(&self, tried: &Tried) {
        let sealed = self.seal(tried);
        self.windows().remove(&sealed);
        self.tell(sealed, tried, Change::Forgiven);
    }

    /// Takes one try back.
    pub(crate) fn give_back(&self, tried: &Tried) {
        let sealed = self.seal(tried);
        take_back(&mut self.windows(), &sealed);
        self.tell(sealed, tried, Change::GivenBack);
    }

    fn windows(&self) -> MutexGuard<'_, Cache<String, Window>> {
        // Each change is whole before anything in it could panic.
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The window that holds now; a new one if the last has ended.
fn current(windows: &Cache<String, Window>, sealed: &str, (now, secs): (Timestamp, i64)) -> Window {
    let known = windows.peek(sealed).copied();
    let window = known.filter(|window| now < window.began.plus_secs(secs));
    window.unwrap_or(Window { began: now, tries: 0 })
}

fn take_back(windows: &mut Cache<String, Window>, sealed: &str) {
    if let Some(mut window) = windows.get_mut(sealed) {
        window.tries = window.tries.saturating_sub(1);
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
        let throttle = Throttle::new(b"key");
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
    fn what_another_node_counts_counts_here() {
        let (here, there) = (Throttle::new(b"key"), Throttle::new(b"key"));
        let now = Timestamp(1_000_000);
        let told = |change| Shared { sealed: there.seal(&ANN), secs: ACCOUNT_TRIES_SECS, change };
        for _ in 0..ACCOUNT_TRIES_MAX {
            here.hear(&told(Change::Counted), now);
        }
        assert!(retry(here.count(&ANN, now)).is_some());
        here.hear(&told(Change::GivenBack), now);
        assert_eq!(retry(here.count(&ANN, now)), None);
        assert!(retry(here.count(&ANN, now)).is_some());
        here.hear(&told(Change::Forgiven), now);
        assert_eq!(retry(here.count(&ANN, now)), None);
    }

    #[test]
    fn getting_in_forgives_an_account_and_not_its_network() {
        let throttle = Throttle::new(b"key");
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
