//! The one middleware stack, around all doors: a name, a time limit, a size limit, a measurement.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use pipit_model::limits::{BODY_BYTES_MAX, REQUEST_SECS_MAX};
use pipit_model::{Clock, Error};
use tower_http::catch_panic::CatchPanicLayer;

use crate::{Problem, headers, request_id};

/// Puts the stack around a router.
pub fn wrap(router: Router, clock: Clock) -> Router {
    router
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(CatchPanicLayer::custom(panicked))
        // Last, so that it is outermost: it also sees what the others answer.
        .layer(middleware::from_fn_with_state(clock, frame))
}

/// A handler that panics is a bug; its caller gets an answer, and nobody else is affected.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
fn panicked(cause: Box<dyn std::any::Any + Send>) -> Response {
    let text = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied());
    Problem::from(Error::Internal(format!("panic: {}", text.unwrap_or("unknown")))).into_response()
}

async fn frame(State(clock): State<Clock>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id::of(request.headers(), clock.now().0);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let limit = Duration::from_secs(REQUEST_SECS_MAX);

    let mut response = request_id::scope(id.clone(), async {
        match tokio::time::timeout(limit, next.run(request)).await {
            Ok(response) => response,
            Err(_) => Problem::from(Error::Unavailable("the request took too long".to_owned()))
                .into_response(),
        }
    })
    .await;

    let status = response.status().as_u16();
    let took = started.elapsed();
    // Paths are labelled by their route, so that a scan of addresses makes no new series.
    let route = route.as_ref().map_or("none", |route| route.as_str());
    let labels = [
        ("method", method_label(&method).to_owned()),
        ("route", route.to_owned()),
        ("status", status.to_string()),
    ];
    metrics::histogram!("pipit_http_request_seconds", &labels).record(took.as_secs_f64());
    tracing::debug!(request_id = id, %method, route, status, ?took, "answered");

    headers::complete(response.headers_mut());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(request_id::HEADER, id);
    }
    response
}

/// Methods of the standard by name, all others as one.
fn method_label(method: &axum::http::Method) -> &str {
    match method.as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
        _ => "other",
    }
}
