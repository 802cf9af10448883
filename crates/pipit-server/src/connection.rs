//! A connection as it was taken in, before anything is read from it.

use std::time::Duration;

use pipit_model::limits::STUCK_SECS_MAX;
use socket2::SockRef;
use tokio::net::TcpStream;

/// Answers leave at once, and a client that no longer takes any is cut by the kernel, also when it
/// is there and only does not read: the stream that waits for it then ends with an error.
pub(crate) fn prepare(connection: &mut TcpStream) {
    let socket = SockRef::from(&*connection);
    let prepared = socket
        .set_tcp_nodelay(true)
        .and_then(|()| socket.set_tcp_user_timeout(Some(Duration::from_secs(STUCK_SECS_MAX))));
    if let Err(error) = prepared {
        // It may be gone already; it serves as it is.
        tracing::debug!(%error, "a connection could not be prepared");
    }
}
