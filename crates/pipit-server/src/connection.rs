//! One connection: prepared, served, and cut when its client is too slow.

mod activity;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use pipit_model::limits::{HEADER_BYTES_MAX, STUCK_SECS_MAX};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tower::ServiceExt;

use crate::listen::Stop;
use activity::{Activity, Socket, Tracked};

/// What is kept of a connection at most, as it is read and written; a header has less.
const BUFFER_BYTES: usize = 64 * 1024;

/// Answers leave at once, and a client that no longer takes any is cut by the kernel, also when it
/// is there and only does not read: the stream that waits for it then ends with an error.
pub(crate) fn prepare(connection: &TcpStream) {
    let socket = SockRef::from(connection);
    let prepared = socket
        .set_tcp_nodelay(true)
        .and_then(|()| socket.set_tcp_user_timeout(Some(Duration::from_secs(STUCK_SECS_MAX))));
    if let Err(error) = prepared {
        // It may be gone already; it serves as it is.
        tracing::debug!(%error, "a connection could not be prepared");
    }
}

/// Serves a connection until its client has enough, is too slow, or the server stops: then what is
/// under way ends first.
pub(crate) async fn serve<S>(socket: S, peer: SocketAddr, router: Router, stop: Stop)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Activity::default();
    let service = service_fn(|mut request: hyper::Request<Incoming>| {
        let under_way = activity.begin();
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.clone().oneshot(request.map(Body::new));
        async move { answer.await.map(|answer| answer.map(|body| Tracked::new(body, under_way))) }
    });
    let socket = TokioIo::new(Socket::new(socket, activity.clone()));
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        // `Activity` tells a connection that is idle from one that is slow.
        .header_read_timeout(None)
        .max_buf_size(BUFFER_BYTES)
        .max_header_size(HEADER_BYTES_MAX);
    let mut connection = std::pin::pin!(builder.serve_connection(socket, service));
    let mut stopped = std::pin::pin!(stop.told());
    let mut is_told = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection broke off");
                }
                return;
            }
            () = &mut stopped, if !is_told => {
                is_told = true;
                connection.as_mut().graceful_shutdown();
            }
            why = activity.overdue() => {
                metrics::counter!("pipit_connections_cut_total", "why" => why).increment(1);
                return;
            }
        }
    }
}
