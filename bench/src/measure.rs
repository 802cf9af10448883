//! One run: every database and size, step by step, from an empty folder to the figures.

mod cast;
mod memory;
mod place;
mod restart;
mod results;
mod rounds;

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cases::{self, HOME_200};
use crate::report;
use crate::server::Server;
use crate::wrk::Load;
pub(crate) use cast::{Cast, posters};
pub(crate) use place::{Engine, Place, root};
pub(crate) use restart::{STATEMENTS, most, warm_up};
pub(crate) use results::{Page, Results, Scenario, Walk, median};

/// What to measure, and how long.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunOptions {
    /// Sizes of the network; beyond 100,000 only on SQLite
    #[arg(long, value_delimiter = ',', default_value = "10000")]
    pub(crate) people: Vec<usize>,
    #[arg(long, value_delimiter = ',', default_value = "sqlite")]
    pub(crate) databases: Vec<Engine>,
    /// Seconds of each run of each case
    #[arg(long, default_value_t = 4)]
    pub(crate) seconds: u64,
    /// Runs of each case, taken in turns; medians are told
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=8))]
    pub(crate) rounds: u64,
    #[arg(long, default_value_t = 64)]
    pub(crate) connections: usize,
    /// The server to measure [default: target/release/pipit]
    #[arg(long)]
    pub(crate) binary: Option<PathBuf>,
    /// Readers who read once, for what each of them costs in memory [default: a tenth of all]
    #[arg(long)]
    pub(crate) active: Option<usize>,
    /// Load the networks again
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Write the report into docs/benchmarks.md and its pictures into docs/images
    #[arg(long)]
    pub(crate) write_docs: bool,
    /// Measure nothing and report the last results again
    #[arg(long)]
    pub(crate) again: bool,
    #[arg(long, env = "PIPIT_TEST_POSTGRES", hide_env_values = true)]
    pub(crate) postgres_url: Option<String>,
    #[arg(long, env = "PIPIT_TEST_MYSQL", hide_env_values = true)]
    pub(crate) mysql_url: Option<String>,
}

impl RunOptions {
    pub(crate) fn binary(&self) -> PathBuf {
        self.binary.clone().unwrap_or_else(|| root().join("target/release/pipit"))
    }

    pub(crate) fn load(&self) -> Load {
        Load { connections: self.connections, seconds: self.seconds }
    }
}

pub(crate) async fn run(options: &RunOptions, seed: u64) -> anyhow::Result<()> {
    let file = root().join("target/bench/results.json");
    if !options.again {
        let mut results = Results::begin(options)?;
        for engine in &options.databases {
            for people in &options.people {
                if !engine.takes(*people) {
                    eprintln!("{people} people are measured only on SQLite");
                    continue;
                }
                let place = Place::prepare(options, *engine, *people, seed).await?;
                results.scenarios.push(scenario(options, &place).await?);
                place.clear()?;
                // After each, so that a run that breaks off leaves what it has.
                std::fs::write(&file, serde_json::to_string_pretty(&results)?)?;
            }
        }
    }
    let text = std::fs::read_to_string(&file).context("no results yet")?;
    report::write(&serde_json::from_str(&text)?, options.write_docs)
}

async fn scenario(options: &RunOptions, place: &Place) -> anyhow::Result<Scenario> {
    let bar = bar(&format!("{} {}", place.engine, place.network.people))?;
    bar.set_message("minting tokens");
    let cast = Cast::gather(&place.url, &place.network, options.rounds as usize).await?;

    bar.set_message("restarting");
    let starts = restart::starts(place, &cast)?;
    bar.set_message("walking");
    let (walks, tweet_bytes) = restart::walks(place, &cast)?;
    let cold = restart::cold(place, &cast)?;

    let requests = place.folder.join("requests");
    let rounds = options.rounds as usize;
    let cases = cases::write(&requests, &cast, &place.network, rounds)?;
    let server = place.start()?;
    bar.set_message("warming");
    let warm_up = restart::warm_up(&server, &cast.readers[..cases::BLOCK])?;
    let page = requests.join("home.json");
    std::fs::write(&page, server.client(Some(&cast.reader_200)).get("/timeline")?)?;
    let floor = floor_server(&page)?;
    let measured = rounds::run(place, (&server, &floor), &cases, options, &bar)?;
    drop(floor);
    bar.set_message("reading what was acknowledged");
    let readable = memory::readable(&server, &cast, &place.network)?;
    let mut memory = memory::after_rounds(&server)?;
    memory.tweet_bytes = tweet_bytes;
    server.stop()?;

    bar.set_message("reading as many");
    let active = options.active.unwrap_or(place.network.people / 10);
    memory::active(place, active, &mut memory).await?;
    bar.finish_and_clear();
    Ok(Scenario {
        database: place.engine.to_string(),
        people: place.network.people,
        database_bytes: place.database_bytes,
        tweets: cast.tweets_total,
        cache_mb: place.cache_mb,
        starts,
        walks,
        cold,
        warm_up,
        cases: measured,
        readable,
        memory,
    })
}

/// A server of the floors, on the same page as `HOME_200`.
fn floor_server(page: &Path) -> anyhow::Result<Server> {
    let page = page.to_str().with_context(|| format!("a path for {HOME_200}"))?;
    Server::start(&std::env::current_exe()?, &["floor-http".to_owned(), page.to_owned()])
}

fn bar(name: &str) -> anyhow::Result<ProgressBar> {
    let bar = ProgressBar::new(0);
    let template = "{prefix} [{elapsed_precise}] {pos}/{len} {wide_msg}";
    bar.set_style(ProgressStyle::with_template(template)?);
    bar.set_prefix(name.to_owned());
    Ok(bar)
}
