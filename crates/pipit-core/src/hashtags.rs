//! Hashtags: one, those one follows, and those much used of late.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use pipit_feed::{FollowedHashtag, HashtagUse};
use pipit_model::event::Standing;
use pipit_model::tweet::named_hashtag_key;
use pipit_model::{Error, HashtagId, Result, Timestamp};
use pipit_store::Hashtag;

use crate::{Caller, Pipit};

/// How long an answer is good for.
const TREND_FRESH_SECS: i64 = 30;
/// Hashtags listed.
const TRENDS: usize = 20;
/// Those used by the most people that are looked at: what is always used is not trending.
const CANDIDATES: usize = 200;
const DAY_SECS: i64 = 24 * 3600;

/// A hashtag that is used more than it usually is.
#[derive(Debug, Clone)]
pub struct Trend {
    /// The hashtag.
    pub hashtag: Hashtag,
    /// Tweets and replies with it in the last 24 hours.
    pub uses: u64,
    /// People who wrote them.
    pub accounts: u64,
    /// Uses hour by hour, the last one last.
    pub history: [u64; 24],
}

impl Trend {
    /// How much a hashtag trends: by how many people use it, as far as that is more than what its
    /// usual day brings. One person's shouting counts as one.
    fn score(&self, now: Timestamp) -> f64 {
        // The time when it was first used is in the id.
        let age_secs = (now.secs() - self.hashtag.id.timestamp().secs()).max(DAY_SECS);
        let before = (self.hashtag.tweet_count as f64 - self.uses as f64).max(0.0);
        let usual = before / (age_secs as f64 / DAY_SECS as f64);
        let accounts = self.accounts as f64;
        accounts * accounts / (accounts + usual).max(1.0)
    }
}

/// A hashtag as one reader sees it.
#[derive(Debug, Clone)]
pub struct HashtagView {
    /// The hashtag.
    pub hashtag: Hashtag,
    /// Whether the reader follows it; [`None`] for someone not signed in.
    pub following: Option<bool>,
}

/// The last answer, and when it was found.
#[derive(Debug, Default)]
pub(crate) struct TrendCache {
    last: Mutex<Option<(Timestamp, Arc<[Trend]>)>>,
    /// Held by whoever finds the next answer: one is enough.
    search: tokio::sync::Mutex<()>,
}

impl TrendCache {
    /// What is asked for next is found anew.
    pub(crate) fn forget(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn last(&self) -> Option<(Timestamp, Arc<[Trend]>)> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Pipit {
    /// A hashtag by its name, in any spelling.
    ///
    /// # Errors
    /// [`Error::NotFound`] if nobody ever used it.
    pub async fn hashtag(&self, reader: Option<Caller>, name: &str) -> Result<HashtagView> {
        let unused = || Error::NotFound("hashtag");
        let key = named_hashtag_key(name).ok_or_else(unused)?;
        let hashtag = self.0.store.find_hashtag(&key).await?.ok_or_else(unused)?;
        let following = match reader {
            None => None,
            Some(reader) => {
                let followed = self.0.feed.followed_hashtags(reader.user_id).await?;
                Some(followed.iter().any(|followed| followed.id == hashtag.id))
            }
        };
        Ok(HashtagView { hashtag, following })
    }

    /// Follows a hashtag, or follows it no longer; doing it again changes nothing. Homes stay what
    /// they are: people, not hashtags.
    ///
    /// # Errors
    /// [`Error::NotFound`] if nobody ever used it, [`Error::Forbidden`] for one too many.
    pub async fn set_hashtag_follow(
        &self,
        caller: Caller,
        name: &str,
        to: Standing,
    ) -> Result<HashtagView> {
        self.require_writable(caller).await?;
        let view = self.hashtag(Some(caller), name).await?;
        if view.following != Some(to.is_set()) {
            let id = self.0.ids.next(self.0.clock.now());
            let store = &self.0.store;
            store.set_hashtag_follow(caller.user_id, view.hashtag.id, id, to).await?;
        }
        self.hashtag(Some(caller), name).await
    }

    /// The hashtags that the caller follows, newest follow first: from memory, so without how much
    /// they are used.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn followed_hashtag_names(&self, caller: Caller) -> Result<Arc<[FollowedHashtag]>> {
        Ok(self.0.feed.followed_hashtags(caller.user_id).await?)
    }

    /// The hashtags that the caller follows, newest follow first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn followed_hashtags(&self, caller: Caller) -> Result<Vec<Hashtag>> {
        Ok(self.0.store.list_followed_hashtags(caller.user_id).await?)
    }

    /// The hashtags that more people used in the last 24 hours than usually do, best first; an
    /// answer may be 30 seconds old.
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
        let trends: Arc<[Trend]> = self.find_trends(now).await?.into();
        *cache.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, trends.clone()));
        Ok(trends)
    }

    async fn find_trends(&self, now: Timestamp) -> Result<Vec<Trend>> {
        let mut used = self.0.feed.hashtag_uses(now).await?;
        used.sort_unstable_by_key(|used| (Reverse((used.accounts, used.uses)), used.hashtag_id));
        used.truncate(CANDIDATES);
        let ids: Vec<HashtagId> = used.iter().map(|used| used.hashtag_id).collect();
        let mut hashtags = self.0.store.get_hashtags(&ids).await?;
        let moderated = self.0.feed.moderated().await?;
        hashtags.retain(|hashtag| !moderated.blocks.blocks_trend(&hashtag.name));
        let mut named: HashMap<HashtagId, Hashtag> =
            hashtags.into_iter().map(|hashtag| (hashtag.id, hashtag)).collect();
        let trend = |used: HashtagUse| {
            let hashtag = named.remove(&used.hashtag_id)?;
            let HashtagUse { uses, accounts, history, .. } = used;
            Some(Trend { hashtag, uses, accounts, history })
        };
        let mut trends: Vec<Trend> = used.into_iter().filter_map(trend).collect();
        // Stable: of those that trend alike, more used ones stay first.
        trends.sort_by(|a, b| b.score(now).total_cmp(&a.score(now)));
        trends.truncate(TRENDS);
        Ok(trends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_to_many_trends_and_what_is_always_there_or_shouted_does_not() {
        let now = Timestamp(1_790_000_000_000);
        let trend = |name: &str, days: i64, tweets: i64, uses: u64, accounts: u64| Trend {
            hashtag: Hashtag {
                id: HashtagId(now.plus_secs(-days * DAY_SECS).0 << 16),
                name: name.to_owned(),
                tweet_count: tweets,
            },
            uses,
            accounts,
            history: [0; 24],
        };
        let mut trends = [
            trend("shouted", 0, 5000, 5000, 1),
            trend("always", 1000, 500_300, 300, 250),
            trend("new", 0, 120, 120, 100),
            trend("back", 1000, 1200, 200, 120),
        ];
        trends.sort_by(|a, b| b.score(now).total_cmp(&a.score(now)));
        let order: Vec<&str> = trends.iter().map(|trend| trend.hashtag.name.as_str()).collect();
        assert_eq!(order, ["back", "new", "always", "shouted"]);
    }
}
