//! What the caches promise, under thousands of interleavings of one writer and several readers:
//! `cargo test -p pipit-feed --features shuttle interleavings`.
//!
//! The database is a list behind a lock; everything else is the real thing: events applied as the
//! writer applies them, pages read as [`crate::Feed`] reads them.

use std::sync::Arc;

use pipit_model::event::Event;
use pipit_model::tweet::{Entry, Kind, Tweet, TweetCounts};
use pipit_model::{Timestamp, TweetId, UserId};
use pipit_store::Entries;
use shuttle::sync::Mutex;
use shuttle::sync::atomic::{AtomicI64, Ordering};

use crate::caches::{Caches, Sizes};
use crate::cards::TweetCard;
use crate::followees::Followees;
use crate::log::LogKey;
use crate::pages::{Began, Form, PageKey, Shown, Written};
use crate::timeline::{Found, Timeline};

const INTERLEAVINGS: usize = 1000;
const READER: UserId = UserId(1);
const ANN: UserId = UserId(2);
const BOB: UserId = UserId(3);
const CAT: UserId = UserId(4);
/// Fewer than there are authors: which logs are opened depends on what is known of the newest.
const WANT: usize = 2;

struct World {
    /// Committed entries.
    database: Mutex<Vec<Entry>>,
    caches: Caches,
    /// Of a reader who is there all the time.
    followees: Arc<Followees>,
    /// The newest id whose author was told that it is posted.
    acknowledged: AtomicI64,
    /// The deleted tweet, once its author was told so.
    deleted: AtomicI64,
}

impl World {
    fn new() -> Arc<Self> {
        let entry = |(id, user_id)| Entry { id: TweetId(id), user_id, kind: Kind::Tweet };
        let old = [(10, ANN), (20, BOB), (25, CAT), (30, ANN), (40, BOB)];
        // So small that logs are evicted while they are used.
        let caches = Caches::new(Sizes { logs: 300, ..Sizes::of_total(100_000) });
        Arc::new(Self {
            followees: Arc::new(Followees::new(READER, vec![ANN, BOB, CAT], &caches.newest)),
            database: Mutex::new(old.into_iter().map(entry).collect()),
            caches,
            acknowledged: AtomicI64::new(0),
            deleted: AtomicI64::new(0),
        })
    }

    /// As the writer does it: commit, tell the caches, answer.
    fn post(&self, id: i64, user_id: UserId) {
        let tweet = Tweet::blank(TweetId(id), user_id);
        self.database.lock().expect("whole").push(tweet.entry());
        let posted = Event::posted(Arc::new(tweet), Arc::new([]));
        self.caches.apply(&[posted]);
        self.acknowledged.store(id, Ordering::SeqCst);
    }

    fn delete(&self, id: i64, user_id: UserId) {
        let entry = Entry { id: TweetId(id), user_id, kind: Kind::Tweet };
        self.database.lock().expect("whole").retain(|kept| *kept != entry);
        self.caches.apply(&[Event::TweetDeleted { entry, hashtags: Arc::new([]) }]);
        self.deleted.store(id, Ordering::SeqCst);
    }

    /// The newest page of a home.
    fn home(&self) -> Vec<i64> {
        self.page(i64::MAX)
    }

    /// A page of a home, as `Feed::entries` puts it together.
    fn page(&self, mut before: i64) -> Vec<i64> {
        let timeline = Timeline::Home { reader: READER, followees: self.followees.clone() };
        let mut page = Vec::new();
        while page.len() < WANT && before > 0 {
            let mut known = self.caches.known(&timeline, before, WANT);
            if !known.blocked.is_empty() {
                let keys: Vec<_> = known.blocked.iter().map(|n| timeline.key(*n)).collect();
                let tickets = self.caches.tickets(&keys);
                let read = self.read(&timeline, &known.blocked, known.from, before);
                self.caches.extend_logs(&keys, &tickets, &read, before);
                known.entries.retain(|entry| entry.id.0 >= read.from);
                known.entries.extend(read.entries);
                known.from = read.from;
            }
            let mut ids: Vec<i64> = known.entries.iter().map(|entry| entry.id.0).collect();
            ids.sort_unstable_by_key(|id| std::cmp::Reverse(*id));
            ids.dedup();
            page.extend(ids);
            before = known.from;
        }
        page.truncate(WANT);
        page
    }

    fn read(&self, timeline: &Timeline, places: &[usize], from: i64, before: i64) -> Entries {
        let asked = |entry: &&Entry| {
            places.iter().any(|place| timeline.key(*place) == LogKey::Author(entry.user_id))
                && (from..before).contains(&entry.id.0)
        };
        let database = self.database.lock().expect("whole");
        let mut entries: Vec<Entry> = database.iter().filter(asked).copied().collect();
        entries.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.id));
        entries.truncate(WANT);
        let from = entries.get(WANT - 1).map_or(from, |last| last.id.0);
        Entries { entries, from }
    }

    /// A read, judged by what had been answered before it began.
    fn check(&self) {
        let acknowledged = self.acknowledged.load(Ordering::SeqCst);
        let deleted = self.deleted.load(Ordering::SeqCst);
        let home = self.home();
        if acknowledged > 0 {
            assert!(home.iter().any(|id| *id >= acknowledged), "{acknowledged} missing: {home:?}");
        }
        assert!(deleted == 0 || !home.contains(&deleted), "{deleted} is back: {home:?}");
        // Far below what happens: nothing is left out, whatever others do to the logs meanwhile.
        for (before, old) in [(40, [30, 25]), (25, [20, 10])] {
            assert_eq!(self.page(before), old, "below {before}");
        }
    }
}

#[test]
fn what_was_answered_is_in_every_home_that_is_read_afterwards() {
    let history = || {
        let world = World::new();
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let world = world.clone();
                shuttle::thread::spawn(move || (0..3).for_each(|_| world.check()))
            })
            .collect();
        world.post(50, ANN);
        world.delete(40, BOB);
        world.check();
        world.post(60, BOB);
        world.post(70, CAT);
        for reader in readers {
            reader.join().expect("no panic");
        }
        world.check();
        assert_eq!(world.home(), [70, 60]);
    };
    shuttle::check_random(history, INTERLEAVINGS);
}

/// A tweet that is liked while pages with it are written and given again.
struct LikedWorld {
    /// Its likes, committed.
    database: Mutex<i64>,
    caches: Caches,
    /// Likes whose owners were told that they count.
    acknowledged: AtomicI64,
}

impl LikedWorld {
    const ID: TweetId = TweetId(10);

    fn like(&self) {
        let likes = {
            let mut likes = self.database.lock().expect("whole");
            *likes += 1;
            *likes
        };
        let counts = TweetCounts { likes, version: likes, ..TweetCounts::default() };
        self.caches.apply(&[Event::TweetCounted(Self::ID, counts)]);
        self.acknowledged.store(likes, Ordering::SeqCst);
    }

    fn load(&self) -> i64 {
        let cache = &self.caches.tweets;
        if let Some(card) = cache.get(&Self::ID) {
            return card.counts.likes;
        }
        let ticket = cache.ticket(&Self::ID);
        let likes = *self.database.lock().expect("whole");
        let counts = TweetCounts { likes, version: likes, ..TweetCounts::default() };
        let tweet = Tweet { counts, ..Tweet::blank(Self::ID, ANN) };
        cache.offer(Self::ID, TweetCard::new(tweet), ticket);
        likes
    }

    /// The likes on the page, as `Pipit::written_page` comes by it.
    fn read(&self) -> i64 {
        let began = Began(self.caches.moment());
        let entries = vec![Tweet::blank(Self::ID, ANN).entry()];
        let found = Found { entries, examined: 0 };
        let key = PageKey::new(None, &Timeline::Public, 20, Form::of("likes")).expect("kept");
        if let Some(body) = self.caches.page(&key, &found, Timestamp(0)) {
            return std::str::from_utf8(&body).expect("text").parse().expect("a number");
        }
        let likes = self.load();
        let written = Written { body: likes.to_string().into(), until: None };
        let shown = Shown { tweets: vec![Self::ID], users: vec![ANN] };
        self.caches.keep_page(key, began, (found, &shown), written);
        likes
    }

    fn check(&self) {
        let acknowledged = self.acknowledged.load(Ordering::SeqCst);
        let likes = self.read();
        assert!(likes >= acknowledged, "{acknowledged} were answered, {likes} are shown");
    }
}

#[test]
fn a_page_that_is_given_again_has_all_that_was_answered_before() {
    let history = || {
        let world = Arc::new(LikedWorld {
            database: Mutex::new(0),
            caches: Caches::new(Sizes::of_total(100_000)),
            acknowledged: AtomicI64::new(0),
        });
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let world = world.clone();
                shuttle::thread::spawn(move || (0..4).for_each(|_| world.check()))
            })
            .collect();
        for _ in 0..3 {
            world.like();
            world.check();
        }
        for reader in readers {
            reader.join().expect("no panic");
        }
        assert_eq!(world.read(), 3);
    };
    shuttle::check_random(history, INTERLEAVINGS);
}
