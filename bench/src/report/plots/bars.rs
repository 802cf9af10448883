//! CPU a request as bars, one a case.

use std::path::Path;

use anyhow::anyhow;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{FLOOR, GRID, PLAIN, TEXT, WRITE};
use crate::measure::Scenario;

const WIDTH: i32 = 860;
const HEAD: i32 = 70;
const ROW: i32 = 26;
/// Where the bars begin: to their left stand the names.
const LEFT: i32 = 290;
/// Room for the figure behind the longest bar.
const RIGHT: i32 = 80;

pub(super) fn draw(file: &Path, scenario: &Scenario, title: &str) -> anyhow::Result<()> {
    let height = HEAD + ROW * scenario.cases.len() as i32 + 20;
    let area = SVGBackend::new(file, (WIDTH as u32, height as u32)).into_drawing_area();
    let failed = |error| anyhow!("{error:?}");
    area.fill(&WHITE).map_err(failed)?;
    let style = |size: i32, h, v| {
        let font = ("sans-serif", size).into_font().color(&TEXT);
        font.pos(Pos::new(h, v))
    };
    let headline = style(20, HPos::Left, VPos::Center);
    area.draw(&Text::new(title, (20, 24), headline)).map_err(failed)?;
    let people = super::super::count(scenario.people as f64);
    let below = format!("{}, {people} people; µs of CPU of the server process", scenario.database);
    area.draw(&Text::new(below, (20, 48), style(14, HPos::Left, VPos::Center))).map_err(failed)?;

    let of: Vec<f64> = scenario.cases.iter().map(|case| case.median().cpu_us).collect();
    let most = of.iter().copied().fold(1.0, f64::max);
    let scale = f64::from(WIDTH - LEFT - RIGHT) / most;
    for (n, (case, us)) in scenario.cases.iter().zip(&of).enumerate() {
        let middle = HEAD + ROW * n as i32 + ROW / 2;
        let end = LEFT + ((us * scale) as i32).max(1);
        let colour = match (case.name.starts_with("floor"), case.body_bytes.is_some()) {
            (true, _) => FLOOR,
            (_, true) => PLAIN,
            _ => WRITE,
        };
        let name = style(14, HPos::Right, VPos::Center);
        area.draw(&Text::new(case.name.clone(), (LEFT - 10, middle), name)).map_err(failed)?;
        let track = [(LEFT, middle - 9), (WIDTH - RIGHT, middle + 9)];
        area.draw(&Rectangle::new(track, GRID.mix(0.4).filled())).map_err(failed)?;
        let bar = [(LEFT, middle - 9), (end, middle + 9)];
        area.draw(&Rectangle::new(bar, colour.filled())).map_err(failed)?;
        let figure = style(14, HPos::Left, VPos::Center);
        area.draw(&Text::new(format!("{us:.1}"), (end + 8, middle), figure)).map_err(failed)?;
    }
    area.present().map_err(failed)
}
