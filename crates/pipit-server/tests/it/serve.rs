//! `pipit serve`: first lines, probes, stopping, and what it refuses.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::process::{Client, Server, pipit, signal, wait_for};

#[test]
fn it_says_where_it_is_and_answers_its_probes() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("a").join("b");
    let server = Server::start(&data);
    let text = server.first_lines.join("\n");
    for part in [env!("CARGO_PKG_VERSION"), &server.url, "SQLite", "pipit.db", "/docs"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let client = Client::anonymous(&server.url);
    assert_eq!(client.get("/healthz"), Some((200, "ok\n".to_owned())));
    assert_eq!(client.get("/readyz"), Some((200, "ready\n".to_owned())));
    let (_, metrics) = client.get("/metrics").expect("answered");
    assert!(metrics.contains("pipit_http_request_seconds_bucket"), "{metrics}");
    assert!(metrics.contains(r#"route="/healthz""#), "{metrics}");
    assert!(metrics.contains("pipit_cache_bytes"), "{metrics}");
    let openapi = client.get_json("/openapi.json");
    assert_eq!(openapi["openapi"], "3.1.0");
    let (status, page) = client.get("/docs/").expect("answered");
    assert_eq!(status, 200);
    assert!(!page.contains("http://") && !page.contains("https://"), "nothing from elsewhere");
    assert!(server.terminate().success());
}

/// A load balancer is told to go elsewhere, and until it has, everybody is served.
#[test]
fn a_server_that_drains_serves_and_sends_everybody_elsewhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::start_with(folder.path(), &["--drain-secs", "2"]);
    let ann = Client::sign_up(&server.url, "ann");
    let is_kept = || ann.open("/healthz", None).headers().get("connection").is_none();
    assert!(is_kept());
    signal(server.pid(), "TERM");
    wait_for("no more visitors wanted", || {
        (ann.get("/readyz").expect("answered").0 == 503).then_some(())
    });
    assert!(!is_kept(), "the next request goes elsewhere");
    let (status, _) = ann.post("/tweets", &json!({"content": "still here"})).expect("answered");
    assert_eq!(status, 201);
    let began = Instant::now();
    assert!(server.stopped().success());
    assert!(began.elapsed() < Duration::from_secs(10));

    // Whoever asks twice does not want to wait; nor does whoever sits at a terminal.
    for (first, second) in [("TERM", Some("TERM")), ("INT", None)] {
        let mut server = Server::start_with(folder.path(), &["--drain-secs", "60"]);
        let began = Instant::now();
        signal(server.pid(), first);
        if let Some(second) = second {
            let client = Client::anonymous(&server.url);
            wait_for("the drain", || (client.get("/readyz")?.0 == 503).then_some(()));
            signal(server.pid(), second);
        }
        assert!(server.stopped().success());
        assert!(began.elapsed() < Duration::from_secs(30));
    }
}

#[test]
fn data_folders_are_private_and_hold_one_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&data);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&data).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
    let second = pipit()
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(&data)
        .output()
        .expect("it ends");
    assert!(!second.status.success());
    let why = String::from_utf8_lossy(&second.stderr);
    assert!(why.contains("another pipit") && why.contains("--data-dir"), "{why}");
    // Nor by another way to the same file.
    let url = format!("sqlite://{}", data.join("pipit.db").display());
    let third = pipit()
        .args(["serve", "--listen", "127.0.0.1:0", "--database-url", &url])
        .current_dir(folder.path())
        .output()
        .expect("it ends");
    assert!(String::from_utf8_lossy(&third.stderr).contains("another pipit"));
    server.kill();
    // A killed server leaves no lock behind.
    assert!(Server::start(&data).terminate().success());
}

#[test]
fn mistakes_are_told_in_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("a path");
    let cases: [(&[&str], &str); 5] = [
        (&["--database-url", "oracle://x"], "sqlite:, postgres: or mysql:"),
        (&["--database-url", "postgres://nobody@127.0.0.1:1/x"], "opening the database"),
        (&["--public-url", "pipit.example"], "public_url"),
        (&["--config", "/nowhere.toml"], "/nowhere.toml"),
        (&["--log", "===="], "log rules"),
    ];
    for (arguments, part) in cases {
        let output = pipit()
            .args(["--listen", "127.0.0.1:0", "--data-dir", data])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("it ends");
        let why = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && why.contains(part), "{arguments:?}: {why}");
    }
    // A damaged database is told, not replaced by an empty one.
    std::fs::write(folder.path().join("pipit.db"), vec![7; 8192]).expect("written");
    let output =
        pipit().args(["--listen", "127.0.0.1:0", "--data-dir", data]).output().expect("it ends");
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && why.contains("not a database"), "{why}");
}

#[test]
fn told_to_stop_it_ends_what_is_under_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let ann = Client::sign_up(&server.url, "ann");
    let (stop, posted) = (AtomicBool::new(false), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    match ann.post("/tweets", &json!({"content": "on time"})) {
                        Some((201, _)) => posted.fetch_add(1, Ordering::Relaxed),
                        // Refused from here on: the port is closed.
                        None => break,
                        Some(other) => panic!("{other:?}"),
                    };
                }
            });
        }
        wait_for("some tweets", || (posted.load(Ordering::Relaxed) > 20).then_some(()));
        assert!(server.terminate().success());
        stop.store(true, Ordering::Relaxed);
    });
    let server = Server::start(folder.path());
    let count = ann.at(&server.url).get_json("/users/ann")["tweet_count"].as_u64();
    // A connection that the server closes between two requests may cost a client its answer, never
    // a tweet.
    assert!(count >= Some(u64::from(posted.into_inner())));
}

#[test]
fn a_token_and_all_data_live_through_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let ann = Client::sign_up(&server.url, "ann");
    ann.post("/tweets", &json!({"content": "still here"})).expect("posted");
    assert!(server.terminate().success());
    let server = Server::start(folder.path());
    let home = ann.at(&server.url).get_json("/timeline");
    assert_eq!(home["tweets"][0]["content"], "still here");
}
