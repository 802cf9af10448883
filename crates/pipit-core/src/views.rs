//! Hydration: ids and entries become what a reader is shown, one batch a kind of thing.

use std::sync::Arc;

use pipit_feed::{Marks, Ties, TweetCard, UserCard};
use pipit_model::tweet::{Entry, Kind};
use pipit_model::visibility::{self, Occasion};
use pipit_model::{FilterId, Result, Timestamp, TweetId, UserId};

use crate::sight::Sight;
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
    /// The tweet it quotes.
    pub quoted: Quoted,
    /// The reader's filter by which it is folded up.
    pub folded_by: Option<FoldedBy>,
}

/// A filter that folds a tweet up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldedBy {
    /// The filter.
    pub id: FilterId,
    /// What is shown in place of the tweet.
    pub title: Arc<str>,
}

/// What is shown of the tweet that another one quotes.
#[derive(Debug, Clone, Default)]
pub enum Quoted {
    /// It quotes none, or this is itself the quoted one: one level is shown.
    #[default]
    Nothing,
    /// It is not shown: deleted, or not to be seen by the reader.
    Gone,
    /// The tweet.
    Tweet(Box<TweetView>),
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

/// How a reader stands to an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Relationship {
    /// They follow it.
    pub following: bool,
    /// It follows them.
    pub followed_by: bool,
    /// They ask to follow it.
    pub requested: bool,
    /// It asks to follow them.
    pub requested_by: bool,
    /// They block it.
    pub blocking: bool,
    /// It blocks them.
    pub blocked_by: bool,
    /// They mute it.
    pub muting: bool,
    /// Until when, if the mute has an end.
    pub muted_until: Option<Timestamp>,
}

impl Relationship {
    fn new(
        follows: pipit_store::Relationship,
        ties: &Ties,
        user_id: UserId,
        now: Timestamp,
    ) -> Self {
        let pipit_store::Relationship { following, followed_by, requested, requested_by } = follows;
        let tie = ties.tie(user_id, now);
        Self {
            following,
            followed_by,
            requested,
            requested_by,
            blocking: tie.blocks,
            blocked_by: tie.blocked_by,
            muting: tie.mutes,
            muted_until: ties.mute(user_id, now).and_then(|mute| mute.ends_at),
        }
    }

    /// Whether one of the two blocks the other.
    #[must_use]
    pub fn is_severed(&self) -> bool {
        self.blocking || self.blocked_by
    }
}

/// Everything that some entries need to be shown.
struct Parts {
    sight: Sight,
    /// Of each entry in its place, and behind them what retweets pass on, in the same order.
    cards: Vec<Option<TweetCard>>,
    /// Of each card in its place; empty for someone not signed in.
    marks: Vec<Marks>,
    users: Few<UserId, UserCard>,
    /// The tweets that those above quote, with the reader's marks.
    quoted: Few<TweetId, (TweetCard, Marks)>,
}

/// The few dozen things of a page by key: sorted, which at this size is cheaper than hashing.
pub(crate) struct Few<K, V>(Vec<(K, V)>);

impl<K: Ord + Copy, V> Few<K, V> {
    pub(crate) fn new(keys: &[K], values: impl IntoIterator<Item = Option<V>>) -> Self {
        let found = keys.iter().zip(values).filter_map(|(key, value)| Some((*key, value?)));
        let mut pairs = Vec::with_capacity(keys.len());
        pairs.extend(found);
        pairs.sort_unstable_by_key(|(key, _)| *key);
        Self(pairs)
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let at = self.0.binary_search_by_key(key, |(key, _)| *key).ok()?;
        Some(&self.0[at].1)
    }
}

impl Parts {
    /// The views of the entries, each in its place, where they are shown.
    fn into_views(mut self, entries: &[Entry]) -> impl Iterator<Item = Option<TweetView>> {
        let mut originals = entries.len()..;
        entries.iter().enumerate().map(move |(at, entry)| {
            let of = match entry.kind {
                Kind::Retweet { .. } => originals.next(),
                Kind::Tweet | Kind::Reply { .. } => None,
            };
            let card = self.cards[at].take()?;
            let Some(of) = of else { return self.view(card, at, None) };
            // A retweet is as visible as what it passes on.
            let original = self.cards[of].take()?;
            let original = self.view(original, of, None)?;
            self.view(card, at, Some(original))
        })
    }

    fn view(&self, card: TweetCard, at: usize, of: Option<TweetView>) -> Option<TweetView> {
        let author = self.users.get(&card.tweet().user_id)?;
        if !self.sight.shows(&card, author) {
            return None;
        }
        let replying_to = self.answered_by(&card);
        let marks = match &of {
            Some(of) => of.marks,
            None => self.marks.get(at).copied().unwrap_or_default(),
        };
        let quoted = match card.tweet().quote {
            None => Quoted::Nothing,
            Some(quote) => self.quoted(quote.of).map_or(Quoted::Gone, Quoted::Tweet),
        };
        let author = author.clone();
        let (retweet_of, folded_by) = (of.map(Box::new), None);
        Some(TweetView { card, author, marks, replying_to, retweet_of, quoted, folded_by })
    }

    /// The view of a quoted tweet, without what it quotes itself.
    fn quoted(&self, id: TweetId) -> Option<Box<TweetView>> {
        let (card, marks) = self.quoted.get(&id)?.clone();
        let author = self.users.get(&card.tweet().user_id)?.clone();
        if !self.sight.shows(&card, &author) {
            return None;
        }
        let replying_to = self.answered_by(&card);
        let (retweet_of, quoted, folded_by) = (None, Quoted::Nothing, None);
        let view = TweetView { card, author, marks, replying_to, retweet_of, quoted, folded_by };
        Some(Box::new(view))
    }

    /// The author of what a reply answers, if still there.
    fn answered_by(&self, card: &TweetCard) -> Option<UserCard> {
        let Kind::Reply { to_user, .. } = card.tweet().kind else { return None };
        self.users.get(&to_user).filter(|user| !user.user().deleted).cloned()
    }
}

impl Pipit {
    /// Entries of a timeline as a reader sees them; those that are not shown are left out.
    pub(crate) async fn view_entries(
        &self,
        reader: Option<Caller>,
        sight: &Sight,
        entries: &[Entry],
    ) -> Result<Vec<TweetView>> {
        let parts = self.parts(reader, sight.clone(), entries).await?;
        // All of them, most often: what is collected one by one would be moved as it grows.
        let mut views = Vec::with_capacity(entries.len());
        views.extend(parts.into_views(entries).flatten());
        Ok(views)
    }

    /// Tweets as a reader sees them, each in its place.
    pub(crate) async fn view_tweets(
        &self,
        reader: Option<Caller>,
        occasion: Occasion,
        ids: &[TweetId],
    ) -> Result<Vec<Option<TweetView>>> {
        let cards = async { Ok(self.0.feed.tweets(ids).await?) };
        let (cards, sight) = tokio::try_join!(cards, self.sight(reader, occasion))?;
        let entries: Vec<Entry> = cards.iter().flatten().map(|card| card.tweet().entry()).collect();
        let mut views = self.parts(reader, sight, &entries).await?.into_views(&entries);
        Ok(cards.iter().map(|card| card.as_ref().and_then(|_| views.next()?)).collect())
    }

    /// Of some tweets those that come up where nobody asked for their authors.
    pub(crate) async fn that_come_up(
        &self,
        reader: Option<Caller>,
        mut views: Vec<TweetView>,
    ) -> Result<Vec<TweetView>> {
        let is_known_to_all =
            |view: &TweetView| visibility::comes_up(view.shown().author.user(), || false);
        if views.iter().all(is_known_to_all) {
            return Ok(views);
        }
        let known = self.known_to(reader).await?;
        views.retain(|view| {
            let author = view.shown().author.user();
            visibility::comes_up(author, || known(author.id))
        });
        Ok(views)
    }

    /// The same of people.
    pub(crate) async fn retain_who_come_up(
        &self,
        reader: Option<Caller>,
        cards: &mut Vec<UserCard>,
    ) -> Result<()> {
        if cards.iter().all(|card| visibility::comes_up(card.user(), || false)) {
            return Ok(());
        }
        let known = self.known_to(reader).await?;
        cards.retain(|card| visibility::comes_up(card.user(), || known(card.user().id)));
        Ok(())
    }

    /// Whom a reader follows, and the reader.
    async fn known_to(&self, reader: Option<Caller>) -> Result<impl Fn(UserId) -> bool> {
        let known = match reader {
            Some(reader) => Some((reader.user_id, self.0.feed.followees(reader.user_id).await?)),
            None => None,
        };
        Ok(move |id| {
            known.as_ref().is_some_and(|(own, followees)| *own == id || followees.contains(id))
        })
    }

    /// What these entries need to be shown, the tweets that retweets among them pass on included.
    async fn parts(
        &self,
        reader: Option<Caller>,
        sight: Sight,
        entries: &[Entry],
    ) -> Result<Parts> {
        let mut ids: Vec<TweetId> = Vec::with_capacity(entries.len() * 2);
        ids.extend(entries.iter().map(|entry| entry.id));
        let mut people = Vec::with_capacity(entries.len() * 2);
        for entry in entries {
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
        let quoted = self.quoted_cards(reader, &cards).await?;
        // Only the answer that a retweet passes on, or that is quoted, tells whom it answers.
        let shown = cards.iter().flatten();
        let answered =
            shown.chain(quoted.iter().map(|(card, _)| card)).filter_map(|card| {
                match card.tweet().kind {
                    Kind::Reply { to_user, .. } => Some(to_user),
                    _ => None,
                }
            });
        let quoted_by = quoted.iter().map(|(card, _)| card.tweet().user_id);
        let more = answered.chain(quoted_by).filter(|user| people.binary_search(user).is_err());
        let more: Vec<UserId> = more.collect();
        if !more.is_empty() {
            users.extend(feed.users(&more).await?);
            people.extend(more);
        }
        let judged = cards.iter().flatten().chain(quoted.iter().map(|(card, _)| card));
        let sight = self.sight_of(sight, judged).await?;
        let quoted_ids: Vec<TweetId> = quoted.iter().map(|(card, _)| card.tweet().id).collect();
        let quoted = Few::new(&quoted_ids, quoted.into_iter().map(Some));
        Ok(Parts { sight, cards, marks, users: Few::new(&people, users), quoted })
    }

    /// What some tweets quote, each with the reader's marks. Most quote nothing, and cost nothing.
    async fn quoted_cards(
        &self,
        reader: Option<Caller>,
        cards: &[Option<TweetCard>],
    ) -> Result<Vec<(TweetCard, Marks)>> {
        let quotes = cards.iter().flatten().filter_map(|card| card.tweet().quote);
        let mut ids: Vec<TweetId> = quotes.map(|quote| quote.of).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        ids.sort_unstable();
        ids.dedup();
        let feed = &self.0.feed;
        let marks = async {
            match reader {
                Some(reader) => feed.marks(reader.user_id, &ids).await,
                None => Ok(vec![Marks::default(); ids.len()]),
            }
        };
        let (cards, marks) = tokio::try_join!(feed.tweets(&ids), marks)?;
        Ok(cards.into_iter().zip(marks).filter_map(|(card, marks)| Some((card?, marks))).collect())
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
        let relationships = self.relationships(reader, &ids).await?;
        let view = |(card, relationship): (UserCard, Relationship)| {
            let oneself = card.user().id == reader.user_id;
            UserView { relationship: (!oneself).then_some(relationship), card }
        };
        Ok(cards.into_iter().zip(relationships).map(view).collect())
    }

    /// How the caller stands to each of these accounts.
    pub(crate) async fn relationships(
        &self,
        caller: Caller,
        ids: &[UserId],
    ) -> Result<Vec<Relationship>> {
        let now = self.0.clock.now();
        let (follows, ties) = tokio::try_join!(
            self.0.feed.relationships(caller.user_id, ids),
            self.0.feed.ties(caller.user_id)
        )?;
        let of = |(follows, id): (_, &UserId)| Relationship::new(follows, &ties, *id, now);
        Ok(follows.into_iter().zip(ids).map(of).collect())
    }
}
