//! Which proxies stand in front, and from where a request came that they handed on.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::Once;

use axum::http::HeaderMap;
use ipnet::IpNet;
use pipit_model::limits::PROXIES_IN_A_ROW_MAX;
use pipit_model::network::Network;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The addresses whose word about others is believed; nobody's, if there are none.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Arc<[IpNet]>);

impl Proxies {
    /// From addresses (`192.0.2.1`) and networks (`10.0.0.0/8`).
    ///
    /// # Errors
    /// The first that is neither.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let known = names.into_iter().map(|name| {
            let name = name.trim();
            let single = || name.parse::<IpAddr>().map(IpNet::from);
            name.parse().or_else(|_| single()).map_err(|_| name.to_owned())
        });
        known.collect::<Result<_, _>>().map(Self)
    }

    /// Whether this is one of them.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|proxies| proxies.contains(&address))
    }

    /// From where a request came that proxies handed on: the last address in `X-Forwarded-For` that
    /// is none of theirs. What stands before it anybody can have written.
    #[must_use]
    pub fn origin(&self, peer: IpAddr, headers: &HeaderMap) -> Option<Network> {
        if !self.contains(peer) {
            if peer.to_canonical().is_loopback() && headers.contains_key(FORWARDED_FOR) {
                warn_of_unnamed_proxy();
            }
            return None;
        }
        let values = headers.get_all(FORWARDED_FOR).iter().rev();
        let names = values.filter_map(|value| value.to_str().ok()).flat_map(|v| v.rsplit(','));
        let mut nearest = None;
        for name in names.take(PROXIES_IN_A_ROW_MAX) {
            // What is no address was written by nobody whom we trust.
            let Some(address) = address(name.trim()) else { break };
            nearest = Some(address);
            if !self.contains(address) {
                break;
            }
        }
        nearest.map(Network::of)
    }
}

/// Everybody who comes through it would be limited together.
fn warn_of_unnamed_proxy() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::warn!(
            "a proxy on this machine hands requests on and is not in trusted_proxies: all who come \
             through it are limited as if they were one"
        );
    });
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80`.
fn address(text: &str) -> Option<IpAddr> {
    let plain = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    plain.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        let proxies = Proxies::new(["10.0.0.0/8", "::1"]).expect("networks");
        let seen = |peer: &str, values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(FORWARDED_FOR, value.parse().expect("a value"));
            }
            proxies.origin(peer.parse().expect("an address"), &headers)
        };
        let network = |text: &str| Some(Network::of(text.parse().expect("an address")));
        // From elsewhere it is not even read.
        assert_eq!(seen("192.0.2.9", &["198.51.100.1"]), None);
        assert_eq!(seen("127.0.0.1", &["198.51.100.1"]), None);
        assert_eq!(seen("10.0.0.1", &[]), None);
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"]), network("198.51.100.1"));
        assert_eq!(seen("::ffff:10.0.0.1", &["198.51.100.1"]), network("198.51.100.1"));
        // What a client wrote itself stands before what the proxy added.
        assert_eq!(seen("::1", &["1.1.1.1, 198.51.100.1"]), network("198.51.100.1"));
        assert_eq!(seen("::1", &["1.1.1.1", "198.51.100.1, 10.1.1.1"]), network("198.51.100.1"));
        assert_eq!(seen("::1", &["198.51.100.1, unknown"]), None);
        assert_eq!(seen("::1", &["unknown, 10.1.1.1"]), network("10.1.1.1"));
        assert_eq!(seen("::1", &["[2001:db8::1]:443"]), network("2001:db8::2"));
        assert_eq!(seen("::1", &["198.51.100.1:80"]), network("198.51.100.1"));
    }

    #[test]
    fn what_names_no_proxy_is_told() {
        assert_eq!(Proxies::new(["10.0.0.0/8", "nginx"]).expect_err("a name"), "nginx");
        assert!(Proxies::new(["10.0.0.0/33"]).is_err());
        let none = Proxies::new([]).expect("none");
        assert!(!none.contains("127.0.0.1".parse().expect("an address")));
    }
}
