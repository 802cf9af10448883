//! Notifications as they are read: what several people did to one thing is one line.

use pipit_core::NotificationView;
use pipit_model::TweetId;
use pipit_model::notification::NotificationKind;

use super::{Person, Reading, ReplyingTo, TweetModel, href};
use crate::format::Moment;

/// Faces shown of those who did the same.
const FACES: usize = 6;

/// A line of the list.
pub(crate) struct NotificationRow<'a> {
    /// Of the newest in it.
    pub id: i64,
    /// At least one of it had not been read.
    pub unread: bool,
    pub at: Moment,
    pub what: What<'a>,
}

/// What is told.
pub(crate) enum What<'a> {
    /// Somebody says something to the viewer: how, and the tweet itself.
    Said { how: &'static str, tweet: Box<TweetModel<'a>> },
    /// Some people did the same.
    Done {
        icon: &'static str,
        /// The newest ones, newest first.
        faces: Vec<Person<'a>>,
        /// What stands behind the first one's name: how many others, and what they did.
        deed: String,
        /// They ask to follow, and wait for an answer.
        asks: bool,
        /// The viewer's tweet, to which it was done.
        tweet: Option<Excerpt<'a>>,
    },
}

/// A tweet in short.
pub(crate) struct Excerpt<'a> {
    pub href: String,
    pub text: &'a str,
}

/// What makes notifications one line.
fn key(view: &NotificationView) -> (Option<NotificationKind>, Option<TweetId>) {
    let notification = &view.notification;
    let said = NotificationKind::MENTIONS.contains(&notification.kind);
    ((!said).then_some(notification.kind), notification.tweet_id)
}

impl<'a> NotificationRow<'a> {
    /// The lines of some notifications, newest first: each stands where its newest one does.
    pub(crate) fn group(
        views: &'a [NotificationView],
        read_up_to: i64,
        reading: Reading,
    ) -> Vec<Self> {
        let mut groups: Vec<Vec<&NotificationView>> = Vec::new();
        for view in views {
            match groups.iter_mut().find(|group| key(group[0]) == key(view)) {
                Some(group) => group.push(view),
                None => groups.push(vec![view]),
            }
        }
        groups.iter().map(|group| Self::new(group, read_up_to, reading)).collect()
    }

    /// Of at least one.
    fn new(group: &[&'a NotificationView], read_up_to: i64, reading: Reading) -> Self {
        let newest = group[0];
        let notification = &newest.notification;
        let others = group.len() - 1;
        let w = reading.w;
        let (icon, deed) = match notification.kind {
            NotificationKind::Like => ("like", w.liked_yours),
            NotificationKind::Retweet => ("retweet", w.retweeted_yours),
            NotificationKind::FollowRequest => ("user", w.ties.asked_you),
            _ => ("user", w.followed_you),
        };
        let what = match (&newest.tweet, notification.kind) {
            (Some(tweet), kind) if NotificationKind::MENTIONS.contains(&kind) => {
                let how = match kind {
                    NotificationKind::Reply => w.answered_you,
                    NotificationKind::Quote => w.quoted_you,
                    _ => w.mentioned_you,
                };
                let mut tweet = TweetModel::new(tweet, reading);
                if kind == NotificationKind::Reply {
                    // Said already.
                    tweet.replying_to = ReplyingTo::Nothing;
                }
                What::Said { how, tweet: Box::new(tweet) }
            }
            (tweet, _) => What::Done {
                icon,
                faces: group
                    .iter()
                    .take(FACES)
                    .map(|view| Person::new(view.actor.user()))
                    .collect(),
                deed: deed(others),
                asks: notification.kind == NotificationKind::FollowRequest,
                tweet: tweet.as_ref().map(|tweet| Excerpt {
                    href: href(tweet),
                    text: &tweet.shown().card.tweet().content,
                }),
            },
        };
        Self {
            id: notification.id.0,
            unread: group.iter().any(|view| view.notification.id.0 > read_up_to),
            at: Moment::new(notification.id.timestamp(), reading.now, w),
            what,
        }
    }
}
