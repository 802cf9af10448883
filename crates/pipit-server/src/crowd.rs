//! How many connections there are, and from where: one network cannot take them all.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pipit_http::Proxies;
use pipit_model::limits::{CONNECTIONS_MAX, CONNECTIONS_PER_NETWORK_MAX};
use pipit_model::network::Network;

use crate::config::RateLimits;

/// The connections of this server.
#[derive(Clone)]
pub(crate) struct Crowd {
    proxies: Proxies,
    /// Of one network; proxies may have as many as there are.
    most: usize,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Default)]
struct Counts {
    all: usize,
    by_network: HashMap<Network, usize>,
}

/// A connection's place, which is free again when this goes.
pub(crate) struct Place {
    crowd: Crowd,
    network: Option<Network>,
}

impl Crowd {
    pub(crate) fn new(proxies: Proxies, limits: RateLimits) -> Self {
        let most = match limits {
            RateLimits::On => CONNECTIONS_PER_NETWORK_MAX,
            RateLimits::Off => CONNECTIONS_MAX,
        };
        Self { proxies, most, counts: Arc::default() }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        // Nothing in it can be left half done.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection from there; none if all are taken.
    pub(crate) fn admit(&self, peer: IpAddr) -> Option<Place> {
        let network = (!self.proxies.contains(peer)).then(|| Network::of(peer));
        let mut counts = self.counts();
        if counts.all >= CONNECTIONS_MAX {
            return None;
        }
        if let Some(network) = network {
            let count = counts.by_network.entry(network).or_default();
            if *count >= self.most {
                return None;
            }
            *count += 1;
        }
        counts.all += 1;
        drop(counts);
        Some(Place { crowd: self.clone(), network })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.crowd.counts();
        counts.all -= 1;
        let Some(network) = self.network else { return };
        if let Some(count) = counts.by_network.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                counts.by_network.remove(&network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn one_network_has_so_many_places() {
        let proxies = Proxies::new(["10.0.0.1"]).expect("an address");
        let crowd = Crowd::new(proxies, RateLimits::On);
        let here = |n: usize| address(&format!("2001:db8::{n:x}"));
        let mut places: Vec<_> =
            (0..CONNECTIONS_PER_NETWORK_MAX).map(|n| crowd.admit(here(n))).collect();
        assert!(places.iter().all(Option::is_some));
        assert!(crowd.admit(here(9999)).is_none(), "the next address of the same /64");
        assert!(crowd.admit(address("2001:db8:0:1::1")).is_some(), "another network");
        let behind: Vec<_> = (0..300).map(|_| crowd.admit(address("10.0.0.1"))).collect();
        assert!(behind.iter().all(Option::is_some));
        places.pop();
        assert!(crowd.admit(here(9999)).is_some());
        drop((places, behind));
        assert_eq!(crowd.counts().all, 0);
        assert!(crowd.counts().by_network.is_empty());
    }

    #[test]
    fn all_together_have_so_many() {
        let crowd = Crowd::new(Proxies::default(), RateLimits::Off);
        let all: Vec<_> = (0..CONNECTIONS_MAX).map(|_| crowd.admit(address("::1"))).collect();
        assert!(all.iter().all(Option::is_some));
        assert!(crowd.admit(address("192.0.2.1")).is_none());
    }
}
