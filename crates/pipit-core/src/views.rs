//! Hydration: ids and entries become what a reader is shown, one batch a kind of thing.

use pipit_feed::{Marks, TweetCard, UserCard};
use pipit_model::tweet::{Entry, Kind};
use pipit_model::{Result, TweetId, UserId, visibility};
use pipit_store::Relationship;

use crate::{Caller, Pipit};

/// A tweet as one reader sees it.
#[derive(Debug, Clone)]
pub struct TweetView {
    /// The tweet.
    pub card: TweetCard,
    /// Its author.
    pub author: UserCard,
    /// What the reader did to it; nothing for someone not signed in.
    pub marks: Marks,
    /// For a reply: the author of the tweet it answers, if still there.
    pub replying_to: Option<UserCard>,
    /// For a retweet: the tweet passed on.
    pub retweet_of: Option<Box<TweetView>>,
}

impl TweetView {
    /// The tweet that is read, liked and answered: of a retweet, the one passed on.
    #[must_use]
    pub fn shown(&self) -> &Self {
        self.retweet_of.as_deref().unwrap_or(self)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> TweetId {
        self.card.tweet().id
    }
}

/// An account as one reader sees it.
#[derive(Debug, Clone)]
pub struct UserView {
    /// The account.
    pub card: UserCard,
    /// How the reader stands to it; [`None`] for someone not signed in, and for oneself.
    pub relationship: Option<Relationship>,
}

/// Everything that some tweets need to be shown.
struct Parts {
    cards: Few<TweetId, TweetCard>,
    users: Few<UserId, UserCard>,
    marks: Few<TweetId, Marks>,
}

/// The few dozen things of a page by key: sorted, which at this size is cheaper than hashing.
struct Few<K, V>(Vec<(K, V)>);

impl<K: Ord + Copy, V> Few<K, V> {
    fn new(keys: &[K], values: impl IntoIterator<Item = Option<V>>) -> Self {
        let pairs = keys.iter().zip(values);
        let mut pairs: Vec<_> = pairs.filter_map(|(key, value)| Some((*key, value?))).collect();
        pairs.sort_unstable_by_key(|(key, _)| *key);
        Self(pairs)
    }

    fn get(&self, key: &K) -> Option<&V> {
        let at = self.0.binary_search_by_key(key, |(key, _)| *key).ok()?;
        Some(&self.0[at].1)
    }
}

impl Parts {
    fn view(&self, id: TweetId) -> Option<TweetView> {
        let card = self.cards.get(&id)?.clone();
        let author = self.users.get(&card.tweet().user_id)?.clone();
        if card.deleted || !visibility::is_visible(card.tweet(), author.user()) {
            return None;
        }
        let live = |user: &&UserCard| !user.user().deleted;
        let (replying_to, retweet_of) = match card.tweet().kind {
            Kind::Tweet => (None, None),
            Kind::Reply { to_user, .. } => (self.users.get(&to_user).filter(live).cloned(), None),
            // A retweet is as visible as what it passes on.
            Kind::Retweet { of, .. } => (None, Some(Box::new(self.view(of)?))),
        };
        let shown = retweet_of.as_ref().map_or(id, |of| of.id());
        let marks = self.marks.get(&shown).copied().unwrap_or_default();
        Some(TweetView { card, author, marks, replying_to, retweet_of })
    }
}

impl Pipit {
    /// Entries of a timeline as a reader sees them; those that are not shown are left out.
    pub(crate) async fn view_entries(
        &self,
        reader: Option<Caller>,
        entries: &[Entry],
    ) -> Result<Vec<TweetView>> {
        let parts = self.parts(reader, entries).await?;
        Ok(entries.iter().filter_map(|entry| parts.view(entry.id)).collect())
    }

    /// Tweets as a reader sees them, each in its place.
    pub(crate) async fn view_tweets(
        &self,
        reader: Option<Caller>,
        ids: &[TweetId],
    ) -> Result<Vec<Option<TweetView>>> {
        let cards = self.0.feed.tweets(ids).await?;
        let entries: Vec<Entry> = cards.iter().flatten().map(|card| card.tweet().entry()).collect();
        let parts = self.parts(reader, &entries).await?;
        Ok(ids.iter().map(|id| parts.view(*id)).collect())
    }

    /// What these entries need to be shown, the tweets that retweets among them pass on included.
    async fn parts(&self, reader: Option<Caller>, entries: &[Entry]) -> Result<Parts> {
        let mut ids = Vec::with_capacity(entries.len() * 2);
        let mut people = Vec::with_capacity(entries.len() * 2);
        for entry in entries {
            ids.push(entry.id);
            people.push(entry.user_id);
            match entry.kind {
                Kind::Tweet => {}
                Kind::Reply { to_user, .. } => people.push(to_user),
                Kind::Retweet { of, of_user } => {
                    ids.push(of);
                    people.push(of_user);
                }
            }
        }
        people.sort_unstable();
        people.dedup();
        let feed = &self.0.feed;
        let marks = async {
            match reader {
                Some(reader) => feed.marks(reader.user_id, &ids).await,
                None => Ok(Vec::new()),
            }
        };
        // Side by side: what is not in memory costs one wait for the database, not three.
        let (cards, mut users, marks) =
            tokio::try_join!(feed.tweets(&ids), feed.users(&people), marks)?;
        // Only the answer that a retweet passes on tells whom it answers.
        let answered = cards.iter().flatten().filter_map(|card| match card.tweet().kind {
            Kind::Reply { to_user, .. } if !people.contains(&to_user) => Some(to_user),
            _ => None,
        });
        let answered: Vec<UserId> = answered.collect();
        if !answered.is_empty() {
            users.extend(feed.users(&answered).await?);
            people.extend(answered);
        }
        Ok(Parts {
            cards: Few::new(&ids, cards),
            users: Few::new(&people, users),
            marks: Few::new(&ids, marks.into_iter().map(Some)),
        })
    }

    /// Accounts as a reader sees them; deleted ones are left out.
    pub(crate) async fn view_users(
        &self,
        reader: Option<Caller>,
        ids: &[UserId],
    ) -> Result<Vec<UserView>> {
        let cards: Vec<UserCard> = self.0.feed.users(ids).await?.into_iter().flatten().collect();
        let cards: Vec<UserCard> = cards.into_iter().filter(|card| !card.user().deleted).collect();
        let Some(reader) = reader else {
            return Ok(cards
                .into_iter()
                .map(|card| UserView { card, relationship: None })
                .collect());
        };
        let ids: Vec<UserId> = cards.iter().map(|card| card.user().id).collect();
        let relationships = self.0.store.list_relationships(reader.user_id, &ids).await?;
        let view = |(card, relationship): (UserCard, Relationship)| {
            let oneself = card.user().id == reader.user_id;
            UserView { relationship: (!oneself).then_some(relationship), card }
        };
        Ok(cards.into_iter().zip(relationships).map(view).collect())
    }
}
