//! Likes.

use pipit_model::event::Standing;
use pipit_model::page::{Listed, Page};
use pipit_model::visibility::Occasion;
use pipit_model::{Result, TweetId};
use pipit_store::Command;

use crate::{Caller, Pipit, TweetView, UserView};

impl Pipit {
    /// Likes a tweet, or likes it no longer; doing it again changes nothing. Answers with the
    /// tweet as the caller sees it then. Of a retweet, the tweet passed on is meant.
    ///
    /// # Errors
    /// [`pipit_model::Error::NotFound`] if there is none that the caller may see.
    pub async fn set_like(&self, caller: Caller, id: TweetId, to: Standing) -> Result<TweetView> {
        let user_id = caller.user_id;
        self.mark(caller, id, |tweet_id| Command::Like { user_id, tweet_id, to }).await
    }

    /// What the caller likes, newest like first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn liked_tweets(&self, caller: Caller, page: Page) -> Result<Listed<TweetView>> {
        let list = async |before, limit| {
            Ok(self.0.store.list_likes_by(caller.user_id, before, limit).await?)
        };
        self.view_listed(Some(caller), (Occasion::Asked, None), page, list).await
    }

    /// Who likes a tweet, newest like first.
    ///
    /// # Errors
    /// [`pipit_model::Error::NotFound`] if there is none that the reader may see.
    pub async fn likers(
        &self,
        reader: Option<Caller>,
        id: TweetId,
        page: Page,
    ) -> Result<Listed<UserView>> {
        let id = self.shown_id(reader, id).await?;
        let limit = page.limit() as u64 + 1;
        let rows = self.0.store.list_likers(id, page.before(), limit).await?;
        self.view_relations(reader, rows, page).await
    }
}
