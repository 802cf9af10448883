//! PostgreSQL that goes, stands still, or goes for good.

use std::time::Duration;

use super::Arena;
use crate::history::At;
use crate::load::{Load, Plan};
use crate::process::Signal;
use crate::report::Outcome;
use crate::world::Route;

const BEFORE: Duration = Duration::from_secs(2);
const AFTER: Duration = Duration::from_secs(4);

async fn begin(arena: &Arena) -> anyhow::Result<Load> {
    let load = Load::start(arena.world(Route::Both)?, Plan::everything(30)).await?;
    tokio::time::sleep(BEFORE).await;
    Ok(load)
}

async fn end(load: Load, broken: At, mended: At) -> anyhow::Result<Outcome> {
    tokio::time::sleep(AFTER).await;
    let history = load.finish().await?;
    Ok(Outcome { history, faults: vec![(broken, mended)], ..Outcome::default() })
}

pub(super) async fn stop(arena: &mut Arena) -> anyhow::Result<Outcome> {
    let load = begin(arena).await?;
    let time = arena.secs(10, 3);
    let cluster = arena.cluster()?;
    let broken = load.world.now();
    cluster.end("postgres", Signal::Quit).await?;
    tokio::time::sleep(time).await;
    cluster.start("postgres")?;
    let mended = load.world.now();
    end(load, broken, mended).await
}

pub(super) async fn pause(arena: &mut Arena) -> anyhow::Result<Outcome> {
    let load = begin(arena).await?;
    let time = arena.secs(30, 5);
    let cluster = arena.cluster()?;
    let broken = load.world.now();
    cluster.send("postgres", Signal::Stop)?;
    tokio::time::sleep(time).await;
    cluster.send("postgres", Signal::Cont)?;
    let mended = load.world.now();
    end(load, broken, mended).await
}

pub(super) async fn fail_over(arena: &mut Arena) -> anyhow::Result<Outcome> {
    let load = begin(arena).await?;
    let cluster = arena.cluster()?;
    let broken = load.world.now();
    cluster.end("postgres", Signal::Quit).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    cluster.fail_over().await?;
    let mended = load.world.now();
    end(load, broken, mended).await
}
