//! What has happened: told to every cache after it is durable, in the order it happened, before
//! the person who did it gets their answer. Applying one twice changes nothing. Other nodes are told
//! the same a little later, as JSON, in their own order among nodes: see `pipit-bus`.

use serde::{Deserialize, Serialize};

use std::sync::Arc;

use crate::ids::{HashtagId, ListId, SessionId, TweetId, UserId};
use crate::notification::Notification;
use crate::read_position::ReadPosition;
use crate::tweet::{Entry, Tweet, TweetCounts};
use crate::user::UserCounts;
use crate::visibility::Visibility;

/// One change of what is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Event {
    /// A tweet, reply or retweet was stored.
    TweetPosted {
        /// What a timeline needs of it.
        entry: Entry,
        /// Whom it is for.
        visibility: Visibility,
        /// All of it; [`None`] if another node stored it and it is not for everybody: nodes do not
        /// write it anywhere else.
        #[serde(default, skip_serializing_if = "is_for_few")]
        tweet: Option<Arc<Tweet>>,
        /// Its hashtags.
        hashtags: Arc<[HashtagId]>,
    },
    /// A tweet or reply became a tombstone, or a retweet was taken back.
    TweetDeleted {
        /// What a timeline knew of it.
        entry: Entry,
        /// Its hashtags.
        hashtags: Arc<[HashtagId]>,
    },
    /// What this retweet passed on was deleted: it is shown no longer.
    RetweetGone(Entry),
    /// A tweet's counts are now these.
    TweetCounted(TweetId, TweetCounts),
    /// Something else of a tweet changed: whom it mentions.
    TweetChanged(TweetId),
    /// A user's counts are now these.
    UserCounted(UserId, UserCounts),
    /// An account was opened or its profile changed.
    UserChanged {
        /// The account.
        user_id: UserId,
        /// Its handle in lower case.
        handle_key: String,
    },
    /// Someone likes, or no longer likes, a tweet.
    Liked {
        /// Who.
        user_id: UserId,
        /// What.
        tweet_id: TweetId,
        /// How it stands now.
        now: Standing,
    },
    /// Someone retweeted a tweet, or took it back.
    Retweeted {
        /// Who.
        user_id: UserId,
        /// The tweet passed on.
        tweet_id: TweetId,
        /// How it stands now.
        now: Standing,
    },
    /// Someone keeps, or no longer keeps, a tweet for later.
    Bookmarked {
        /// Who.
        user_id: UserId,
        /// What.
        tweet_id: TweetId,
        /// How it stands now.
        now: Standing,
    },
    /// A list came to be, has another name or other members, or is gone.
    ListChanged(ListId),
    /// Someone's filters, or the conversations they muted, are others now.
    FiltersChanged(UserId),
    /// The hashtags that someone follows are others now.
    HashtagsFollowed(UserId),
    /// Someone follows, or no longer follows, someone.
    Followed {
        /// Who.
        user_id: UserId,
        /// Whom.
        followed_user_id: UserId,
        /// How it stands now.
        now: Standing,
    },
    /// Someone asks, or asks no longer, to follow an account that is locked.
    FollowRequested {
        /// Who.
        user_id: UserId,
        /// Whom.
        followed_user_id: UserId,
        /// How it stands now.
        now: Standing,
    },
    /// Someone blocks, or no longer blocks, someone.
    Blocked {
        /// Who.
        user_id: UserId,
        /// Whom.
        blocked_user_id: UserId,
        /// How it stands now.
        now: Standing,
    },
    /// Those whom someone mutes are others now.
    MutesChanged(UserId),
    /// Somebody is told of something.
    Notified(Notification),
    /// Some of what somebody was told is taken back.
    NotificationsTaken(UserId),
    /// Somebody has read this far.
    ReadUpTo {
        /// Who.
        user_id: UserId,
        /// What.
        position: ReadPosition,
        /// Up to this id.
        last_id: i64,
    },
    /// All streams of somebody end: what they may see or do is no longer what it was.
    StreamsEnded(UserId),
    /// What the server keeps out, its rules, or which accounts are limited.
    ModerationChanged,
    /// A line of the moderators' log was written here; what others write is found by reading it.
    Audited(i64),
    /// Another node or process ended sessions: none that is cached can be trusted.
    SessionsForgotten,
    /// A session ended; its token is good no longer.
    SessionEnded(SessionId),
    /// A session lasts longer than it would have, its owner has shown again who they are, or an
    /// app's was used.
    SessionChanged(SessionId),
    /// Something may have changed that was not told: forget all that is cached.
    Unknown,
}

impl Event {
    /// A tweet, reply or retweet was stored, with these hashtags.
    #[must_use]
    pub fn posted(tweet: Arc<Tweet>, hashtags: Arc<[HashtagId]>) -> Self {
        let (entry, visibility) = (tweet.entry(), tweet.visibility);
        Self::TweetPosted { entry, visibility, hashtags, tweet: Some(tweet) }
    }
}

#[expect(clippy::ref_option, reason = "serde hands it out like this")]
fn is_for_few(tweet: &Option<Arc<Tweet>>) -> bool {
    tweet.as_ref().is_none_or(|tweet| tweet.visibility != Visibility::Public)
}

/// Whether a relation (a like, a retweet, a follow) stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// It is there.
    Set,
    /// It is not.
    Unset,
}

impl Standing {
    /// Whether it is there.
    #[must_use]
    pub fn is_set(self) -> bool {
        self == Self::Set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_nodes_are_told_what_everybody_may_read_and_no_more() {
        for visibility in Visibility::ALL {
            let content = "told".to_owned();
            let tweet = Tweet { content, visibility, ..Tweet::blank(TweetId(1), UserId(2)) };
            let event = Event::posted(Arc::new(tweet), Arc::new([]));
            let json = serde_json::to_string(&event).expect("JSON");
            assert_eq!(json.contains("told"), visibility == Visibility::Public, "{json}");
            let Ok(Event::TweetPosted { tweet, .. }) = serde_json::from_str(&json) else {
                panic!("{json}");
            };
            assert_eq!(tweet.is_some(), visibility == Visibility::Public);
        }
    }
}
