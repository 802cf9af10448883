//! A batch that the database refuses half-way.

use pipit_store::{Command, StoreError};
use pipit_testkit::{Backend, backends, oracle};
use sea_orm::ConnectionTrait;

use crate::{Fixture, tweet};

/// A trigger stands for whatever may go wrong inside a statement.
fn poison(backend: Backend) -> &'static [&'static str] {
    match backend {
        Backend::Sqlite => &["CREATE TRIGGER poison BEFORE INSERT ON tweets \
             WHEN new.content = 'poison' BEGIN SELECT RAISE(ABORT, 'poisoned'); END"],
        Backend::Postgres => &[
            "CREATE FUNCTION poison() RETURNS trigger AS $$ BEGIN \
             IF new.content = 'poison' THEN RAISE EXCEPTION 'poisoned'; END IF; \
             RETURN new; END $$ LANGUAGE plpgsql",
            "CREATE TRIGGER poison BEFORE INSERT ON tweets \
             FOR EACH ROW EXECUTE FUNCTION poison()",
        ],
        Backend::MySql => &["CREATE TRIGGER poison BEFORE INSERT ON tweets FOR EACH ROW \
             IF new.content = 'poison' THEN SIGNAL SQLSTATE '45000' \
             SET MESSAGE_TEXT = 'poisoned'; END IF"],
    }
}

#[tokio::test]
async fn one_bad_command_never_fails_its_neighbours() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let db = f.db.connect().await;
        for statement in poison(backend) {
            db.execute_unprepared(statement).await.expect("a trigger");
        }
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..100 {
            let store = f.store.clone();
            let mut new = tweet(ann);
            if n % 25 == 7 {
                "poison".clone_into(&mut new.content);
            }
            tasks.spawn(async move { store.write(Command::Post(new)).await });
        }
        let outcomes = tasks.join_all().await;
        let failed: Vec<_> = outcomes.iter().filter_map(|o| o.as_ref().err()).collect();
        assert_eq!(failed.len(), 4, "{backend:?}");
        assert!(failed.iter().all(|error| matches!(error, StoreError::Database(_))));
        let stored = f.store.get_users(&[ann]).await.expect("read")[0].counts.tweets;
        assert_eq!(stored, 96);
        assert_eq!(oracle::wrong_counts(&db).await, [""; 0]);
    }
}

#[tokio::test]
async fn closing_writes_what_waits() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let store = f.store.clone();
            let new = tweet(ann);
            tasks.spawn(async move { store.write(Command::Post(new)).await });
        }
        tokio::task::yield_now().await;
        f.store.close().await.expect("closed");
        let written = tasks.join_all().await.iter().filter(|o| o.is_ok()).count();
        let db = f.db.connect().await;
        let stored = oracle::ids(&db, "SELECT id FROM tweets").await.len();
        assert_eq!(stored, written, "{backend:?}: acknowledged and stored are the same");
    }
}
