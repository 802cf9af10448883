//! Where the parts meet: the core behind its doors, the doors behind one stack.

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use pipit_api::Api;
use pipit_core::Pipit;
use pipit_http::{Problem, Rates, Stack, position, stack};
use pipit_model::Error;
use pipit_web::Web;

use crate::config::{Role, Settings};
use crate::listen::Stop;
use crate::telemetry;

/// What is served, and by what it goes.
pub(crate) struct Parts {
    pub(crate) pipit: Pipit,
    pub(crate) rates: Rates,
    pub(crate) public_url: String,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) stop: Stop,
}

/// Everything that is served.
pub(crate) fn router(settings: &Settings, parts: Parts) -> Router {
    let Parts { pipit, rates, public_url, metrics, stop } = parts;
    let clock = pipit.clock().clone();
    let proxies = settings.proxies.clone();
    let api = Api {
        pipit: pipit.clone(),
        public_url: public_url.as_str().into(),
        password_grant: settings.password_grant,
    };
    let work =
        pipit_api::routes(api).merge(pipit_web::routes(Web { pipit: pipit.clone(), public_url }));
    let does_all = Role::ALL.iter().all(|role| settings.roles.contains(role));
    let work = if does_all {
        work
    } else {
        work.layer(middleware::from_fn_with_state(settings.roles.clone(), refuse_others_work))
    };
    let doors = work
        .merge(operations(Operations { pipit: pipit.clone(), metrics, stop }))
        .method_not_allowed_fallback(async || Problem::no_such_method())
        .fallback(pipit_web::not_found);
    let doors = match settings.redis {
        Some(_) => doors.layer(middleware::from_fn_with_state(pipit.clone(), position::keep)),
        None => doors,
    };
    stack::wrap(doors, Stack { clock, rates, proxies, refuse: pipit_web::refused })
}

/// Routes of live streams.
const STREAMS: [&str; 2] = ["/timeline/stream", "/home/stream"];

/// What another node is there for is not done here: then a load balancer is set up wrongly.
async fn refuse_others_work(
    State(roles): State<Vec<Role>>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    let role = if STREAMS.contains(&route) { Role::Stream } else { Role::Web };
    if roles.contains(&role) {
        return next.run(request).await;
    }
    Problem::new(
        StatusCode::MISDIRECTED_REQUEST,
        "another-node",
        "Another node does this",
        "The load balancer sent this to a node that does something else: see its roles.",
    )
    .into_response()
}

#[derive(Clone)]
struct Operations {
    pipit: Pipit,
    metrics: PrometheusHandle,
    stop: Stop,
}

fn operations(operations: Operations) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(render_metrics))
        .with_state(operations)
}

/// Whether this node can serve: the database answers, and it is not about to stop.
async fn ready(State(operations): State<Operations>) -> Response {
    if operations.stop.is_near() {
        return Problem::from(Error::Unavailable("this node is about to stop".to_owned()))
            .into_response();
    }
    match operations.pipit.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n").into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

async fn render_metrics(State(operations): State<Operations>) -> Response {
    telemetry::observe(&operations.pipit);
    let text = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, text)], operations.metrics.render()).into_response()
}
