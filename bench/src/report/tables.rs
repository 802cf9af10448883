//! The table of all cases of one database and size, with each one's ratio to its floor.

use std::fmt::{self, Write};

use super::count;
use crate::cases::{FLOOR_INSERT, FLOOR_JSON, FLOOR_STATIC, POST, POST_LITTLE, POST_POPULAR};
use crate::measure::Scenario;

pub(super) fn cases(out: &mut String, scenario: &Scenario) -> fmt::Result {
    writeln!(
        out,
        "| request | body bytes | requests/s | p50 ms | p99 ms | max ms | CPU µs a request | CPU ÷ \
         static floor | CPU ÷ `serde_json` floor | rate ÷ insert floor | CPU ÷ insert floor |"
    )?;
    writeln!(out, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
    let bytes = scenario.case(FLOOR_STATIC).zip(scenario.case(FLOOR_JSON));
    let insert = scenario.case(FLOOR_INSERT);
    for case in &scenario.cases {
        let of = case.median();
        let read = case.body_bytes.is_some();
        let ratio = |value: f64, floor: Option<f64>, shown: bool| match floor {
            Some(floor) if shown => format!("{:.2}", value / floor),
            _ => String::new(),
        };
        let posts = [POST, POST_LITTLE, POST_POPULAR].contains(&case.name.as_str());
        writeln!(
            out,
            "| {} | {} | {} | {:.2} | {:.2} | {:.1} | {:.1} | {} | {} | {} | {} |",
            case.name,
            case.body_bytes.map_or(String::new(), |bytes| count(bytes as f64)),
            count(of.rate),
            of.p50_ms,
            of.p99_ms,
            of.max_ms,
            of.cpu_us,
            ratio(of.cpu_us, bytes.map(|(fixed, _)| fixed.cpu_us), read),
            ratio(of.cpu_us, bytes.map(|(_, json)| json.cpu_us), read),
            ratio(of.rate, insert.map(|insert| insert.rate), posts),
            ratio(of.cpu_us, insert.map(|insert| insert.cpu_us), posts),
        )?;
    }
    Ok(())
}
