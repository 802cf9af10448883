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
use crate::measure::{Cast, Engine, Place, RunOptions, median, warm_up};
use crate::server::{Cpu, Server};
use crate::wrk::{self, Load};

const NODES: usize = 3;
/// That Redis is gone is noticed after one and a half seconds; from then on what is cached lives one.
const NOTICED_AFTER: Duration = Duration::from_secs(4);
const WARM_SECONDS: u64 = 2;
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
    let readers = &cast.readers[..cases::BLOCK];
    let load = Load { connections: options.connections / NODES, seconds: options.seconds };

    let mut redis = Redis::start()?;
    let (mut one, mut three) = (Vec::new(), Vec::new());
    for round in 1..=options.rounds {
        let alone = vec![place.start()?];
        warm(&alone, readers, mix)?;
        one.push(cost(&alone, mix, load)?);
        stop(alone)?;
        let nodes: Vec<Server> =
            (0..NODES).map(|_| place.start_node(&redis.url())).collect::<Result<_, _>>()?;
        wait_until("the nodes hear each other", || hears_all(&nodes))?;
        warm(&nodes, readers, mix)?;
        three.push(cost(&nodes, mix, load)?);
        if round == options.rounds {
            println!("at full load, {}", told_within(&nodes, &Told::default())?);
            let so_far = Told::by(&nodes)?;
            wrk::drive(&nodes[0], posts.requests(1)?, Load { connections: 1, ..load })?;
            println!("one poster at a time, {}", told_within(&nodes, &so_far)?);
            println!("{}", without_redis(&nodes, &mut redis, (homes, readers), load)?);
        }
        stop(nodes)?;
    }
    println!("{MIX}, one node: {one:.1?} µs of CPU a request");
    println!("{MIX}, three nodes: {three:.1?} µs");
    let ratio = median(three.into_iter()) / median(one.into_iter());
    println!("three nodes ÷ one: {ratio:.2}");
    place.clear()
}

/// Lets every node read all that a case reads.
fn warm(nodes: &[Server], readers: &[String], case: &Case) -> anyhow::Result<()> {
    for node in nodes {
        warm_up(node, readers)?;
        wrk::drive(node, case.requests(1)?, Load { connections: 8, seconds: WARM_SECONDS })?;
    }
    Ok(())
}

/// Three ask at once, each with requests of its own: one node, or a node each.
fn cost(nodes: &[Server], case: &Case, load: Load) -> anyhow::Result<f64> {
    let before: Vec<Cpu> = nodes.iter().map(Server::cpu).collect::<Result<_, _>>()?;
    let answered = std::thread::scope(|scope| {
        let drive = |(who, node)| {
            let requests = case.requests(who + 1)?;
            Ok::<_, anyhow::Error>(wrk::drive(node, requests, load)?.answered)
        };
        let drivers = (0..NODES).zip(nodes.iter().cycle());
        let drivers: Vec<_> = drivers.map(|driver| scope.spawn(move || drive(driver))).collect();
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
    Ok(used_ns as f64 / 1e3 / answered)
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
    (case, readers): (&Case, &[String]),
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
        "{}: {with:.1} µs of CPU a request, {without:.1} µs without Redis ({:.2}×), all heard again \
         {:.2} s after its return, then {again:.1} µs",
        case.name,
        without / with,
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
