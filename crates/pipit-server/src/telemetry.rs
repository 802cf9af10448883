//! Logs and metrics.

use std::io::IsTerminal;

use anyhow::Context;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use pipit_core::Pipit;
use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Settings};

/// Upper bounds of the request histogram, in seconds: from a cached page to a slow disk.
const SECONDS: [f64; 12] =
    [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0];

pub(crate) fn start_logs(settings: &Settings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log)
        .with_context(|| format!("log rules {:?}", settings.log))?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let logs = logs.with_ansi(std::io::stderr().is_terminal());
    match settings.log_format {
        LogFormat::Text => logs.try_init(),
        LogFormat::Json => logs.json().try_init(),
    }
    .map_err(|error| anyhow::anyhow!("starting the logs: {error}"))
}

/// Begins to count; the handle renders `/metrics`.
pub(crate) fn start_metrics() -> anyhow::Result<PrometheusHandle> {
    let metrics = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .install_recorder()
        .context("starting the metrics")?;
    // A counter that appears with its first event has no rate of it: an alert would miss that.
    metrics::counter!("pipit_connections_refused_total").absolute(0);
    for why in ["header", "idle"] {
        metrics::counter!("pipit_connections_cut_total", "why" => why).absolute(0);
    }
    Ok(metrics)
}

/// Brings the gauges up to date, when somebody asks.
pub(crate) fn observe(pipit: &Pipit) {
    metrics::counter!("pipit_database_statements_total").absolute(pipit.database_statements());
    metrics::counter!("pipit_database_round_trips_total").absolute(pipit.database_round_trips());
    metrics::counter!("pipit_password_hashes_total").absolute(pipit.password_hashes());
    metrics::gauge!("pipit_streams").set(pipit.streams() as f64);
    for cache in pipit.cache_stats() {
        let labels = [("cache", cache.name)];
        metrics::counter!("pipit_cache_hits_total", &labels).absolute(cache.hits);
        metrics::counter!("pipit_cache_misses_total", &labels).absolute(cache.misses);
        metrics::gauge!("pipit_cache_bytes", &labels).set(cache.bytes as f64);
    }
}
