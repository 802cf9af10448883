//! Processes that are started, told things, and watched until they end.

use std::fs::{File, OpenOptions};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// Longer than any of them takes to start or to stop.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    Kill,
    Term,
    /// Ends PostgreSQL at once, with all its children.
    Quit,
    Stop,
    Cont,
}

/// Sends it; whoever is gone already does not mind.
pub(crate) fn send(signal: Signal, pid: u32) -> anyhow::Result<()> {
    let name = match signal {
        Signal::Kill => "KILL",
        Signal::Term => "TERM",
        Signal::Quit => "QUIT",
        Signal::Stop => "STOP",
        Signal::Cont => "CONT",
    };
    let pid = pid.to_string();
    Command::new("kill").args(["-s", name, &pid]).stderr(Stdio::null()).status()?;
    Ok(())
}

/// Sends it to a process and to all that it started: PostgreSQL is many.
pub(crate) fn send_to_all(signal: Signal, pid: u32) -> anyhow::Result<()> {
    send(signal, pid)?;
    let tasks = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    for child in tasks.unwrap_or_default().split_whitespace() {
        send(signal, child.parse()?)?;
    }
    Ok(())
}

/// Whether it still runs: one that ended and was not asked about does not.
pub(crate) fn runs(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
}

/// Waits for something, a look every 20 ms.
pub(crate) async fn wait_for(
    what: &str,
    mut is_so: impl AsyncFnMut() -> bool,
) -> anyhow::Result<()> {
    let began = Instant::now();
    while !is_so().await {
        if began.elapsed() > PATIENCE {
            bail!("waited {PATIENCE:?} for {what}: it did not come");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Whether a server answers this with success.
pub(crate) async fn answers(url: &str) -> bool {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build();
    let Ok(client) = client else { return false };
    client.get(url).send().await.is_ok_and(|answer| answer.status().is_success())
}

/// Below Linux's range for outgoing connections (32768 and up), so that none of those takes it.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    for _ in 0..100 {
        let port = fastrand::u16(20_000..32_000);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port between 20000 and 32000")
}

/// A node of its own with a SQLite database; it is killed when this goes.
pub(crate) struct Node {
    pub(crate) url: String,
    pub(crate) folder: PathBuf,
    program: PathBuf,
    port: u16,
    settings: Vec<(String, String)>,
    child: Option<Child>,
}

impl Node {
    /// Starts one with its data in this folder, and these in its environment.
    pub(crate) async fn start(
        program: &Path,
        folder: &Path,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let port = free_port()?;
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut node = Self {
            url: format!("http://127.0.0.1:{port}"),
            folder: folder.to_owned(),
            program: program.to_owned(),
            port,
            settings: settings.iter().map(owned).collect(),
            child: None,
        };
        node.run().await?;
        Ok(node)
    }

    /// Starts it where it was, and waits until it serves.
    pub(crate) async fn run(&mut self) -> anyhow::Result<()> {
        let log = OpenOptions::new().create(true).append(true).open(self.log())?;
        let child = Command::new(&self.program)
            .arg("serve")
            .env_clear()
            .env("PIPIT_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("PIPIT_DATA_DIR", &self.folder)
            .env("PIPIT_RATE_LIMITS", "off")
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("starting {}", self.program.display()))?;
        self.child = Some(child);
        let ready = format!("{}/readyz", self.url);
        wait_for("the node to serve", async || answers(&ready).await)
            .await
            .with_context(|| std::fs::read_to_string(self.log()).unwrap_or_default())
    }

    /// Beside its folder, which may have no room.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.with_extension("log")
    }

    pub(crate) fn database_url(&self) -> String {
        format!("sqlite://{}", self.folder.join("pipit.db").display())
    }

    /// Without a chance to tidy up.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may be gone already, and there is nothing to be done here if it will not go.
        let _gone = self.kill();
    }
}

/// Starts a program that becomes a part of a cluster, its output below the earlier one's.
pub(crate) fn launch(program: &Path, log: &Path) -> anyhow::Result<Child> {
    let log = File::options().create(true).append(true).open(log)?;
    Command::new(program)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .with_context(|| format!("starting {}", program.display()))
}
