//! `pipit keys`: who may read the ring, and a rotation that is killed on its way.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Output, Stdio};

use pipit_testkit::oracle;
use sea_orm::{ConnectionTrait, DatabaseConnection};

use crate::process::{Client, Server, pipit};

/// Enough for a rotation to take a hundred steps.
const SESSIONS: usize = 20_000;

fn keys(data: &Path, action: &str) -> Output {
    pipit().args(["keys", action, "--data-dir"]).arg(data).output().expect("it ends")
}

fn told(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

async fn open(data: &Path) -> DatabaseConnection {
    oracle::connect(&format!("sqlite://{}", data.join("pipit.db").display())).await
}

/// By how many keys the sessions are sealed, and the lowest and the highest of them.
async fn sealed(data: &Path) -> Vec<i64> {
    let db = open(data).await;
    let count = "SELECT COUNT(DISTINCT sealed_with) FROM sessions UNION ALL \
                 SELECT MIN(sealed_with) FROM sessions UNION ALL \
                 SELECT MAX(sealed_with) FROM sessions";
    oracle::ids(&db, count).await
}

/// Sessions as a version before this one left them: in the clear.
async fn fill(data: &Path) {
    let db = open(data).await;
    let insert = format!(
        "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < {SESSIONS}) \
         INSERT INTO sessions (id, user_id, created_at, expires_at, user_agent) \
         SELECT id, 1, 1, {}, 'Telltale/' || id FROM n",
        i64::MAX
    );
    db.execute_unprepared(&insert).await.expect("filled");
    db.close().await.expect("closed");
}

#[test]
fn a_rotation_that_is_killed_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = Server::start(data);
    let ann = Client::sign_up(&server.url, "ann");
    assert!(server.terminate().success());
    runtime.block_on(fill(data));

    // Whatever is opened next seals what lies in the clear.
    assert!(told(&keys(data, "list")).contains("seals what is new"));
    assert_eq!(runtime.block_on(sealed(data)), [1, 1, 1]);
    let file = std::fs::read(data.join("pipit.db")).expect("the database");
    let telltale = file.windows(9).any(|window| window == b"Telltale/");
    assert!(!telltale, "nor is it found in what the file no longer uses");

    let mut killed = 0;
    while killed < 3 {
        let mut rotation = pipit()
            .args(["keys", "rotate", "--data-dir"])
            .arg(data)
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        let lines = BufReader::new(rotation.stderr.take().expect("its output")).lines();
        let steps = lines.map_while(Result::ok).filter(|line| line.starts_with("sealed "));
        assert_eq!(steps.take(4).count(), 4, "it tells how far it is");
        rotation.kill().expect("killed");
        rotation.wait().expect("gone");
        killed += 1;
        assert_eq!(runtime.block_on(sealed(data)), [2, 1, 2], "in the midst of it");
    }
    // Meanwhile everything works.
    let server = Server::start(data);
    ann.at(&server.url).get_json("/timeline");
    let ann = ann.at(&server.url).sign_in("ann@x.test");

    // And the running server takes over the new key at once.
    assert!(told(&keys(data, "rotate")).contains("sealed by key 2"), "not by a third one");
    assert_eq!(runtime.block_on(sealed(data)), [1, 2, 2]);
    ann.sign_in("ann@x.test");
    let sessions = ann.get_json("/sessions");
    let user_agent = sessions["sessions"][0]["user_agent"].as_str().unwrap_or_default();
    assert!(user_agent.contains("ureq"), "it opens what the new key sealed: {sessions}");
    assert!(server.terminate().success());
    let list = told(&keys(data, "list"));
    assert!(!list.contains("MISSING"), "{list}");

    assert!(told(&keys(data, "rotate")).contains("sealed by key 3"));
    let ring = std::fs::read_to_string(data.join("keys")).expect("the ring");
    let numbers: Vec<&str> = ring
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|l| l.split(' ').next())
        .collect();
    assert_eq!(numbers, ["2", "3"], "the first is forgotten");
}

#[test]
fn the_ring_is_its_owners_and_the_database_stays_shut_without_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, ring) = (folder.path(), folder.path().join("keys"));
    let server = Server::start(data);
    let ann = Client::sign_up(&server.url, "ann");
    assert!(server.terminate().success());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&ring).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let refused = |arguments: &[&str]| {
        let output = pipit().args(arguments).arg("--data-dir").arg(data).output().expect("ends");
        assert!(!output.status.success());
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        let text = std::fs::read_to_string(&ring).unwrap_or_default();
        let secret = text.split_whitespace().next_back().unwrap_or("none");
        assert!(!why.contains(secret), "no key is printed: {why}");
        why
    };
    let kept = std::fs::read_to_string(&ring).expect("the ring");
    std::fs::remove_file(&ring).expect("removed");
    assert!(refused(&["migrate"]).contains("is missing"));
    assert!(!ring.exists(), "no other one is made in its place");
    let other = pipit().args(["keys", "new"]).output().expect("it ends");
    std::fs::write(&ring, &other.stdout).expect("written");
    assert!(refused(&["migrate"]).contains("is not the one"));
    std::fs::write(&ring, "1 now thisisnokey").expect("written");
    assert!(refused(&["migrate"]).contains("damaged"));
    std::fs::write(&ring, "").expect("written");
    assert!(refused(&["migrate"]).contains("empty"));
    std::fs::remove_file(&ring).expect("removed");
    // The same keys by setting.
    let output = pipit()
        .args(["keys", "list", "--data-dir"])
        .arg(data)
        .env("PIPIT_KEYS", &kept)
        .output()
        .expect("it ends");
    assert!(told(&output).contains("seals what is new"));
    std::fs::write(&ring, &kept).expect("put back");
    let server = Server::start(data);
    ann.at(&server.url).sign_in("ann");
}
