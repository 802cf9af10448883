//! `pipit serve`

use std::time::Duration;

use anyhow::Context;
use pipit_core::Pipit;
use pipit_model::Clock;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::Settings;
use crate::{telemetry, wire};

/// Requests under way get this long to end when the server is told to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// Between two looks for what is to be cleared away.
const CLEAN_EVERY: Duration = Duration::from_mins(1);

pub(crate) async fn run(settings: &Settings) -> anyhow::Result<()> {
    // Held until the end.
    let _lock =
        if settings.uses_sqlite() { Some(super::lock_folder(&settings.data_dir)?) } else { None };
    let pipit = super::open(settings, Clock::System).await?;
    serve(settings, pipit, &[]).await
}

/// Serves until a signal comes, then lets what is under way end. `notes` are printed below the
/// first lines.
pub(crate) async fn serve(
    settings: &Settings,
    pipit: Pipit,
    notes: &[String],
) -> anyhow::Result<()> {
    let metrics = telemetry::start_metrics()?;
    // Before anybody is told that it runs: from here on a signal is heard.
    let mut signals = Signals::listen()?;
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("listening on {}", settings.listen))?;
    let address = listener.local_addr()?;
    let public_url = settings.public_url.clone().unwrap_or_else(|| format!("http://{address}"));

    println!("Pipit {} is ready at {public_url}", env!("CARGO_PKG_VERSION"));
    println!("  listens on   {address}");
    println!("  database     {} ({})", settings.database_for_people(), pipit.backend_name());
    if settings.uses_sqlite() {
        println!("  data folder  {}", settings.data_dir.display());
    }
    println!("  API          {public_url}/docs");
    for note in notes {
        println!("  {note}");
    }

    let router = wire::router(&pipit, public_url, metrics);
    let (stop, stopped) = watch::channel(());
    let mut tasks = JoinSet::new();
    tasks.spawn(clean(pipit.clone(), stopped.clone()));
    let server =
        axum::serve(listener, router).with_graceful_shutdown(until_stopped(stopped)).into_future();
    tasks.spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "the server failed");
        }
    });

    let signal = signals.next().await;
    tracing::info!(signal, "stopping: no new connections, requests under way may end");
    drop(stop);
    let drained = tokio::time::timeout(DRAIN, async { while tasks.join_next().await.is_some() {} });
    if drained.await.is_err() {
        tracing::warn!("some requests did not end in time and were cut");
        tasks.abort_all();
    }
    pipit.close().await?;
    tracing::info!("stopped");
    Ok(())
}

/// What tells a server to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// Ends when the other end of the channel is dropped.
async fn until_stopped(mut stopped: watch::Receiver<()>) {
    while stopped.changed().await.is_ok() {}
}

/// Clears away what deleted accounts left behind and what has expired, now and then.
async fn clean(pipit: Pipit, stopped: watch::Receiver<()>) {
    let mut stop = std::pin::pin!(until_stopped(stopped));
    loop {
        let cleaned = async {
            pipit.purge_deleted_accounts().await?;
            pipit.delete_expired().await
        };
        tokio::select! {
            result = cleaned => if let Err(error) = result {
                tracing::warn!(%error, "clearing away failed; it is tried again");
            },
            () = &mut stop => return,
        }
        tokio::select! {
            () = tokio::time::sleep(CLEAN_EVERY) => {}
            () = &mut stop => return,
        }
    }
}
