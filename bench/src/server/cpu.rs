//! The CPU time of a process, user and system, as the kernel accounts for it.

use std::collections::HashMap;
use std::fs;

use anyhow::Context;

/// What one tick of `/proc/PID/stat` is on every Linux that we know (`USER_HZ` is 100).
const TICK_NS: u64 = 10_000_000;
/// Two fields, each cut off to a tick, at two moments.
const TICKS_OFF_NS: u64 = 4 * TICK_NS;

/// A process's CPU time at one moment, told twice: by thread to the nanosecond, but only of threads
/// that still live; and of all that ever were, in ticks.
#[derive(Debug)]
pub(crate) struct Cpu {
    by_thread: HashMap<u32, u64>,
    ticks_ns: u64,
}

impl Cpu {
    pub(crate) fn of(process: u32) -> anyhow::Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
        // The program's name stands in brackets and may hold anything.
        let (_, after_name) = stat.rsplit_once(')').context("/proc/PID/stat")?;
        let mut fields = after_name.split_whitespace().skip(11);
        let mut ticks = || Ok::<u64, anyhow::Error>(fields.next().context("a field")?.parse()?);
        let ticks_ns = (ticks()? + ticks()?) * TICK_NS;
        let mut by_thread = HashMap::new();
        for task in fs::read_dir(format!("/proc/{process}/task"))? {
            let task = task?;
            // A thread that ends meanwhile has no file any more.
            let Ok(text) = fs::read_to_string(task.path().join("schedstat")) else { continue };
            let ran = text.split_whitespace().next().context("schedstat")?;
            by_thread.insert(task.file_name().to_string_lossy().parse()?, ran.parse()?);
        }
        Ok(Self { by_thread, ticks_ns })
    }

    /// Nanoseconds between an earlier moment and this one.
    pub(crate) fn since(&self, earlier: &Self) -> u64 {
        let ticks = self.ticks_ns.saturating_sub(earlier.ticks_ns);
        let threads = self.by_thread.iter().map(|(thread, ran)| {
            ran.saturating_sub(earlier.by_thread.get(thread).copied().unwrap_or(0))
        });
        let exact: u64 = threads.sum();
        // Where the two differ by more than the ticks' coarseness, threads have ended in between.
        if ticks > exact + TICKS_OFF_NS { ticks } else { exact }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn the_time_of_living_and_of_ended_threads_counts() {
        let spin = || {
            let started = Instant::now();
            while started.elapsed() < Duration::from_millis(150) {
                std::hint::spin_loop();
            }
        };
        let before = Cpu::of(std::process::id()).expect("read");
        spin();
        std::thread::spawn(spin).join().expect("it ends");
        let used = Cpu::of(std::process::id()).expect("read").since(&before);
        // How much the machine gives us of the time on the wall is not ours to say.
        assert!(used > 100_000_000, "{used}");
    }
}
