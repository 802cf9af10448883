//! Tweets, ready to be shown: parsed once, serialised once, counted as they change.

use std::mem;
use std::sync::{Arc, OnceLock};

use pipit_model::TweetId;
use pipit_model::media::Media;
use pipit_model::text::{self, Entity};
use pipit_model::tweet::{Tweet, TweetCounts};
use pipit_store::StoreError;

use crate::Feed;
use crate::coherent::Weigh;

/// What of a tweet never changes.
#[derive(Debug)]
pub struct TweetBody {
    /// The tweet, without its counts and whether it is deleted: the [`TweetCard`] says those.
    pub tweet: Tweet,
    /// Hashtags, mentions and links of its text.
    pub entities: Vec<Entity>,
    /// A door's own form of the above, made when it is first asked for.
    pub rendered: OnceLock<Box<[u8]>>,
}

/// A tweet as it stands: cheap to copy.
#[derive(Debug, Clone)]
pub struct TweetCard {
    /// What never changes.
    pub body: Arc<TweetBody>,
    /// Likes, retweets and replies.
    pub counts: TweetCounts,
    /// A tombstone.
    pub deleted: bool,
}

impl TweetCard {
    pub(crate) fn new(mut tweet: Tweet) -> Self {
        // Out of the body: there they would stay what they are now.
        let (counts, deleted) = (mem::take(&mut tweet.counts), mem::take(&mut tweet.deleted));
        let entities = text::entities(&tweet.content);
        Self {
            body: Arc::new(TweetBody { tweet, entities, rendered: OnceLock::new() }),
            counts,
            deleted,
        }
    }

    /// The tweet.
    #[must_use]
    pub fn tweet(&self) -> &Tweet {
        &self.body.tweet
    }
}

impl Weigh for TweetCard {
    fn bytes(&self) -> usize {
        let body = &self.body;
        // The rendered form holds the text once more, escaped, and about 60 bytes an entity.
        size_of::<TweetBody>()
            + body.tweet.content.len() * 2
            + body.entities.len() * (size_of::<Entity>() + 60)
            + body.tweet.mentions.len() * 64
            + body.tweet.media.iter().map(media_bytes).sum::<usize>()
            + 400
    }
}

/// Rendered, a picture is its description once more, escaped, and about 300 bytes around it.
fn media_bytes(media: &Media) -> usize {
    size_of::<Media>() + media.files.key.len() + media.description.len() * 2 + 300
}

impl Feed {
    /// The tweets with these ids, each in its place; [`None`] for those that never were. Tombstones
    /// are among them.
    ///
    /// # Errors
    /// What the database says.
    pub async fn tweets(&self, ids: &[TweetId]) -> Result<Vec<Option<TweetCard>>, StoreError> {
        let load = async |missing: Vec<TweetId>| {
            let tweets = self.store.get_tweets(&missing).await?;
            Ok(tweets.into_iter().map(|tweet| (tweet.id, TweetCard::new(tweet))).collect())
        };
        self.caches.tweets.get_many(ids, load).await
    }
}

#[cfg(test)]
mod tests {
    use pipit_model::UserId;

    use super::*;

    #[test]
    fn what_changes_is_not_in_the_body() {
        let blank = Tweet::blank(TweetId(7), UserId(1));
        let counts = TweetCounts { likes: 1, version: 1, ..TweetCounts::default() };
        let card = TweetCard::new(Tweet { counts, deleted: true, ..blank.clone() });
        assert_eq!((card.counts, card.deleted), (counts, true));
        assert_eq!(*card.tweet(), blank, "loaded at whatever time, it is the same");
    }
}
