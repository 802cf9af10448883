//! Is the checker known to see? Between people and a real node, one kind of fault is planted at a
//! time; with none, nothing may be found.

use std::time::Duration;

use anyhow::Context;
use tokio::task::JoinSet;

use super::{Arena, alone};
use crate::history::History;
use crate::judge::{Kind, count, judge};
use crate::load::{Load, Plan};
use crate::meddler::{Fault, Meddler};
use crate::report::Outcome;
use crate::world::World;

/// Each fault, and what it must be called, among whatever else it brings with it.
const FAULTS: [(Fault, Kind); 8] = [
    (Fault::LostWrite, Kind::LostWrite),
    (Fault::OldAnswer, Kind::StaleRead),
    (Fault::DoubledEntry, Kind::DoubledEntry),
    (Fault::DeliveredTwice, Kind::DeliveredTwice),
    (Fault::DoubledWrite, Kind::DoubledWrite),
    (Fault::MissingEntry, Kind::MissingEntry),
    (Fault::Leak, Kind::PrivacyLeak),
    (Fault::Undelivered, Kind::Undelivered),
];
/// So many of them in a short run.
const SHORT: usize = 4;

pub(super) async fn run(arena: &mut Arena) -> anyhow::Result<Outcome> {
    let node = alone::start(arena, &arena.own_folder("planted")?).await?;
    let time = arena.secs(8, 5);
    let mut tasks = JoinSet::new();
    for (fault, kind) in FAULTS.into_iter().take(arena.pick(FAULTS.len(), SHORT)) {
        let mut world = alone::world(&node)?;
        world.meddler = Meddler::with(fault);
        // One after the other: who signs in too often at once is taken for somebody who guesses.
        let load = begin(world).await?;
        tasks.spawn(async move { anyhow::Ok((fault, kind, end(load, time).await?)) });
    }
    let honest = end(begin(alone::world(&node)?).await?, time).await?;
    let mut outcome = Outcome { history: honest, ..Outcome::default() };
    while let Some(ended) = tasks.join_next().await {
        let (fault, kind, history) = ended.context("a load failed")??;
        let found = count(&judge(&history));
        if found.contains_key(&kind) {
            outcome.notes.push(format!("{fault:?} was seen: {found:?}"));
        } else {
            outcome.failures.push(format!("{fault:?} was not seen as {kind:?}: {found:?}"));
        }
    }
    outcome.notes.sort();
    Ok(outcome)
}

async fn begin(world: World) -> anyhow::Result<Load> {
    Load::start(world, Plan::everything(60)).await
}

async fn end(load: Load, time: Duration) -> anyhow::Result<History> {
    tokio::time::sleep(time).await;
    load.finish().await
}
