//! Nodes of a cluster that go and come back.

use std::time::Duration;

use super::Arena;
use crate::cluster::node_name;
use crate::load::{Load, Plan};
use crate::process::Signal;
use crate::report::Outcome;
use crate::world::Route;

/// Kills one after the other while people come through the load balancer.
pub(super) async fn kill(arena: &mut Arena) -> anyhow::Result<Outcome> {
    let rounds = arena.pick(9, 3);
    let load = Load::start(arena.world(Route::Front)?, Plan::everything(20)).await?;
    let cluster = arena.cluster()?;
    let mut faults = Vec::new();
    for round in 0..rounds {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let node = round % cluster.nodes();
        let broken = load.world.now();
        cluster.end(&node_name(node), Signal::Kill).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        faults.push((broken, load.world.now()));
        cluster.start_node(node).await?;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let history = load.finish().await?;
    let notes = vec![format!("nodes were killed {rounds} times")];
    Ok(Outcome { history, faults, notes, failures: Vec::new() })
}

/// Restarts one after the other as an operator does, and nobody may notice.
pub(super) async fn restart(arena: &mut Arena) -> anyhow::Result<Outcome> {
    let rounds = arena.pick(2, 1);
    let load = Load::start(arena.world(Route::Front)?, Plan::everything(20)).await?;
    let cluster = arena.cluster()?;
    let mut restarts = 0;
    tokio::time::sleep(Duration::from_secs(1)).await;
    for _ in 0..rounds {
        for node in 0..cluster.nodes() {
            cluster.end(&node_name(node), Signal::Term).await?;
            cluster.start_node(node).await?;
            restarts += 1;
        }
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let history = load.finish().await?;
    let mut outcome = Outcome::default();
    outcome.notes.push(format!("{restarts} restarts"));
    let failed: Vec<_> = history.calls.iter().filter(|call| call.answer.failed()).collect();
    if !failed.is_empty() {
        outcome.failures.push(format!("{} calls failed: {:?}", failed.len(), failed[0]));
    }
    Ok(Outcome { history, ..outcome })
}
