//! `pipit backup`, `restore` and `doctor` from outside.

use std::path::Path;
use std::process::Output;

use pipit_testkit::oracle;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::process::{Client, Server, pipit, run};

fn command(data: &Path, arguments: &[&str]) -> Output {
    pipit().args(arguments).arg("--data-dir").arg(data).output().expect("it ends")
}

fn refused(data: &Path, arguments: &[&str]) -> String {
    let output = command(data, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    let (out, why) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{out}{why}")
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Beside a running server; into a new folder with the keys put back by hand; and served from there.
#[test]
fn a_backup_beside_a_running_server_is_restored() {
    let (folder, other) =
        (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("one"));
    let server = Server::start(folder.path());
    let ann = Client::sign_up(&server.url, "ann");
    ann.post("/tweets", &json!({"content": "Kept for ever #AI"})).expect("posted");
    let backup = folder.path().join("backup");
    let path = backup.to_str().expect("text");
    let told = run(folder.path(), &["backup", path]);
    assert!(told.contains("The keys are not in it"), "{told}");
    ann.post("/tweets", &json!({"content": "Posted afterwards"})).expect("posted");
    assert!(server.terminate().success());
    assert!(!backup.join("keys").exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&backup).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "it is nobody else's business");
    }

    let whole = json_of(&run(folder.path(), &["restore", path, "--check", "--json"]));
    assert_eq!((&whole["database"], &whole["keys_included"]), (&json!("SQLite"), &json!(false)));
    let data = other.path().join("data");
    let told = run(&data, &["restore", path]);
    assert!(told.contains("put your copy of them"), "{told}");
    assert!(
        refused(&data, &["migrate"]).contains("is missing"),
        "without the keys it does not open"
    );
    assert!(refused(&data, &["doctor"]).contains("put back the keys"));
    std::fs::copy(folder.path().join("keys"), data.join("keys")).expect("put back");
    assert!(run(&data, &["doctor"]).contains("All is well"));
    let server = Server::start(&data);
    let ann = ann.at(&server.url);
    let home = ann.get_json("/timeline")["tweets"].clone();
    assert_eq!(home.as_array().map(Vec::len), Some(1), "as it was when it was backed up: {home}");
    ann.sign_in("ann@x.test");
    let why = refused(&data, &["restore", path]);
    assert!(why.contains("another pipit serves"), "{why}");
    assert!(server.terminate().success());
    let why = refused(&data, &["restore", path]);
    assert!(why.contains("not empty"), "{why}");
}

#[test]
fn backups_by_the_timer_are_kept_in_number() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    assert!(server.terminate().success());
    let all = folder.path().join("backups");
    let path = all.to_str().expect("text");
    std::fs::create_dir_all(all.join("pipit-2026-01-01T000000.000Z")).expect("one that broke off");
    std::fs::create_dir_all(all.join("of-others")).expect("something else");
    let mut names = Vec::new();
    for _ in 0..3 {
        let made = run(folder.path(), &["backup", path, "--keep", "2", "--with-keys", "--json"]);
        let made = json_of(&made);
        assert_eq!(made["keys_included"], json!(true));
        names.push(made["folder"].as_str().expect("a folder").to_owned());
    }
    let there = std::fs::read_dir(&all).expect("read").flatten();
    let mut there: Vec<String> =
        there.map(|entry| entry.path().to_str().expect("text").to_owned()).collect();
    there.sort_unstable();
    let wanted = [all.join("of-others").to_str().expect("text").to_owned()];
    assert_eq!(there, [&wanted[..], &names[1..]].concat());
    // With the keys in it, it opens by itself.
    let data = folder.path().join("restored");
    let restored = json_of(&run(&data, &["restore", &names[2], "--json"]));
    assert_eq!(restored["keys_missing"], json!(false));
    assert!(run(&data, &["doctor"]).contains("All is well"));
}

#[test]
fn the_doctor_says_what_to_do_and_does_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let ann = Client::sign_up(&server.url, "ann");
    ann.post("/tweets", &json!({"content": "Counted"})).expect("posted");
    let sound = json_of(&run(folder.path(), &["doctor", "--json"]));
    assert_eq!(sound, json!({"findings": [], "left": 0, "unchecked": []}), "beside a server");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let url = format!("sqlite://{}", folder.path().join("pipit.db").display());
        let db = oracle::connect(&url).await;
        db.execute_unprepared("UPDATE users SET tweet_count = 7").await.expect("broken");
    });
    let told = refused(folder.path(), &["doctor"]);
    let line = told.lines().find(|line| line.starts_with("counts: ")).expect("a line");
    assert!(line.contains("says 7 and has 1") && line.contains("pipit doctor --repair"), "{line}");
    let told = run(folder.path(), &["doctor", "--repair"]);
    assert!(told.contains("; mended") && told.contains("All is well"), "{told}");
    assert!(run(folder.path(), &["doctor"]).starts_with("All is well"));
    assert!(server.terminate().success());
}
