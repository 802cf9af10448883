//! A bare group-committed insert: as many producers as the load test has connections hand the same
//! texts to one writer, which commits what waits as one transaction of a few statements of many
//! rows. No HTTP, no checks, no reads, no mentions, no caches.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use pipit_model::Clock;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, SqlxSqliteConnector};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::rows::{Batch, Tweet};
use crate::load::{self, hashtag_id, user_id};
use crate::measure::posters;
use crate::network::Network;
use crate::server::Cpu;
use crate::wrk::Figures;

/// As many as the server takes at once.
const BATCH_MAX: usize = 256;
/// Different texts, as many as the posts that it is compared with have.
const TEXTS: u64 = 4000;
/// The last node of 256: no server's ids are like these.
const NODE: i64 = 255;

/// What is inserted where.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[arg(long)]
    database_url: String,
    #[arg(long)]
    people: usize,
    #[arg(long)]
    seed: u64,
    #[arg(long)]
    seconds: u64,
    #[arg(long)]
    producers: usize,
}

struct Job {
    tweet: Arc<Tweet>,
    committed: oneshot::Sender<()>,
}

/// Tweets a second, and CPU of this whole process for each.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Figures> {
    let network = Network::new(options.people, options.seed);
    let tweets = Arc::new(tweets(&network)?);
    let db = open(&options.database_url).await?;
    let (sender, mut receiver) = mpsc::channel::<Job>(BATCH_MAX);
    let before = Cpu::of(std::process::id())?;
    let started = Instant::now();
    let end = started + Duration::from_secs(options.seconds);
    let mut producers = JoinSet::new();
    for producer in 0..options.producers {
        let work = produce(tweets.clone(), sender.clone(), (producer, options.producers), end);
        producers.spawn(work);
    }
    drop(sender);

    let (mut inserted, mut waiting) = (0_u64, Vec::with_capacity(BATCH_MAX));
    let mut last_ms = 0;
    while receiver.recv_many(&mut waiting, BATCH_MAX).await > 0 {
        // A batch has as many ids as a millisecond of a node.
        last_ms = Clock::System.now().0.max(last_ms + 1);
        let first_id = last_ms << 16 | NODE << 8;
        commit(&db, waiting.iter().map(|job| &*job.tweet), first_id).await?;
        inserted += waiting.len() as u64;
        for job in waiting.drain(..) {
            let _gone = job.committed.send(());
        }
    }
    let took = started.elapsed().as_secs_f64();
    let cpu_ns = Cpu::of(std::process::id())?.since(&before);
    let latencies: Vec<u64> = producers.join_all().await.into_iter().flatten().collect();
    db.close().await?;
    Ok(figures(inserted, took, cpu_ns, latencies))
}

/// One after another until the time is over; answers the microseconds that each took.
async fn produce(
    tweets: Arc<Vec<Arc<Tweet>>>,
    sender: mpsc::Sender<Job>,
    (first, step): (usize, usize),
    end: Instant,
) -> Vec<u64> {
    let mut latencies = Vec::new();
    let mut n = first;
    while Instant::now() < end {
        let asked = Instant::now();
        let (committed, done) = oneshot::channel();
        let job = Job { tweet: tweets[n % tweets.len()].clone(), committed };
        if sender.send(job).await.is_err() || done.await.is_err() {
            break;
        }
        latencies.push(asked.elapsed().as_micros() as u64);
        n += step;
    }
    latencies
}

fn figures(inserted: u64, took: f64, cpu_ns: u64, mut latencies: Vec<u64>) -> Figures {
    latencies.sort_unstable();
    let ms = |share: f64| {
        let last = latencies.len().saturating_sub(1);
        latencies.get((last as f64 * share) as usize).map_or(0.0, |us| *us as f64 / 1e3)
    };
    Figures {
        rate: inserted as f64 / took,
        cpu_us: cpu_ns as f64 / 1e3 / inserted as f64,
        p50_ms: ms(0.5),
        p99_ms: ms(0.99),
        max_ms: ms(1.0),
        bytes: 0.0,
    }
}

fn tweets(network: &Network) -> anyhow::Result<Vec<Arc<Tweet>>> {
    let authors = posters(network)?;
    let pairs = (0..TEXTS).zip(authors.iter().cycle());
    let tweets = pairs.map(|(n, author)| {
        let text = network.say(n);
        let tag = |rank: u64| (hashtag_id(rank), Network::hashtag(rank as usize));
        let hashtags = text.hashtags.into_iter().map(tag).collect();
        Arc::new(Tweet { author: user_id(*author), content: text.content, hashtags })
    });
    Ok(tweets.collect())
}

/// With the options of the server's own connection (`pipit-store/src/connect.rs`).
async fn open(url: &str) -> anyhow::Result<DatabaseConnection> {
    if !url.starts_with("sqlite:") {
        let db = load::connect(url).await?;
        if db.get_database_backend() == DbBackend::MySql {
            let level = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
            db.execute_unprepared(level).await?;
        }
        return Ok(db);
    }
    let options: SqliteConnectOptions = url.parse()?;
    let options = options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", "16000")
        .pragma("temp_store", "MEMORY")
        .statement_cache_capacity(256);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

async fn commit(
    db: &DatabaseConnection,
    tweets: impl Iterator<Item = &Tweet>,
    first_id: i64,
) -> anyhow::Result<()> {
    let mut batch = Batch::default();
    for (n, tweet) in tweets.enumerate() {
        batch.add(first_id + n as i64 % 256 + ((n as i64 / 256) << 16), tweet);
    }
    let backend = db.get_database_backend();
    let begin = if backend == DbBackend::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" };
    db.execute_unprepared(begin).await?;
    for statement in batch.statements(backend) {
        db.execute_raw(statement).await?;
    }
    db.execute_unprepared("COMMIT").await?;
    Ok(())
}
