//! Which hashtags are used of late: every use of the last 24 hours, told by events and read from
//! the database when memory knows nothing yet.
//!
//! Bounded, whatever is posted: when there are too many uses, only those of every second person are
//! kept, then of every fourth, and so on; the counts are scaled up. Who belongs to the sample is
//! decided by the person, so that "how many people" stays as right as "how often".

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, PoisonError};

use pipit_model::limits::TREND_USES_MAX;
use pipit_model::{HashtagId, Timestamp, TweetId, UserId};
use pipit_store::StoreError;

use crate::Feed;
use crate::shim::{Mutex, MutexGuard};

/// How far back a use counts.
const HOURS: usize = 24;
const HOUR_SECS: i64 = 3600;
/// Below this part of the bound, the sample may grow again.
const ROOMY: usize = TREND_USES_MAX / 4;

/// How a hashtag was used in the last 24 hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashtagUse {
    /// The hashtag.
    pub hashtag_id: HashtagId,
    /// Tweets and replies with it.
    pub uses: u64,
    /// People who wrote them.
    pub accounts: u64,
    /// Uses hour by hour, the last one last.
    pub history: [u64; HOURS],
}

/// All uses that are known.
#[derive(Debug, Default)]
pub(crate) struct Trends(Mutex<Uses>);

#[derive(Debug, Default)]
struct Uses {
    by_tweet: BTreeMap<TweetId, (UserId, Arc<[HashtagId]>)>,
    /// Of people, one in `1 << shift` is in the sample.
    shift: u32,
    state: State,
}

#[derive(Debug, Default)]
enum State {
    /// What was used before the first event is not known.
    #[default]
    Unknown,
    /// The database is being asked; these tweets were deleted meanwhile.
    Loading(Vec<TweetId>),
    Known,
}

impl Trends {
    /// A tweet was posted.
    pub(crate) fn used(&self, id: TweetId, user_id: UserId, hashtags: &Arc<[HashtagId]>) {
        if !hashtags.is_empty() {
            self.lock().add(id, user_id, hashtags.clone());
        }
    }

    /// A tweet was deleted.
    pub(crate) fn deleted(&self, id: TweetId) {
        let mut uses = self.lock();
        uses.by_tweet.remove(&id);
        if let State::Loading(deleted) = &mut uses.state {
            deleted.push(id);
        }
    }

    pub(crate) fn forget_all(&self) {
        *self.lock() = Uses::default();
    }

    fn lock(&self) -> MutexGuard<'_, Uses> {
        // Every step leaves the uses whole, whoever panicked while holding them.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Uses {
    fn add(&mut self, id: TweetId, user_id: UserId, hashtags: Arc<[HashtagId]>) {
        if !in_sample(user_id, self.shift) {
            return;
        }
        self.by_tweet.insert(id, (user_id, hashtags));
        while self.by_tweet.len() > TREND_USES_MAX {
            self.shift += 1;
            let shift = self.shift;
            self.by_tweet.retain(|_, (user_id, _)| in_sample(*user_id, shift));
        }
    }

    /// What the database knew, without what was deleted since it was asked.
    fn complete(&mut self, read: Vec<(TweetId, UserId, HashtagId)>) {
        let State::Loading(deleted) = std::mem::replace(&mut self.state, State::Known) else {
            // All was forgotten meanwhile: what was read may be older than that.
            self.state = State::Unknown;
            return;
        };
        let deleted: HashSet<TweetId> = deleted.into_iter().collect();
        let mut tweets: BTreeMap<TweetId, (UserId, Vec<HashtagId>)> = BTreeMap::new();
        for (id, user_id, hashtag_id) in read {
            if !deleted.contains(&id) {
                let (_, hashtags) = tweets.entry(id).or_insert((user_id, Vec::new()));
                hashtags.push(hashtag_id);
            }
        }
        for (id, (user_id, hashtags)) in tweets {
            self.add(id, user_id, hashtags.into());
        }
    }

    /// How each hashtag was used by all but some, in no order; what is too old is forgotten.
    fn sum_up(&mut self, now: Timestamp, but: &HashSet<UserId>) -> Vec<HashtagUse> {
        let oldest = TweetId(now.plus_secs(-(HOURS as i64) * HOUR_SECS).0 << 16);
        self.by_tweet = self.by_tweet.split_off(&oldest);
        let scale = 1 << self.shift;
        let mut found: HashMap<HashtagId, (HashtagUse, HashSet<UserId>)> = HashMap::new();
        let used = self.by_tweet.iter().filter(|(_, (user_id, _))| !but.contains(user_id));
        for (id, (user_id, hashtags)) in used {
            let age = (now.secs() - id.timestamp().secs()).max(0) / HOUR_SECS;
            let hour = (HOURS - 1).saturating_sub(age as usize);
            for hashtag_id in hashtags.iter() {
                let (found, people) = found.entry(*hashtag_id).or_insert_with(|| {
                    let none = HashtagUse {
                        hashtag_id: *hashtag_id,
                        uses: 0,
                        accounts: 0,
                        history: [0; HOURS],
                    };
                    (none, HashSet::new())
                });
                found.uses += scale;
                found.history[hour] += scale;
                people.insert(*user_id);
            }
        }
        if self.by_tweet.len() < ROOMY {
            self.shift = self.shift.saturating_sub(1);
        }
        let counted = |(found, people): (HashtagUse, HashSet<UserId>)| HashtagUse {
            accounts: people.len() as u64 * scale,
            ..found
        };
        found.into_values().map(counted).collect()
    }
}

/// Ids are multiplied first, so that people who signed up in the same minute differ.
fn in_sample(user_id: UserId, shift: u32) -> bool {
    let mixed = (user_id.0 as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    shift == 0 || mixed >> (64 - shift.min(63)) == 0
}

impl Feed {
    /// How each hashtag was used in the last 24 hours, in no order; what limited accounts wrote does
    /// not count.
    ///
    /// # Errors
    /// What the database says.
    pub async fn hashtag_uses(&self, now: Timestamp) -> Result<Vec<HashtagUse>, StoreError> {
        let trends = &self.caches.trends;
        let is_known = {
            let mut uses = trends.lock();
            let is_known = matches!(uses.state, State::Known);
            if !is_known {
                uses.state = State::Loading(Vec::new());
            }
            is_known
        };
        if !is_known {
            let since = TweetId(now.plus_secs(-(HOURS as i64) * HOUR_SECS).0 << 16);
            let read = self.store.list_hashtag_uses(since, TREND_USES_MAX as u64).await?;
            trends.lock().complete(read);
        }
        let moderated = self.moderated().await?;
        Ok(trends.lock().sum_up(now, &moderated.limited))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = HOUR_SECS * 1000;

    fn at(hour: i64, n: i64) -> TweetId {
        TweetId((hour * HOUR_MS) << 16 | n)
    }

    fn tags(ids: &[i64]) -> Arc<[HashtagId]> {
        ids.iter().map(|id| HashtagId(*id)).collect()
    }

    fn sorted(uses: &mut Uses, hour: i64) -> Vec<HashtagUse> {
        let mut found = uses.sum_up(Timestamp(hour * HOUR_MS + 1), &HashSet::new());
        found.sort_by_key(|found| found.hashtag_id);
        found
    }

    #[test]
    fn uses_and_people_are_counted_once_in_their_hour_for_a_day() {
        let mut uses = Uses::default();
        for (id, user, hashtags) in [
            (at(100, 1), 1, tags(&[7])),
            (at(100, 1), 1, tags(&[7])),
            (at(110, 1), 1, tags(&[7, 8])),
            (at(123, 1), 2, tags(&[7])),
        ] {
            uses.add(id, UserId(user), hashtags);
        }
        let found = sorted(&mut uses, 123);
        assert_eq!((found[0].uses, found[0].accounts), (3, 2), "told twice, counted once");
        assert_eq!((found[0].history[0], found[0].history[10], found[0].history[23]), (1, 1, 1));
        assert_eq!((found[1].uses, found[1].accounts), (1, 1));
        let later = sorted(&mut uses, 125);
        assert_eq!((later[0].uses, later[0].history[8], later[0].history[21]), (2, 1, 1));
        assert!(sorted(&mut uses, 200).is_empty());
    }

    #[test]
    fn what_was_deleted_while_the_database_was_asked_is_not_counted() {
        let trends = Trends::default();
        trends.lock().state = State::Loading(Vec::new());
        trends.deleted(at(5, 1));
        trends.used(at(5, 3), UserId(1), &tags(&[7]));
        let row = |n| (at(5, n), UserId(1), HashtagId(7));
        trends.lock().complete(vec![row(1), row(2), row(3)]);
        assert_eq!(sorted(&mut trends.lock(), 5)[0].uses, 2);
    }

    #[test]
    fn a_flood_is_sampled_by_people_and_scaled_up() {
        let mut uses = Uses::default();
        let people = 5000;
        for n in 0..3 * TREND_USES_MAX as i64 {
            // One person shouts; many use another tag.
            let (who, tag) = if n % 2 == 0 { (1, 9) } else { (2 + n % people, 7) };
            uses.add(at(50, n), UserId(who * 1_000_003), tags(&[tag]));
        }
        assert!(uses.by_tweet.len() <= TREND_USES_MAX && uses.shift > 0);
        let found = sorted(&mut uses, 50);
        let many = found.iter().find(|found| found.hashtag_id == HashtagId(7)).expect("many");
        let right = people as f64 / 2.0;
        assert!((many.accounts as f64 - right).abs() < right / 4.0, "{}", many.accounts);
        assert!((many.uses as f64 - 150_000.0).abs() < 40_000.0, "{}", many.uses);
    }
}
