//! Server-sent events: a live stream as an answer that goes on.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use pipit_core::{LiveEvent, LiveStream, StreamPlace};
use pipit_model::Error;
use pipit_model::limits::STREAM_HEARTBEAT_SECS;

use crate::Problem;

/// Tells nginx not to hold events back.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// A stream in the words of a door; events that the door does not tell are left out.
pub fn answer<P>(stream: LiveStream, present: P) -> Response
where
    P: Fn(LiveEvent, &StreamPlace) -> Option<Event> + Send + 'static,
{
    let events = stream::unfold((stream, present), |(mut stream, present)| async move {
        loop {
            let happened = stream.next().await?;
            if let Some(event) = present(happened, stream.place()) {
                return Some((Ok::<_, Infallible>(event), (stream, present)));
            }
        }
    });
    let heartbeat = KeepAlive::new().interval(Duration::from_secs(STREAM_HEARTBEAT_SECS));
    let mut response = Sse::new(events).keep_alive(heartbeat).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(UNBUFFERED, HeaderValue::from_static("no"));
    response
}

/// Where a stream goes on: the id of the last event that the client got.
#[derive(Debug, Clone)]
pub struct LastEventId(pub Option<StreamPlace>);

impl<S: Send + Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("last-event-id") else {
            return Ok(Self(None));
        };
        match value.to_str().ok().and_then(|text| text.parse().ok()) {
            Some(place) => Ok(Self(Some(place))),
            None => Err(Error::invalid("Last-Event-ID", "must be the id of an event").into()),
        }
    }
}
