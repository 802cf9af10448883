//! Where the parts meet: the core behind its doors, the doors behind one stack.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use pipit_api::Api;
use pipit_core::Pipit;
use pipit_http::{Problem, Rates, Stack, stack};
use pipit_model::Error;
use pipit_web::Web;

use crate::config::{RateLimits, Settings};
use crate::listen::Stop;
use crate::telemetry;

/// Everything that is served.
pub(crate) fn router(
    settings: &Settings,
    pipit: &Pipit,
    public_url: String,
    metrics: PrometheusHandle,
    stop: Stop,
) -> Router {
    let clock = pipit.clock().clone();
    let rates = match settings.rate_limits {
        RateLimits::On => Rates::on(),
        RateLimits::Off => Rates::off(),
    };
    let proxies = settings.proxies.clone();
    let api = Api {
        pipit: pipit.clone(),
        public_url: public_url.as_str().into(),
        password_grant: settings.password_grant,
    };
    let doors = pipit_api::routes(api)
        .merge(pipit_web::routes(Web { pipit: pipit.clone(), public_url }))
        .merge(operations(Operations { pipit: pipit.clone(), metrics, stop }))
        .method_not_allowed_fallback(async || Problem::no_such_method())
        .fallback(pipit_web::not_found);
    stack::wrap(doors, Stack { clock, rates, proxies, refuse: pipit_web::refused })
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
