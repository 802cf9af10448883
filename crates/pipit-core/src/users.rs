//! Profiles.

use pipit_feed::UserCard;
use pipit_model::event::Standing;
use pipit_model::user::{ProfileEdit, UserRef};
use pipit_model::visibility::Occasion;
use pipit_model::{Error, Result, TweetId};

use crate::{Caller, Pipit, TweetView, UserView};

impl Pipit {
    /// An account.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none.
    pub async fn user(&self, reader: Option<Caller>, user: &UserRef) -> Result<UserView> {
        let id = self.resolve_user(user).await?;
        self.view_users(reader, &[id]).await?.pop().ok_or(Error::NotFound("user"))
    }

    /// Changes the caller's profile.
    ///
    /// # Errors
    /// [`Error::InvalidField`] with the name of the first field that breaks a rule.
    pub async fn edit_profile(&self, caller: Caller, edit: ProfileEdit) -> Result<UserView> {
        self.require_writable(caller).await?;
        let mut edit = edit.checked()?;
        let card = self.find_user(&UserRef::Id(caller.user_id)).await?;
        if edit.name.as_deref() == Some("") {
            edit.name = Some(card.user().handle.clone());
        }
        self.0.store.set_profile(card.user(), edit).await?;
        self.user(Some(caller), &UserRef::Id(caller.user_id)).await
    }

    /// Makes one's own tweet or reply stand first on one's page, in place of the one before; or no
    /// longer. Answers with the tweet as the caller sees it.
    ///
    /// # Errors
    /// [`Error::NotFound`], or [`Error::Forbidden`] for somebody else's.
    pub async fn set_pin(&self, caller: Caller, id: TweetId, to: Standing) -> Result<TweetView> {
        self.require_writable(caller).await?;
        let tweet = self.tweet(Some(caller), id).await?;
        // A retweet shows what somebody else wrote, or is already here.
        if tweet.shown().card.tweet().user_id != caller.user_id {
            return Err(Error::Forbidden("only your own tweets can stand first on your page"));
        }
        let id = tweet.shown().id();
        let card = self.find_user(&UserRef::Id(caller.user_id)).await?;
        let is_pinned = card.user().pinned == Some(id);
        if is_pinned != to.is_set() {
            self.0.store.set_pin(card.user(), to.is_set().then_some(id)).await?;
        }
        self.tweet(Some(caller), id).await
    }

    /// The tweet that stands first on someone's page, if it is there and shown.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn pinned_tweet(
        &self,
        reader: Option<Caller>,
        user: &UserCard,
    ) -> Result<Option<TweetView>> {
        match user.user().pinned {
            Some(id) => Ok(self.view_tweets(reader, Occasion::Asked, &[id]).await?.pop().flatten()),
            None => Ok(None),
        }
    }

    pub(crate) async fn find_user(&self, user: &UserRef) -> Result<UserCard> {
        let feed = &self.0.feed;
        let id = match user {
            UserRef::Id(id) => Some(*id),
            UserRef::HandleKey(key) => {
                feed.user_ids(std::slice::from_ref(key)).await?.first().map(|(_, id)| *id)
            }
        };
        let id = id.ok_or(Error::NotFound("user"))?;
        let card = feed.user(id).await?;
        card.filter(|card| !card.user().deleted).ok_or(Error::NotFound("user"))
    }
}
