//! Tables and curves of what the model answers.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::Context;
use plotters::style::RGBColor;

use super::ScaleOptions;
use super::model::{self, Answer, Because, Limit};
use crate::report::count;
use crate::report::lines::{self, Axes, Line};

const BEGIN: &str = "<!-- scale:begin -->";
const END: &str = "<!-- scale:end -->";

const BLUE: RGBColor = RGBColor(0, 114, 178);
const RED: RGBColor = RGBColor(213, 94, 0);
const GREEN: RGBColor = RGBColor(0, 158, 115);
const GREY: RGBColor = RGBColor(150, 150, 150);

/// Points of a curve for each ten times as many people.
const STEPS: i32 = 12;

/// The answers as tables.
pub(super) fn markdown(answers: &[(u64, Result<Answer, Limit>)], options: &ScaleOptions) -> String {
    let mut text = format!(
        "Nodes of {} cores and {} GB, of which {:.0} % are used; a reader follows {}; an event costs \
         every other node {} µs.\n\n\
         | active people | homes a second | posts | all writes | nodes | because of | cores busy | \
         core that applies events | memory a node | bus in | bus out | databases | \
         p99 of a home | p99 of an event |\n|{}\n",
        options.machine.cores,
        options.machine.memory_gb,
        options.machine.used * 100.0,
        options.load.followees,
        options.costs.event_cpu_us,
        "--:|".repeat(14)
    );
    for (people, answer) in answers {
        let people = count(*people as f64);
        let row = match answer {
            Ok(answer) => row(answer),
            Err(limit) => format!("**ends here**: {}", words(*limit)),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| {people} | {row} |");
    }
    text
}

fn row(answer: &Answer) -> String {
    let because = match answer.because {
        Because::AtLeast => "–",
        Because::Cpu => "CPU",
        Because::Memory => "memory",
    };
    let cells = [
        count(answer.reads),
        count(answer.posts),
        count(answer.writes),
        answer.nodes.to_string(),
        because.to_owned(),
        format!("{:.0} %", answer.busy * 100.0),
        format!("{:.1} %", answer.applying * 100.0),
        format!("{:.1} GB", answer.memory_gb),
        format!("{:.2} MB/s", answer.bus_in_mb),
        format!("{:.1} MB/s", answer.bus_out_mb),
        answer.databases.to_string(),
        format!("{:.2} ms", answer.read_p99_ms),
        format!("{:.2} ms", answer.event_p99_ms),
    ];
    cells.join(" | ")
}

fn words(limit: Limit) -> &'static str {
    match limit {
        Limit::Events => "one core of each node cannot apply all events",
        Limit::Authors => "the authors alone do not fit into a node's memory",
        Limit::Bus => "the bus cannot send every event to every node",
    }
}

/// Puts the tables between their marks.
pub(super) fn write_into(file: &Path, text: &str) -> anyhow::Result<()> {
    let old = fs::read_to_string(file)?;
    let missing = || format!("no {BEGIN} and {END} in {}", file.display());
    let (before, rest) = old.split_once(BEGIN).with_context(missing)?;
    let (_, after) = rest.split_once(END).with_context(missing)?;
    fs::write(file, format!("{before}{BEGIN}\n{text}\n{END}{after}"))?;
    eprintln!("written: {}", file.display());
    Ok(())
}

/// A line of a picture: its name, its colour, what it shows of an answer.
type Curve<'a> = (&'a str, RGBColor, &'a dyn Fn(&Answer) -> f64);

/// Draws the curves; answers the files' names.
pub(super) fn draw(folder: &Path, options: &ScaleOptions) -> anyhow::Result<Vec<String>> {
    fs::create_dir_all(folder)?;
    let answers = curve_points(options);
    let mut drawn = Vec::new();
    if answers.len() < 2 {
        return Ok(drawn); // a point is no curve
    }
    let mut picture = |name: &str, title: &str, y: &'static str, curves: &[Curve<'_>]| {
        let line = |(name, colour, of): &Curve<'_>| {
            let points = answers.iter().map(|(people, answer)| (*people, of(answer))).collect();
            Line { name: (*name).to_owned(), colour: *colour, points, joined: true }
        };
        let axes = Axes { title: title.to_owned(), x: "active people", y, log_x: true };
        let name = format!("scale-{name}.svg");
        lines::draw(&folder.join(&name), &axes, &curves.iter().map(line).collect::<Vec<_>>())?;
        drawn.push(name);
        anyhow::Ok(())
    };
    picture(
        "nodes",
        "How many are needed",
        "nodes, databases",
        &[
            ("nodes", BLUE, &|a| f64::from(a.nodes)),
            ("databases, writes shared out among them", RED, &|a| f64::from(a.databases)),
        ],
    )?;
    picture(
        "node",
        "What a node has to do",
        "per cent",
        &[
            ("its cores", BLUE, &|a| a.busy * 100.0),
            ("the core that applies events", RED, &|a| a.applying * 100.0),
            ("its memory", GREEN, &|a| a.memory_gb / options.machine.memory_gb * 100.0),
            ("the bus, of what it can send", GREY, &|a| {
                a.bus_out_mb * 8.0 / 1e3 / options.machine.bus_gbits * 100.0
            }),
        ],
    )?;
    picture(
        "wait",
        "How long 99 of 100 take at most",
        "milliseconds",
        &[
            ("a home, without the way there", BLUE, &|a| a.read_p99_ms),
            ("an event, from the bus into a node's caches", RED, &|a| a.event_p99_ms),
        ],
    )?;
    Ok(drawn)
}

/// From the fewest people to the most, or to where it ends.
fn curve_points(options: &ScaleOptions) -> Vec<(f64, Answer)> {
    let first = options.people.iter().copied().min().unwrap_or(1).max(1) as f64;
    let last = options.people.iter().copied().max().unwrap_or(1) as f64;
    let step = 10_f64.powf(1.0 / f64::from(STEPS));
    let people = std::iter::successors(Some(first), |people| Some(people * step));
    let mut points = Vec::new();
    for people in people.take_while(|people| *people <= last * 1.001) {
        match model::answer(people, &options.load, &options.machine, &options.costs) {
            Ok(answer) => points.push((people, answer)),
            Err(_) => break,
        }
    }
    points
}
