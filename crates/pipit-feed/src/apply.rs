//! What each event means for the caches. Called by the writer in the order of the commits, so that
//! a count never goes back to an older one; every rule can be applied twice.

use std::sync::Arc;

use pipit_model::event::{Event, Standing};
use pipit_model::read_position::ReadPosition;
use pipit_model::tweet::{Entry, Kind, Tweet};
use pipit_model::visibility::Visibility;
use pipit_model::{HashtagId, UserId};

use crate::caches::Caches;
use crate::cards::TweetCard;
use crate::log::{Log, LogKey};
use crate::newest::Newest;
use crate::people::UserCard;

impl Caches {
    /// Brings the caches up to date with what was committed.
    pub fn apply(&self, events: &[Event]) {
        for event in events {
            self.apply_one(event);
        }
    }

    fn apply_one(&self, event: &Event) {
        match event {
            Event::TweetPosted { tweet, hashtags } => self.tweet_posted(tweet, hashtags),
            Event::TweetDeleted { entry, hashtags } => self.tweet_deleted(entry, hashtags),
            Event::TweetCounted(id, counts) => {
                self.tweets.update(id, |card| TweetCard { counts: *counts, ..card });
            }
            Event::TweetChanged(id) => self.tweets.forget(id),
            Event::UserCounted(id, counts) => {
                self.users.update(id, |card| UserCard { counts: *counts, ..card });
            }
            Event::UserChanged { user_id, handle_key } => {
                self.users.forget(user_id);
                self.handles.forget(handle_key);
            }
            Event::Liked { user_id, tweet_id, now } => {
                self.marks.update(user_id, |marks| Arc::new(marks.with_like(*tweet_id, *now)));
            }
            Event::Retweeted { user_id, tweet_id, now } => {
                self.marks.update(user_id, |marks| Arc::new(marks.with_retweet(*tweet_id, *now)));
            }
            Event::Bookmarked { user_id, tweet_id, now } => {
                self.marks.update(user_id, |marks| Arc::new(marks.with_bookmark(*tweet_id, *now)));
            }
            // Told by writes beside the writer, in no order: what is loaded next is right.
            Event::ListChanged(id) => self.lists.forget(id),
            Event::FiltersChanged(user_id) => self.filters.forget(user_id),
            Event::HashtagsFollowed(user_id) => self.hashtag_follows.forget(user_id),
            Event::Followed { user_id, followed_user_id, now } => {
                self.followed(*user_id, *followed_user_id, *now);
            }
            // Rare, and a reader's few rows: what is loaded next is right.
            Event::Blocked { user_id, blocked_user_id, .. } => {
                self.ties.forget(user_id);
                self.ties.forget(blocked_user_id);
            }
            Event::MutesChanged(user_id) => self.ties.forget(user_id),
            Event::Notified(told) => {
                self.unread.update(&told.user_id, |unread| Arc::new(unread.with(told)));
            }
            // Which of them were unread, and how many are below those that are counted, is not told.
            Event::NotificationsTaken(id) => self.unread.forget(id),
            Event::ReadUpTo { user_id, position, last_id } => {
                self.read_up_to(*user_id, *position, *last_id);
            }
            Event::ModerationChanged => self.moderated.forget(&()),
            // A retweet drops out when it is read; nothing that is cached knows of requests; the hub
            // ends streams; the store minds the log.
            Event::RetweetGone(_)
            | Event::FollowRequested { .. }
            | Event::StreamsEnded(_)
            | Event::Audited(_) => {}
            Event::SessionsForgotten => self.sessions.forget_all(),
            Event::SessionEnded(id) | Event::SessionChanged(id) => self.sessions.forget(id),
            Event::Unknown => self.forget_all(),
        }
    }

    fn tweet_posted(&self, tweet: &Arc<Tweet>, hashtags: &Arc<[HashtagId]>) {
        let entry = tweet.entry();
        self.trends.used(tweet.id, tweet.user_id, hashtags);
        self.tweets.set(tweet.id, TweetCard::new(Tweet::clone(tweet)));
        self.logs.update_with(&LogKey::Author(entry.user_id), |log| {
            let cell = self.newest.find(entry.user_id);
            if let Some(cell) = &cell {
                cell.raise(entry.id.0);
            }
            // Someone reads this author: the next look will be for the log.
            let begun = || cell.map(|_| Log::starting_with(entry));
            log.map(|log| log.with(entry)).or_else(begun).map(Arc::new)
        });
        for key in other_logs(tweet, hashtags) {
            self.logs.update(&key, |log| Arc::new(log.with(entry)));
        }
    }

    fn tweet_deleted(&self, entry: &Entry, hashtags: &[HashtagId]) {
        self.trends.deleted(entry.id);
        if matches!(entry.kind, Kind::Retweet { .. }) {
            self.tweets.forget(&entry.id);
        } else {
            self.tweets.update(&entry.id, |card| TweetCard { deleted: true, ..card });
        }
        self.logs.update_with(&LogKey::Author(entry.user_id), |log| {
            let log = log.map(|log| log.without(entry));
            if let Some(cell) = self.newest.find(entry.user_id)
                && cell.get() == Newest::at(entry.id.0)
            {
                cell.set(log.as_ref().map_or(Newest::below(entry.id.0), Log::newest));
            }
            log.map(Arc::new)
        });
        let public = matches!(entry.kind, Kind::Tweet).then_some(LogKey::Public);
        let others = hashtags.iter().map(|id| LogKey::Hashtag(*id));
        for key in others.chain(public) {
            self.logs.update(&key, |log| Arc::new(log.without(entry)));
        }
    }

    fn followed(&self, user_id: UserId, followed_user_id: UserId, now: Standing) {
        self.followees.update(&user_id, |followees| {
            Arc::new(match now {
                Standing::Set => followees.with(followed_user_id, &self.newest),
                Standing::Unset => followees.without(followed_user_id),
            })
        });
    }

    fn read_up_to(&self, user_id: UserId, position: ReadPosition, last_id: i64) {
        self.read_positions.update(&user_id, |mut positions| {
            positions.advance(position, last_id);
            positions
        });
        if position == ReadPosition::Notifications {
            self.unread.update(&user_id, |unread| Arc::new(unread.read_up_to(last_id)));
        }
    }

    fn forget_all(&self) {
        self.logs.forget_all();
        // After the logs: no load that began before can set a cell any more.
        self.newest.forget_all();
        self.tweets.forget_all();
        self.users.forget_all();
        self.handles.forget_all();
        self.followees.forget_all();
        self.marks.forget_all();
        self.ties.forget_all();
        self.unread.forget_all();
        self.read_positions.forget_all();
        self.sessions.forget_all();
        self.hashtags.forget_all();
        self.filters.forget_all();
        self.lists.forget_all();
        self.hashtag_follows.forget_all();
        self.suggestions.forget_all();
        self.moderated.forget_all();
        self.trends.forget_all();
    }
}

/// The logs that a tweet is in, besides its author's: one that is not public has no hashtags.
fn other_logs(tweet: &Tweet, hashtags: &[HashtagId]) -> impl Iterator<Item = LogKey> {
    let is_listed = matches!(tweet.kind, Kind::Tweet) && tweet.visibility == Visibility::Public;
    let public = is_listed.then_some(LogKey::Public);
    public.into_iter().chain(hashtags.iter().map(|id| LogKey::Hashtag(*id)))
}
