//! The notifications that a batch makes and takes back. What is there already need not be read for
//! it: a cause stands once, and so does what it tells.

use std::collections::{BTreeMap, BTreeSet};

use pipit_model::event::Event;
use pipit_model::notification::{Notification, NotificationKind};
use pipit_model::visibility::Visibility;
use pipit_model::{NotificationId, TweetId, UserId};

/// What makes a notification unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Notice {
    /// Who is told.
    pub(super) user_id: i64,
    pub(super) kind: NotificationKind,
    /// 0 for a follow.
    pub(super) tweet_id: i64,
    pub(super) actor_id: i64,
}

/// The difference to what is stored.
#[derive(Debug, Default)]
pub(super) struct Notices {
    /// With their ids, and whom the tweets are for by which they are caused.
    made: BTreeMap<Notice, (i64, Visibility)>,
    taken: BTreeSet<Notice>,
    /// `(author, tweet)`: all that others did to these tweets.
    taken_of_tweets: BTreeSet<(i64, i64)>,
}

impl Notices {
    /// Tells somebody something; nobody is told of what they did themselves.
    pub(super) fn make(&mut self, notice: Notice, id: impl FnOnce() -> i64) {
        self.make_of(notice, Visibility::Public, id);
    }

    /// The same of what a tweet says that is for these.
    pub(super) fn make_of(
        &mut self,
        notice: Notice,
        visibility: Visibility,
        id: impl FnOnce() -> i64,
    ) {
        if notice.user_id != notice.actor_id {
            self.made.insert(notice, (id(), visibility));
        }
    }

    /// Takes it back, whether it is stored or was to be.
    pub(super) fn take(&mut self, notice: Notice) {
        if notice.user_id != notice.actor_id {
            self.made.remove(&notice);
            self.taken.insert(notice);
        }
    }

    /// Takes back all that others did to a tweet of this author.
    pub(super) fn take_of_tweet(&mut self, author: i64, tweet_id: i64) {
        self.made.retain(|notice, _| notice.tweet_id != tweet_id);
        self.taken_of_tweets.insert((author, tweet_id));
    }

    /// Tells nobody of these after all.
    pub(super) fn drop_made(&mut self, is_dropped: impl Fn(&Notice) -> bool) {
        self.made.retain(|notice, _| !is_dropped(notice));
    }

    pub(super) fn made(&self) -> impl Iterator<Item = (&Notice, i64)> {
        self.made.iter().map(|(notice, (id, _))| (notice, *id))
    }

    pub(super) fn taken(&self) -> impl Iterator<Item = &Notice> {
        self.taken.iter()
    }

    /// `(author, kind, tweet)`.
    pub(super) fn taken_of_tweets(&self) -> impl Iterator<Item = (i64, NotificationKind, i64)> {
        self.taken_of_tweets.iter().flat_map(|(author, tweet)| {
            NotificationKind::OF_A_TWEET.map(|kind| (*author, kind, *tweet))
        })
    }

    /// What is to be announced: first what is taken, since what is made stands after all.
    pub(super) fn announce(&self, events: &mut Vec<Event>) {
        let taken = self.taken.iter().map(|notice| notice.user_id);
        let users: BTreeSet<i64> =
            taken.chain(self.taken_of_tweets.iter().map(|(author, _)| *author)).collect();
        events.extend(users.into_iter().map(|id| Event::NotificationsTaken(UserId(id))));
        // In the order of their ids, as they were given out.
        let mut made: Vec<_> = self.made.iter().collect();
        made.sort_unstable_by_key(|(_, (id, _))| *id);
        events.extend(made.into_iter().map(|(notice, (id, visibility))| {
            Event::Notified(Notification {
                id: NotificationId(*id),
                user_id: UserId(notice.user_id),
                kind: notice.kind,
                actor_id: UserId(notice.actor_id),
                tweet_id: (notice.tweet_id != 0).then_some(TweetId(notice.tweet_id)),
                visibility: *visibility,
            })
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(user_id: i64, tweet_id: i64, actor_id: i64) -> Notice {
        Notice { user_id, kind: NotificationKind::Like, tweet_id, actor_id }
    }

    #[test]
    fn only_what_stands_at_the_end_is_made() {
        let mut notices = Notices::default();
        notices.make(like(1, 10, 2), || 100);
        notices.take(like(1, 10, 2));
        notices.make(like(1, 10, 2), || 101);
        notices.make(like(1, 10, 1), || panic!("of one's own deed nobody is told"));
        notices.make(like(1, 11, 2), || 102);
        notices.take_of_tweet(1, 11);
        assert_eq!(notices.made().collect::<Vec<_>>(), [(&like(1, 10, 2), 101)]);
        assert_eq!(notices.taken().count(), 1, "an older one may be stored");
        let mut events = Vec::new();
        notices.announce(&mut events);
        assert!(matches!(
            events[..],
            [Event::NotificationsTaken(UserId(1)), Event::Notified(Notification { .. })]
        ));
    }
}
