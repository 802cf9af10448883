//! The one middleware stack, around all doors: a name, limits of time, size and number, a
//! measurement.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http_body::{Frame, SizeHint};
use pipit_model::limits::{BODY_BYTES_MAX, REQUEST_SECS_MAX, UPLOAD_SECS_MAX};
use pipit_model::network::Network;
use pipit_model::{Clock, Error};

use crate::client::Forwarded;
use crate::measure::observe;
use crate::problem::PROBLEM_TYPE;
use crate::proxies::Proxies;
use crate::rates::{self, Rates};
use crate::upload::is_upload;
use crate::{Problem, headers, request_id};

/// What the stack goes by.
#[derive(Debug, Clone)]
pub struct Stack {
    /// Names requests by it.
    pub clock: Clock,
    /// How much anybody may ask.
    pub rates: Rates,
    /// Whose word is believed about where a request came from.
    pub proxies: Proxies,
    /// How a refusal is told to who sent these headers: as a page or as a problem.
    pub refuse: fn(Problem, &HeaderMap) -> Response,
}

impl Stack {
    /// Limits nobody, trusts no proxy, and tells problems as they are.
    #[must_use]
    pub fn plain(clock: Clock) -> Self {
        let refuse = |problem: Problem, _: &HeaderMap| problem.into_response();
        Self { clock, rates: Rates::off(), proxies: Proxies::default(), refuse }
    }
}

/// Puts the stack around a router.
pub fn wrap(router: Router, stack: Stack) -> Router {
    // As one layer: the router boxes each, and clones the box for each request.
    router.layer((
        // First, so that it is outermost: it also sees what the others answer.
        middleware::from_fn_with_state(Arc::new(stack), frame),
        DefaultBodyLimit::max(BODY_BYTES_MAX),
    ))
}

async fn frame(State(stack): State<Arc<Stack>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let now = stack.clock.now();
    let id = request_id::of(request.headers(), now.0);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let network = find_network(&stack.proxies, &mut request);
    let meter = stack.rates.meter(&request, network, now);

    let work = rates::scope(meter, answer(&stack, request, next));
    let mut response = request_id::scope(id.clone(), work).await;

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

/// From where a request came, kept with it if that is not its connection's other end.
fn find_network(proxies: &Proxies, request: &mut Request) -> Option<Network> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.ip();
    if let Some(network) = proxies.origin(peer, request.headers()) {
        request.extensions_mut().insert(Forwarded(network));
        return Some(network);
    }
    Some(Network::of(peer))
}

/// What the handler answers, unless there were too many requests, it takes too long or it panics.
async fn answer(stack: &Stack, request: Request, next: Next) -> Response {
    if let Err(error) = rates::begin(request.headers()) {
        return readable((stack.refuse)(error.into(), request.headers()));
    }
    // Pictures may come over a slow line.
    let secs = if is_upload(request.headers()) { UPLOAD_SECS_MAX } else { REQUEST_SECS_MAX };
    let limit = Duration::from_secs(secs);
    let (request, has_come) = watch(request);
    let work = AssertUnwindSafe(next.run(request)).catch_unwind();
    let error = match tokio::time::timeout(limit, work).await {
        Ok(Ok(response)) => return response,
        // That is a bug: its caller gets an answer, and nobody else is affected.
        Ok(Err(cause)) => Error::Internal(format!("panic: {}", panic_text(&*cause))),
        Err(_) if !has_come.load(Ordering::Relaxed) => return readable(too_slow().into_response()),
        Err(_) => Error::Unavailable("the request took too long".to_owned()),
    };
    readable(Problem::from(error).into_response())
}

/// A problem that no door told: a script of another site may read it, as it may all that the REST door
/// says. There is nothing of anybody in it.
fn readable(mut response: Response) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE);
    if kind.is_some_and(|kind| kind == PROBLEM_TYPE) {
        let anybody = HeaderValue::from_static("*");
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, anybody);
    }
    response
}

fn too_slow() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "request-timeout",
        "Request took too long",
        "The body of the request did not come in time: send it again, over a faster line.",
    )
}

/// The same request, and whether all of its body has come.
fn watch(request: Request) -> (Request, Arc<AtomicBool>) {
    let has_come = Arc::new(AtomicBool::new(true));
    if request.body().is_end_stream() {
        return (request, has_come);
    }
    has_come.store(false, Ordering::Relaxed);
    let watched = request.map(|body| Body::new(Watched { body, has_come: has_come.clone() }));
    (watched, has_come)
}

/// A body that tells when all of it has come.
struct Watched {
    body: Body,
    has_come: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) || self.body.is_end_stream() {
            self.has_come.store(true, Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn panic_text(cause: &(dyn std::any::Any + Send)) -> &str {
    let text = cause.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("unknown")
}
