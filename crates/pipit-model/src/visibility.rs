//! Who sees what: every such rule is here, and pure. The core asks; nobody else decides.

use crate::ids::UserId;
use crate::tweet::{Entry, Kind, ReplyAudience, Tweet};
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

/// Whether an entry of someone on a list belongs into the list's timeline: a reply only if the
/// tweet answered is by someone on the list or by the replier; everything else always.
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

/// Whether somebody may answer in the conversation that a tweet begins.
pub fn may_reply(root: &Tweet, who: UserId, root_author_follows: impl FnOnce() -> bool) -> bool {
    let is_mentioned = || root.mentions.iter().any(|mention| mention.user_id == who);
    root.user_id == who
        || match root.reply_audience {
            ReplyAudience::Everyone => true,
            ReplyAudience::Followed => is_mentioned() || root_author_follows(),
            ReplyAudience::Mentioned => is_mentioned(),
        }
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

    #[test]
    fn a_list_shows_replies_among_its_own() {
        let (member, other, stranger) = (UserId(2), UserId(4), UserId(3));
        let on_list = |user| user == member || user == other;
        let entry = |kind| Entry { id: TweetId(10), user_id: member, kind };
        let reply_to = |to_user| entry(Kind::Reply { to: TweetId(5), to_user });
        assert!(belongs_in_list(&entry(Kind::Tweet), on_list));
        let retweet = Kind::Retweet { of: TweetId(5), of_user: stranger };
        assert!(belongs_in_list(&entry(retweet), on_list));
        assert!(belongs_in_list(&reply_to(other), on_list));
        assert!(belongs_in_list(&reply_to(member), |_| false), "a thread of their own");
        assert!(!belongs_in_list(&reply_to(stranger), on_list));
    }
}
