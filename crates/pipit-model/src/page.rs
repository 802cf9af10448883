//! Pages: how much of a list, and from where.

use crate::error::{Error, Result};
use crate::limits::{PAGE_DEFAULT, PAGE_MAX};

/// A stretch of a list, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Entries wanted, 1 to [`PAGE_MAX`].
    limit: u32,
    /// Only entries with a smaller id (or a larger one, in lists that are oldest first).
    pub after: Option<i64>,
}

impl Page {
    /// A page as the caller asked for it; what is out of range is refused, not bent.
    ///
    /// # Errors
    /// [`Error::InvalidField`] for a limit outside 1 to [`PAGE_MAX`].
    pub fn new(limit: Option<i64>, after: Option<i64>) -> Result<Self> {
        let limit = match limit {
            None => PAGE_DEFAULT,
            Some(limit) => u32::try_from(limit)
                .ok()
                .filter(|limit| (1..=PAGE_MAX).contains(limit))
                .ok_or_else(|| Error::invalid("limit", "must be a number from 1 to 100"))?,
        };
        Ok(Self { limit, after })
    }

    /// Entries wanted.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit as usize
    }

    /// The id below which the page starts, in a list that is newest first.
    #[must_use]
    pub fn before(&self) -> i64 {
        self.after.unwrap_or(i64::MAX)
    }

    /// The page that these rows are, each with its `place` in the list; one row more than the page
    /// holds tells that there is a next one.
    #[must_use]
    pub fn cut<T>(&self, mut rows: Vec<T>, place: impl Fn(&T) -> i64) -> Listed<T> {
        let more = rows.len() > self.limit();
        rows.truncate(self.limit());
        let next = rows.last().filter(|_| more).map(place);
        Listed { items: rows, next }
    }
}

impl Default for Page {
    fn default() -> Self {
        Self { limit: PAGE_DEFAULT, after: None }
    }
}

/// One page of a list, and where the next one starts.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// The entries, in the list's order.
    pub items: Vec<T>,
    /// The last entry examined; `None` at the end of the list.
    pub next: Option<i64>,
}

impl<T> Default for Listed<T> {
    /// An empty list.
    fn default() -> Self {
        Self { items: Vec::new(), next: None }
    }
}

/// Which list a cursor belongs to. A cursor is good for its own list only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListName {
    /// A reader's home timeline.
    Home,
    /// Everybody's tweets.
    Public,
    /// One author's tweets.
    User,
    /// Tweets with a hashtag.
    Hashtag,
    /// Replies below a tweet.
    Thread,
    /// Who follows someone.
    Followers,
    /// Whom someone follows.
    Following,
    /// Who liked a tweet.
    Likes,
    /// Who retweeted a tweet.
    Retweets,
    /// What somebody is told.
    Notifications,
    /// One author's tweets without their replies.
    UserTweets,
    /// One author's replies.
    UserReplies,
    /// One author's tweets with pictures.
    UserMedia,
    /// What a reader likes.
    Liked,
    /// What someone keeps for later.
    Bookmarks,
    /// The tweets of a list of people.
    List,
    /// The people on a list.
    ListMembers,
    /// Tweets that a search found.
    FoundTweets,
    /// People that a search found.
    FoundPeople,
    /// Who asks to follow someone.
    FollowRequests,
    /// Whom someone blocks.
    Blocks,
    /// Whom someone mutes.
    Mutes,
    /// Reports that wait for moderators, or are dealt with.
    Reports,
    /// The log of what moderators do.
    AuditLog,
    /// What people say to actions.
    Appeals,
    /// Who waits to be let in.
    SignUps,
    /// Tweets that wait for review.
    HeldTweets,
}

impl ListName {
    /// A stable number for it, part of what a cursor's seal covers.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Home => 1,
            Self::Public => 2,
            Self::User => 3,
            Self::Hashtag => 4,
            Self::Thread => 5,
            Self::Followers => 6,
            Self::Following => 7,
            Self::Likes => 8,
            Self::Retweets => 9,
            Self::Notifications => 10,
            Self::UserTweets => 20,
            Self::UserReplies => 21,
            Self::UserMedia => 22,
            Self::Liked => 23,
            Self::Bookmarks => 30,
            Self::List => 31,
            Self::ListMembers => 32,
            Self::FoundTweets => 33,
            Self::FoundPeople => 34,
            Self::FollowRequests => 40,
            Self::Blocks => 41,
            Self::Mutes => 42,
            Self::Reports => 50,
            Self::AuditLog => 51,
            Self::Appeals => 52,
            Self::SignUps => 54,
            Self::HeldTweets => 53,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_out_of_range_are_refused() {
        for bad in [0, -1, 101, i64::MAX, i64::MIN] {
            assert!(Page::new(Some(bad), None).is_err(), "{bad}");
        }
        assert_eq!(Page::new(None, None).expect("default").limit(), 20);
        assert_eq!(Page::new(Some(100), None).expect("largest").limit(), 100);
    }
}
