//! A server under measurement: a process of its own, started, asked, watched and stopped.

mod client;
mod cpu;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

pub(crate) use client::{Client, each, read_homes};
pub(crate) use cpu::Cpu;

/// Longer than any of them takes to stop: it ends requests under way and writes what waits.
const STOP_LIMIT: Duration = Duration::from_mins(1);

/// A running server; it is killed when this goes.
pub(crate) struct Server {
    process: Child,
    /// Kept, so that what it prints later does not meet a closed pipe.
    _output: BufReader<ChildStdout>,
    /// `http://127.0.0.1:PORT`
    pub(crate) url: String,
    /// From its start until `/readyz` was answered.
    pub(crate) ready_after: Duration,
}

impl Server {
    /// Starts a program that prints `ready at URL` and answers `/readyz`, with nothing of our
    /// environment: no setting of whoever runs the measurement changes it.
    pub(crate) fn start(program: &Path, arguments: &[String]) -> anyhow::Result<Self> {
        let started = Instant::now();
        let mut process = Command::new(program)
            .args(arguments)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let mut output = BufReader::new(process.stdout.take().context("its output")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let Some((_, url)) = line.trim_end().split_once("ready at ") else {
            process.kill()?;
            process.wait()?;
            bail!("{} {} did not start: {line:?}", program.display(), arguments.join(" "));
        };
        let url = url.to_owned();
        let mut server = Self { process, _output: output, url, ready_after: Duration::ZERO };
        server.client(None).get("/readyz")?;
        server.ready_after = started.elapsed();
        Ok(server)
    }

    /// Someone who asks it over connections of their own.
    pub(crate) fn client(&self, token: Option<&str>) -> Client {
        Client::new(&self.url, token)
    }

    /// The CPU time it has used.
    pub(crate) fn cpu(&self) -> anyhow::Result<Cpu> {
        Cpu::of(self.process.id())
    }

    /// Its resident memory, in bytes.
    pub(crate) fn resident(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix("kB"));
        Ok(kib.context("VmRSS")?.trim().parse::<u64>()? * 1024)
    }

    /// The sum of all series of one of its metrics; none if it has no such metric.
    pub(crate) fn metric(&self, name: &str) -> anyhow::Result<Option<f64>> {
        let series = self.metric_series(name)?;
        Ok((!series.is_empty()).then(|| series.iter().map(|(_, value)| value).sum()))
    }

    /// One of its metrics: the labels of each series, and its value.
    pub(crate) fn metric_series(&self, name: &str) -> anyhow::Result<Vec<(String, f64)>> {
        let text = String::from_utf8(self.client(None).get("/metrics")?)?;
        let lines = text.lines().filter_map(|line| line.strip_prefix(name));
        let mut series = Vec::new();
        for line in lines.filter(|line| line.starts_with(['{', ' '])) {
            let (labels, value) = line.rsplit_once(' ').context("a metric without a value")?;
            series.push((labels.to_owned(), value.parse()?));
        }
        Ok(series)
    }

    /// Asks it to stop, as an operator does, and waits until it has.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        let kill = format!("kill -TERM {}", self.process.id());
        Command::new("sh").args(["-c", &kill]).status().context("telling the server to stop")?;
        let asked = Instant::now();
        while self.process.try_wait()?.is_none() {
            if asked.elapsed() > STOP_LIMIT {
                bail!("the server did not stop within {STOP_LIMIT:?}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already, and there is nothing to be done here if it will not go.
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}
