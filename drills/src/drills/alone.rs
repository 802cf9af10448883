//! One node with SQLite.

use std::path::Path;
use std::time::Duration;

use super::Arena;
use crate::load::{Load, Plan};
use crate::process::Node;
use crate::report::Outcome;
use crate::world::{Route, Service, World};

/// The world around one node: whatever is acknowledged is seen by everybody at once.
pub(super) fn world(node: &Node) -> anyhow::Result<World> {
    let service =
        Service { nodes: vec![node.url.clone()], front: None, database_url: node.database_url() };
    World::new(service, Route::Nodes, Duration::ZERO)
}

pub(super) async fn start(arena: &Arena, folder: &Path) -> anyhow::Result<Node> {
    Node::start(&arena.pipit, folder, &[]).await
}

/// Kills it at random times while people write.
pub(super) async fn kill(arena: &mut Arena) -> anyhow::Result<Outcome> {
    let rounds = arena.pick(100, 10);
    let mut node = start(arena, &arena.own_folder("kill-sqlite")?).await?;
    let load = Load::start(world(&node)?, Plan::everything(10)).await?;
    let mut faults = Vec::new();
    for _ in 0..rounds {
        tokio::time::sleep(Duration::from_millis(fastrand::u64(50..600))).await;
        let broken = load.world.now();
        node.kill()?;
        faults.push((broken, load.world.now()));
        node.run().await?;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let history = load.finish().await?;
    let notes = vec![format!("killed {rounds} times")];
    Ok(Outcome { history, faults, notes, failures: Vec::new() })
}
