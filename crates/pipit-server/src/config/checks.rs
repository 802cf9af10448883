//! What a setting must look like, and what is said where it does not.

use std::time::Duration;

use anyhow::bail;
use pipit_core::{PasswordGrant, RedisAddress};
use pipit_http::Proxies;

use super::Switch;

/// Longer than any load balancer takes; service managers kill who has not stopped after 90.
const DRAIN_SECS_MAX: u64 = 60;

pub(super) fn password_grant(switch: Option<Switch>) -> PasswordGrant {
    match switch {
        Some(Switch::On) => PasswordGrant::On,
        Some(Switch::Off) | None => PasswordGrant::Off,
    }
}

pub(super) fn redis(
    url: Option<String>,
    database_url: &str,
) -> anyhow::Result<Option<RedisAddress>> {
    let redis = url.filter(|url| !url.is_empty()).map(|url| url.parse()).transpose()?;
    if redis.is_some() && database_url.starts_with("sqlite:") {
        bail!("redis_url is for several nodes, and SQLite has one: set database_url too");
    }
    Ok(redis)
}

pub(super) fn proxies(names: Option<&Vec<String>>) -> anyhow::Result<Proxies> {
    let names = names.into_iter().flatten().map(String::as_str).filter(|name| !name.is_empty());
    Proxies::new(names).map_err(|name| {
        anyhow::anyhow!("trusted_proxies must be like 192.0.2.1 or 10.0.0.0/8, not {name:?}")
    })
}

pub(super) fn drain(secs: Option<u64>) -> anyhow::Result<Duration> {
    let secs = secs.unwrap_or(0);
    if secs > DRAIN_SECS_MAX {
        bail!("drain_secs must be from 0 to {DRAIN_SECS_MAX}");
    }
    Ok(Duration::from_secs(secs))
}

pub(super) fn url(url: &str) -> anyhow::Result<String> {
    let url = url.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match host {
        // All addresses are at the root of a host of our own.
        Some(host)
            if !host.is_empty()
                && !host.starts_with(':')
                && !host.contains(['/', '?', '#', '@', ' ']) =>
        {
            Ok(url.to_owned())
        }
        _ => bail!("public_url must look like https://pipit.example, not {url:?}"),
    }
}
