//! Three nodes beside one on the same work: what a request costs, how soon the others hear of an
//! event, and what it is like without Redis.
//!
//! Two cores cannot show that three nodes answer more; they can show that each request costs no more.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;

use crate::cases::{self, Case, HOME_RANDOM, MIX, POST};
use crate::measure::{Cast, Engine, Place, RunOptions, STATEMENTS, median, warm_up};
use crate::server::{Cpu, Server};
use crate::wrk::{self, Load};

const NODES: usize = 3;
/// Until then the nodes have found each other by the database.
const NOTICED_AFTER: Duration = Duration::from_secs(4);
/// Enough for all requests of a case once.
const WARM_SECONDS: u64 = 4;
/// Between two looks whether all is heard again.
const STEP: Duration = Duration::from_millis(10);
const RECOVERY_LIMIT: Duration = Duration::from_secs(30);

/// What to measure, and how long; on PostgreSQL, whatever databases are named.
#[derive(Debug, Args)]
pub(crate) struct NodesOptions {
    #[command(flatten)]
    run: RunOptions,
}

pub(crate) async fn run(options: &NodesOptions, seed: u64) -> anyhow::Result<()> {
    let options = &options.run;
    let people = *options.people.first().context("--people")?;
    let place = Place::prepare(options, Engine::Postgres, people, seed).await?;
    // A block of readers for each of those who ask at once.
    let cast = Cast::gather(&place.url, &place.network, NODES).await?;
    let cases = cases::write(&place.folder.join("requests"), &cast, &place.network, NODES)?;
    let named = |name| cases.iter().find(|case| case.name == name).context("no such case");
    let (mix, homes, posts) = (named(MIX)?, named(HOME_RANDOM)?, named(POST)?);
    let readers: Vec<&[String]> = cast.readers.chunks_exact(cases::BLOCK).collect();
    let load = Load { connections: options.connections / NODES, seconds: options.seconds };

    let mut redis = Redis::start()?;
    let (mut one, mut three) = (Vec::new(), Vec::new());
    for round in 1..=options.rounds {
        let alone = vec![place.start()?];
        warm(&alone, &readers, mix)?;
        let of_one = cost(&alone, mix, load)?;
        stop(alone)?;
        let nodes: Vec<Server> =
            (0..NODES).map(|_| place.start_node(&redis.url())).collect::<Result<_, _>>()?;
        wait_until("the nodes hear each other", || hears_all(&nodes))?;
        warm(&nodes, &readers, mix)?;
        let of_three = cost(&nodes, mix, load)?;
        println!("{MIX}: one node {of_one}; three nodes {of_three}");
        one.push(of_one.cpu_us);
        three.push(of_three.cpu_us);
        if round == options.rounds {
            println!("at full load, {}", told_within(&nodes, &Told::default())?);
            let so_far = Told::by(&nodes)?;
            wrk::drive(&nodes[0], posts.requests(1)?, Load { connections: 1, ..load })?;
            println!("one poster at a time, {}", told_within(&nodes, &so_far)?);
            println!("{}", without_redis(&nodes, &mut redis, (homes, &readers), load)?);
        }
        stop(nodes)?;
    }
    let ratio = median(three.into_iter()) / median(one.into_iter());
    println!("three nodes ÷ one: {ratio:.2}");
    place.clear()
}

/// Lets every node read all that it will be asked for.
fn warm(nodes: &[Server], readers: &[&[String]], case: &Case) -> anyhow::Result<()> {
    for (who, node) in askers(nodes) {
        // The first block are the readers of the cases that only read.
        for block in [&readers[0], &readers[who]] {
            warm_up(node, block)?;
        }
        let load = Load { connections: 8, seconds: WARM_SECONDS };
        wrk::drive(node, case.requests(who)?, load)?;
    }
    Ok(())
}

/// Three ask at once, each with requests of its own: one node, or a node each.
fn askers(nodes: &[Server]) -> impl Iterator<Item = (usize, &Server)> {
    (1..=NODES).zip(nodes.iter().cycle())
}

/// What a request costs.
struct Cost {
    cpu_us: f64,
    statements: f64,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1} µs of CPU, {:.3} statements", self.cpu_us, self.statements)
    }
}

fn statements(nodes: &[Server]) -> anyhow::Result<f64> {
    let each = nodes.iter().map(|node| node.metric(STATEMENTS)?.context("no statements counted"));
    each.sum()
}

fn cost(nodes: &[Server], case: &Case, load: Load) -> anyhow::Result<Cost> {
    let asked = statements(nodes)?;
    let before: Vec<Cpu> = nodes.iter().map(Server::cpu).collect::<Result<_, _>>()?;
    let answered = std::thread::scope(|scope| {
        let drive = |(who, node)| {
            Ok::<_, anyhow::Error>(wrk::drive(node, case.requests(who)?, load)?.answered)
        };
        let drivers: Vec<_> =
            askers(nodes).map(|asker| scope.spawn(move || drive(asker))).collect();
        let joined = drivers.into_iter().map(|driver| match driver.join() {
            Ok(answered) => answered,
            Err(_) => bail!("a driver panicked"),
        });
        joined.sum::<anyhow::Result<f64>>()
    })?;
    let mut used_ns = 0;
    for (node, before) in nodes.iter().zip(&before) {
        used_ns += node.cpu()?.since(before);
    }
    let cpu_us = used_ns as f64 / 1e3 / answered;
    Ok(Cost { cpu_us, statements: (statements(nodes)? - asked) / answered })
}

/// How many batches of events were heard within each bound, in seconds.
#[derive(Default)]
struct Told(Vec<(f64, f64)>);

impl Told {
    fn by(nodes: &[Server]) -> anyhow::Result<Self> {
        let mut told = Self::default();
        for node in nodes {
            let buckets = node.metric_series("pipit_bus_delay_seconds_bucket")?;
            for (n, (labels, count)) in buckets.into_iter().enumerate() {
                let bound = labels.split('"').nth(1).context("le")?.parse()?;
                match told.0.get_mut(n) {
                    Some((_, sum)) => *sum += count,
                    None => told.0.push((bound, count)),
                }
            }
        }
        Ok(told)
    }
}

/// How soon events were heard by the other nodes since then: shares of them, and the bound of each.
fn told_within(nodes: &[Server], since: &Told) -> anyhow::Result<String> {
    let mut told = Told::by(nodes)?.0;
    for ((_, count), (_, before)) in told.iter_mut().zip(&since.0) {
        *count -= before;
    }
    let total = told.last().map_or(0.0, |(_, count)| *count);
    let share = |(bound, count): &(f64, f64)| {
        format!("{:.2} % within {:.1} ms", count / total * 100.0, bound * 1e3)
    };
    let few = told.iter().filter(|(bound, _)| (0.001..=0.1).contains(bound)).map(share);
    Ok(format!("of {total} batches of events heard, {}", few.collect::<Vec<_>>().join(", ")))
}

fn without_redis(
    nodes: &[Server],
    redis: &mut Redis,
    (case, readers): (&Case, &[&[String]]),
    load: Load,
) -> anyhow::Result<String> {
    warm(nodes, readers, case)?;
    let with = cost(nodes, case, load)?;
    redis.stop()?;
    std::thread::sleep(NOTICED_AFTER);
    let without = cost(nodes, case, load)?;
    redis.start_again()?;
    let back = Instant::now();
    wait_until("the nodes hear each other again", || hears_all(nodes))?;
    let recovered = back.elapsed();
    warm(nodes, readers, case)?;
    let again = cost(nodes, case, load)?;
    Ok(format!(
        "{}: {with}; without Redis {without} ({:.2}×); all heard again {:.2} s after its return, then \
         {again}",
        case.name,
        without.cpu_us / with.cpu_us,
        recovered.as_secs_f64()
    ))
}

fn hears_all(nodes: &[Server]) -> anyhow::Result<bool> {
    for node in nodes {
        if node.metric("pipit_bus_connected")? != Some(1.0) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn wait_until(what: &str, is_so: impl Fn() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let began = Instant::now();
    while !is_so()? {
        if began.elapsed() > RECOVERY_LIMIT {
            bail!("it does not come about that {what}");
        }
        std::thread::sleep(STEP);
    }
    Ok(())
}

fn stop(nodes: Vec<Server>) -> anyhow::Result<()> {
    nodes.into_iter().try_for_each(Server::stop)
}

/// A Redis of this run's own, in memory alone; it is killed when this goes.
struct Redis {
    process: Child,
    port: u16,
}

impl Redis {
    fn start() -> anyhow::Result<Self> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = free.local_addr()?.port();
        drop(free);
        Ok(Self { process: spawn(port)?, port })
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    fn stop(&mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    fn start_again(&mut self) -> anyhow::Result<()> {
        self.process = spawn(self.port)?;
        Ok(())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It may be gone already.
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

fn spawn(port: u16) -> anyhow::Result<Child> {
    let port = port.to_string();
    let memory_alone = ["--save", "", "--appendonly", "no"];
    Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &port])
        .args(memory_alone)
        .stdout(Stdio::null())
        .spawn()
        .context("starting redis-server (scripts/install-test-tools installs it)")
}
