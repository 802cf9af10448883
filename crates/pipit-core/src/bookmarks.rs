//! Bookmarks: what someone keeps for later. Nobody else ever learns of them.

use pipit_model::event::Standing;
use pipit_model::page::{Listed, Page};
use pipit_model::visibility::Occasion;
use pipit_model::{Result, TweetId};
use pipit_store::Command;

use crate::{Caller, Pipit, TweetView};

impl Pipit {
    /// Keeps a tweet for later, or keeps it no longer; doing it again changes nothing. Answers with
    /// the tweet as the caller sees it then. Of a retweet, the tweet passed on is meant.
    ///
    /// # Errors
    /// [`pipit_model::Error::NotFound`] if there is none that the caller may see.
    pub async fn set_bookmark(
        &self,
        caller: Caller,
        id: TweetId,
        to: Standing,
    ) -> Result<TweetView> {
        let user_id = caller.user_id;
        self.mark(caller, id, |tweet_id| Command::Bookmark { user_id, tweet_id, to }).await
    }

    /// What the caller keeps, newest bookmark first; what is no longer to be seen is left out.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn bookmarks(&self, caller: Caller, page: Page) -> Result<Listed<TweetView>> {
        let list = async |before, limit| {
            Ok(self.0.store.list_bookmarks(caller.user_id, before, limit).await?)
        };
        self.view_listed(Some(caller), (Occasion::Asked, None), page, list).await
    }
}
