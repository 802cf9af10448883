//! Writes a network straight into a database's tables, in bulk: a million people in minutes.
//!
//! One thread draws rows, the other sends them as statements of many rows. Every count is what the
//! server itself would have counted.

mod rows;

use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, Value,
};
use tokio::sync::mpsc;

use crate::network::Network;
use rows::{Table, Writer};
pub(crate) use rows::{hashtag_id, user_id};

/// Statements on their way from the thread that draws to the one that writes.
const AHEAD: usize = 8;
/// Statements between two commits, where the load is in transactions.
const PER_COMMIT: usize = 500;

/// What was loaded.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) tweets: usize,
    pub(crate) took: Duration,
}

/// Some rows of one table.
pub(crate) struct Batch {
    table: Table,
    values: Vec<Value>,
}

/// Fills an empty database that the server has brought up to date.
pub(crate) async fn load(database_url: &str, network: &Network) -> anyhow::Result<Loaded> {
    let started = Instant::now();
    let db = connect(database_url).await?;
    let bar = ProgressBar::new(rows::about(network));
    bar.set_style(ProgressStyle::with_template(
        "{msg:12} {bar:40} {percent:>3} % {human_pos} rows, {per_sec}, {eta} left",
    )?);
    bar.set_message("loading");
    let indexes = begin(&db).await?;

    let (sender, mut receiver) = mpsc::channel::<Batch>(AHEAD);
    let drawn = *network;
    let drawing = tokio::task::spawn_blocking(move || rows::draw(drawn, Writer::new(sender)));
    let mut statements = 0;
    while let Some(batch) = receiver.recv().await {
        if statements % PER_COMMIT == 0 {
            if statements > 0 {
                db.execute_unprepared("COMMIT").await?;
            }
            db.execute_unprepared("BEGIN").await?;
        }
        statements += 1;
        let rows = batch.values.len() / batch.table.columns().len();
        let text = insert(db.get_database_backend(), batch.table, rows);
        let statement =
            Statement::from_sql_and_values(db.get_database_backend(), text, batch.values);
        db.execute_raw(statement).await.with_context(|| batch.table.name())?;
        bar.inc(rows as u64);
    }
    let tweets = drawing.await?;
    db.execute_unprepared("COMMIT").await?;
    end(&db, indexes, &bar).await?;
    bar.finish_and_clear();
    db.close().await?;
    Ok(Loaded { tweets, took: started.elapsed() })
}

/// One connection, which pragmas and transactions belong to.
pub(crate) async fn connect(database_url: &str) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(database_url.to_owned());
    options.max_connections(1).min_connections(1).sqlx_logging(false);
    Database::connect(options).await.context("connecting to the database")
}

fn insert(backend: DbBackend, table: Table, rows: usize) -> String {
    let columns = table.columns();
    let mut text = format!("INSERT INTO {} ({}) VALUES ", table.name(), columns.join(", "));
    let mut n = 0;
    for row in 0..rows {
        text.push_str(if row > 0 { ",(" } else { "(" });
        for column in 0..columns.len() {
            n += 1;
            text.push_str(if column > 0 { "," } else { "" });
            match backend {
                DbBackend::Postgres => text.extend(["$", &n.to_string()]),
                _ => text.push('?'),
            }
        }
        text.push(')');
    }
    text
}

/// `SQLite` fills tables fastest without a journal and without indexes, which are made again at the
/// end from what is answered here. The servers keep theirs: networks loaded there are smaller.
async fn begin(db: &DatabaseConnection) -> anyhow::Result<Vec<String>> {
    if db.get_database_backend() != DbBackend::Sqlite {
        return Ok(Vec::new());
    }
    for pragma in ["journal_mode = OFF", "synchronous = OFF", "cache_size = -2000000"] {
        db.execute_unprepared(&format!("PRAGMA {pragma}")).await?;
    }
    db.execute_unprepared("PRAGMA temp_store = MEMORY; PRAGMA threads = 2").await?;
    let query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
    let query = Statement::from_string(DbBackend::Sqlite, query.to_owned());
    let mut indexes = Vec::new();
    for row in db.query_all_raw(query).await? {
        let name: String = row.try_get_by_index(0)?;
        db.execute_unprepared(&format!("DROP INDEX {name}")).await?;
        indexes.push(row.try_get_by_index(1)?);
    }
    Ok(indexes)
}

async fn end(
    db: &DatabaseConnection,
    indexes: Vec<String>,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    bar.set_message("indexing");
    for index in &indexes {
        db.execute_unprepared(index).await?;
    }
    match db.get_database_backend() {
        // Nobody analyses an embedded database; a server does so by itself after a while.
        DbBackend::Sqlite => db.execute_unprepared("PRAGMA journal_mode = WAL").await?,
        DbBackend::Postgres => db.execute_unprepared("ANALYZE").await?,
        _ => db.execute_unprepared("ANALYZE TABLE users, tweets, followers, likes").await?,
    };
    Ok(())
}
