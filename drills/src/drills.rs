//! The drills: each breaks something while people go on, mends it, and hands out what was seen.

mod alone;
mod clock;
mod crowd;
mod database;
mod disk;
mod nodes;
mod planted;
mod redis;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::ValueEnum;

use crate::cluster::Cluster;
use crate::report::{Outcome, Report, Verdict};
use crate::world::{Route, World};

/// No drill takes longer, whatever happens.
const LIMIT: Duration = Duration::from_mins(5);
/// With several nodes: until a write must be seen at the others, also without Redis.
const LAG: Duration = Duration::from_secs(3);

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Drill {
    /// Faults are planted in what passes between people and a node: the checker must see each
    Planted,
    /// A node with SQLite is killed by `kill -9`, again and again
    KillSqlite,
    /// There is no room on the disk of a node with SQLite, and then there is again
    DiskFull,
    /// The clock of a node goes an hour forward, back, an hour back, and forward
    ClockStep,
    /// Thousands of slow connections and idle streams
    SlowConnections,
    /// Everybody likes, retweets and answers one person's tweets
    Storm,
    /// A node is killed by `kill -9` and comes back
    KillNode,
    /// Every node is restarted, one after the other
    RollingRestart,
    /// Redis ends and comes back empty
    RedisStop,
    /// Redis forgets everything
    RedisFlush,
    /// Redis stands still
    RedisPause,
    /// One node of a Redis Cluster ends and comes back
    RedisClusterNode,
    /// PostgreSQL ends and comes back
    PostgresStop,
    /// PostgreSQL stands still
    PostgresPause,
    /// PostgreSQL ends for good, and its replica takes over
    PostgresFailover,
}

/// What a drill needs around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Only the binary.
    Nothing,
    Cluster,
    /// With a Redis that is one process.
    Redis,
    /// With a Redis that is several.
    RedisCluster,
}

impl Drill {
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn needs(self) -> Needs {
        match self {
            Self::Planted
            | Self::KillSqlite
            | Self::DiskFull
            | Self::ClockStep
            | Self::SlowConnections => Needs::Nothing,
            Self::RedisStop | Self::RedisFlush | Self::RedisPause => Needs::Redis,
            Self::RedisClusterNode => Needs::RedisCluster,
            _ => Needs::Cluster,
        }
    }

    /// Whether it belongs to what is around here.
    pub(crate) fn is_for(self, cluster: Option<&Cluster>) -> bool {
        match (self.needs(), cluster) {
            (Needs::Nothing, None) => true,
            (Needs::Cluster, Some(cluster)) => !cluster.has_part("redis1"),
            (Needs::Redis, Some(cluster)) => cluster.has_part("redis"),
            (Needs::RedisCluster, Some(cluster)) => cluster.has_part("redis1"),
            _ => false,
        }
    }
}

/// How much is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    Full,
    Short,
}

impl Length {
    /// One or the other.
    fn pick<T>(self, full: T, short: T) -> T {
        match self {
            Self::Full => full,
            Self::Short => short,
        }
    }
}

/// Where drills are done.
pub(crate) struct Arena {
    pub(crate) pipit: PathBuf,
    /// For the data of nodes that a drill starts by itself.
    pub(crate) folder: PathBuf,
    pub(crate) cluster: Option<Cluster>,
    pub(crate) length: Length,
    /// Where histories of drills that failed are kept.
    pub(crate) keep: Option<PathBuf>,
}

impl Arena {
    fn cluster(&mut self) -> anyhow::Result<&mut Cluster> {
        self.cluster.as_mut().context("this drill needs scripts/cluster")
    }

    /// A world around the cluster.
    fn world(&self, route: Route) -> anyhow::Result<World> {
        let cluster = self.cluster.as_ref().context("this drill needs scripts/cluster")?;
        let lag = if cluster.nodes() > 1 { LAG } else { Duration::ZERO };
        World::new(cluster.service(), route, lag)
    }

    /// A folder that nobody else uses.
    fn own_folder(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = self.folder.join(name);
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    fn pick<T>(&self, full: T, short: T) -> T {
        self.length.pick(full, short)
    }

    fn secs(&self, full: u64, short: u64) -> Duration {
        Duration::from_secs(self.pick(full, short))
    }

    /// Does one drill and judges it.
    pub(crate) async fn run(&mut self, drill: Drill) -> Report {
        let (name, began) = (drill.name(), Instant::now());
        let done = tokio::time::timeout(LIMIT, self.attempt(drill)).await;
        let done = done.unwrap_or_else(|_| anyhow::bail!("it took longer than {LIMIT:?}"));
        match done {
            Ok(outcome) => self.judge(&name, outcome, began.elapsed()),
            Err(error) => {
                let skipped = error.downcast_ref::<Skip>().is_some();
                let verdict = if skipped { Verdict::Skipped } else { Verdict::Failed };
                Report::without(&name, verdict, format!("{error:#}"))
            }
        }
    }

    fn judge(&self, name: &str, outcome: Outcome, took: Duration) -> Report {
        let history = self.keep.as_ref().map(|_| serde_json::to_vec(&outcome.history));
        let report = Report::of(name, outcome, took);
        if let (Some(keep), Some(Ok(history)), false) = (&self.keep, history, report.passed()) {
            let file = keep.join(format!("{name}.json"));
            if let Err(error) = std::fs::write(&file, history) {
                eprintln!("{} was not written: {error}", file.display());
            }
        }
        report
    }

    async fn attempt(&mut self, drill: Drill) -> anyhow::Result<Outcome> {
        if let Some(cluster) = &self.cluster {
            cluster.await_ready().await.context("before the drill")?;
        }
        match drill {
            Drill::Planted => planted::run(self).await,
            Drill::KillSqlite => alone::kill(self).await,
            Drill::DiskFull => disk::fill(self).await,
            Drill::ClockStep => clock::step(self).await,
            Drill::SlowConnections => crowd::slow_connections(self).await,
            Drill::Storm => crowd::storm(self).await,
            Drill::KillNode => nodes::kill(self).await,
            Drill::RollingRestart => nodes::restart(self).await,
            Drill::RedisStop => redis::stop(self).await,
            Drill::RedisFlush => redis::flush(self).await,
            Drill::RedisPause => redis::pause(self).await,
            Drill::RedisClusterNode => redis::lose_one(self).await,
            Drill::PostgresStop => database::stop(self).await,
            Drill::PostgresPause => database::pause(self).await,
            Drill::PostgresFailover => database::fail_over(self).await,
        }
    }
}

/// Why a drill cannot be done here.
#[derive(Debug)]
pub(crate) struct Skip(pub(crate) String);

impl std::fmt::Display for Skip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Skip {}
