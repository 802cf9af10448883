//! Retweets.

use pipit_model::event::Standing;
use pipit_model::page::{Listed, Page};
use pipit_model::{Result, TweetId};
use pipit_store::Command;

use crate::{Caller, Pipit, TweetView, UserView};

impl Pipit {
    /// Retweets a tweet, or takes it back; doing it again changes nothing. Answers with the tweet
    /// passed on, as the caller sees it then.
    ///
    /// # Errors
    /// [`pipit_model::Error::NotFound`] if there is none that the caller may see.
    pub async fn set_retweet(
        &self,
        caller: Caller,
        id: TweetId,
        to: Standing,
    ) -> Result<TweetView> {
        let user_id = caller.user_id;
        self.mark(caller, id, |tweet_id| Command::Retweet { user_id, tweet_id, to }).await
    }

    /// Who retweeted a tweet, newest first.
    ///
    /// # Errors
    /// [`pipit_model::Error::NotFound`] if there is none that the reader may see.
    pub async fn retweeters(
        &self,
        reader: Option<Caller>,
        id: TweetId,
        page: Page,
    ) -> Result<Listed<UserView>> {
        let id = self.shown_id(reader, id).await?;
        let limit = page.limit() as u64 + 1;
        let rows = self.0.store.list_retweeters(id, page.before(), limit).await?;
        self.view_relations(reader, rows, page).await
    }
}
