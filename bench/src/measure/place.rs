//! Where a scenario takes place: a database with a network in it that may be written to, another
//! for the bare insert, and the server that is started on the first.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;
use sea_orm::ConnectionTrait;

use super::RunOptions;
use crate::load;
use crate::network::Network;
use crate::server::Server;

/// Networks beyond this size get so much for caches; others the server's default.
const LARGE: usize = 100_000;
const LARGE_CACHE_MB: u64 = 1024;
const DEFAULT_CACHE_MB: u64 = 256;

/// The kinds of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
    Mysql,
}

impl Engine {
    /// Loading a million people into a server takes longer than measuring it.
    pub(crate) fn takes(self, people: usize) -> bool {
        self == Self::Sqlite || people <= LARGE
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MariaDB",
        })
    }
}

/// The repository.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// One database ready to be measured.
pub(crate) struct Place {
    pub(crate) engine: Engine,
    pub(crate) network: Network,
    pub(crate) seed: u64,
    /// Everything that this scenario leaves; deleted at its end.
    pub(crate) folder: PathBuf,
    pub(crate) url: String,
    /// The same content, for the bare insert.
    pub(crate) floor_url: String,
    pub(crate) database_bytes: Option<u64>,
    pub(crate) cache_mb: u64,
    binary: PathBuf,
}

impl Place {
    pub(crate) async fn prepare(
        options: &RunOptions,
        engine: Engine,
        people: usize,
        seed: u64,
    ) -> anyhow::Result<Self> {
        let folder = root().join("target/bench/work");
        let _absent = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let mut place = Self {
            engine,
            network: Network::new(people, seed),
            seed,
            url: sqlite_url(&folder.join("server")),
            floor_url: sqlite_url(&folder.join("floor")),
            folder,
            database_bytes: None,
            cache_mb: if people > LARGE { LARGE_CACHE_MB } else { DEFAULT_CACHE_MB },
            binary: options.binary(),
        };
        let admin = match engine {
            Engine::Sqlite => {
                place.copy_master(options.fresh).await?;
                return Ok(place);
            }
            Engine::Postgres => options.postgres_url.as_deref().context("no --postgres-url")?,
            Engine::Mysql => options.mysql_url.as_deref().context("no --mysql-url")?,
        };
        place.url = make_database(admin, "pipit_bench").await?;
        place.floor_url = make_database(admin, "pipit_bench_floor").await?;
        for url in [&place.url, &place.floor_url] {
            place.migrate(url)?;
            load::load(url, &place.network).await?;
        }
        Ok(place)
    }

    /// Starts the server.
    pub(crate) fn start(&self) -> anyhow::Result<Server> {
        self.start_on(&self.url, &[])
    }

    /// Starts one of several.
    pub(crate) fn start_node(&self, redis_url: &str) -> anyhow::Result<Server> {
        self.start_on(&self.url, &["--redis-url", redis_url])
    }

    /// Gives back what takes much room.
    pub(crate) fn clear(&self) -> anyhow::Result<()> {
        Ok(fs::remove_dir_all(&self.folder)?)
    }

    fn start_on(&self, url: &str, more: &[&str]) -> anyhow::Result<Server> {
        let cache_mb = self.cache_mb.to_string();
        let listen = ["serve", "--listen", "127.0.0.1:0", "--log", "warn"];
        // One ring for all: a copy of a database opens with the keys of its master.
        let keys = root().join("target/bench/keys").display().to_string();
        let store = ["--database-url", url, "--cache-mb", &cache_mb, "--key-file", &keys];
        // One address asks for everybody.
        let limits = ["--rate-limits", "off"];
        let arguments = listen.into_iter().chain(store).chain(limits);
        let arguments = arguments.chain(more.iter().copied()).map(str::to_owned);
        let arguments: Vec<String> = arguments.collect();
        Server::start(&self.binary, &arguments)
    }

    /// Lets the server make its tables and keys.
    fn migrate(&self, url: &str) -> anyhow::Result<()> {
        self.start_on(url, &[])?.stop()
    }

    async fn copy_master(&mut self, fresh: bool) -> anyhow::Result<()> {
        let master = root().join("target/bench").join(self.network.people.to_string());
        if fresh || !master.join("pipit.db").exists() {
            let _absent = fs::remove_dir_all(&master);
            // Elsewhere first: a load that breaks off leaves nothing that looks complete.
            let making = self.folder.join("making");
            fs::create_dir(&making)?;
            let url = sqlite_url(&making);
            self.migrate(&url)?;
            load::load(&url, &self.network).await?;
            fs::rename(&making, &master)?;
        }
        for name in ["server", "floor"] {
            let to = self.folder.join(name);
            fs::create_dir(&to)?;
            for file in ["pipit.db", "pipit.db-wal"] {
                if master.join(file).exists() {
                    fs::copy(master.join(file), to.join(file))?;
                }
            }
        }
        // A master may be older than the newest migration, which is not to be timed.
        for url in [&self.url, &self.floor_url] {
            self.migrate(url)?;
        }
        self.database_bytes = Some(fs::metadata(self.folder.join("server/pipit.db"))?.len());
        Ok(())
    }
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("pipit.db").display())
}

/// Makes an empty database beside the one that an administrator's URL names.
async fn make_database(admin: &str, name: &str) -> anyhow::Result<String> {
    let Some((server, _)) = admin.rsplit_once('/') else { bail!("no database in the URL") };
    let db = load::connect(admin).await?;
    db.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await?;
    db.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
    db.close().await?;
    Ok(format!("{server}/{name}"))
}
