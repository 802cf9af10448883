//! Whom a reader may like to follow, found now and then.

use std::collections::HashMap;
use std::sync::Arc;

use pipit_model::limits::{SUGGESTER_FOLLOWS_MAX, SUGGESTERS_MAX, SUGGESTIONS_MAX};
use pipit_model::{Timestamp, UserId};
use pipit_store::StoreError;

use crate::coherent::Weigh;
use crate::{Feed, Timeline, UserCard};

/// How long what was found is good for.
const FRESH_SECS: i64 = 300;
/// The newest tweets of everybody that tell who is active.
const ACTIVE_TWEETS: usize = 200;
/// Whoever is not signed in: one list for all of them.
const NOBODY: UserId = UserId(0);

/// Someone to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suggested {
    /// Who.
    pub user_id: UserId,
    /// Whether they follow the reader, when it was looked up.
    pub follows_reader: bool,
}

/// Whom to suggest to one reader, best first, and when that was found.
#[derive(Debug)]
pub(crate) struct Suggestions {
    people: Vec<Suggested>,
    found_at: Timestamp,
}

impl Weigh for Arc<Suggestions> {
    fn bytes(&self) -> usize {
        size_of::<Suggestions>() + self.people.capacity() * size_of::<Suggested>()
    }
}

impl Feed {
    /// People the reader does not follow yet, best first: those whom the people they follow follow,
    /// then those of the active with the most followers. An answer may be some minutes old, but
    /// whoever was followed, blocked or muted meanwhile is not in it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn suggestions(
        &self,
        reader: Option<UserId>,
        now: Timestamp,
    ) -> Result<Vec<Suggested>, StoreError> {
        let key = reader.unwrap_or(NOBODY);
        let cache = &self.caches.suggestions;
        let fresh = |found: &Arc<Suggestions>| now < found.found_at.plus_secs(FRESH_SECS);
        let found = if let Some(found) = cache.get(&key).filter(fresh) {
            found
        } else {
            let ticket = cache.ticket(&key);
            let people = match reader {
                None => self.popular(now).await?.into_iter().map(|id| (id, false)).collect(),
                Some(reader) => self.suggest(reader, now).await?,
            };
            let people = people.into_iter();
            let people =
                people.map(|(user_id, follows_reader)| Suggested { user_id, follows_reader });
            let found = Arc::new(Suggestions { people: people.collect(), found_at: now });
            cache.offer(key, found.clone(), ticket);
            found
        };
        let Some(reader) = reader else {
            return Ok(found.people.clone());
        };
        let (followees, ties) = tokio::try_join!(self.followees(reader), self.ties(reader))?;
        let is_new = |person: &Suggested| {
            !followees.contains(person.user_id) && !ties.hides(person.user_id, now)
        };
        Ok(found.people.iter().copied().filter(is_new).collect())
    }

    async fn suggest(
        &self,
        reader: UserId,
        now: Timestamp,
    ) -> Result<Vec<(UserId, bool)>, StoreError> {
        let followees = self.followees(reader).await?;
        let asked = sample(followees.ids(), SUGGESTERS_MAX);
        let named = self.store.list_newest_followees(&asked, SUGGESTER_FOLLOWS_MAX).await?;
        let mut votes: HashMap<UserId, u64> = HashMap::new();
        for user_id in named {
            *votes.entry(user_id).or_default() += 1;
        }
        let is_new = |id: &UserId| *id != reader && !followees.contains(*id);
        let mut named: Vec<_> = votes.into_iter().filter(|(id, _)| is_new(id)).collect();
        named.sort_unstable_by_key(|(id, votes)| (std::cmp::Reverse(*votes), *id));
        let mut best: Vec<UserId> = named.into_iter().map(|(id, _)| id).collect();
        best.truncate(SUGGESTIONS_MAX);
        if best.len() < SUGGESTIONS_MAX {
            for id in self.popular(now).await? {
                if is_new(&id) && !best.contains(&id) {
                    best.push(id);
                }
            }
            best.truncate(SUGGESTIONS_MAX);
        }
        let relationships = self.store.list_relationships(reader, &best).await?;
        Ok(best.into_iter().zip(relationships.iter().map(|r| r.followed_by)).collect())
    }

    /// Who posted of late, those with the most followers first.
    async fn popular(&self, now: Timestamp) -> Result<Vec<UserId>, StoreError> {
        let found = self.entries(&Timeline::Public, None, i64::MAX, ACTIVE_TWEETS, now).await?;
        let mut ids: Vec<UserId> = found.entries.iter().map(|entry| entry.user_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let users = self.users(&ids).await?.into_iter().flatten();
        let is_shown = |card: &UserCard| !card.user().deleted && !card.user().state.is_limited();
        let mut users: Vec<_> = users.filter(is_shown).collect();
        users.sort_by_key(|card| (std::cmp::Reverse(card.counts.followers), card.user().id));
        // Twice as many: a reader may follow the first ones.
        Ok(users.iter().take(2 * SUGGESTIONS_MAX).map(|card| card.user().id).collect())
    }
}

/// At most `n` of these, spread evenly.
fn sample(ids: &[UserId], n: usize) -> Vec<UserId> {
    let step = ids.len().div_ceil(n).max(1);
    ids.iter().copied().step_by(step).take(n).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_bounded_and_spread() {
        let ids: Vec<UserId> = (0..95).map(UserId).collect();
        let few = sample(&ids, 20);
        assert!(few.len() <= 20 && few.len() > 10);
        assert!(few.last().expect("some").0 > 80);
        assert_eq!(sample(&ids[..3], 20), &ids[..3]);
        assert!(sample(&[], 20).is_empty());
    }
}
