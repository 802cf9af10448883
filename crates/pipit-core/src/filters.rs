//! Filters, and conversations that somebody does not want to hear of. Only their owner knows of
//! either.

use pipit_model::event::Standing;
use pipit_model::filter::{Filter, FilterContext, FilterDraft, Verdict};
use pipit_model::notification::NotificationKind;
use pipit_model::{Error, FilterId, Result, TweetId};

use crate::{Caller, FoldedBy, NotificationView, Pipit, Quoted, RequestKey, TweetView, keys};

impl Pipit {
    /// The caller's filters, newest first, those that have ended among them.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn filters(&self, caller: Caller) -> Result<Vec<Filter>> {
        Ok(self.0.feed.filters(caller.user_id).await?.set.filters().to_vec())
    }

    /// One of the caller's filters.
    ///
    /// # Errors
    /// [`Error::NotFound`] for any other.
    pub async fn filter(&self, caller: Caller, id: FilterId) -> Result<Filter> {
        let filters = self.filters(caller).await?;
        filters.into_iter().find(|filter| filter.id == id).ok_or(Error::NotFound("filter"))
    }

    /// Makes a filter. It holds at once, for what was posted before too.
    ///
    /// # Errors
    /// [`Error::InvalidField`]; [`Error::Forbidden`] for one filter too many.
    pub async fn create_filter(
        &self,
        caller: Caller,
        draft: FilterDraft,
        key: RequestKey<'_>,
    ) -> Result<Filter> {
        let now = self.0.clock.now();
        let id = FilterId(self.0.ids.next(now));
        let told = format!("{draft:?}");
        let filter = draft.checked(id, caller.user_id, now)?;
        let scope = format!("filters of {}", caller.user_id);
        let idempotency = key.map(|key| keys::idempotency(&scope, key, &[&told]));
        match self.0.store.insert_filter(filter.clone(), now, idempotency).await? {
            None => Ok(filter),
            Some(existing) => self.filter(caller, existing).await,
        }
    }

    /// Puts a filter in the place of one of the caller's.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::InvalidField`].
    pub async fn set_filter(
        &self,
        caller: Caller,
        id: FilterId,
        draft: FilterDraft,
    ) -> Result<Filter> {
        let filter = draft.checked(id, caller.user_id, self.0.clock.now())?;
        self.0.store.set_filter(filter.clone()).await?;
        Ok(filter)
    }

    /// Deletes one of the caller's filters.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn delete_filter(&self, caller: Caller, id: FilterId) -> Result<()> {
        Ok(self.0.store.delete_filter(caller.user_id, id).await?)
    }

    /// Some tweets as they come before a reader in a context: without those that a filter of theirs
    /// hides, and with those marked that one folds up. What one wrote oneself is never filtered. Who
    /// has no filters pays one look into memory.
    pub(crate) async fn sift(
        &self,
        reader: Option<Caller>,
        context: FilterContext,
        views: Vec<TweetView>,
    ) -> Result<Vec<TweetView>> {
        let Some(reader) = reader else { return Ok(views) };
        let filters = self.0.feed.filters(reader.user_id).await?;
        if filters.set.is_empty() {
            return Ok(views);
        }
        let now = self.0.clock.now();
        let sifted = views.into_iter().filter_map(|mut view| {
            if view.shown().card.tweet().user_id == reader.user_id {
                return Some(view);
            }
            match filters.set.verdict(texts(&view), context, now) {
                Verdict::Hidden => return None,
                Verdict::Shown => {}
                Verdict::Folded(filter) => view.folded_by = Some(folded_by(filter)),
            }
            Some(view)
        });
        Ok(sifted.collect())
    }

    /// The same of what somebody is told that others said to them.
    pub(crate) async fn sift_notifications(
        &self,
        caller: Caller,
        told: Vec<NotificationView>,
    ) -> Result<Vec<NotificationView>> {
        let filters = self.0.feed.filters(caller.user_id).await?;
        if filters.set.is_empty() {
            return Ok(told);
        }
        let now = self.0.clock.now();
        let sifted = told.into_iter().filter_map(|mut told| {
            let is_said = NotificationKind::MENTIONS.contains(&told.notification.kind);
            if let Some(tweet) = told.tweet.as_mut().filter(|_| is_said) {
                let context = FilterContext::Notifications;
                match filters.set.verdict(texts(tweet), context, now) {
                    Verdict::Hidden => return None,
                    Verdict::Shown => {}
                    Verdict::Folded(filter) => tweet.folded_by = Some(folded_by(filter)),
                }
            }
            Some(told)
        });
        Ok(sifted.collect())
    }

    /// Whether the caller muted a tweet's conversation.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn is_conversation_muted(&self, caller: Caller, view: &TweetView) -> Result<bool> {
        let conversation = view.shown().card.tweet().conversation_id;
        Ok(self.0.feed.filters(caller.user_id).await?.is_muted(conversation))
    }

    /// Tells the caller no more of what happens in a tweet's conversation, or tells it again; doing it
    /// again changes nothing. Answers which conversation it is.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no tweet that the caller may see.
    pub async fn set_conversation_mute(
        &self,
        caller: Caller,
        id: TweetId,
        to: Standing,
    ) -> Result<TweetId> {
        let tweet = self.tweet(Some(caller), id).await?;
        let conversation = tweet.shown().card.tweet().conversation_id;
        if self.is_conversation_muted(caller, &tweet).await? != to.is_set() {
            let mute = (self.0.ids.next(self.0.clock.now()), conversation);
            self.0.store.set_conversation_mute(caller.user_id, mute, to).await?;
        }
        Ok(conversation)
    }
}

fn folded_by(filter: &Filter) -> FoldedBy {
    FoldedBy { id: filter.id, title: filter.title.as_str().into() }
}

/// All that is to be read of a tweet, what it quotes included.
fn texts(view: &TweetView) -> impl Iterator<Item = &str> {
    let shown = view.shown();
    let quoted = match &shown.quoted {
        Quoted::Tweet(quoted) => Some(quoted.as_ref()),
        Quoted::Nothing | Quoted::Gone => None,
    };
    std::iter::once(shown).chain(quoted).flat_map(|view| {
        let tweet = view.card.tweet();
        let described = tweet.media.iter().map(|media| media.description.as_str());
        std::iter::once(tweet.content.as_str()).chain(described)
    })
}
