//! The other commands.

use std::io::Write;
use std::process::Stdio;

use pipit_testkit::{Backend, TestDb, backends};
use serde_json::json;

use crate::process::{Client, Server, pipit, run, wait_for};

#[test]
fn a_user_is_created_beside_a_running_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let mut create = pipit()
        .args(["user", "create", "ann", "--email", "ann@x.test", "--data-dir"])
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    create.stdin.take().expect("its input").write_all(b"correct horse\n").expect("typed");
    let output = create.wait_with_output().expect("it ends");
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("@ann"));
    Client::anonymous(&server.url).sign_in("ann");

    let again = pipit()
        .args(["user", "create", "ann", "--email", "b@x.test", "--data-dir"])
        .arg(folder.path())
        .env("PIPIT_PASSWORD", "correct horse")
        .output()
        .expect("it ends");
    let why = String::from_utf8_lossy(&again.stderr);
    assert!(!again.status.success() && why.contains("handle: is taken"), "{why}");
}

/// What the operator does at the terminal, the server beside it hears of within a second: sessions
/// and streams end, pages change.
#[test]
fn the_operator_moderates_beside_a_running_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let (ann, eve) = (Client::sign_up(&server.url, "ann"), Client::sign_up(&server.url, "eve"));
    eve.post("/tweets", &json!({"content": "evil"})).expect("posted");
    assert!(run(folder.path(), &["user", "set-role", "ann", "moderator"]).contains("moderator"));
    assert!(ann.get_json("/tweets").to_string().contains("evil"));
    eve.get_json("/timeline");
    run(folder.path(), &["moderate", "suspend", "eve", "--reason", "Fraud."]);
    let says_evil = || ann.get_json("/tweets").to_string().contains("evil");
    wait_for("the tweet to vanish", || (!says_evil()).then_some(()));
    wait_for("the session to end", || eve.get("/timeline").filter(|(status, _)| *status == 401));
    let line = run(folder.path(), &["moderate", "restore", "eve", "--reason", "No.", "--json"]);
    let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!((&line["user"], &line["kind"]), (&json!("eve"), &json!("restore")));
    wait_for("the tweet to come back", || says_evil().then_some(()));
    run(folder.path(), &["moderate", "block", "link", "spam.example"]);
    let log = run(folder.path(), &["moderate", "log"]);
    let kinds: Vec<_> = log.lines().filter_map(|line| line.split(' ').nth(3)).collect();
    assert_eq!(kinds, ["block-added", "restore", "suspend", "set-role"], "{log}");
    let checked = run(folder.path(), &["moderate", "verify-log"]);
    assert!(checked.contains("whole: 4 lines"), "{checked}");
}

/// Who was let in at the terminal is in within a second.
#[test]
fn the_operator_lets_people_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start_with(folder.path(), &["--sign-up", "approval"]);
    let nobody = Client::anonymous(&server.url);
    for handle in ["eve", "bot"] {
        let email = format!("{handle}@mail.test");
        let account = json!({"handle": handle, "email": email, "password": "correct horse", "reason": "To read."});
        assert_eq!(nobody.post("/users", &account).expect("answered").0, 202);
    }
    let (eve, bot) = (nobody.sign_in("eve"), nobody.sign_in("bot"));
    assert_eq!(eve.get("/timeline").expect("answered").0, 403);
    let waiting = run(folder.path(), &["moderate", "sign-ups"]);
    assert_eq!(waiting.lines().count(), 2, "{waiting}");
    assert!(waiting.contains("@eve mail.test To read."), "{waiting}");
    assert!(run(folder.path(), &["moderate", "approve", "eve"]).contains("@eve: approved."));
    wait_for("eve to be let in", || eve.get("/timeline").filter(|(status, _)| *status == 200));
    let reject = ["moderate", "reject", "bot", "--reason", "No bots.", "--json"];
    assert!(run(folder.path(), &reject).contains("\"verdict\":\"rejected\""));
    wait_for("bot to be sent away", || bot.get("/timeline").filter(|(status, _)| *status == 401));
    assert_eq!(run(folder.path(), &["moderate", "sign-ups"]), "");
    let log = run(folder.path(), &["moderate", "log"]);
    let kinds: Vec<_> = log.lines().filter_map(|line| line.split(' ').nth(3)).collect();
    assert_eq!(kinds, ["reject-sign-up", "approve-sign-up"], "{log}");
}

#[test]
fn the_same_binary_serves_from_every_database() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for backend in backends().into_iter().filter(|backend| *backend != Backend::Sqlite) {
        let db = runtime.block_on(TestDb::new(backend));
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("unused");
        let migrate =
            pipit().args(["migrate", "--database-url", &db.url, "--data-dir"]).arg(&data).output();
        let migrate = migrate.expect("it ends");
        assert!(migrate.status.success(), "{}", String::from_utf8_lossy(&migrate.stderr));
        let server = Server::start_with(&data, &["--database-url", &db.url]);
        let text = server.first_lines.join("\n");
        assert!(!text.contains("data folder"), "{text}");
        let password = db.url.split([':', '@']).nth(2).expect("a password");
        assert!(!text.contains(password), "the password is not shown: {text}");
        let ann = Client::sign_up(&server.url, "ann");
        ann.post("/tweets", &json!({"content": "Hello, world! #AI"})).expect("posted");
        assert_eq!(ann.get_json("/tweets?hashtag=AI")["tweets"][0]["user"]["handle"], "ann");
        assert_eq!(ann.get_json("/timeline")["tweets"][0]["content"], "Hello, world! #AI");
        assert!(server.terminate().success());
        let beside = std::fs::read_dir(&data).expect("a folder").flatten();
        let mut beside: Vec<_> = beside.map(|entry| entry.file_name()).collect();
        beside.sort_unstable();
        assert_eq!(beside, ["keys", "media"], "only keys and pictures lie beside the database");
    }
}

#[test]
fn the_demo_is_lively_and_leaves_nothing() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().expect("a folder");
    let mut demo = pipit()
        .args(["demo", "--listen", "127.0.0.1:0"])
        .env("TMPDIR", folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let lines = BufReader::new(demo.stdout.take().expect("its output")).lines();
    let (mut url, mut told) = (String::new(), String::new());
    for line in lines.map_while(Result::ok) {
        if let Some((_, address)) = line.split_once("ready at ") {
            address.clone_into(&mut url);
        }
        told.push_str(&line);
        if line.contains("Ctrl+C") {
            break;
        }
    }
    assert!(told.contains("visitor") && told.contains("demo-password"), "{told}");
    let visitor = Client::anonymous(&url);
    let login = json!({"login": "visitor", "password": "demo-password"});
    assert_eq!(visitor.post("/sessions", &login).expect("answered").0, 201);
    let page = visitor.get_json("/tweets?limit=100");
    assert_eq!(page["tweets"].as_array().map(Vec::len), Some(100));
    assert!(visitor.get_json("/users/ada_codes")["follower_count"].as_i64() > Some(80));
    crate::process::signal(demo.id(), "INT");
    assert!(demo.wait().expect("it ends").success());
    let left = std::fs::read_dir(folder.path()).expect("read").count();
    assert_eq!(left, 0, "the temporary folder is gone");
}
