//! How long requests take, by method, route and status.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use metrics::Histogram;

/// What answers of one route have been, each with its series: found without building labels.
type Series = Vec<(Method, StatusCode, Histogram)>;

static BY_ROUTE: LazyLock<RwLock<HashMap<Box<str>, Series>>> = LazyLock::new(RwLock::default);

/// Notes an answer. There are as many series as routes, methods and statuses that occur together.
pub(crate) fn observe(method: &Method, route: &str, status: StatusCode, took: Duration) {
    let known = BY_ROUTE.read().unwrap_or_else(PoisonError::into_inner);
    let series = known.get(route).and_then(|series| {
        series.iter().find(|(of_method, of_status, _)| of_method == method && *of_status == status)
    });
    if let Some((_, _, histogram)) = series {
        return histogram.record(took);
    }
    drop(known);
    let (name, status_text) = (method_label(method), status.as_str().to_owned());
    let labels =
        [("method", name.to_owned()), ("route", route.to_owned()), ("status", status_text)];
    let histogram = metrics::histogram!("pipit_http_request_seconds", &labels);
    histogram.record(took);
    // Methods that somebody made up share a series, and are not worth a place here.
    if name != OTHER {
        let mut known = BY_ROUTE.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(route.into()).or_default().push((method.clone(), status, histogram));
    }
}

const OTHER: &str = "other";

/// Methods of the standard by name, all others as one.
fn method_label(method: &Method) -> &str {
    match method.as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
        _ => OTHER,
    }
}
