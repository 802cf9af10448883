//! Measures Pipit: `bench/run` says how.

mod load;
mod network;
mod tokens;

use clap::{Parser, Subcommand};
use network::Network;

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
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Args::parse().command {
        Command::Load { database_url, people } => {
            let loaded = load::load(&database_url, &Network::new(people, SEED)).await?;
            println!("{} tweets in {:.1?}", loaded.tweets, loaded.took);
        }
    }
    Ok(())
}

const SEED: u64 = 20_261_124;
