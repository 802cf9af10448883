//! One connection: prepared, served, and cut when its client is too slow.

mod activity;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use pipit_model::limits::{HEADER_BYTES_MAX, REQUESTS_PER_CONNECTION_MAX, STUCK_SECS_MAX};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tower::ServiceExt;

use crate::listen::Stop;
use crate::tls::Protocol;
use activity::{Activity, Socket, Tracked};

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
pub(crate) async fn serve<S>(
    socket: S,
    protocol: Protocol,
    peer: SocketAddr,
    router: Router,
    stop: Stop,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Activity::new(protocol);
    let service = service_fn(|mut request: hyper::Request<Incoming>| {
        let under_way = activity.begin();
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.clone().oneshot(request.map(Body::new));
        let stop = stop.clone();
        async move {
            let mut answer = answer.await?.map(|body| Tracked::new(body, under_way));
            // The next request is to find another server. Over HTTP/2 nobody keeps us in a pool.
            if protocol == Protocol::Http1 && stop.is_near() {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let socket = TokioIo::new(Socket::new(socket, activity.clone()));
    let builder = http(protocol);
    let mut connection = std::pin::pin!(builder.serve_connection(socket, service));
    let mut stopped = std::pin::pin!(stop.clone().told());
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

fn http(protocol: Protocol) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // `Activity` tells a connection that is idle from one that is slow. Headers must fit the buffer.
    builder.http1().header_read_timeout(None).max_buf_size(HEADER_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(REQUESTS_PER_CONNECTION_MAX)
        .max_header_list_size(HEADER_BYTES_MAX as u32)
        // Who no longer answers is gone.
        .keep_alive_interval(Duration::from_secs(STUCK_SECS_MAX))
        .keep_alive_timeout(Duration::from_secs(STUCK_SECS_MAX));
    match protocol {
        Protocol::Http1 => builder.http1_only(),
        Protocol::Http2 => builder.http2_only(),
    }
}
