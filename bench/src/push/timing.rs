//! How much of a processor something takes, on a machine whose processors others want too.

use anyhow::Context;

/// One figure is measured for at least this long: the kernel counts a running thread's time by the
/// tick, of at most 4 ms.
const ENOUGH_NS: u64 = 200_000_000;

/// CPU nanoseconds that this thread has had.
fn cpu_ns() -> anyhow::Result<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let ns = text.split(' ').next().context("schedstat is empty")?;
    ns.parse().context("schedstat")
}

/// CPU nanoseconds that one of `count` operations takes, which `pass` carries out.
pub(super) fn cpu_ns_each(count: usize, mut pass: impl FnMut()) -> anyhow::Result<f64> {
    let started = cpu_ns()?;
    let (mut passes, mut step) = (0_usize, 1);
    loop {
        for _ in 0..step {
            pass();
        }
        passes += step;
        let spent = cpu_ns()? - started;
        if spent >= ENOUGH_NS {
            return Ok(spent as f64 / (passes * count) as f64);
        }
        // Looking takes microseconds: the more is done between two looks, the less it matters.
        if spent < ENOUGH_NS / 4 {
            step *= 2;
        }
    }
}

/// The one in the middle.
pub(super) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
