//! Where connections are taken in, until the server is told to stop.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::connection;
use crate::crowd::{Crowd, Place};
use crate::tls::{Protocol, Tls};

/// After the system had no room for another connection.
const PAUSE: Duration = Duration::from_millis(500);

/// Whether a server still wants to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Open,
    /// It serves whoever comes, and asks everybody to go elsewhere: a load balancer needs a while to
    /// notice.
    Draining,
}

/// Tells everybody who holds it that the server stops.
#[derive(Clone)]
pub(crate) struct Stop(watch::Receiver<Standing>);

impl Stop {
    /// It is told by dropping the first.
    pub(crate) fn new() -> (watch::Sender<Standing>, Self) {
        let (sender, receiver) = watch::channel(Standing::Open);
        (sender, Self(receiver))
    }

    /// Whether it will be told soon.
    pub(crate) fn is_near(&self) -> bool {
        *self.0.borrow() == Standing::Draining
    }

    /// Ends when it is told.
    pub(crate) async fn told(mut self) {
        while self.0.changed().await.is_ok() {}
    }

    /// Waits so long; whether it was told before that.
    pub(crate) async fn told_within(&self, pause: Duration) -> bool {
        tokio::time::timeout(pause, self.clone().told()).await.is_ok()
    }
}

/// What is behind a port.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) router: Router,
    pub(crate) crowd: Crowd,
    /// HTTPS, if it is spoken here.
    pub(crate) tls: Option<Tls>,
}

/// Serves whoever connects. Told to stop, it takes in nobody else, and ends when everybody who is
/// there has their answer.
pub(crate) async fn run(listener: TcpListener, door: Door, stop: Stop) {
    let mut connections = JoinSet::new();
    let mut stopped = std::pin::pin!(stop.clone().told());
    loop {
        tokio::select! {
            taken = listener.accept() => match taken {
                Ok((socket, peer)) => if let Some(place) = door.crowd.admit(peer.ip()) {
                    connections.spawn(serve(socket, peer, door.clone(), stop.clone(), place));
                } else {
                    metrics::counter!("pipit_connections_refused_total").increment(1);
                },
                Err(error) => pause(&error).await,
            },
            Some(ended) = connections.join_next() => log_panic(ended),
            () = &mut stopped => break,
        }
    }
    drop(listener);
    while let Some(ended) = connections.join_next().await {
        log_panic(ended);
    }
}

async fn serve(socket: TcpStream, peer: SocketAddr, door: Door, stop: Stop, place: Place) {
    connection::prepare(&socket);
    let Door { router, tls, .. } = door;
    match tls {
        None => connection::serve(socket, Protocol::Http1, peer, router, stop).await,
        Some(tls) => {
            if let Some((stream, protocol)) = tls.accept(socket).await {
                connection::serve(stream, protocol, peer, router, stop).await;
            }
        }
    }
    drop(place);
}

/// A client that is gone before it is taken in is its own affair; without room (for descriptors)
/// asking again at once would only burn time.
async fn pause(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "no connection can be taken in; it is tried again");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Handlers that panic are answered for in the stack; this is a bug below it.
fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "a connection's task failed");
    }
}
