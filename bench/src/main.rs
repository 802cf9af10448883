//! Measures Pipit: `bench/run` says how.

mod cases;
mod floors;
mod load;
mod measure;
mod network;
mod nodes;
mod push;
mod report;
mod scale;
mod server;
mod tokens;
mod wrk;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use network::Network;

/// As in the server, so that the floors are as low as they could be.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(about = "Measures Pipit on a synthetic network.")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fills an empty database that `pipit migrate` has made with a synthetic network.
    Load {
        #[arg(long)]
        database_url: String,
        #[arg(long, default_value_t = 10_000)]
        people: usize,
    },
    /// Signs people of a loaded network in and prints their bearer tokens, to try things by hand.
    Tokens {
        #[arg(long)]
        database_url: String,
        /// Their numbers in the network.
        people: Vec<usize>,
    },
    /// Compares pushing posts to followers with pulling them from authors, in memory.
    Push(push::PushOptions),
    /// Answers what so many people need, from what one thing costs.
    Scale(scale::ScaleOptions),
    /// Measures a server on networks of some sizes: `bench/run` builds it and calls this.
    Run(measure::RunOptions),
    /// Measures three nodes beside one on PostgreSQL, with Redis and without.
    Nodes(nodes::NodesOptions),
    /// Serves the pages that a home is compared with.
    #[command(hide = true)]
    FloorHttp { page: PathBuf },
    /// Inserts what posts are compared with.
    #[command(hide = true)]
    FloorInsert(floors::insert::Options),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Args::parse().command {
        Command::Load { database_url, people } => {
            let loaded = load::load(&database_url, &Network::new(people, SEED)).await?;
            println!("{} tweets in {:.1?}", loaded.tweets, loaded.took);
        }
        Command::Tokens { database_url, people } => {
            let users: Vec<i64> = people.iter().map(|person| load::user_id(*person)).collect();
            for token in tokens::mint(&database_url, &users).await? {
                println!("{token}");
            }
        }
        Command::Push(options) => push::run(&options, SEED)?,
        Command::Scale(options) => scale::run(&options)?,
        Command::Run(options) => measure::run(&options, SEED).await?,
        Command::Nodes(options) => nodes::run(&options, SEED).await?,
        Command::FloorHttp { page } => floors::http::serve(&page).await?,
        Command::FloorInsert(options) => {
            println!("{}", serde_json::to_string(&floors::insert::run(&options).await?)?);
        }
    }
    Ok(())
}

const SEED: u64 = 20_261_124;
