//! Who sees what: every such rule is here, and pure. The core asks; nobody else decides.

use crate::ids::UserId;
use crate::tweet::{Entry, Kind, Tweet};
use crate::user::User;

/// Whether an entry of someone whom the reader follows (or of the reader) belongs into the
/// reader's home timeline: a reply only if the tweet answered is by the reader, by someone
/// followed, or by the replier; everything else always.
pub fn belongs_in_home(entry: &Entry, reader: UserId, follows: impl Fn(UserId) -> bool) -> bool {
    match entry.kind {
        Kind::Tweet | Kind::Retweet { .. } => true,
        Kind::Reply { to_user, .. } => {
            to_user == reader || to_user == entry.user_id || follows(to_user)
        }
    }
}

/// Whether an entry of someone on a list belongs into the list's timeline: a reply only if the tweet
/// answered is by someone on the list or by the replier; everything else always.
pub fn belongs_in_list(entry: &Entry, is_member: impl Fn(UserId) -> bool) -> bool {
    match entry.kind {
        Kind::Tweet | Kind::Retweet { .. } => true,
        Kind::Reply { to_user, .. } => to_user == entry.user_id || is_member(to_user),
    }
}

/// Whether a tweet is shown at all: not if it, or its author's account, is deleted.
#[must_use]
pub fn is_visible(tweet: &Tweet, author: &User) -> bool {
    !tweet.deleted && !author.deleted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TweetId;

    #[test]
    fn replies_show_by_whom_they_answer() {
        let (reader, followed, stranger) = (UserId(1), UserId(2), UserId(3));
        let reply_to = |to_user| Entry {
            id: TweetId(10),
            user_id: followed,
            kind: Kind::Reply { to: TweetId(5), to_user },
        };
        let follows = |user| user == followed || user == UserId(4);
        assert!(belongs_in_home(&reply_to(reader), reader, follows));
        assert!(belongs_in_home(&reply_to(followed), reader, follows), "a thread of their own");
        assert!(belongs_in_home(&reply_to(UserId(4)), reader, follows));
        assert!(!belongs_in_home(&reply_to(stranger), reader, follows));
    }
}
