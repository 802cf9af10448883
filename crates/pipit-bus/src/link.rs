//! A connection to one Redis or to a cluster of them.

use std::str::FromStr;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::{AsyncConnectionConfig, Cmd, FromRedisValue, Pipeline};

use crate::BusError;

/// How long Redis may take to answer, or to wait when it was told to: see `listen`.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where Redis is.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// One server, or what stands for one.
    One(String),
    /// Some nodes of a cluster.
    Cluster(Vec<String>),
}

/// It may hold a password.
impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::One(_) => "One(***)",
            Self::Cluster(_) => "Cluster(***)",
        })
    }
}

impl FromStr for Address {
    type Err = BusError;

    /// `redis://[USER:PASSWORD@]HOST:PORT`, `rediss://…` with TLS, or of a cluster
    /// `redis+cluster://[USER:PASSWORD@]HOST:PORT,HOST:PORT,…`.
    fn from_str(text: &str) -> Result<Self, BusError> {
        let refused = || {
            let example =
                "redis://HOST:PORT, rediss://HOST:PORT (TLS) or redis+cluster://HOST:PORT,…";
            BusError::Address(format!("the address of Redis must look like {example}"))
        };
        let Some((scheme, rest)) = text.split_once("+cluster://") else {
            redis::Client::open(text).map_err(|_| refused())?;
            return Ok(Self::One(text.to_owned()));
        };
        let (user, hosts) = match rest.rsplit_once('@') {
            Some((user, hosts)) => (format!("{user}@"), hosts),
            None => (String::new(), rest),
        };
        let nodes: Vec<String> =
            hosts.split(',').map(|host| format!("{scheme}://{user}{host}")).collect();
        ClusterClient::new(nodes.clone()).map_err(|_| refused())?;
        Ok(Self::Cluster(nodes))
    }
}

/// Opens connections.
#[derive(Clone)]
pub(crate) enum Client {
    One(Box<redis::Client>),
    Cluster(Box<ClusterClient>),
}

/// An open connection.
pub(crate) enum Link {
    One(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl Client {
    pub(crate) fn new(address: &Address) -> Result<Self, BusError> {
        Ok(match address {
            Address::One(url) => Self::One(Box::new(redis::Client::open(url.as_str())?)),
            Address::Cluster(nodes) => Self::Cluster(Box::new(
                ClusterClient::builder(nodes.clone())
                    .connection_timeout(PATIENCE)
                    .response_timeout(PATIENCE)
                    // Who waits for a lost node may as well say so: we try again by ourselves.
                    .retries(1)
                    .build()?,
            )),
        })
    }

    pub(crate) async fn connect(&self) -> Result<Link, BusError> {
        let connect = async {
            Ok(match self {
                Self::One(client) => {
                    let config = AsyncConnectionConfig::new()
                        .set_connection_timeout(Some(PATIENCE))
                        .set_response_timeout(Some(PATIENCE));
                    Link::One(client.get_multiplexed_async_connection_with_config(&config).await?)
                }
                Self::Cluster(client) => Link::Cluster(client.get_async_connection().await?),
            })
        };
        tokio::time::timeout(PATIENCE, connect).await.map_err(|_| BusError::TimedOut("Redis"))?
    }
}

impl Link {
    pub(crate) async fn ask<T: FromRedisValue>(&mut self, command: &Cmd) -> Result<T, BusError> {
        let answer = async {
            match self {
                Self::One(connection) => command.query_async(connection).await,
                Self::Cluster(connection) => command.query_async(connection).await,
            }
        };
        Ok(tokio::time::timeout(PATIENCE, answer)
            .await
            .map_err(|_| BusError::TimedOut("Redis"))??)
    }

    pub(crate) async fn send(&mut self, commands: &Pipeline) -> Result<(), BusError> {
        let answer = async {
            match self {
                Self::One(connection) => commands.exec_async(connection).await,
                Self::Cluster(connection) => commands.exec_async(connection).await,
            }
        };
        Ok(tokio::time::timeout(PATIENCE, answer)
            .await
            .map_err(|_| BusError::TimedOut("Redis"))??)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_one_server_or_of_a_cluster() {
        let one: Address = "redis://127.0.0.1:6379".parse().expect("an address");
        assert_eq!(one, Address::One("redis://127.0.0.1:6379".to_owned()));
        let cluster: Address = "redis+cluster://u:p@a:1,b:2".parse().expect("an address");
        let nodes = ["redis://u:p@a:1", "redis://u:p@b:2"].map(str::to_owned).to_vec();
        assert_eq!(cluster, Address::Cluster(nodes));
        for wrong in ["", "localhost", "http://a:1", "redis+cluster://"] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
        assert_eq!(format!("{cluster:?}"), "Cluster(***)", "a password is not shown");
    }
}
