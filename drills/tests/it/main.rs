//! What stands in front of the nodes is asked whether it understands its file.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const NODES: [(&str, &str); 3] = [
    ("PIPIT_NODE1", "127.0.0.1:28081"),
    ("PIPIT_NODE2", "127.0.0.1:28082"),
    ("PIPIT_NODE3", "127.0.0.1:28083"),
];

fn deploy(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy").join(file)
}

/// Runs a server's own check, if the server is there; without it only where all must be tested.
fn check(command: &mut Command) -> Option<Output> {
    // An ordinary user's PATH often leaves out where Debian keeps servers.
    let path = format!("{}:/usr/sbin", environment("PATH").unwrap_or_default());
    let output = command.env("PATH", &path).output();
    match output {
        Ok(output) => Some(output),
        Err(error) => {
            let all = environment("PIPIT_TEST_ALL").is_some();
            assert!(!all, "{command:?}: {error}; run scripts/install-test-tools");
            None
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "no setting of the product")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[test]
fn haproxy_understands_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let admin = folder.path().join("admin.sock");
    for count in 1..=NODES.len() {
        let mut command = Command::new("haproxy");
        command.env_clear().envs(NODES.into_iter().take(count));
        command.env("PIPIT_FRONT_ADMIN", &admin).env("PIPIT_FRONT_BIND", "127.0.0.1:28080");
        command.arg("-c").arg("-f").arg(deploy("haproxy.cfg"));
        let Some(output) = check(&mut command) else { return };
        let told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success() && !told.contains("WARNING"), "{count} nodes: {told}");
    }
}

#[test]
fn nginx_understands_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    let bind = port.expect("a free port").to_string();
    let mut text = std::fs::read_to_string(deploy("nginx.conf")).expect("it is there");
    let place = folder.path().to_str().expect("a path");
    let settings = [("PIPIT_FRONT_BIND", bind.as_str()), ("PIPIT_FRONT_FOLDER", place)];
    for (name, value) in NODES.into_iter().chain(settings) {
        assert!(text.contains(&format!("${{{name}}}")), "{name} is used");
        text = text.replace(&format!("${{{name}}}"), value);
    }
    assert!(!text.contains("${"), "everything is filled in");
    let file = folder.path().join("nginx.conf");
    std::fs::write(&file, text).expect("written");
    let Some(output) = check(Command::new("nginx").arg("-t").arg("-c").arg(&file)) else { return };
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && !told.contains("[warn]"), "{told}");
}
