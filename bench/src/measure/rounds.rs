//! The rounds: in each, every case of a phase once, floors among them, each round from another
//! start, so that what drifts on the machine meets all alike.

use anyhow::{Context, bail, ensure};
use indicatif::ProgressBar;

use super::RunOptions;
use super::place::Place;
use super::results::Measured;
use crate::cases::{By, Case, Phase};
use crate::server::Server;
use crate::wrk::{self, Figures, Load};

/// Long enough for the caches to know what a case reads.
const WARM_SECONDS: u64 = 1;

pub(super) fn run(
    place: &Place,
    (pipit, floor): (&Server, &Server),
    cases: &[Case],
    options: &RunOptions,
    bar: &ProgressBar,
) -> anyhow::Result<Vec<Measured>> {
    let server = |case: &Case| if case.by == By::FloorHttp { floor } else { pipit };
    let mut measured = Vec::new();
    for case in cases {
        let body_bytes = body_bytes(server(case), case).with_context(|| case.name)?;
        measured.push(Measured { name: case.name.to_owned(), body_bytes, runs: Vec::new() });
    }
    bar.set_length(cases.len() as u64 * (options.rounds + 1));
    for phase in [Phase::Reads, Phase::Writes, Phase::Popular] {
        let of_phase: Vec<usize> = (0..cases.len()).filter(|n| cases[*n].phase == phase).collect();
        for round in 0..=options.rounds as usize {
            let warming = round == 0;
            let seconds = if warming { WARM_SECONDS } else { options.seconds };
            let load = Load { seconds, ..options.load() };
            let first = round * of_phase.len() / (options.rounds as usize + 1);
            for turn in 0..of_phase.len() {
                let n = of_phase[(first + turn) % of_phase.len()];
                let case = &cases[n];
                bar.set_message(format!("round {round}: {}", case.name));
                let figures = match case.by {
                    By::FloorInsert => insert(place, load),
                    _ => wrk::run(server(case), case.requests(round)?, load),
                };
                let figures = figures.with_context(|| case.name)?;
                if !warming {
                    measured[n].runs.push(figures);
                }
                bar.inc(1);
            }
        }
    }
    Ok(measured)
}

/// What a read's answer has, looked at before the clock runs.
fn body_bytes(server: &Server, case: &Case) -> anyhow::Result<Option<usize>> {
    let Some(probe) = &case.probe else { return Ok(None) };
    let body = server.client(None).get_as(&probe.path, probe.header.clone())?;
    ensure!(!body.is_empty(), "an empty answer");
    Ok(Some(body.len()))
}

/// The bare insert, in a process of its own so that its CPU time is all there is of it.
fn insert(place: &Place, load: Load) -> anyhow::Result<Figures> {
    let output = std::process::Command::new(std::env::current_exe()?)
        .arg("floor-insert")
        .args(["--database-url", &place.floor_url])
        .args(["--people", &place.network.people.to_string()])
        .args(["--seed", &place.seed.to_string()])
        .args(["--seconds", &load.seconds.to_string()])
        .args(["--producers", &load.connections.to_string()])
        .output()?;
    if !output.status.success() {
        bail!("the bare insert failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
