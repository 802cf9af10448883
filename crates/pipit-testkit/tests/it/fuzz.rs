//! Damaged input of every kind, for as long as there is time: nothing panics, nothing is answered with
//! a 5xx, and what holds for good input holds for bad input too.
//!
//! A second each, ten under `scripts/test`, as long as one likes by `scripts/fuzz`. What fails is told
//! with a seed: put `.seed(…)` behind the call of `arbtest` to see it again.

mod doors;
mod mutant;
mod pure;

use std::cell::Cell;
use std::time::{Duration, Instant};

use arbtest::arbitrary::{Result, Unstructured};

/// Bytes of randomness for one input: enough for a handful of changes.
const SEED_BYTES: u32 = 512;

#[expect(clippy::disallowed_methods, reason = "how scripts/fuzz and scripts/test speak to this")]
fn budget() -> Duration {
    let asked = std::env::var("PIPIT_FUZZ_SECS").ok().and_then(|secs| secs.parse().ok());
    let usual = if std::env::var_os("PIPIT_TEST_ALL").is_some() { 10 } else { 1 };
    Duration::from_secs(asked.unwrap_or(usual))
}

/// Tries a target until the time is up, and says how often.
fn run(name: &str, try_one: impl Fn(&mut Unstructured<'_>) -> Result<()>) {
    let (began, tried) = (Instant::now(), Cell::new(0_u64));
    let counted = |u: &mut Unstructured<'_>| {
        tried.set(tried.get() + 1);
        try_one(u)
    };
    arbtest::arbtest(counted).size_min(SEED_BYTES).budget(budget()).run();
    println!("{name}: {} inputs in {:.0?}", tried.get(), began.elapsed());
    assert!(tried.get() > 0, "{name}: nothing was tried");
}
