//! The report: Markdown and pictures, on the terminal or in `docs/`.

mod machine;
mod plots;
mod steps;
mod tables;
mod targets;

use std::fmt::Write;
use std::fs;

use anyhow::Context;

use crate::measure::{Results, root};
pub(crate) use machine::Machine;
pub(crate) use plots::lines;

const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// Writes the report of a run to the terminal, with pictures in `target/bench`, or into `docs/`.
pub(crate) fn write(results: &Results, into_docs: bool) -> anyhow::Result<()> {
    let text = markdown(results)?;
    if !into_docs {
        let pictures = plots::draw(&root().join("target/bench"), results)?;
        println!("{text}");
        for picture in pictures {
            eprintln!("drawn: target/bench/{picture}");
        }
        return Ok(());
    }
    let file = root().join("docs/benchmarks.md");
    let old = fs::read_to_string(&file)?;
    let missing = || format!("no {BEGIN} and {END} in {}", file.display());
    let (before, rest) = old.split_once(BEGIN).with_context(missing)?;
    let (_, after) = rest.split_once(END).with_context(missing)?;
    let pictures = plots::draw(&root().join("docs/images"), results)?;
    let mut text = text;
    for (picture, title) in pictures.iter().zip(plots::TITLES) {
        write!(text, "\n![{title}](images/{picture})\n")?;
    }
    fs::write(&file, format!("{before}{BEGIN}\n{text}\n{END}{after}"))?;
    eprintln!("written: {}", file.display());
    Ok(())
}

fn markdown(results: &Results) -> anyhow::Result<String> {
    let mut out = String::new();
    writeln!(out, "{}\n", results.machine)?;
    writeln!(
        out,
        "wrk with 1 thread and {} connections, {} s a run, medians of {} rounds taken in turns with \
         the floors. CPU is the server process's own, user and system, divided by the requests \
         answered.\n",
        results.connections, results.seconds, results.rounds
    )?;
    writeln!(out, "### Asked and reached\n")?;
    targets::table(&mut out, &results.scenarios)?;
    for scenario in &results.scenarios {
        writeln!(
            out,
            "\n### {}, {} people, {} tweets\n",
            scenario.database,
            count(scenario.people as f64),
            count(scenario.tweets as f64)
        )?;
        tables::cases(&mut out, scenario)?;
        steps::table(&mut out, scenario)?;
    }
    Ok(out)
}

/// A number with commas between its thousands.
pub(crate) fn count(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn mib(bytes: f64) -> String {
    format!("{} MiB", count(bytes / 1024.0 / 1024.0))
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(count(1_234_567.0), "1,234,567");
        assert_eq!(count(999.4), "999");
        assert_eq!(count(100_000.0), "100,000");
    }
}
