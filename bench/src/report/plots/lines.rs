//! Lines over a number, with a legend below the title where it covers nothing.

use std::path::Path;

use anyhow::anyhow;
use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::prelude::*;

use super::{GRID, TEXT};

const SIZE: (u32, u32) = (860, 480);
const LEGEND: u32 = 88;

/// What the axes say.
pub(crate) struct Axes {
    pub(crate) title: String,
    pub(crate) x: &'static str,
    pub(crate) y: &'static str,
    pub(crate) log_x: bool,
}

/// One line.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) colour: RGBColor,
    pub(crate) points: Vec<(f64, f64)>,
    /// Otherwise only its points are drawn: where neighbours differ much, lines hide them.
    pub(crate) joined: bool,
}

pub(crate) fn draw(file: &Path, axes: &Axes, lines: &[Line]) -> anyhow::Result<()> {
    let points = || lines.iter().flat_map(|line| line.points.iter().copied());
    let first = points().map(|(x, _)| x).fold(f64::INFINITY, f64::min);
    let last = points().map(|(x, _)| x).fold(1.0, f64::max);
    // Room above for a little more than the highest point.
    let top = points().map(|(_, y)| y).fold(0.0, f64::max) * 1.08 + 1e-6;
    if axes.log_x {
        draw_on(file, axes, lines, (first * 0.8..last * 1.25).log_scale(), top)
    } else {
        draw_on(file, axes, lines, 0.0..last * 1.02, top)
    }
}

fn draw_on<X>(file: &Path, axes: &Axes, lines: &[Line], x: X, top: f64) -> anyhow::Result<()>
where
    X: AsRangedCoord<Value = f64>,
    X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let failed = |error| anyhow!("{error:?}");
    let area = SVGBackend::new(file, SIZE).into_drawing_area();
    area.fill(&WHITE).map_err(failed)?;
    legend(&area, axes, lines)?;
    let (_, below) = area.split_vertically(LEGEND);
    let mut chart = ChartBuilder::on(&below)
        .margin_right(30)
        .margin_bottom(10)
        .margin_left(10)
        .x_label_area_size(50)
        .y_label_area_size(70)
        .build_cartesian_2d(x, 0.0..top)
        .map_err(failed)?;
    let font = ("sans-serif", 14).into_font().color(&TEXT);
    chart
        .configure_mesh()
        .x_desc(axes.x)
        .y_desc(axes.y)
        .x_label_formatter(&|x| super::super::count(*x))
        .y_label_formatter(&|y| if top < 8.0 { format!("{y:.1}") } else { format!("{y:.0}") })
        .axis_style(TEXT)
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .label_style(font.clone())
        .axis_desc_style(font)
        .draw()
        .map_err(failed)?;
    for line in lines {
        if line.joined {
            let style = line.colour.stroke_width(2);
            let points = line.points.iter().copied();
            chart.draw_series(LineSeries::new(points, style)).map_err(failed)?;
        }
        let size = if line.joined { 4 } else { 2 };
        let dots = line.points.iter().map(|at| Circle::new(*at, size, line.colour.filled()));
        chart.draw_series(dots).map_err(failed)?;
    }
    below.present().map_err(failed)
}

/// Two lines of names at most, each with its colour.
fn legend(
    area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    axes: &Axes,
    lines: &[Line],
) -> anyhow::Result<()> {
    let failed = |error| anyhow!("{error:?}");
    let font = |size: i32| ("sans-serif", size).into_font().color(&TEXT);
    area.draw(&Text::new(axes.title.clone(), (20, 14), font(20))).map_err(failed)?;
    for (n, line) in lines.iter().enumerate() {
        let (x, y) = (20 + (n as i32 % 2) * 420, 50 + (n as i32 / 2) * 22);
        let mark = [(x, y - 3), (x + 26, y + 1)];
        area.draw(&Rectangle::new(mark, line.colour.filled())).map_err(failed)?;
        area.draw(&Text::new(line.name.clone(), (x + 36, y - 8), font(14))).map_err(failed)?;
    }
    Ok(())
}
