//! What a run leaves: kept as JSON, so that the report can be written again without measuring.

use serde::{Deserialize, Serialize};

use super::RunOptions;
use crate::report::Machine;
use crate::wrk::Figures;

/// A whole run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Results {
    pub(crate) machine: Machine,
    pub(crate) seconds: u64,
    pub(crate) rounds: u64,
    pub(crate) connections: usize,
    pub(crate) scenarios: Vec<Scenario>,
}

impl Results {
    pub(crate) fn begin(options: &RunOptions) -> anyhow::Result<Self> {
        Ok(Self {
            machine: Machine::look()?,
            seconds: options.seconds,
            rounds: options.rounds,
            connections: options.connections,
            scenarios: Vec::new(),
        })
    }
}

/// One database with a network of one size.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Scenario {
    pub(crate) database: String,
    pub(crate) people: usize,
    pub(crate) tweets: u64,
    /// The size of SQLite's file when the run began; none for servers.
    pub(crate) database_bytes: Option<u64>,
    pub(crate) cache_mb: u64,
    pub(crate) starts: Starts,
    pub(crate) walks: Vec<Walk>,
    pub(crate) cold: Cold,
    /// Statements a read, each time that the same readers read their homes again before the rounds.
    #[serde(default)]
    pub(crate) warm_up: Vec<f64>,
    pub(crate) cases: Vec<Measured>,
    /// Posts that were in a follower's home when they were acknowledged, first in it, and all.
    pub(crate) readable: [usize; 3],
    pub(crate) memory: Memory,
}

impl Scenario {
    pub(crate) fn case(&self, name: &str) -> Option<Figures> {
        self.cases.iter().find(|case| case.name == name).map(Measured::median)
    }
}

/// Medians over some restarts; of statements the most.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Starts {
    pub(crate) ready_ms: f64,
    pub(crate) at_rest_bytes: f64,
    /// The first read of a home that there is, by someone who follows 200.
    pub(crate) first_200: Page,
    /// The next, by someone who follows 5,000.
    pub(crate) first_5000: Page,
}

/// How long one page took, and how often the database was asked for it if the server counts that.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Page {
    pub(crate) ms: f64,
    pub(crate) statements: Option<f64>,
    /// Times that it waited for a database that is a server.
    pub(crate) round_trips: Option<f64>,
}

/// A walk through a home, page by page: once after a restart and once more.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Walk {
    pub(crate) followees: usize,
    pub(crate) cold: Vec<Page>,
    pub(crate) warm: Vec<Page>,
}

/// User timelines read for the first time after a restart, and once more.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Cold {
    pub(crate) pages: usize,
    pub(crate) bytes: f64,
    pub(crate) first_us: f64,
    pub(crate) again_us: f64,
    pub(crate) statements: Option<f64>,
}

/// All runs of one case.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) name: String,
    /// Of a read's answer, without headers.
    pub(crate) body_bytes: Option<usize>,
    pub(crate) runs: Vec<Figures>,
}

impl Measured {
    pub(crate) fn median(&self) -> Figures {
        let of = |field: fn(&Figures) -> f64| median(self.runs.iter().map(field));
        Figures {
            rate: of(|run| run.rate),
            cpu_us: of(|run| run.cpu_us),
            p50_ms: of(|run| run.p50_ms),
            p99_ms: of(|run| run.p99_ms),
            max_ms: of(|run| run.max_ms),
            bytes: of(|run| run.bytes),
        }
    }
}

/// Resident memory and the caches' own accounts of theirs, in bytes.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    pub(crate) after_rounds: u64,
    pub(crate) caches: Vec<(String, f64)>,
    /// Of one tweet in the cache.
    pub(crate) tweet_bytes: Option<f64>,
    /// Readers who read their homes once after a restart.
    pub(crate) active: usize,
    pub(crate) before_active: u64,
    pub(crate) after_active: u64,
    pub(crate) caches_active: Vec<(String, f64)>,
    /// How many people all those follow together.
    pub(crate) followed: u64,
    pub(crate) active_secs: f64,
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_in_the_middle() {
        assert!((median([3.0, 1.0, 9.0].into_iter()) - 3.0).abs() < 1e-9);
        assert!((median([3.0, 1.0, 9.0, 5.0].into_iter()) - 4.0).abs() < 1e-9);
    }
}
