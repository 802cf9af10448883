//! What issue 3 asks for beside what was reached, with a clear yes or no.

use std::fmt::{self, Write};

use super::mib;
use crate::cases::{
    FLOOR_INSERT, FLOOR_STATIC, HASHTAG, HOME_200, HOME_5000, HOME_RANDOM, LIKE_HOT, LIKE_MANY,
    POST, POST_LITTLE, POST_POPULAR, PUBLIC, USER,
};
use crate::measure::{Page, Scenario, most};

/// A figure and whether it is enough; none where there is nothing to compare.
type Judged = Option<(String, bool)>;
type Judge = fn(&Scenario, &[Scenario]) -> Judged;

const TARGETS: [(&str, &str, Judge); 15] = [
    ("home, 200 followees", "CPU ≤ 2× static floor", |s, _| to_static(s, &[HOME_200], 2.0)),
    ("home, 5,000 followees", "CPU ≤ 4× static floor", |s, _| to_static(s, &[HOME_5000], 4.0)),
    ("hashtag, user, public", "CPU ≤ 2.5× static floor, each", |s, _| {
        to_static(s, &[HASHTAG, USER, PUBLIC], 2.5)
    }),
    ("first home after a restart", "≤ 3 database round trips, < 5 ms", first_read),
    ("500th page of a home after a restart (worst of the last ten)", "< 10 ms", |s, _| {
        let (number, page) = deep_pages(s)?;
        Some((format!("to page {number}: {:.2} ms", page.ms), number >= 500 && page.ms < 10.0))
    }),
    ("the same", "one batch query (all statements counted)", |s, _| {
        let statements = deep_pages(s)?.1.statements?;
        Some((format!("{statements:.0} statements"), statements <= 1.0))
    }),
    ("post by the most followed ÷ by one with about 10", "CPU and rate within 20 %", popular),
    ("durable posts", "≥ 0.5 of the bare insert's rate", posts),
    ("readable when acknowledged", "every one", |s, _| {
        let [found, _, tried] = s.readable;
        Some((format!("{found} of {tried}"), found == tried))
    }),
    ("first hydrate of a page (cold)", "< 200 µs of CPU", |s, _| {
        Some((format!("{:.0} µs", s.cold.first_us), s.cold.first_us < 200.0))
    }),
    ("likes on one hot tweet ÷ on many", "as fast (rate ≥ 0.9)", |s, _| {
        let ratio = s.case(LIKE_HOT)?.rate / s.case(LIKE_MANY)?.rate;
        Some((format!("{ratio:.2}"), ratio >= 0.9))
    }),
    ("home of 200 against the smallest network", "CPU ÷ floor and p99 ≤ 1.3×", |s, all| {
        to_smallest(s, all, HOME_200)
    }),
    ("homes of 1,000 readers against the smallest network", "the same", |s, all| {
        to_smallest(s, all, HOME_RANDOM)
    }),
    ("resident with a tenth of all people active", "< 2 GB", |s, _| {
        let bytes = s.memory.after_active.max(s.memory.after_rounds) as f64;
        Some((mib(bytes), bytes < 2e9))
    }),
    ("start to `/readyz`", "< 0.3 s", |s, _| {
        Some((format!("{:.0} ms", s.starts.ready_ms), s.starts.ready_ms < 300.0))
    }),
];

pub(super) fn table(out: &mut String, scenarios: &[Scenario]) -> fmt::Result {
    let heads: Vec<String> = scenarios
        .iter()
        .map(|s| format!("{}, {} people", s.database, super::count(s.people as f64)))
        .collect();
    writeln!(out, "| what | asked | {} |", heads.join(" | "))?;
    writeln!(out, "|---|---|{}", "---|".repeat(scenarios.len()))?;
    for (what, asked, judge) in TARGETS {
        let cells: Vec<String> = scenarios
            .iter()
            .map(|scenario| match judge(scenario, scenarios) {
                Some((figure, true)) => format!("{figure}: yes"),
                Some((figure, false)) => format!("{figure}: **no**"),
                None => "–".to_owned(),
            })
            .collect();
        writeln!(out, "| {what} | {asked} | {} |", cells.join(" | "))?;
    }
    Ok(())
}

fn to_static(scenario: &Scenario, cases: &[&str], limit: f64) -> Judged {
    let floor = scenario.case(FLOOR_STATIC)?.cpu_us;
    let ratios: Option<Vec<f64>> =
        cases.iter().map(|case| Some(scenario.case(case)?.cpu_us / floor)).collect();
    let ratios = ratios?;
    let told: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}×")).collect();
    Some((told.join(", "), ratios.iter().all(|ratio| *ratio <= limit)))
}

#[expect(clippy::unnecessary_wraps, reason = "as all that judge")]
fn first_read(scenario: &Scenario, _: &[Scenario]) -> Judged {
    let first = scenario.starts.first_200;
    let few = first.round_trips.is_some_and(|n| n <= 3.0);
    let number = |n: Option<f64>| n.map_or("uncounted".to_owned(), |n| format!("{n:.0}"));
    let (trips, statements) = (number(first.round_trips), number(first.statements));
    let told = format!("{trips} round trips ({statements} statements), {:.2} ms", first.ms);
    Some((told, few && first.ms < 5.0))
}

/// The deepest ten pages of whoever has most, on a server that has just started: one page alone may
/// be one that the page before it has already looked up. Slowest and most statements count.
fn deep_pages(scenario: &Scenario) -> Option<(usize, Page)> {
    let walk = scenario.walks.iter().max_by_key(|walk| walk.cold.len())?;
    let last = &walk.cold[walk.cold.len().saturating_sub(10)..];
    let page = Page {
        ms: most(last, |page| Some(page.ms))?,
        statements: most(last, |page| page.statements),
        round_trips: most(last, |page| page.round_trips),
    };
    Some((walk.cold.len(), page))
}

fn popular(scenario: &Scenario, _: &[Scenario]) -> Judged {
    let (popular, little) = (scenario.case(POST_POPULAR)?, scenario.case(POST_LITTLE)?);
    let (cpu, rate) = (popular.cpu_us / little.cpu_us, popular.rate / little.rate);
    Some((format!("CPU {cpu:.2}×, rate {rate:.2}×"), cpu <= 1.2 && rate >= 0.8))
}

fn posts(scenario: &Scenario, _: &[Scenario]) -> Judged {
    let (post, floor) = (scenario.case(POST)?, scenario.case(FLOOR_INSERT)?);
    let share = post.rate / floor.rate;
    let told =
        format!("{share:.2} ({} ÷ {} a second)", super::count(post.rate), super::count(floor.rate));
    Some((told, share >= 0.5))
}

/// What grows with the network. The machine is quicker or slower from one network to the next, which
/// the static floor of the same rounds shows.
fn to_smallest(scenario: &Scenario, all: &[Scenario], case: &str) -> Judged {
    let same = all.iter().filter(|other| other.database == scenario.database);
    let smallest = same.min_by_key(|other| other.people)?;
    if smallest.people == scenario.people {
        return None;
    }
    let (here, there) = (scenario.case(case)?, smallest.case(case)?);
    let of_floor = |s: &Scenario| Some(s.case(case)?.cpu_us / s.case(FLOOR_STATIC)?.cpu_us);
    let (cpu, p99) = (of_floor(scenario)? / of_floor(smallest)?, here.p99_ms / there.p99_ms);
    Some((format!("CPU ÷ floor {cpu:.2}×, p99 {p99:.2}×"), cpu <= 1.3 && p99 <= 1.3))
}
