//! Pictures of a run, as SVG: on white, so that they are read in the light and in the dark.

mod bars;
pub(crate) mod lines;

use std::path::Path;

use anyhow::anyhow;
use plotters::prelude::*;

use crate::cases::HOME_200;
use crate::measure::{Page, Results, Scenario};
use lines::{Axes, Line};

/// What the pictures show, in the order of [`draw`]'s answer.
pub(super) const TITLES: [&str; 4] = [
    "CPU a request by case, beside the floors",
    "How long each page of a walk through a home takes",
    "CPU a request of a home, by the number of people",
    "p99 of a home, by the number of people",
];

/// Colours that people who see few of them tell apart (Okabe and Ito).
const PLAIN: RGBColor = RGBColor(0, 114, 178);
const FLOOR: RGBColor = RGBColor(150, 150, 150);
const WRITE: RGBColor = RGBColor(213, 94, 0);
const GREEN: RGBColor = RGBColor(0, 158, 115);
const TEXT: RGBColor = RGBColor(40, 40, 40);
const GRID: RGBColor = RGBColor(225, 225, 225);

/// Draws what there is to draw; answers the files' names.
pub(super) fn draw(folder: &Path, results: &Results) -> anyhow::Result<Vec<String>> {
    std::fs::create_dir_all(folder)?;
    let mut drawn = Vec::new();
    // The largest network on the embedded database says most.
    let sqlite = results.scenarios.iter().filter(|scenario| scenario.database == "SQLite");
    let main = sqlite.max_by_key(|scenario| scenario.people).or(results.scenarios.first());
    let Some(main) = main else { return Ok(drawn) };
    let mut picture = |name: &str, work: &dyn Fn(&Path) -> anyhow::Result<()>| {
        let name = format!("bench-{name}.svg");
        work(&folder.join(&name)).map_err(|error| anyhow!("{name}: {error}"))?;
        drawn.push(name);
        Ok::<(), anyhow::Error>(())
    };
    picture("cpu", &|file| bars::draw(file, main, TITLES[0]))?;
    picture("walk", &|file| lines::draw(file, &walk_axes(main), &walk_lines(main)))?;
    let mut sizes: Vec<&Scenario> =
        results.scenarios.iter().filter(|s| s.database == main.database).collect();
    sizes.sort_by_key(|scenario| scenario.people);
    if sizes.len() > 1 {
        let by_people = [
            ("people-cpu", 2, "µs of CPU", "CPU a request"),
            ("people-p99", 3, "milliseconds", "p99"),
        ];
        for (name, title, unit, what) in by_people {
            let lines = people_lines(&sizes, what == "p99");
            let axes = Axes { title: TITLES[title].to_owned(), x: "people", y: unit, log_x: true };
            picture(name, &|file| lines::draw(file, &axes, &lines))?;
        }
    }
    Ok(drawn)
}

fn walk_axes(scenario: &Scenario) -> Axes {
    let people = super::count(scenario.people as f64);
    let title = format!("{} ({people} people)", TITLES[1]);
    Axes { title, x: "page", y: "milliseconds", log_x: false }
}

fn walk_lines(scenario: &Scenario) -> Vec<Line> {
    let colours = [[WRITE, GREEN], [PLAIN, FLOOR]];
    let mut lines = Vec::new();
    for (walk, [cold, warm]) in scenario.walks.iter().zip(colours) {
        let points = |pages: &[Page]| -> Vec<(f64, f64)> {
            pages.iter().enumerate().map(|(n, page)| (n as f64 + 1.0, page.ms)).collect()
        };
        let who = format!("follows {}", super::count(walk.followees as f64));
        let name = format!("{who}, after a restart");
        lines.push(Line { name, colour: cold, points: points(&walk.cold), joined: false });
        let name = format!("{who}, again");
        lines.push(Line { name, colour: warm, points: points(&walk.warm), joined: false });
    }
    lines
}

fn people_lines(sizes: &[&Scenario], p99: bool) -> Vec<Line> {
    let cases = [
        (HOME_200, PLAIN),
        (crate::cases::HOME_RANDOM, WRITE),
        (crate::cases::HOME_5000, GREEN),
        (crate::cases::FLOOR_STATIC, FLOOR),
    ];
    let line = |(name, colour): (&str, RGBColor)| {
        let points = sizes.iter().filter_map(|scenario| {
            let figures = scenario.case(name)?;
            Some((scenario.people as f64, if p99 { figures.p99_ms } else { figures.cpu_us }))
        });
        Line { name: name.to_owned(), colour, points: points.collect(), joined: true }
    };
    cases.into_iter().map(line).collect()
}
