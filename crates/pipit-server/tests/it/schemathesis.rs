//! schemathesis reads `/openapi.json` and sends what the description allows, and what it does not, as
//! three people: nothing is answered that is not described, and nothing with a 5xx.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::process::{Client, Server, run, wait_within};
use crate::python::with_packages;

const PACKAGES: [&str; 1] = ["schemathesis==4.32.5"];
/// All that it can check of one answer but that good input is never refused: most of what it sends
/// names somebody who is not there.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,unsupported_method,\
    allow_header_conformance,ignored_auth,negative_data_rejection,missing_required_header";
/// What would end the session that asks, or its account.
const LAST: [&str; 5] =
    ["delete_me", "delete_current_session", "delete_session", "set_password", "change_email"];
/// How long each of three people asks.
const SECS: &str = "40";
/// When it hangs.
const LIMIT: Duration = Duration::from_mins(3);

/// Has it ask as somebody; the answer is what it says at the end.
fn ask(programs: &Path, server: &Server, who: &str, client: &Client) {
    let mut command = Command::new(programs.join("schemathesis"));
    command.args(["run", &format!("{}/openapi.json", server.url)]);
    command.args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"]);
    command.args(["--max-time", SECS, "--max-examples", "10", "--generation-deterministic"]);
    command.args(["--workers", "1", "--no-color"]);
    // It goes on for ever.
    command.args(["--exclude-operation-id", "stream_timeline"]);
    if !client.bearer().is_empty() {
        command.args(["--header", &format!("Authorization: {}", client.bearer())]);
        for operation in LAST {
            command.args(["--exclude-operation-id", operation]);
        }
    }
    let log = tempfile::NamedTempFile::new().expect("a file");
    let out = log.reopen().expect("the same file");
    command.stdout(Stdio::from(out.try_clone().expect("twice"))).stderr(Stdio::from(out));
    let mut child = command.current_dir(programs).spawn().expect("it starts");
    let status = wait_within(LIMIT, "schemathesis", || child.try_wait().expect("asked"));
    let said = std::fs::read_to_string(log.path()).expect("text");
    assert!(status.success(), "as {who}:\n{said}");
    let cases = said.lines().rfind(|line| line.contains(" generated, "));
    println!("as {who}: {}", cases.unwrap_or(&said).trim());
}

#[test]
fn what_schemathesis_finds_is_nothing() {
    let programs = with_packages("schemathesis-venv", &PACKAGES);
    let folder = tempfile::tempdir().expect("a folder");
    Client::sign_up(&Server::start(folder.path()).url, "ada");
    run(folder.path(), &["user", "set-role", "ada", "admin"]);
    let server = Server::start(folder.path());
    let ann = Client::sign_up(&server.url, "ann");
    ann.post("/tweets", &serde_json::json!({"content": "hello #tag"})).expect("posted");
    let nobody = Client::anonymous(&server.url);
    let ada = nobody.sign_in("ada");
    for (who, client) in [("nobody", &nobody), ("a member", &ann), ("an admin", &ada)] {
        ask(&programs, &server, who, client);
    }
}
