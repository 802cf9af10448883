//! For so many people: how many nodes, how much memory, what goes over the bus, what the database has
//! to do, how long a reader waits; and where the design ends.
//!
//! An analytic model, no simulation of single requests: what one thing costs was measured
//! ([`costs`]), how often it happens is a setting with Twitter's published load as its default
//! ([`Load`]), and waiting follows from queueing theory ([`queue`]).

mod costs;
mod model;
mod queue;
mod report;

use std::path::Path;

use costs::Costs;
use model::{Answer, Limit, Load, Machine};

use crate::measure::root;

/// What is asked.
#[derive(Debug, clap::Args)]
pub(crate) struct ScaleOptions {
    /// For how many active people.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "1000,10000,100000,1000000,10000000,50000000,150000000,300000000,600000000"
    )]
    people: Vec<u64>,
    #[command(flatten)]
    load: Load,
    #[command(flatten)]
    machine: Machine,
    #[command(flatten)]
    costs: Costs,
    /// Writes tables and curves into `docs/scaling.md` and `docs/images`.
    #[arg(long)]
    write_docs: bool,
}

/// Answers with tables, and draws curves.
pub(crate) fn run(options: &ScaleOptions) -> anyhow::Result<()> {
    let answers = answers(options);
    let text = report::markdown(&answers, options);
    if options.write_docs {
        let images = root().join("docs/images");
        report::draw(&images, options)?;
        return report::write_into(&root().join("docs/scaling.md"), &text);
    }
    println!("{text}");
    let folder = root().join("target/bench");
    for picture in report::draw(Path::new(&folder), options)? {
        eprintln!("drawn: target/bench/{picture}");
    }
    Ok(())
}

fn answers(options: &ScaleOptions) -> Vec<(u64, Result<Answer, Limit>)> {
    let answer = |people: &u64| {
        let answer = model::answer(*people as f64, &options.load, &options.machine, &options.costs);
        (*people, answer)
    };
    options.people.iter().map(answer).collect()
}
