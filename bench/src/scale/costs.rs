//! What one thing costs, as it was measured; `docs/benchmarks.md` of 2026-11-25 if nothing else is
//! said, the dearest of the three networks.

/// A home of somebody, one of a thousand readers in turns: 61.7, 63.0, 56.9 µs.
const READ_CPU_US: f64 = 63.0;
/// A post: 151.5, 180.3, 199.6 µs.
const POST_CPU_US: f64 = 199.6;
/// Another write: likes on many tweets took 151.0, 192.8, 208.8 µs; a follow takes up to 350.
const MARK_CPU_US: f64 = 208.8;
/// An event that another node made: read from the bus, parsed, put into the caches. Not measured when
/// this was written: a guess, more than what a parse and a few look-ups in caches take.
const EVENT_CPU_US: f64 = 15.0;
/// An event on the bus: a tweet of 150 characters with its entities, or a like. A guess between the
/// two; not measured.
const EVENT_BYTES: f64 = 300.0;
/// A followed account in a reader's list: 95.9, 87.3, 34.9 bytes, the less the more readers share its
/// cell; the last of a million people, of whom a tenth read.
const FOLLOWEE_BYTES: f64 = 34.9;
/// A reader's marks, session, filters and ties: 23 + 14 + 10 + 10 MiB of 100,000 readers.
const READER_BYTES: f64 = 598.0;
/// A followed author's log, profile and newest tweets: 141 + 102 + 379 MiB, of a million authors.
const AUTHOR_BYTES: f64 = 652.0;
/// A node at rest: 50 MiB.
const NODE_BYTES: f64 = 52_428_800.0;
/// Durable posts a second of one PostgreSQL that shared two cores with all else: 7,632; of the time
/// the disk takes, most is waiting.
const DATABASE_WRITES_A_SECOND: f64 = 7_632.0;
/// Statements of a warm read: 0.01 to 0.24 in a second round, none in a third.
const STATEMENTS_A_READ: f64 = 0.02;
/// Bytes of a home: 18,253 to 18,972.
const READ_BYTES: f64 = 18_972.0;

/// What one thing costs.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Costs {
    /// Microseconds of CPU of a home.
    #[arg(long, default_value_t = READ_CPU_US)]
    pub(super) read_cpu_us: f64,
    /// Microseconds of CPU of a post.
    #[arg(long, default_value_t = POST_CPU_US)]
    pub(super) post_cpu_us: f64,
    /// Microseconds of CPU of a like, a retweet, a follow.
    #[arg(long, default_value_t = MARK_CPU_US)]
    pub(super) mark_cpu_us: f64,
    /// Microseconds of CPU of an event on each node that did not make it.
    #[arg(long, default_value_t = EVENT_CPU_US)]
    pub(super) event_cpu_us: f64,
    /// Bytes of an event on the bus.
    #[arg(long, default_value_t = EVENT_BYTES)]
    pub(super) event_bytes: f64,
    /// Bytes of memory of a followed account in a reader's list.
    #[arg(long, default_value_t = FOLLOWEE_BYTES)]
    pub(super) followee_bytes: f64,
    /// Bytes of memory of a reader besides.
    #[arg(long, default_value_t = READER_BYTES)]
    pub(super) reader_bytes: f64,
    /// Bytes of memory of an author whom readers of a node follow.
    #[arg(long, default_value_t = AUTHOR_BYTES)]
    pub(super) author_bytes: f64,
    /// Bytes of memory of a node at rest.
    #[arg(long, default_value_t = NODE_BYTES)]
    pub(super) node_bytes: f64,
    /// Durable writes a second of one database.
    #[arg(long, default_value_t = DATABASE_WRITES_A_SECOND)]
    pub(super) database_writes: f64,
    /// Statements of a warm read.
    #[arg(long, default_value_t = STATEMENTS_A_READ)]
    pub(super) statements_a_read: f64,
    /// Bytes of an answer.
    #[arg(long, default_value_t = READ_BYTES)]
    pub(super) read_bytes: f64,
}
