//! Driving a server with wrk, and what wrk says of it.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use crate::server::Server;

const SCRIPT: &str = include_str!("wrk/requests.lua");

/// How hard and how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) seconds: u64,
}

/// A request as it will be sent; in the order of a list, over and over.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    /// `Authorization` or `Cookie`, with its value.
    pub(crate) header: Option<(&'static str, String)>,
    /// JSON, on one line.
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), header: None, body: String::new() }
    }

    pub(crate) fn signed(mut self, token: &str) -> Self {
        self.header = Some(("Authorization", format!("Bearer {token}")));
        self
    }
}

/// What one run says.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// Answered requests a second.
    pub(crate) rate: f64,
    /// The server process's CPU time a request.
    pub(crate) cpu_us: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
    /// Bytes of an answer, headers included.
    pub(crate) bytes: f64,
}

/// What wrk says of one run; nothing in it is about the server's process.
pub(crate) struct Driven {
    pub(crate) answered: f64,
    us: f64,
    bytes: f64,
    p50_us: f64,
    p99_us: f64,
    max_us: f64,
}

/// Runs wrk once with a file of requests ([`write_requests`]) against a server.
pub(crate) fn run(server: &Server, requests: &Path, load: Load) -> anyhow::Result<Figures> {
    let before = server.cpu()?;
    let driven = drive(server, requests, load)?;
    let cpu_ns = server.cpu()?.since(&before);
    Ok(Figures {
        rate: driven.answered / driven.us * 1e6,
        cpu_us: cpu_ns as f64 / 1e3 / driven.answered,
        p50_ms: driven.p50_us / 1e3,
        p99_ms: driven.p99_us / 1e3,
        max_ms: driven.max_us / 1e3,
        bytes: driven.bytes / driven.answered,
    })
}

/// The same without a look at the server's process.
pub(crate) fn drive(server: &Server, requests: &Path, load: Load) -> anyhow::Result<Driven> {
    let output = wrk(server, requests, load, "")?;
    let line = output.lines().find_map(|line| line.strip_prefix("figures "));
    let line = line.with_context(|| format!("wrk said: {output}"))?;
    let numbers: Result<Vec<f64>, _> = line.split(' ').map(str::parse).collect();
    let [answered, us, bytes, p50_us, p99_us, max_us, refused, broken] = numbers?[..] else {
        bail!("wrk said: {line}");
    };
    if refused > 0.0 {
        let few = Load { seconds: 1, ..load };
        let shown = wrk(server, requests, few, "show-errors")?;
        bail!("{refused} of {answered} were refused ({}):\n{shown}", requests.display());
    }
    if broken > 0.0 || answered < 1.0 {
        bail!("{broken} connections failed ({}):\n{output}", requests.display());
    }
    Ok(Driven { answered, us, bytes, p50_us, p99_us, max_us })
}

fn wrk(server: &Server, requests: &Path, load: Load, mode: &str) -> anyhow::Result<String> {
    let script = requests.with_file_name("requests.lua");
    // Once in the folder of a run: others may be reading it.
    if !script.exists() {
        std::fs::write(&script, SCRIPT)?;
    }
    let output = Command::new("wrk")
        // One thread: the server needs the other core.
        .args(["-t1", "--timeout", "20s"])
        .arg(format!("-c{}", load.connections))
        .arg(format!("-d{}s", load.seconds))
        .arg("-s")
        .arg(&script)
        .arg(&server.url)
        .arg("--")
        .arg(requests)
        .arg(mode)
        .output()
        .context("running wrk (Debian's package wrk)")?;
    if !output.status.success() {
        bail!("wrk: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Writes a file of requests for [`run`].
pub(crate) fn write_requests(path: &Path, requests: &[Request]) -> anyhow::Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    for Request { method, path, header, body } in requests {
        let (name, value) = header.as_ref().map_or(("", ""), |(name, value)| (name, value));
        writeln!(out, "{method}\t{path}\t{name}\t{value}\t{body}")?;
    }
    Ok(out.flush()?)
}
