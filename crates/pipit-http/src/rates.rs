//! How much anybody may ask: token buckets by network, by token and by account, in memory.
//!
//! What a request is goes by its route, not by its address: every spelling that reaches a handler
//! draws from the same bucket. Networks are counted before anything is looked up, people as soon as
//! a door knows them ([`count`]). An answer tells how much is left of what is nearest to its end.

mod class;
mod shared;
#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use governor::clock::Clock as Ticks;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use pipit_core::Caller;
use pipit_model::limits::BUCKETS_MAX;
use pipit_model::network::Network;
use pipit_model::{Error, Result, SessionId, Timestamp, UserId};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};

use class::{Class, ROUTES, is_free};
use shared::Tally;

/// In the form of the Mastodon API.
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Whose bucket it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Subject {
    Network(Network),
    Token(SessionId),
    Account(UserId),
}

/// When the newest request came, in milliseconds: the clock is read once a request, not by each
/// bucket.
#[derive(Debug, Clone)]
struct Moments(Arc<AtomicI64>);

impl Moments {
    fn timestamp(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

impl Ticks for Moments {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(self.timestamp().0.unsigned_abs().saturating_mul(1_000_000))
    }
}

type Bucket = RateLimiter<NotKeyed, InMemoryState, Moments, StateInformationMiddleware>;

/// The limits of a server; without buckets everybody may do everything.
#[derive(Clone, Default)]
pub struct Rates(Option<Arc<Buckets>>);

struct Buckets {
    moments: Moments,
    /// Whoever is forgotten when there are too many starts anew.
    known: Cache<(Subject, Class), Arc<Bucket>>,
    /// What other nodes are to be told.
    tally: OnceLock<Tally>,
}

impl std::fmt::Debug for Rates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Rates(on)" } else { "Rates(off)" })
    }
}

impl Rates {
    /// Nobody is limited: for tests and measurements.
    #[must_use]
    pub fn off() -> Self {
        Self(None)
    }

    /// The usual limits.
    #[must_use]
    pub fn on() -> Self {
        let moments = Moments(Arc::default());
        let known = Cache::new(BUCKETS_MAX);
        Self(Some(Arc::new(Buckets { moments, known, tally: OnceLock::new() })))
    }

    /// What is to be counted of a request that comes now from this network; nothing for those that
    /// are free.
    pub(crate) fn meter(
        &self,
        request: &Request,
        network: Option<Network>,
        now: Timestamp,
    ) -> Meter {
        if let Some(buckets) = &self.0 {
            buckets.moments.0.store(now.0, Ordering::Relaxed);
        }
        let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let buckets = self.0.clone().filter(|_| !is_free(route));
        let class = buckets.as_ref().and_then(|_| Class::of(request.method(), route));
        Meter { buckets, network, class, left: Cell::new(None) }
    }
}

/// How much is left in a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Left {
    most: u32,
    remaining: u32,
    full_at: Timestamp,
}

/// What is counted of one request.
pub(crate) struct Meter {
    buckets: Option<Arc<Buckets>>,
    network: Option<Network>,
    class: Option<Class>,
    left: Cell<Option<Left>>,
}

tokio::task_local! {
    static METER: Meter;
}

/// Works on a request that is counted by this meter; the answer tells how much is left.
pub(crate) async fn scope(meter: Meter, work: impl Future<Output = Response>) -> Response {
    METER
        .scope(meter, async {
            let mut response = work.await;
            if let Ok(Some(left)) = METER.try_with(|meter| meter.left.get()) {
                left.tell(response.headers_mut());
            }
            response
        })
        .await
}

/// Counts a request before anything is looked up for it.
pub(crate) fn begin(headers: &HeaderMap) -> Result<()> {
    with_meter(|meter| {
        let Some(network) = meter.network.map(Subject::Network) else { return Ok(()) };
        meter.take(network, Class::Network)?;
        if !brings_a_token(headers) {
            meter.take(network, Class::Stranger)?;
        }
        match meter.class.filter(|class| class.is_of_network()) {
            Some(class) => meter.take(network, class),
            None => Ok(()),
        }
    })
}

/// What is counted besides everything else: method, route, and how many one may send at once.
pub fn routes() -> impl Iterator<Item = (&'static str, &'static str, u32)> {
    ROUTES.iter().map(|(method, route, class)| (*method, *route, class.rate().most.get()))
}

/// Counts what somebody does, once a door knows who it is.
///
/// # Errors
/// [`Error::RateLimited`] if it is too much.
pub fn count(caller: Caller) -> Result<()> {
    with_meter(|meter| {
        meter.take(Subject::Token(caller.session_id), Class::Token)?;
        let account = Subject::Account(caller.user_id);
        meter.take(account, Class::Account)?;
        match meter.class.filter(|class| !class.is_of_network()) {
            Some(class) => meter.take(account, class),
            None => Ok(()),
        }
    })
}

/// Counts a picture that comes with something else, like those of a tweet.
///
/// # Errors
/// [`Error::RateLimited`] if it is one too many.
pub fn count_picture(caller: Caller) -> Result<()> {
    with_meter(|meter| meter.take(Subject::Account(caller.user_id), Class::Media))
}

/// Counts a request that brought a token which is none: its sender is nobody.
///
/// # Errors
/// [`Error::RateLimited`] if it is one too many.
pub fn count_stranger() -> Result<()> {
    with_meter(|meter| match meter.network {
        Some(network) => meter.take(Subject::Network(network), Class::Stranger),
        None => Ok(()),
    })
}

/// Outside of a request nobody is counted.
fn with_meter(count: impl FnOnce(&Meter) -> Result<()>) -> Result<()> {
    METER.try_with(count).unwrap_or(Ok(()))
}

/// Whether a request says to be somebody's. Whether it is true is found out later.
fn brings_a_token(headers: &HeaderMap) -> bool {
    let is_ours =
        |cookies: &HeaderValue| cookies.to_str().is_ok_and(|text| text.contains("pipit="));
    headers.contains_key(header::AUTHORIZATION)
        || headers.get_all(header::COOKIE).iter().any(is_ours)
}

impl Meter {
    fn take(&self, subject: Subject, class: Class) -> Result<()> {
        let Some(buckets) = &self.buckets else { return Ok(()) };
        let left = buckets.take(subject, class);
        let told = left.unwrap_or_else(|refused| refused.left);
        let tightest = self.left.get().filter(|known| known.remaining < told.remaining);
        self.left.set(Some(tightest.unwrap_or(told)));
        left.map(|_| ()).map_err(|refused| Error::RateLimited {
            what: class.what(),
            retry_after_secs: refused.retry_after_secs,
        })
    }
}

/// That a bucket is empty.
#[derive(Debug, Clone, Copy)]
struct Refused {
    left: Left,
    retry_after_secs: u64,
}

impl Buckets {
    fn bucket(&self, subject: Subject, class: Class) -> Arc<Bucket> {
        let new = || -> Result<Arc<Bucket>, Infallible> {
            let (most, each) = (class.rate().most, class.rate().each());
            let quota = Quota::with_period(each).unwrap_or(Quota::per_second(most));
            let bucket =
                RateLimiter::direct_with_clock(quota.allow_burst(most), self.moments.clone());
            Ok(Arc::new(bucket.with_middleware()))
        };
        let Ok(bucket) = self.known.get_or_insert_with(&(subject, class), new);
        bucket
    }

    fn take(&self, subject: Subject, class: Class) -> Result<Left, Refused> {
        let (most, each) = (class.rate().most, class.rate().each());
        let bucket = self.bucket(subject, class);
        let now = self.moments.timestamp();
        let of = |remaining: u32| {
            let missing = each * (most.get() - remaining);
            let full_at = Timestamp(now.0.saturating_add(missing.as_millis() as i64));
            Left { most: most.get(), remaining, full_at }
        };
        match bucket.check() {
            Ok(left) => {
                if let Some(tally) = self.tally.get() {
                    tally.add(subject, class);
                }
                Ok(of(left.remaining_burst_capacity()))
            }
            Err(until) => {
                let wait = until.wait_time_from(self.moments.now()).as_millis();
                let retry_after_secs = wait.div_ceil(1000).max(1) as u64;
                Err(Refused { left: of(0), retry_after_secs })
            }
        }
    }
}

impl Left {
    fn tell(self, headers: &mut HeaderMap) {
        headers.insert(LIMIT, HeaderValue::from(self.most));
        headers.insert(REMAINING, HeaderValue::from(self.remaining));
        headers.insert(RESET, reset(self.full_at));
    }
}

/// The next whole second, as text; those of one thread mostly say the same.
fn reset(full_at: Timestamp) -> HeaderValue {
    thread_local! {
        static LAST: RefCell<(i64, HeaderValue)> =
            const { RefCell::new((i64::MIN, HeaderValue::from_static(""))) };
    }
    let secs = full_at.plus_secs(1).secs();
    LAST.with_borrow_mut(|(of, text)| {
        if *of != secs {
            let at = Timestamp(secs.saturating_mul(1000)).to_string();
            *text = HeaderValue::try_from(at).unwrap_or(HeaderValue::from_static(""));
            *of = secs;
        }
        text.clone()
    })
}
