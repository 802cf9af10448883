//! A `pipit serve` of a test's own, and how to speak to it.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longer than any machine takes to start or stop a server.
const PATIENCE: Duration = Duration::from_secs(30);

/// The binary, with nothing from the environment of whoever runs the tests.
pub(crate) fn pipit() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pipit"));
    #[expect(clippy::disallowed_methods, reason = "to take it away")]
    for (name, _) in std::env::vars_os() {
        if name == "DATABASE_URL" || name.to_string_lossy().starts_with("PIPIT_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs `pipit ARGUMENTS --data-dir FOLDER` to its end; what it printed.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> String {
    let output = pipit().args(arguments).arg("--data-dir").arg(folder).output().expect("it ends");
    let (out, why) = (output.stdout, String::from_utf8_lossy(&output.stderr).into_owned());
    assert!(output.status.success(), "{arguments:?}: {why}");
    String::from_utf8(out).expect("text")
}

/// A running server; it is killed when this goes.
pub(crate) struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub(crate) url: String,
    /// What it said when it was ready.
    pub(crate) first_lines: Vec<String>,
}

impl Server {
    /// Starts one on a free port with its data in this folder.
    pub(crate) fn start(data_dir: &Path) -> Self {
        Self::start_with(data_dir, &[])
    }

    pub(crate) fn start_with(data_dir: &Path, more: &[&str]) -> Self {
        Self::start_at("127.0.0.1:0", data_dir, more)
    }

    /// Starts one that people know by a name, as browsers want it for passkeys.
    pub(crate) fn start_by_name(data_dir: &Path) -> Self {
        // Free a moment ago: the name has to be known before the port is taken.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let port = free.expect("a free port").port();
        let name = format!("http://localhost:{port}");
        Self::start_at(&format!("127.0.0.1:{port}"), data_dir, &["--public-url", &name])
    }

    /// Starts one where another one was.
    pub(crate) fn start_again(data_dir: &Path, url: &str) -> Self {
        Self::start_at(url.trim_start_matches("http://"), data_dir, &[])
    }

    fn start_at(listen: &str, data_dir: &Path, more: &[&str]) -> Self {
        let mut child = pipit()
            .args(["serve", "--listen", listen, "--data-dir"])
            .arg(data_dir)
            .args(more)
            // Everybody comes from one address.
            .env("PIPIT_RATE_LIMITS", "off")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut first_lines = Vec::new();
        for line in lines.by_ref() {
            first_lines.push(line.expect("a line"));
            if first_lines.last().is_some_and(|line| line.contains("/docs")) {
                break;
            }
        }
        let url = first_lines.first().and_then(|line| line.split_once("ready at "));
        let url = url.unwrap_or_else(|| panic!("no first line: {first_lines:?}")).1.to_owned();
        Self { child, url, first_lines }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// No chance to tidy up.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// Asks it to stop, as an operator does, and waits until it has.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        signal(self.pid(), "TERM");
        self.stopped()
    }

    /// Waits until it has stopped.
    pub(crate) fn stopped(&mut self) -> ExitStatus {
        wait_for("the server to stop", || self.child.try_wait().expect("asked"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already, and there is nothing to be done here if it will not go.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args(["-s", name, &pid.to_string()]).status();
    assert!(status.expect("kill runs").success());
}

/// Asks again and again until there is an answer.
pub(crate) fn wait_for<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    wait_within(PATIENCE, what, ask)
}

/// The same for what takes its time.
pub(crate) fn wait_within<T>(limit: Duration, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < limit, "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Somebody who speaks HTTP to a server.
#[derive(Clone)]
pub(crate) struct Client {
    agent: ureq::Agent,
    url: String,
    token: Option<String>,
}

impl Client {
    pub(crate) fn anonymous(url: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let config = config.timeout_global(Some(PATIENCE)).build();
        Self { agent: config.into(), url: url.to_owned(), token: None }
    }

    /// Opens an account and signs it in.
    pub(crate) fn sign_up(url: &str, handle: &str) -> Self {
        let client = Self::anonymous(url);
        let email = format!("{handle}@x.test");
        let account = json!({"handle": handle, "email": email, "password": "correct horse"});
        assert_eq!(client.post("/users", &account).expect("answered").0, 201);
        client.sign_in(handle)
    }

    pub(crate) fn sign_in(&self, handle: &str) -> Self {
        let login = json!({"login": handle, "password": "correct horse"});
        let (status, session) = self.post("/sessions", &login).expect("answered");
        assert_eq!(status, 201, "{session}");
        Self { token: session["token"].as_str().map(str::to_owned), ..self.clone() }
    }

    /// The same person on another server.
    pub(crate) fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    pub(crate) fn bearer(&self) -> String {
        self.token.as_ref().map_or_else(String::new, |token| format!("Bearer {token}"))
    }

    /// Status and body, or nothing if the server is not there.
    pub(crate) fn get(&self, path: &str) -> Option<(u16, String)> {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        if self.token.is_some() {
            request = request.header("authorization", self.bearer());
        }
        let mut response = request.call().ok()?;
        let mut body = String::new();
        response.body_mut().as_reader().read_to_string(&mut body).ok()?;
        Some((response.status().as_u16(), body))
    }

    pub(crate) fn get_json(&self, path: &str) -> Value {
        let (status, body) = self.get(path).expect("answered");
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).expect("JSON")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Option<(u16, Value)> {
        let mut request = self.agent.post(format!("{}{path}", self.url));
        if self.token.is_some() {
            request = request.header("authorization", self.bearer());
        }
        let mut response = request.send_json(body).ok()?;
        Some((response.status().as_u16(), response.body_mut().read_json().ok()?))
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) {
        let request = self.agent.patch(format!("{}{path}", self.url));
        let request = request.header("authorization", self.bearer());
        let mut response = request.send_json(body).expect("answered");
        let answer = response.body_mut().read_to_string().expect("text");
        assert!(response.status().is_success(), "{path}: {answer}");
    }

    /// Sends a form with these fields and a file.
    pub(crate) fn upload(
        &self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
        file: &[u8],
    ) -> (u16, Value) {
        let head = |field: &str| format!("--B\r\nContent-Disposition: form-data; name=\"{field}\"");
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(format!("{}\r\n\r\n{value}\r\n", head(name)).as_bytes());
        }
        body.extend_from_slice(format!("{}; filename=\"x\"\r\n\r\n", head("file")).as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--B--\r\n");
        let url = format!("{}{path}", self.url);
        let request = if method == "PUT" { self.agent.put(url) } else { self.agent.post(url) };
        let request = request.header("authorization", self.bearer());
        let request = request.header("content-type", "multipart/form-data; boundary=B");
        let mut response = request.send(&body[..]).expect("answered");
        (response.status().as_u16(), response.body_mut().read_json().expect("JSON"))
    }

    pub(crate) fn delete(&self, path: &str) -> Option<u16> {
        let request = self.agent.delete(format!("{}{path}", self.url));
        let response = request.header("authorization", self.bearer()).call().ok()?;
        Some(response.status().as_u16())
    }

    /// An answer whose body is still being sent, for who is signed in by token or by cookie.
    pub(crate) fn open(
        &self,
        path: &str,
        last_event_id: Option<&str>,
    ) -> ureq::http::Response<ureq::Body> {
        let token = self.token.clone().unwrap_or_default();
        let mut request = self.agent.get(format!("{}{path}", self.url));
        request = request.header("authorization", self.bearer());
        request = request.header("cookie", format!("pipit={token}"));
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        request.call().expect("answered")
    }

    pub(crate) fn put(&self, path: &str) -> Option<u16> {
        let request = self.agent.put(format!("{}{path}", self.url));
        let response = request.header("authorization", self.bearer()).send_empty().ok()?;
        Some(response.status().as_u16())
    }
}
