//! The first questions on each connection, before anybody waits for an answer.
//!
//! A server's connection looks every table and statement up when it is first asked. The first home
//! after a restart would pay for that on as many connections as it asks side by side, and for
//! opening them.

use pipit_model::{SessionId, TweetId, UserId};

use crate::Store;
use crate::entries::Source;
use crate::error::StoreError;

/// A page's ids, with those that are passed on: lists are padded to this.
const PAGE: usize = 32;

impl Store {
    /// Asks what the first home of a reader asks (`Feed::prepare`, then a page), of nobody, and on as
    /// many connections.
    pub async fn warm_up(&self) -> Result<(), StoreError> {
        let ask = || self.ask_of_nobody();
        tokio::try_join!(ask(), ask(), ask(), ask()).map(|_| ())
    }

    async fn ask_of_nobody(&self) -> Result<(), StoreError> {
        let (nobody, nobodies) = (UserId(0), [UserId(0); PAGE]);
        self.find_session(SessionId(0)).await?;
        self.get_users(&[nobody]).await?;
        self.list_followees(nobody).await?;
        self.find_tied(nobody).await?;
        self.list_filters(nobody).await?;
        self.list_muted_conversations(nobody).await?;
        self.list_liked(nobody, 1).await?;
        self.list_retweeted(nobody, 1).await?;
        self.list_bookmarked(nobody, 1).await?;
        self.list_entries(Source::Authors(&nobodies), 0, 1, 1).await?;
        self.get_tweets(&[TweetId(0); PAGE]).await?;
        self.get_users(&nobodies).await?;
        Ok(())
    }
}
