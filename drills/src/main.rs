//! Breaks Pipit on purpose, and says whether anybody noticed: `scripts/drill` says how.
//!
//! People ask a service from outside and note every call ([`world`], [`person`], [`listener`],
//! [`load`]); a drill ([`drills`]) breaks parts of it meanwhile; in the end the [`judge`] says what no
//! order of events explains. Nothing of Pipit's own code is used: whoever checks it must not share its
//! mistakes.

mod cluster;
mod drills;
mod history;
mod judge;
mod listener;
mod load;
mod meddler;
mod person;
mod process;
mod report;
mod truth;
mod world;

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::{Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use cluster::Cluster;
use drills::{Arena, Drill, Length};
use report::Report;

#[derive(Parser)]
#[command(about = "Breaks Pipit on purpose, and says whether anybody noticed.")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Does those of the drills that belong to what is around here: a cluster or none.
    Run(Run),
    /// Prints what came of all drills of a file as a table; fails if one of them did.
    Table { results: PathBuf },
}

#[derive(clap::Args)]
struct Run {
    /// The binary of nodes that a drill starts by itself
    #[arg(long)]
    pipit: PathBuf,
    /// The folder of a running scripts/cluster
    #[arg(long, env = "PIPIT_CLUSTER")]
    cluster: Option<PathBuf>,
    /// Where a line is added for each drill
    #[arg(long)]
    results: PathBuf,
    /// Where the history of a drill that failed is kept, to be looked at
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Shorter faults, fewer rounds
    #[arg(long)]
    short: bool,
    /// Which; all if left out
    drills: Vec<Drill>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Args::parse().command {
        Command::Run(run) => do_drills(run).await,
        Command::Table { results } => {
            let (table, reports) = report::table(&results)?;
            print!("\n{table}");
            ensure!(reports.iter().all(Report::passed), "a drill failed");
            Ok(())
        }
    }
}

async fn do_drills(run: Run) -> anyhow::Result<()> {
    let cluster = run.cluster.map(Cluster::open).transpose()?;
    let wanted = if run.drills.is_empty() { Drill::value_variants() } else { &run.drills[..] };
    let here: Vec<Drill> =
        wanted.iter().copied().filter(|drill| drill.is_for(cluster.as_ref())).collect();
    let place = tempfile::tempdir().context("a folder for the data of nodes")?;
    let length = if run.short { Length::Short } else { Length::Full };
    let pipit = run.pipit.canonicalize().with_context(|| {
        format!("there is no {}: build it with cargo build", run.pipit.display())
    })?;
    let folder = place.path().to_owned();
    let mut arena = Arena { pipit, folder, cluster, length, keep: run.keep };
    let bar = ProgressBar::new(here.len() as u64);
    bar.set_style(ProgressStyle::with_template("{pos}/{len} {msg} {elapsed} {bar:30}")?);
    for drill in here {
        bar.set_message(drill.name());
        bar.tick();
        let report = arena.run(drill).await;
        bar.suspend(|| report.print());
        report.append_to(&run.results)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}
