//! The one middleware stack, around all doors: a name, a time limit, a size limit, a measurement.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use pipit_model::limits::{BODY_BYTES_MAX, REQUEST_SECS_MAX, UPLOAD_SECS_MAX};
use pipit_model::{Clock, Error};

use crate::measure::observe;
use crate::upload::is_upload;
use crate::{Problem, headers, request_id};

/// Puts the stack around a router.
pub fn wrap(router: Router, clock: Clock) -> Router {
    // As one layer: the router boxes each, and clones the box for each request.
    router.layer((
        // First, so that it is outermost: it also sees what the others answer.
        middleware::from_fn_with_state(clock, frame),
        DefaultBodyLimit::max(BODY_BYTES_MAX),
    ))
}

async fn frame(State(clock): State<Clock>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id::of(request.headers(), clock.now().0);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();

    let mut response = request_id::scope(id.clone(), answer(request, next)).await;

    let status = response.status();
    let took = started.elapsed();
    // Paths are labelled by their route, so that a scan of addresses makes no new series.
    let route = route.as_ref().map_or("none", |route| route.as_str());
    observe(&method, route, status, took);
    tracing::debug!(request_id = request_id::text(&id), %method, route, %status, ?took, "answered");

    headers::complete(response.headers_mut());
    response.headers_mut().insert(request_id::HEADER, id);
    response
}

/// What the handler answers, unless it takes too long or panics: that is a bug, its caller gets an
/// answer, and nobody else is affected.
async fn answer(request: Request, next: Next) -> Response {
    // Pictures may come over a slow line.
    let secs = if is_upload(request.headers()) { UPLOAD_SECS_MAX } else { REQUEST_SECS_MAX };
    let limit = Duration::from_secs(secs);
    let work = AssertUnwindSafe(next.run(request)).catch_unwind();
    let error = match tokio::time::timeout(limit, work).await {
        Ok(Ok(response)) => return response,
        Ok(Err(cause)) => Error::Internal(format!("panic: {}", panic_text(&*cause))),
        Err(_) => Error::Unavailable("the request took too long".to_owned()),
    };
    Problem::from(error).into_response()
}

fn panic_text(cause: &(dyn std::any::Any + Send)) -> &str {
    let text = cause.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("unknown")
}
