//! Hashtags: one, and those much used of late.

use std::sync::{Arc, Mutex, PoisonError};

use pipit_model::limits::TREND_SAMPLE;
use pipit_model::tweet::named_hashtag_key;
use pipit_model::{Error, Result, Timestamp, TweetId};
use pipit_store::Hashtag;

use crate::Pipit;

/// How far back a use counts: a day.
const TREND_SECS: i64 = 24 * 3600;
/// How long an answer is good for.
const TREND_FRESH_SECS: i64 = 30;
/// Hashtags listed.
const TRENDS: usize = 20;

/// A hashtag and how often it was used of late.
#[derive(Debug, Clone)]
pub struct Trend {
    /// The hashtag.
    pub hashtag: Hashtag,
    /// Uses in the last 24 hours, among the newest 10,000 uses of all hashtags.
    pub uses: u64,
}

/// The last answer, and when it was found.
#[derive(Debug, Default)]
pub(crate) struct TrendCache {
    last: Mutex<Option<(Timestamp, Arc<[Trend]>)>>,
    /// Held by whoever finds the next answer: one is enough.
    search: tokio::sync::Mutex<()>,
}

impl TrendCache {
    fn last(&self) -> Option<(Timestamp, Arc<[Trend]>)> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Pipit {
    /// A hashtag by its name, in any spelling.
    ///
    /// # Errors
    /// [`Error::NotFound`] if nobody ever used it.
    pub async fn hashtag(&self, name: &str) -> Result<Hashtag> {
        let unused = || Error::NotFound("hashtag");
        let key = named_hashtag_key(name).ok_or_else(unused)?;
        self.0.store.find_hashtag(&key).await?.ok_or_else(unused)
    }

    /// The hashtags most used in the last 24 hours; an answer may be 30 seconds old.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn trending_hashtags(&self) -> Result<Arc<[Trend]>> {
        let now = self.0.clock.now();
        let cache = &self.0.trends;
        let fresh = |at: Timestamp| now < at.plus_secs(TREND_FRESH_SECS);
        let _search = match (cache.last(), cache.search.try_lock()) {
            (Some((at, trends)), _) if fresh(at) => return Ok(trends),
            // Somebody is at it: the old answer does meanwhile.
            (Some((_, trends)), Err(_)) => return Ok(trends),
            (_, Ok(search)) => search,
            (None, Err(_)) => cache.search.lock().await,
        };
        if let Some((at, trends)) = cache.last()
            && fresh(at)
        {
            return Ok(trends);
        }
        let since = TweetId(now.plus_secs(-TREND_SECS).0 << 16);
        let found = self.0.store.list_trending(since, TREND_SAMPLE, TRENDS).await?;
        let trends: Arc<[Trend]> =
            found.into_iter().map(|(hashtag, uses)| Trend { hashtag, uses }).collect();
        *cache.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, trends.clone()));
        Ok(trends)
    }
}
