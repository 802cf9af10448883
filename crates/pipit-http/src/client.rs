//! From where a request comes.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use pipit_core::Client;
use pipit_model::network::Network;

/// The client's network and what it calls itself. The network is that of the connection, or what a
/// layer below put in its place that knows which proxies to trust.
#[derive(Debug, Clone)]
pub struct SentBy(pub Client);

/// The network of a request that came through a proxy, as a layer below found it.
#[derive(Debug, Clone, Copy)]
pub struct Forwarded(pub Network);

impl<S: Send + Sync> FromRequestParts<S> for SentBy {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let user_agent = parts.headers.get(header::USER_AGENT);
        let user_agent = user_agent.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let forwarded = parts.extensions.get::<Forwarded>().map(|Forwarded(network)| *network);
        let direct = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let network = forwarded.or_else(|| direct.map(|direct| Network::of(direct.ip())));
        Ok(Self(Client { user_agent: user_agent.to_owned(), network }))
    }
}
