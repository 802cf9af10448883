//! What one reader may see: `pipit_model::visibility` with the reader's side of it filled in, from
//! caches.

use std::sync::Arc;

use pipit_feed::{Followees, Ties, TweetCard, UserCard};
use pipit_model::visibility::{self, Occasion, Tie, Visibility};
use pipit_model::{Result, Timestamp, UserId};

use crate::{Caller, NotificationView, Pipit, TweetView};

/// A reader, as far as it matters for what they are shown.
#[derive(Debug, Clone)]
pub(crate) struct Sight {
    reader: Option<UserId>,
    /// [`None`] for the many who neither block nor mute nor are blocked.
    ties: Option<Arc<Ties>>,
    /// Looked up where something is for followers.
    followees: Option<Arc<Followees>>,
    occasion: Occasion,
    now: Timestamp,
}

impl Sight {
    /// What keeps entries out of a timeline before anything of them is read; what the reader asks
    /// for by name is not kept out.
    pub(crate) fn kept_out(&self) -> Option<&Ties> {
        self.ties.as_deref().filter(|_| self.occasion == Occasion::Fed)
    }

    /// How the reader stands to an account.
    pub(crate) fn tie(&self, user_id: UserId) -> Tie {
        if self.reader == Some(user_id) {
            return Tie { is_self: true, ..Tie::default() };
        }
        let ties = self.ties.as_ref();
        let tie = ties.map_or(Tie::default(), |ties| ties.tie(user_id, self.now));
        let follows = self.followees.as_ref().is_some_and(|known| known.contains(user_id));
        Tie { follows, ..tie }
    }

    pub(crate) fn shows(&self, card: &TweetCard, author: &UserCard) -> bool {
        let tie = self.tie(card.tweet().user_id);
        !card.deleted && visibility::is_shown(card.tweet(), author.user(), tie, self.occasion)
    }

    fn needs_followees<'a>(&self, mut cards: impl Iterator<Item = &'a TweetCard>) -> bool {
        cards.any(|card| {
            let tweet = card.tweet();
            tweet.visibility == Visibility::Followers && Some(tweet.user_id) != self.reader
        })
    }
}

impl Pipit {
    pub(crate) async fn sight(&self, reader: Option<Caller>, occasion: Occasion) -> Result<Sight> {
        let reader = reader.map(|reader| reader.user_id);
        let ties = match reader {
            Some(reader) => Some(self.0.feed.ties(reader).await?).filter(|ties| !ties.is_empty()),
            None => None,
        };
        Ok(Sight { reader, ties, followees: None, occasion, now: self.0.clock.now() })
    }

    /// The same sight, with what it takes to judge these tweets.
    pub(crate) async fn sight_of<'a>(
        &self,
        mut sight: Sight,
        cards: impl Iterator<Item = &'a TweetCard>,
    ) -> Result<Sight> {
        if let Some(reader) = sight.reader
            && sight.followees.is_none()
            && sight.needs_followees(cards)
        {
            sight.followees = Some(self.0.feed.followees(reader).await?);
        }
        Ok(sight)
    }

    /// Whether a tweet that was read for a reader's stream is still shown there.
    pub(crate) async fn still_shows(&self, caller: Caller, view: &TweetView) -> Result<bool> {
        let views = [view, view.shown()];
        let sight = self.sight(Some(caller), Occasion::Fed).await?;
        let sight = self.sight_of(sight, views.iter().map(|view| &view.card)).await?;
        // Their authors as they are now: one may have been suspended meanwhile.
        let authors = self.0.feed.users(&views.map(|view| view.author.user().id)).await?;
        let is_shown = |(view, author): (&TweetView, Option<UserCard>)| {
            author.is_some_and(|author| sight.shows(&view.card, &author))
        };
        Ok(views.into_iter().zip(authors).all(is_shown))
    }

    /// Whether a reader is still told of this.
    pub(crate) async fn still_tells(
        &self,
        caller: Caller,
        view: &NotificationView,
    ) -> Result<bool> {
        let sight = self.sight(Some(caller), Occasion::Asked).await?;
        let sight = self.sight_of(sight, view.tweet.iter().map(|tweet| &tweet.card)).await?;
        let told = &view.notification;
        let actor = self.0.feed.user(told.actor_id).await?;
        if actor.is_none_or(|actor| actor.user().deleted) {
            return Ok(false);
        }
        Ok(visibility::is_told(sight.tie(told.actor_id), told.visibility))
    }
}
