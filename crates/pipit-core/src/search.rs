//! Search of tweets, people and hashtags.

use pipit_model::filter::FilterContext;
use pipit_model::page::{Listed, Page};
use pipit_model::search::{Query, hashtag_prefix, person_prefixes};
use pipit_model::visibility::Occasion;
use pipit_model::{Result, UserId};
use pipit_store::Hashtag;

use crate::{Caller, Pipit, TweetView, UserView};

impl Pipit {
    /// Tweets and replies that a search finds, newest first.
    ///
    /// # Errors
    /// [`pipit_model::Error::InvalidField`] on `q` if it asks for nothing, or for too much.
    pub async fn search_tweets(
        &self,
        reader: Option<Caller>,
        q: &str,
        page: Page,
    ) -> Result<Listed<TweetView>> {
        let query = Query::parse(q)?;
        let people = self.0.feed.user_ids(&query.handles()).await?;
        let user_id = |handle: &str| {
            people.iter().find(|(known, _)| known == handle).map(|(_, user_id)| *user_id)
        };
        let Some(search) = query.resolve(user_id) else {
            return Ok(Listed::default());
        };
        // What is still on its way may come in another order: it is found by the next look.
        let horizon = self.0.store.horizon(self.0.clock.now());
        let list = async |before: i64, limit| {
            let ids = self.0.store.search_tweets(&search, before.min(horizon), limit).await?;
            Ok(ids.into_iter().map(|id| (id.0, id)).collect())
        };
        let place = (Occasion::Found, Some(FilterContext::Public));
        self.view_listed(reader, place, page, list).await
    }

    /// People whose handle or name has words that begin as asked for: whose handle it is, then
    /// those with the most followers. Where many match, the first 500 by name are ranked.
    ///
    /// # Errors
    /// [`pipit_model::Error::InvalidField`] on `q` if it asks for nothing, or for too much.
    pub async fn search_people(
        &self,
        reader: Option<Caller>,
        q: &str,
        page: Page,
    ) -> Result<Listed<UserView>> {
        let prefixes = person_prefixes(q)?;
        let mut ids = self.0.store.search_people(&prefixes).await?;
        // Also if so many begin with this handle that its owner is not among the first.
        if let [handle] = prefixes.as_slice() {
            let exact = self.0.feed.user_ids(std::slice::from_ref(handle)).await?;
            ids.extend(
                exact
                    .into_iter()
                    .map(|(_, id)| id)
                    .filter(|id| !ids.contains(id))
                    .collect::<Vec<_>>(),
            );
        }
        let cards = self.0.feed.users(&ids).await?;
        let mut cards: Vec<_> = cards.into_iter().flatten().collect();
        let sight = self.sight(reader, Occasion::Found).await?;
        cards.retain(|card| !card.user().deleted && !sight.tie(card.user().id).is_severed());
        self.retain_who_come_up(reader, &mut cards).await?;
        cards.sort_by_key(|card| {
            let key = card.user().handle.to_ascii_lowercase();
            let is_named = prefixes.len() == 1 && prefixes[0] == key;
            (!is_named, std::cmp::Reverse(card.counts.followers), card.user().id)
        });
        // A cursor is the place in this ranking: so few are ranked that it may be made anew.
        let start = page.after.and_then(|after| usize::try_from(after).ok()).unwrap_or(0);
        let end = start.saturating_add(page.limit()).min(cards.len());
        let shown: Vec<UserId> =
            cards.get(start..end).unwrap_or_default().iter().map(|card| card.user().id).collect();
        let next = (end < cards.len()).then_some(end as i64);
        Ok(Listed { items: self.view_users(reader, &shown).await?, next })
    }

    /// Hashtags that begin as asked for: the one itself, then the most used.
    ///
    /// # Errors
    /// [`pipit_model::Error::InvalidField`] on `q` if it asks for nothing, or for too much.
    pub async fn search_hashtags(&self, q: &str, limit: usize) -> Result<Vec<Hashtag>> {
        let prefix = hashtag_prefix(q)?;
        let mut hashtags = self.0.store.search_hashtags(&prefix).await?;
        hashtags.sort_by_key(|hashtag| {
            (hashtag.name != prefix, std::cmp::Reverse(hashtag.tweet_count))
        });
        hashtags.truncate(limit);
        Ok(hashtags)
    }
}
