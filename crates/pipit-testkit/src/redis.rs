//! A Redis of a test's own, which the test may stop, pause and empty.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pipit_core::RedisAddress;
use tempfile::TempDir;

/// Two cores may be busy with other tests.
const START_LIMIT: Duration = Duration::from_secs(20);

/// A running `redis-server`; it ends with the test.
#[derive(Debug)]
pub struct Redis {
    process: Child,
    port: u16,
    folder: TempDir,
}

impl Redis {
    /// Starts one on a free port.
    ///
    /// # Panics
    /// If it does not start: `scripts/install-test-tools` installs it.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let process = spawn(port, &folder);
        Self { process, port, folder }
    }

    /// Where it is.
    ///
    /// # Panics
    /// Never: it is an address.
    #[must_use]
    pub fn address(&self) -> RedisAddress {
        format!("redis://127.0.0.1:{}", self.port).parse().expect("an address")
    }

    /// Stops it at once; what it held is gone.
    ///
    /// # Panics
    /// If it cannot be stopped.
    pub fn stop(&mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("ended");
    }

    /// Starts it again at the same address.
    pub fn start_again(&mut self) {
        self.process = spawn(self.port, &self.folder);
    }

    /// Sends it a signal, like `STOP` or `CONT`.
    ///
    /// # Panics
    /// If that fails.
    pub fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &pid]).status().expect("kill");
        assert!(sent.success());
    }

    /// Has it carry out a command.
    ///
    /// # Panics
    /// If it does not.
    pub fn command(&self, words: &[&str]) {
        let port = self.port.to_string();
        let done = Command::new("redis-cli").args(["-p", &port]).args(words).output();
        assert!(done.expect("redis-cli").status.success(), "{words:?}");
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It may have been stopped already.
        let _gone = self.process.kill();
        let _ended = self.process.wait();
    }
}

fn spawn(port: u16, folder: &TempDir) -> Child {
    let port_text = port.to_string();
    let process = Command::new("redis-server")
        .args(["--port", &port_text, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        .arg("--dir")
        .arg(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server runs: scripts/install-test-tools installs it");
    let began = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert!(began.elapsed() < START_LIMIT, "redis-server does not answer");
        std::thread::sleep(Duration::from_millis(5));
    }
    process
}
