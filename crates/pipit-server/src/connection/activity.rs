//! What a connection is doing, as its socket and its requests tell: whether it waits for nothing, or
//! for a client that is slow.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use pipit_model::limits::{HEADER_SECS_MAX, IDLE_SECS_MAX, LOOK_SECS};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

/// What one connection is doing.
#[derive(Clone)]
pub(super) struct Activity(Arc<Mutex<State>>);

struct State {
    /// Requests that are not answered to their end.
    under_way: usize,
    /// Since when there are none.
    idle_since: Instant,
    /// When the first byte of a request came whose headers are not all there.
    header_since: Option<Instant>,
}

impl Default for Activity {
    fn default() -> Self {
        let state = State { under_way: 0, idle_since: Instant::now(), header_since: None };
        Self(Arc::new(Mutex::new(state)))
    }
}

impl Activity {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in it can be left half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request's headers are there.
    pub(super) fn begin(&self) -> UnderWay {
        let mut state = self.state();
        state.under_way += 1;
        state.header_since = None;
        UnderWay(self.clone())
    }

    fn bytes_came(&self) {
        let mut state = self.state();
        if state.under_way == 0 {
            state.header_since.get_or_insert_with(Instant::now);
        }
    }

    /// Ends when the client has kept the connection for too long; answers with what.
    pub(super) async fn overdue(&self) -> &'static str {
        loop {
            tokio::time::sleep(Duration::from_secs(LOOK_SECS)).await;
            if let Some(why) = self.state().overdue() {
                return why;
            }
        }
    }
}

impl State {
    fn overdue(&self) -> Option<&'static str> {
        if self.under_way > 0 {
            return None;
        }
        let too_long = |since: Instant, secs| since.elapsed() >= Duration::from_secs(secs);
        if self.header_since.is_some_and(|since| too_long(since, HEADER_SECS_MAX)) {
            return Some("header");
        }
        too_long(self.idle_since, IDLE_SECS_MAX).then_some("idle")
    }
}

/// A request that is under way until this goes.
pub(super) struct UnderWay(Activity);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.under_way -= 1;
        state.idle_since = Instant::now();
    }
}

/// An answer's body, with which its request ends.
pub(super) struct Tracked {
    body: Body,
    _under_way: UnderWay,
}

impl Tracked {
    pub(super) fn new(body: Body, under_way: UnderWay) -> Self {
        Self { body, _under_way: under_way }
    }
}

impl HttpBody for Tracked {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A socket that tells when bytes come.
pub(super) struct Socket<S> {
    socket: S,
    activity: Activity,
}

impl<S> Socket<S> {
    pub(super) fn new(socket: S, activity: Activity) -> Self {
        Self { socket, activity }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Socket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.socket).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.bytes_came();
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Socket<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_waits_and_who_is_slow() {
        let waits = async |activity: Activity| {
            let began = Instant::now();
            (activity.overdue().await, began.elapsed().as_secs())
        };
        assert_eq!(waits(Activity::default()).await, ("idle", IDLE_SECS_MAX + 1));

        let slow = Activity::default();
        slow.bytes_came();
        assert_eq!(waits(slow).await, ("header", HEADER_SECS_MAX + 1));

        // A byte now and then does not help.
        let trickle = Activity::default();
        let trickling = async {
            loop {
                trickle.bytes_came();
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        };
        tokio::select! {
            (why, secs) = waits(trickle.clone()) => assert_eq!((why, secs), ("header", 6)),
            () = trickling => {}
        }

        // A stream lasts as long as it likes, and the connection some time beyond it.
        let stream = Activity::default();
        stream.bytes_came();
        let under_way = stream.begin();
        let an_hour = Duration::from_hours(1);
        assert!(tokio::time::timeout(an_hour, stream.overdue()).await.is_err());
        drop(under_way);
        assert_eq!(waits(stream).await.0, "idle");
    }
}
