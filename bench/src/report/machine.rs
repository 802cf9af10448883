//! What was measured on what: without it no figure means anything.

use std::fmt;
use std::fs;
use std::process::Command;

use anyhow::Context;
use pipit_model::Clock;
use serde::{Deserialize, Serialize};

use crate::measure::root;

/// The machine, the moment, the code and the command.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Machine {
    cores: usize,
    cpu: String,
    memory_gib: f64,
    kernel: String,
    date: String,
    commit: String,
    command: String,
}

impl Machine {
    pub(crate) fn look() -> anyhow::Result<Self> {
        let cpus = fs::read_to_string("/proc/cpuinfo")?;
        let model = cpus.lines().find(|line| line.starts_with("model name"));
        let model = model.and_then(|line| line.split_once(": "));
        let memory = fs::read_to_string("/proc/meminfo")?;
        let kib = memory.lines().find_map(|line| line.strip_prefix("MemTotal:"));
        let kib = kib.and_then(|line| line.trim().strip_suffix("kB")).context("MemTotal")?;
        let arguments: Vec<String> = std::env::args().skip(2).collect();
        let now = Clock::System.now().to_string();
        Ok(Self {
            cores: std::thread::available_parallelism()?.get(),
            cpu: model.map_or("an unnamed CPU", |(_, model)| model).to_owned(),
            memory_gib: kib.trim().parse::<f64>()? / 1024.0 / 1024.0,
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")?.trim().to_owned(),
            date: now.get(..10).unwrap_or(&now).to_owned(),
            commit: commit(),
            command: format!("bench/run {}", arguments.join(" ")).trim_end().to_owned(),
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cores, cpu, memory_gib, kernel, date, commit, command } = self;
        write!(
            f,
            "{cores} cores shared by server, database and load generator ({cpu}), \
             {memory_gib:.0} GiB of memory, Linux {kernel}; {date}, commit {commit}; `{command}`."
        )
    }
}

fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(root()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short", "HEAD"]) else { return "unknown".to_owned() };
    match git(&["status", "--porcelain"]) {
        Some(changes) if !changes.is_empty() => format!("{commit} with changes"),
        _ => commit,
    }
}
