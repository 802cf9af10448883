//! Redis, which holds nothing that cannot be had again: without it answers stay right.

use std::time::Duration;

use super::{Arena, Skip};
use crate::cluster::Cluster;
use crate::history::At;
use crate::load::{Load, Plan};
use crate::process::Signal;
use crate::report::Outcome;
use crate::world::Route;

const BEFORE: Duration = Duration::from_secs(2);
const AFTER: Duration = Duration::from_secs(3);

async fn begin(arena: &Arena) -> anyhow::Result<Load> {
    if !arena.cluster.as_ref().is_some_and(Cluster::has_redis) {
        anyhow::bail!(Skip("there is no Redis".to_owned()));
    }
    let load = Load::start(arena.world(Route::Nodes)?, Plan::everything(25)).await?;
    tokio::time::sleep(BEFORE).await;
    Ok(load)
}

async fn end(load: Load, faults: Vec<(At, At)>) -> anyhow::Result<Outcome> {
    tokio::time::sleep(AFTER).await;
    let history = load.finish().await?;
    let failed: Vec<_> = history.calls.iter().filter(|call| call.answer.failed()).collect();
    let mut failures = Vec::new();
    if !failed.is_empty() {
        failures.push(format!("{} calls failed without Redis: {:?}", failed.len(), failed[0]));
    }
    Ok(Outcome { history, faults, failures, ..Outcome::default() })
}

/// Ends a part and starts it again after a while.
async fn without(arena: &mut Arena, part: &str) -> anyhow::Result<Outcome> {
    let load = begin(arena).await?;
    let time = arena.secs(10, 4);
    let cluster = arena.cluster()?;
    let broken = load.world.now();
    cluster.end(part, Signal::Kill).await?;
    tokio::time::sleep(time).await;
    cluster.start(part)?;
    let mended = load.world.now();
    end(load, vec![(broken, mended)]).await
}

pub(super) async fn stop(arena: &mut Arena) -> anyhow::Result<Outcome> {
    without(arena, "redis").await
}

pub(super) async fn lose_one(arena: &mut Arena) -> anyhow::Result<Outcome> {
    without(arena, "redis1").await
}

pub(super) async fn flush(arena: &mut Arena) -> anyhow::Result<Outcome> {
    let load = begin(arena).await?;
    let times = arena.pick(10, 3);
    let mut faults = Vec::new();
    for _ in 0..times {
        let now = load.world.now();
        arena.cluster()?.tell_redis("FLUSHALL").await?;
        faults.push((now, now));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    end(load, faults).await
}

pub(super) async fn pause(arena: &mut Arena) -> anyhow::Result<Outcome> {
    let load = begin(arena).await?;
    let time = arena.secs(30, 5);
    let cluster = arena.cluster()?;
    let broken = load.world.now();
    cluster.send("redis", Signal::Stop)?;
    tokio::time::sleep(time).await;
    cluster.send("redis", Signal::Cont)?;
    let mended = load.world.now();
    end(load, vec![(broken, mended)]).await
}
