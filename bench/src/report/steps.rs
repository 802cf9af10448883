//! The table of what is not requests a second: starts, walks, cold reads, memory.

use std::fmt::{self, Write};

use super::{count, mib};
use crate::measure::{Page, Scenario, Walk};

/// Pages of a walk that are told, counted from 1; beyond its end the last one.
const PAGES: [usize; 4] = [2, 10, 100, 500];

pub(super) fn table(out: &mut String, scenario: &Scenario) -> fmt::Result {
    let Scenario { starts, cold, readable, .. } = scenario;
    writeln!(out, "\n| beside the rounds | figure |\n|---|---|")?;
    let mut row = |what: &str, figure: String| writeln!(out, "| {what} | {figure} |");
    let size = scenario.database_bytes;
    let of = size.map_or(String::new(), |bytes| format!(" of {}", mib(bytes as f64)));
    row("from start to `/readyz`", format!("{:.0} ms on a database{of}", starts.ready_ms))?;
    row("resident at rest", mib(starts.at_rest_bytes))?;
    row("first home after a restart, 200 followees", page(starts.first_200))?;
    row("the next, by one who follows 5,000", page(starts.first_5000))?;
    for walk in &scenario.walks {
        let who = format!("follows {}", count(walk.followees as f64));
        row(&format!("pages of a home that {who}, after a restart"), pages(walk, &walk.cold))?;
        row("the same walk again", pages(walk, &walk.warm))?;
    }
    row(
        &format!("{} user timelines, read for the first time", cold.pages),
        format!(
            "{:.0} µs of CPU a page of {} bytes{}; again {:.0} µs (16 connections)",
            cold.first_us,
            count(cold.bytes),
            cold.statements.map_or(String::new(), |n| format!(", {n:.1} statements")),
            cold.again_us
        ),
    )?;
    let passes: Vec<String> = scenario.warm_up.iter().map(|n| format!("{n:.2}")).collect();
    row(
        "statements a read while 1,000 readers read their homes again and again",
        passes.join(", "),
    )?;
    let [found, first, tried] = readable;
    row(
        "posts in a follower's home when they are acknowledged",
        format!("{found} of {tried}, {first} of them at the top"),
    )?;
    memory(out, scenario)
}

fn memory(out: &mut String, scenario: &Scenario) -> fmt::Result {
    let memory = &scenario.memory;
    let mut row = |what: &str, figure: String| writeln!(out, "| {what} | {figure} |");
    row(
        "resident after the rounds",
        format!(
            "{}; caches of at most {} MiB: {}",
            mib(memory.after_rounds as f64),
            scenario.cache_mb,
            caches(&memory.caches)
        ),
    )?;
    if memory.active > 0 {
        let grown = memory.after_active.saturating_sub(memory.before_active) as f64;
        row(
            &format!("{} different readers, each one home", count(memory.active as f64)),
            format!(
                "in {:.0} s: {} before, {} after: {} bytes a reader and all that they read; {}",
                memory.active_secs,
                mib(memory.before_active as f64),
                mib(memory.after_active as f64),
                count(grown / memory.active as f64),
                caches(&memory.caches_active)
            ),
        )?;
    }
    if let Some(bytes) = memory.tweet_bytes {
        row("a tweet in its cache", format!("{} bytes", count(bytes)))?;
    }
    let lists = memory.caches_active.iter().find(|(name, _)| name == "followees");
    if let Some((_, bytes)) = lists.filter(|_| memory.followed > 0) {
        let each = bytes / memory.followed as f64;
        row("a followed account in a followee list", format!("{each:.1} bytes"))?;
    }
    Ok(())
}

fn page(page: Page) -> String {
    let statements = page.statements.map_or(String::new(), |n| format!(", {n:.0} statements"));
    let waited = page.round_trips.filter(|n| *n > 0.0);
    let waited = waited.map_or(String::new(), |n| format!(" in {n:.0} round trips"));
    format!("{:.2} ms{statements}{waited}", page.ms)
}

fn pages(walk: &Walk, pages: &[Page]) -> String {
    let mut told: Vec<String> = Vec::new();
    for n in PAGES {
        let n = n.min(pages.len());
        if let Some(page_n) = n.checked_sub(1).and_then(|n| pages.get(n)) {
            told.push(format!("{n}: {}", page(*page_n)));
        }
    }
    told.dedup();
    let statements: Option<Vec<f64>> = pages.iter().map(|page| page.statements).collect();
    let mean = statements.filter(|all| !all.is_empty()).map(|all| {
        format!("; {:.2} statements a page", all.iter().sum::<f64>() / all.len() as f64)
    });
    let slowest = pages.iter().map(|page| page.ms).fold(0.0, f64::max);
    let (told, last, mean) = (told.join("; "), walk.cold.len(), mean.unwrap_or_default());
    format!("{told} ({last} pages walked, the slowest in {slowest:.2} ms{mean})")
}

fn caches(caches: &[(String, f64)]) -> String {
    let told: Vec<String> = caches
        .iter()
        .filter(|(_, bytes)| *bytes >= 1024.0 * 1024.0)
        .map(|(name, bytes)| format!("{name} {}", mib(*bytes)))
        .collect();
    let all: f64 = caches.iter().map(|(_, bytes)| bytes).sum();
    format!("{} in caches ({})", mib(all), told.join(", "))
}
