//! Push beside pull: what each costs as a bare data structure, in memory, on one thread.
//!
//! Neither has a queue, a lock, a database or a text; a page is twenty ids. What a push system needs
//! besides (workers, timelines made anew for those who come back, repairs on delete) is not held
//! against it.

mod fan_out;
mod pull;
mod ring;
mod rounds;
mod timing;
mod world;

use crate::network::Network;
use rounds::Line;
use world::World;

/// Entries of a page.
const PAGE: usize = 20;

/// How much to compare.
#[derive(Debug, clap::Args)]
pub(crate) struct PushOptions {
    /// Sizes of the network.
    #[arg(long, value_delimiter = ',', default_value = "10000,100000,1000000")]
    people: Vec<usize>,
    /// How many in a hundred people read at all; only they have a timeline or a list of followees.
    #[arg(long, value_delimiter = ',', default_value = "10,100")]
    active: Vec<usize>,
    /// Times that everything is measured, one way and the other in turns.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

/// Measures and prints a Markdown table for each size.
pub(crate) fn run(options: &PushOptions, seed: u64) -> anyhow::Result<()> {
    for people in &options.people {
        let network = Network::new(*people, seed);
        let mut columns = Vec::new();
        for active in &options.active {
            eprintln!("{people} people, {active} % of whom read …");
            columns
                .push((*active, rounds::compare(World::new(&network, *active), options.rounds)?));
        }
        println!("{}", table(*people, &columns));
    }
    Ok(())
}

fn table(people: usize, columns: &[(usize, Vec<Line>)]) -> String {
    let ways = columns
        .iter()
        .flat_map(|(active, _)| ["push", "pull"].map(|way| format!("{way}, {active} % read")));
    let mut rows =
        vec![row(std::iter::once(format!("{} people", number(people as f64))).chain(ways))];
    rows.push(format!("|---|{}\n", "---:|".repeat(columns.len() * 2)));
    let names = columns.first().map_or(&[][..], |(_, lines)| lines);
    for (place, Line { what, .. }) in names.iter().enumerate() {
        let lines = columns.iter().filter_map(|(_, lines)| lines.get(place));
        let figures =
            lines.flat_map(|line| [number(line.push), line.pull.map(number).unwrap_or_default()]);
        rows.push(row(std::iter::once((*what).to_owned()).chain(figures)));
    }
    rows.concat()
}

fn row(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}

/// As people write it.
fn number(value: f64) -> String {
    if value < 10.0 && value.fract() != 0.0 {
        return format!("{value:.2}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        let written = [0.25, 7.0, 42.4, 999.6, 1_234_567.0].map(number);
        assert_eq!(written, ["0.25", "7", "42", "1,000", "1,234,567"]);
    }
}
