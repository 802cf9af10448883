//! `kill -9` while people write: whatever was acknowledged is there afterwards, and counts are right.

use std::sync::Mutex;

use pipit_testkit::oracle;
use serde_json::json;

use crate::process::{Client, Server, wait_for};

const ROUNDS: usize = 3;
const WRITERS: usize = 4;

#[test]
fn an_acknowledged_write_survives_kill_9() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::start(folder.path());
    let people: Vec<Client> =
        (0..WRITERS).map(|n| Client::sign_up(&server.url, &format!("p{n}"))).collect();
    let mut acknowledged: Vec<i64> = Vec::new();
    for round in 0..ROUNDS {
        acknowledged.extend(write_until_killed(&people, server, 40 + round * 25));
        server = Server::start(folder.path());
        let reader = people[0].at(&server.url);
        for id in &acknowledged {
            let (status, _) = reader.get(&format!("/tweets/{id}")).expect("answered");
            assert_eq!(status, 200, "tweet {id} was acknowledged and is lost");
        }
    }
    assert!(acknowledged.len() > ROUNDS * 40);
    server.kill();
    let url = format!("sqlite://{}", folder.path().join("pipit.db").display());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let wrong = runtime.block_on(async {
        let db = oracle::connect(&url).await;
        oracle::wrong_counts(&db).await
    });
    assert_eq!(wrong, [""; 0]);
}

/// Everybody posts, likes and answers; after so many tweets the server is killed. Answers the ids
/// that it had acknowledged.
fn write_until_killed(people: &[Client], server: Server, enough: usize) -> Vec<i64> {
    let acknowledged = Mutex::new(Vec::new());
    let url = server.url.clone();
    std::thread::scope(|scope| {
        for person in people.iter().map(|person| person.at(&url)) {
            let acknowledged = &acknowledged;
            scope.spawn(move || {
                let mut last = None;
                // Ends when the server no longer answers.
                loop {
                    let tweet = json!({"content": "#kill me", "reply_to_id": last});
                    let Some((201, tweet)) = person.post("/tweets", &tweet) else { return };
                    last = tweet["id"].as_i64();
                    acknowledged.lock().expect("whole").extend(last);
                    if person.put(&format!("/tweets/{}/like", tweet["id"])).is_none() {
                        return;
                    }
                }
            });
        }
        wait_for("enough tweets", || {
            (acknowledged.lock().expect("whole").len() >= enough).then_some(())
        });
        server.kill();
    });
    acknowledged.into_inner().expect("whole")
}
