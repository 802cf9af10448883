//! A private database for each test.

use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tempfile::TempDir;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// Embedded, in a temporary folder.
    Sqlite,
    /// The throw-away server of `scripts/with-databases`.
    Postgres,
    /// The throw-away server of `scripts/with-databases`.
    MySql,
}

impl Backend {
    fn server_url(self) -> Option<String> {
        let name = match self {
            Self::Sqlite => return None,
            Self::Postgres => "PIPIT_TEST_POSTGRES",
            Self::MySql => "PIPIT_TEST_MYSQL",
        };
        environment(name)
    }
}

#[expect(clippy::disallowed_methods, reason = "how scripts/with-databases speaks to the tests")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// SQLite always; the servers if they run. Under `scripts/test` they must.
///
/// # Panics
/// If `PIPIT_TEST_ALL` is set and a server is missing.
#[must_use]
pub fn backends() -> Vec<Backend> {
    let all = environment("PIPIT_TEST_ALL").is_some();
    let there = |backend: &Backend| {
        let there = *backend == Backend::Sqlite || backend.server_url().is_some();
        assert!(there || !all, "{backend:?} is missing: run through scripts/with-databases");
        there
    };
    [Backend::Sqlite, Backend::Postgres, Backend::MySql].into_iter().filter(there).collect()
}

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A database that nobody else uses.
#[derive(Debug)]
pub struct TestDb {
    /// Its address.
    pub url: String,
    /// Which it is.
    pub backend: Backend,
    _folder: Option<TempDir>,
}

impl TestDb {
    /// Makes an empty one.
    ///
    /// # Panics
    /// If that fails.
    pub async fn new(backend: Backend) -> Self {
        let Some(server) = backend.server_url() else {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let url = format!("sqlite://{}/test.db", folder.path().display());
            return Self { url, backend, _folder: Some(folder) };
        };
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let admin = Database::connect(&server).await.expect("the database server answers");
        let create = format!("CREATE DATABASE {name}");
        admin.execute_unprepared(&create).await.expect("a database of its own");
        admin.close().await.expect("closed");
        let (base, _) = server.rsplit_once('/').expect("a URL with a database");
        Self { url: format!("{base}/{name}"), backend, _folder: None }
    }

    /// Changes something behind everybody's back.
    ///
    /// # Panics
    /// If the database refuses it.
    pub async fn execute(&self, sql: &str) {
        self.connect().await.execute_unprepared(sql).await.expect("done");
    }

    /// A connection of the test's own, past everything that is tested.
    ///
    /// # Panics
    /// If it cannot be had.
    pub async fn connect(&self) -> DatabaseConnection {
        connect(&self.url).await
    }
}

/// A connection to a database that already is there.
///
/// # Panics
/// If it cannot be had.
pub async fn connect(url: &str) -> DatabaseConnection {
    Database::connect(url).await.expect("the database answers")
}
