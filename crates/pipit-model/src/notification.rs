//! What people are told of: what others did to them or to their tweets.

use serde::{Deserialize, Serialize};

use crate::ids::{NotificationId, TweetId, UserId};
use crate::visibility::Visibility;

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NotificationKind {
    /// Named one in a tweet.
    Mention,
    /// Answered one's tweet; who is answered and mentioned at once is told of the answer only.
    Reply,
    /// Likes one's tweet.
    Like,
    /// Retweeted one's tweet.
    Retweet,
    /// Quoted one's tweet.
    Quote,
    /// Follows one.
    Follow,
    /// Asks to follow one.
    FollowRequest,
}

impl NotificationKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Mention,
        Self::Reply,
        Self::Like,
        Self::Retweet,
        Self::Quote,
        Self::Follow,
        Self::FollowRequest,
    ];
    /// Those in which somebody says something to one.
    pub const MENTIONS: [Self; 3] = [Self::Mention, Self::Reply, Self::Quote];
    /// What is done to a tweet that stands already: all of it is gone with the tweet.
    pub const OF_A_TWEET: [Self; 2] = [Self::Like, Self::Retweet];

    /// A stable number for it: what the database holds.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Mention => 1,
            Self::Reply => 2,
            Self::Like => 3,
            Self::Retweet => 4,
            Self::Quote => 5,
            Self::Follow => 6,
            Self::FollowRequest => 7,
        }
    }

    /// The kind with this number.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mention => "mention",
            Self::Reply => "reply",
            Self::Like => "like",
            Self::Retweet => "retweet",
            Self::Quote => "quote",
            Self::Follow => "follow",
            Self::FollowRequest => "follow_request",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One thing that somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its id; it carries the time.
    pub id: NotificationId,
    /// Who is told.
    pub user_id: UserId,
    /// Of what.
    pub kind: NotificationKind,
    /// Who did it.
    pub actor_id: UserId,
    /// The tweet liked or retweeted, or the one that mentions, answers or quotes; none for a follow.
    pub tweet_id: Option<TweetId>,
    /// Whom the tweet is for that mentions, answers or quotes; everybody, of anything else.
    pub visibility: Visibility,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_apart_by_number_and_by_name() {
        for kind in NotificationKind::ALL {
            assert_eq!(NotificationKind::from_code(kind.code()), Some(kind));
            assert_eq!(NotificationKind::parse(kind.name()), Some(kind));
        }
        assert_eq!(NotificationKind::from_code(0), None);
        assert_eq!(NotificationKind::parse("Like"), None);
    }
}
