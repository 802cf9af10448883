//! Bookmarks: what someone keeps for later. Nobody else ever learns of them.

use pipit_model::event::Standing;
use pipit_model::limits::PAGE_ROUNDS_MAX;
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
        let tweet_id = self.shown_id(Some(caller), id).await?;
        let command = Command::Bookmark { user_id: caller.user_id, tweet_id, to };
        self.0.store.write(command).await?;
        self.tweet(Some(caller), tweet_id).await
    }

    /// What the caller keeps, newest bookmark first; what is no longer to be seen is left out.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn bookmarks(&self, caller: Caller, page: Page) -> Result<Listed<TweetView>> {
        let store = &self.0.store;
        let mut items = Vec::with_capacity(page.limit());
        let mut before = page.before();
        for _ in 0..PAGE_ROUNDS_MAX {
            let room = page.limit() - items.len();
            let mut rows = store.list_bookmarks(caller.user_id, before, room as u64 + 1).await?;
            let more = rows.len() > room;
            rows.truncate(room);
            before = rows.last().map_or(before, |(id, _)| *id);
            let ids: Vec<TweetId> = rows.into_iter().map(|(_, tweet)| tweet).collect();
            items.extend(
                self.view_tweets(Some(caller), Occasion::Asked, &ids).await?.into_iter().flatten(),
            );
            if !more {
                return Ok(Listed { items, next: None });
            }
            if items.len() == page.limit() {
                break;
            }
        }
        Ok(Listed { items, next: Some(before) })
    }
}
