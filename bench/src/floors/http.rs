//! The same page three times: as bytes that are there already, behind the server's own middleware
//! and without it; and as structs that `serde_json` writes for each request.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusBuilder;
use pipit_api::wire::TweetPage;
use pipit_http::Stack;
use pipit_model::Clock;
use tokio::net::TcpListener;

type Body = ([(HeaderName, &'static str); 1], Bytes);

/// Serves a page, given as the file that holds it, on a free port until the process is ended.
pub(crate) async fn serve(page: &Path) -> anyhow::Result<()> {
    // As in the server, whose middleware measures every answer.
    let _recorder = PrometheusBuilder::new().install_recorder()?;
    let text = std::fs::read(page).with_context(|| page.display().to_string())?;
    let structs: Arc<TweetPage> = Arc::new(serde_json::from_slice(&text)?);
    let bytes = Bytes::from(text);
    let inside = Router::new()
        .route("/static", get(bytes_that_are_there))
        .with_state(bytes.clone())
        .route("/json", get(written_each_time))
        .with_state(structs);
    let outside = Router::new()
        .route("/bare", get(bytes_that_are_there))
        .route("/readyz", get(async || "ready\n"))
        .with_state(bytes);
    let router = pipit_http::stack::wrap(inside, Stack::plain(Clock::System)).merge(outside);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("floors: ready at http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}

async fn bytes_that_are_there(State(bytes): State<Bytes>) -> Body {
    ([(header::CONTENT_TYPE, "application/json")], bytes)
}

/// As a handler of axum usually answers.
async fn written_each_time(State(page): State<Arc<TweetPage>>) -> Response {
    Json(&*page).into_response()
}
