//! What each event means for the caches; every rule can be applied twice.
//!
//! What this node wrote is told by its writer in the order of the commits. What other nodes wrote comes
//! later and in an order of its own: of that, what holds in any order is taken over (a log has an entry,
//! a tweet is deleted, of two counts the newer one stands), and everything else, which is about one
//! reader, is forgotten and loaded anew. It is remembered whom that was about: of them, our own events
//! may be older than theirs, and are taken no more literally.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use pipit_model::event::{Event, Standing};
use pipit_model::read_position::ReadPosition;
use pipit_model::tweet::{Entry, Kind, Tweet};
use pipit_model::visibility::Visibility;
use pipit_model::{HashtagId, TweetId, UserId};

use crate::caches::Caches;
use crate::cards::TweetCard;
use crate::log::{Log, LogKey};
use crate::newest::Newest;
use crate::people::UserCard;
use crate::shim::{AtomicI64, MutexGuard};

impl Caches {
    /// Brings the caches up to date with what this node committed.
    pub fn apply(&self, events: &[Event]) {
        let _in_turn = self.in_turn();
        for event in events {
            if !self.elsewhere.is_empty() && self.is_about_elsewhere(event) {
                self.forget_what_changed(event);
            } else {
                self.apply_one(event);
            }
        }
    }

    /// Brings the caches up to date with what another node committed.
    pub fn apply_from_elsewhere(&self, events: &[Event]) {
        let _in_turn = self.in_turn();
        for event in events {
            if let Some(reader) = reader_of(event) {
                self.elsewhere.insert(reader, ());
            }
            self.forget_what_changed(event);
        }
    }

    /// What others touched is looked up and acted upon in one step.
    fn in_turn(&self) -> Turn<'_> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.steps.fetch_add(1, Ordering::AcqRel);
        Turn { steps: &self.steps, _turn: turn }
    }

    /// The present, unless events are being applied: what was read between two that are the same
    /// was changed by none.
    pub(crate) fn moment(&self) -> Option<i64> {
        Some(self.steps.load(Ordering::Acquire)).filter(|steps| steps % 2 == 0)
    }

    /// Whether another node told of the same reader lately.
    fn is_about_elsewhere(&self, event: &Event) -> bool {
        reader_of(event).is_some_and(|reader| self.elsewhere.get(&reader).is_some())
    }

    /// What an event means when others may have been told out of its order.
    fn forget_what_changed(&self, event: &Event) {
        match event {
            Event::Liked { user_id, .. }
            | Event::Retweeted { user_id, .. }
            | Event::Bookmarked { user_id, .. } => self.marks.forget(user_id),
            Event::Followed { user_id, followed_user_id, .. } => {
                self.followees.forget(user_id);
                self.forget_relationship(*user_id, *followed_user_id);
            }
            Event::Notified(told) => self.unread.forget(&told.user_id),
            Event::ReadUpTo { user_id, .. } => {
                self.read_positions.forget(user_id);
                self.unread.forget(user_id);
            }
            _ => self.apply_one(event),
        }
    }

    fn apply_one(&self, event: &Event) {
        match event {
            Event::TweetPosted { entry, visibility, hashtags, tweet } => {
                self.posted(entry.id, tweet.as_deref());
                self.listed(entry, *visibility, hashtags);
            }
            Event::TweetDeleted { entry, hashtags } => self.tweet_deleted(entry, hashtags),
            Event::TweetCounted(id, counts) => {
                self.told.insert(*id, ());
                let newer =
                    |card: TweetCard| TweetCard { counts: card.counts.or_newer(*counts), ..card };
                self.tweets.update(id, newer);
            }
            Event::TweetChanged(id) => {
                self.told.insert(*id, ());
                self.tweets.forget(id);
            }
            Event::UserCounted(id, counts) => {
                let newer =
                    |card: UserCard| UserCard { counts: card.counts.or_newer(*counts), ..card };
                self.users.update(id, newer);
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
            Event::FollowRequested { user_id, followed_user_id, .. } => {
                self.forget_relationship(*user_id, *followed_user_id);
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
            // A retweet drops out when it is read; the hub ends streams; the store minds the log.
            Event::RetweetGone(_) | Event::StreamsEnded(_) | Event::Audited(_) => {}
            Event::SessionsForgotten => self.sessions.forget_all(),
            Event::SessionEnded(id) | Event::SessionChanged(id) => self.sessions.forget(id),
            Event::Unknown => self.forget_all(),
        }
    }

    /// A tweet is there. What was told of it before may be newer than it says, and so is what is cached.
    fn posted(&self, id: TweetId, tweet: Option<&Tweet>) {
        match tweet {
            Some(tweet) if self.told.get(&id).is_none() => {
                let new = || TweetCard::new(tweet.clone());
                self.tweets.update_with(&id, |known| known.or_else(|| Some(new())));
            }
            _ => self.tweets.forget(&id),
        }
    }

    /// The logs have a new entry.
    fn listed(&self, entry: &Entry, visibility: Visibility, hashtags: &Arc<[HashtagId]>) {
        let entry = *entry;
        self.trends.used(entry.id, entry.user_id, hashtags);
        self.logs.update_with(&LogKey::Author(entry.user_id), |log| {
            let cell = self.newest.find(entry.user_id);
            if let Some(cell) = &cell {
                cell.raise(entry.id.0);
            }
            // Someone reads this author: the next look will be for the log.
            let begun = || cell.map(|_| Log::starting_with(entry));
            log.map(|log| log.with(entry)).or_else(begun).map(Arc::new)
        });
        self.newest.changes.add(entry.user_id);
        for key in other_logs(&entry, visibility, hashtags) {
            self.logs.update(&key, |log| Arc::new(log.with(entry)));
        }
    }

    fn tweet_deleted(&self, entry: &Entry, hashtags: &[HashtagId]) {
        self.trends.deleted(entry.id);
        self.told.insert(entry.id, ());
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
        self.newest.changes.add(entry.user_id);
        let public = matches!(entry.kind, Kind::Tweet).then_some(LogKey::Public);
        let others = hashtags.iter().map(|id| LogKey::Hashtag(*id));
        for key in others.chain(public) {
            self.logs.update(&key, |log| Arc::new(log.without(entry)));
        }
    }

    fn forget_relationship(&self, user_id: UserId, other: UserId) {
        self.relationships.forget(&(user_id, other));
        self.relationships.forget(&(other, user_id));
    }

    fn followed(&self, user_id: UserId, followed_user_id: UserId, now: Standing) {
        self.forget_relationship(user_id, followed_user_id);
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
        self.forget_all_stale();
        // These are a look back at a day: a few seconds more or less are nothing.
        self.suggestions.forget_all();
        self.trends.forget_all();
    }

    /// Forgets what may be older than what other nodes wrote and could not tell.
    pub fn forget_stale(&self) {
        let _in_turn = self.in_turn();
        self.forget_all_stale();
    }

    fn forget_all_stale(&self) {
        self.logs.forget_all();
        // After the logs: no load that began before can set a cell any more.
        self.newest.forget_all();
        self.tweets.forget_all();
        self.users.forget_all();
        self.handles.forget_all();
        self.followees.forget_all();
        self.marks.forget_all();
        self.relationships.forget_all();
        self.ties.forget_all();
        self.unread.forget_all();
        self.read_positions.forget_all();
        self.sessions.forget_all();
        self.hashtags.forget_all();
        self.filters.forget_all();
        self.lists.forget_all();
        self.hashtag_follows.forget_all();
        self.moderated.forget_all();
    }
}

/// Held while events are applied.
struct Turn<'a> {
    steps: &'a AtomicI64,
    _turn: MutexGuard<'a, ()>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // Before the lock is given back: fields are dropped after this.
        self.steps.fetch_add(1, Ordering::AcqRel);
    }
}

/// Whose likes, followees or place an event changes.
fn reader_of(event: &Event) -> Option<UserId> {
    match event {
        Event::Liked { user_id, .. }
        | Event::Retweeted { user_id, .. }
        | Event::Bookmarked { user_id, .. }
        | Event::Followed { user_id, .. }
        | Event::ReadUpTo { user_id, .. } => Some(*user_id),
        Event::Notified(told) => Some(told.user_id),
        _ => None,
    }
}

/// The logs that a tweet is in, besides its author's: one that is not public has no hashtags.
fn other_logs(
    entry: &Entry,
    visibility: Visibility,
    hashtags: &[HashtagId],
) -> impl Iterator<Item = LogKey> {
    let is_listed = matches!(entry.kind, Kind::Tweet) && visibility == Visibility::Public;
    let public = is_listed.then_some(LogKey::Public);
    public.into_iter().chain(hashtags.iter().map(|id| LogKey::Hashtag(*id)))
}

#[cfg(test)]
mod tests {
    use pipit_model::tweet::TweetCounts;

    use super::*;
    use crate::caches::Sizes;

    const ID: TweetId = TweetId(7);

    fn posted() -> Event {
        Event::posted(Arc::new(Tweet::blank(ID, UserId(1))), Arc::new([]))
    }

    fn counted(version: i64) -> Event {
        Event::TweetCounted(ID, TweetCounts { likes: version, version, ..TweetCounts::default() })
    }

    fn deleted() -> Event {
        let entry = Entry { id: ID, user_id: UserId(1), kind: Kind::Tweet };
        Event::TweetDeleted { entry, hashtags: Arc::new([]) }
    }

    /// What is cached after all this was told, each by this node or by another.
    fn after(told: &[(bool, Event)]) -> Option<TweetCard> {
        let caches = Caches::new(Sizes::of_total(1_000_000));
        for (own, event) in told {
            let events = std::slice::from_ref(event);
            if *own { caches.apply(events) } else { caches.apply_from_elsewhere(events) }
        }
        caches.tweets.get(&ID)
    }

    #[test]
    fn in_whatever_order_it_is_told_nothing_old_is_shown() {
        for own in [true, false] {
            let likes = |told: &[Event]| {
                let told: Vec<_> = told.iter().map(|event| (own, event.clone())).collect();
                after(&told).map(|card| card.counts.likes)
            };
            assert_eq!(likes(&[posted()]), Some(0), "it need not be read");
            assert_eq!(likes(&[posted(), counted(1), counted(2)]), Some(2));
            assert_eq!(likes(&[posted(), counted(2), counted(1)]), Some(2));
            assert_eq!(likes(&[posted(), counted(1), posted()]), None, "it is read anew");
            assert_eq!(likes(&[counted(1), posted()]), None, "it is read anew");
            assert_eq!(likes(&[deleted(), posted()]), None, "it is read anew");
        }
        // A reader here likes what another node tells of only then.
        assert!(after(&[(true, counted(1)), (false, posted())]).is_none());
        let card = after(&[(false, posted()), (true, deleted())]).expect("cached");
        assert!(card.deleted);
    }
}
