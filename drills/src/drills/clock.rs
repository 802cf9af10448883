//! A clock that steps.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::bail;

use super::{Arena, Skip, alone};
use crate::history::{Answer, At, History};
use crate::load::{Load, Plan};
use crate::process::Node;
use crate::report::Outcome;

/// Debian's package has one folder an architecture.
const LIBRARIES: &str = "/usr/lib";
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";
/// In seconds, against the true time; at the end it is right again.
const STEPS: [&str; 4] = ["+3600", "+0", "-3600", "+0"];

pub(super) async fn step(arena: &mut Arena) -> anyhow::Result<Outcome> {
    let folder = arena.own_folder("clock-step")?;
    let clock = folder.with_extension("clock");
    std::fs::write(&clock, STEPS[1])?;
    let library = library()?;
    let settings = [
        ("LD_PRELOAD", library.as_str()),
        ("FAKETIME_TIMESTAMP_FILE", &clock.display().to_string()),
        ("FAKETIME_NO_CACHE", "1"),
        // Durations are measured by another clock, which no step touches.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("DONT_FAKE_MONOTONIC", "1"),
    ];
    let node = Node::start(&arena.pipit, &folder, &settings).await?;
    let load = Load::start(alone::world(&node)?, Plan::everything(10)).await?;
    let mut faults = Vec::new();
    for step in STEPS {
        tokio::time::sleep(arena.secs(4, 2)).await;
        let now = load.world.now();
        set(&clock, step)?;
        faults.push((now, now));
    }
    tokio::time::sleep(arena.secs(4, 2)).await;
    let history = load.finish().await?;
    let mut failures = ids_that_fall(&history);
    if history.calls.iter().any(|call| call.answer.failed()) {
        failures.push("calls failed, though nothing but the clock moved".to_owned());
    }
    let hours = hours_of_ids(&history);
    let notes = vec![format!("ids from a span of {hours:.2} hours")];
    if hours < 0.9 {
        failures.push("the clock did not step for the node: nothing was drilled".to_owned());
    }
    Ok(Outcome { history, faults, notes, failures })
}

/// At once, not bit by bit: the node reads it at any time.
fn set(clock: &Path, step: &str) -> anyhow::Result<()> {
    let beside = clock.with_extension("new");
    std::fs::write(&beside, step)?;
    std::fs::rename(beside, clock)?;
    Ok(())
}

fn library() -> anyhow::Result<String> {
    for architecture in std::fs::read_dir(LIBRARIES)? {
        let file = architecture?.path().join(LIBRARY);
        if file.exists() {
            return Ok(file.display().to_string());
        }
    }
    bail!(Skip("no libfaketime: run scripts/install-test-tools".to_owned()))
}

/// On one node, whoever posts later gets the higher id, whatever the clock says.
fn ids_that_fall(history: &History) -> Vec<String> {
    let mut by_end: BTreeMap<At, i64> = BTreeMap::new();
    let mut posts: Vec<(At, At, i64)> = Vec::new();
    for call in &history.calls {
        if let Answer::Posted(id) = call.answer {
            posts.push((call.began, call.ended, id));
        }
    }
    // The first answer by each id: a second one came of a second try.
    posts.sort_by_key(|(_, ended, id)| (*id, *ended));
    posts.dedup_by_key(|(_, _, id)| *id);
    posts.sort_unstable();
    let mut fallen = Vec::new();
    let mut highest = 0;
    for (began, ended, id) in posts {
        let later = by_end.split_off(&began);
        highest = by_end.values().copied().chain([highest]).max().unwrap_or(0);
        by_end = later;
        by_end.insert(ended, id);
        if id < highest {
            fallen.push(format!("tweet {id} was posted after {highest} and has a lower id"));
        }
    }
    fallen.truncate(5);
    fallen
}

/// An id begins with the milliseconds at which it was given out.
fn hours_of_ids(history: &History) -> f64 {
    let ids = history.calls.iter().filter_map(|call| match call.answer {
        Answer::Posted(id) => Some(id),
        _ => None,
    });
    let (mut lowest, mut highest) = (i64::MAX, 0);
    for id in ids {
        lowest = lowest.min(id);
        highest = highest.max(id);
    }
    let millis = (highest - lowest.min(highest)) >> ID_BITS_BELOW_TIME;
    Duration::from_millis(millis as u64).as_secs_f64() / 3600.0
}

/// Of an id: the node and the number within its millisecond.
const ID_BITS_BELOW_TIME: u32 = 16;
