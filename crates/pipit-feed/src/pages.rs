//! First pages as a door wrote them last, given again while nothing in them has changed.
//!
//! A page is made of a stretch of a timeline, of tweets, of their people, and of what is known of its
//! reader. On all of these the caches count the events: a page is good while its stretch and those
//! counts are what they were. So nobody need know who reads what, and a page that is asked for again
//! costs a look at some dozen counters.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use bytes::Bytes;
use pipit_model::tweet::Entry;
use pipit_model::{HashtagId, Timestamp, TweetId, UserId};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::coherent::Place;
use crate::timeline::{AuthorPart, Found, Timeline};
use crate::{Caches, Feed};

/// What a page of twenty takes, to size the table.
const TYPICAL: u64 = 20_000;

/// Which page it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageKey {
    reader: Option<UserId>,
    of: Of,
    /// How many entries it has at most.
    limit: usize,
    form: Form,
}

/// How a door writes a page: the same for pages that differ in nothing but what is on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Form(u64);

impl Form {
    /// A form by its name and all that it depends on.
    #[must_use]
    pub fn of(name: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// A timeline, by what it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Of {
    Home,
    Author(UserId, AuthorPart),
    Hashtag(HashtagId),
    Public,
}

impl PageKey {
    /// The page of `limit` entries at the top of a timeline; [`None`] for those that are not kept.
    #[must_use]
    pub fn new(
        reader: Option<UserId>,
        timeline: &Timeline,
        limit: usize,
        form: Form,
    ) -> Option<Self> {
        let of = match timeline {
            Timeline::Home { .. } => Of::Home,
            Timeline::Author(author, part) => Of::Author(*author, *part),
            Timeline::Hashtag(hashtag) => Of::Hashtag(*hashtag),
            Timeline::Public => Of::Public,
            Timeline::List(_) => return None,
        };
        Some(Self { reader, of, limit, form })
    }
}

/// What a door wrote of a page.
#[derive(Debug, Clone)]
pub struct Written {
    /// The bytes.
    pub body: Bytes,
    /// From when on it would be written otherwise though nothing happened; [`None`] if never.
    pub until: Option<Timestamp>,
}

/// What a page shows.
#[derive(Debug, Default)]
pub struct Shown {
    /// Tweets, passed on and quoted ones included.
    pub tweets: Vec<TweetId>,
    /// All who are named.
    pub users: Vec<UserId>,
}

/// The present, to be asked before a page is read.
#[derive(Debug, Clone, Copy)]
pub struct Began(pub(crate) Option<i64>);

#[derive(Debug)]
struct Page {
    found: Found,
    places: Places,
    events: i64,
    written: Written,
}

/// Where the events on all that a page shows are counted.
#[derive(Debug)]
struct Places {
    tweets: Box<[Place]>,
    users: Box<[Place]>,
    /// Marks, ties, filters and followees of the reader.
    reader: Option<[Place; 4]>,
}

impl Places {
    fn new(caches: &Caches, reader: Option<UserId>, shown: &Shown) -> Self {
        Self {
            tweets: shown.tweets.iter().map(|id| caches.tweets.place(id)).collect(),
            users: shown.users.iter().map(|id| caches.users.place(id)).collect(),
            reader: reader.map(|id| {
                [
                    caches.marks.place(&id),
                    caches.ties.place(&id),
                    caches.filters.place(&id),
                    caches.followees.place(&id),
                ]
            }),
        }
    }

    /// The events on all of it. Counts only grow: the sum is the same if each is.
    fn events(&self, caches: &Caches) -> i64 {
        let of_reader = self.reader.map(|[marks, ties, filters, followees]| {
            [
                caches.marks.events(&[marks]),
                caches.ties.events(&[ties]),
                caches.filters.events(&[filters]),
                caches.followees.events(&[followees]),
            ]
        });
        let shown = [caches.tweets.events(&self.tweets), caches.users.events(&self.users)];
        shown.into_iter().chain(of_reader.into_iter().flatten()).fold(0, i64::wrapping_add)
    }
}

#[derive(Debug, Clone)]
struct ByBytes;

impl Weighter<PageKey, Arc<Page>> for ByBytes {
    fn weight(&self, _key: &PageKey, page: &Arc<Page>) -> u64 {
        let places = page.places.tweets.len() + page.places.users.len();
        let bytes = size_of::<PageKey>()
            + size_of::<Page>()
            + page.found.entries.capacity() * size_of::<Entry>()
            + places * size_of::<Place>()
            + page.written.body.len()
            + 64;
        bytes as u64
    }
}

/// The pages of all readers.
#[derive(Debug)]
pub(crate) struct Pages(Cache<PageKey, Arc<Page>, ByBytes>);

impl Pages {
    pub(crate) fn new(bytes: u64) -> Self {
        let items = usize::try_from(bytes / TYPICAL).unwrap_or(usize::MAX);
        Self(Cache::with_weighter(items.clamp(16, 1 << 20), bytes, ByBytes))
    }

    /// Hits, misses and bytes so far.
    pub(crate) fn stats(&self) -> (u64, u64, u64) {
        (self.0.hits(), self.0.misses(), self.0.weight())
    }
}

impl Caches {
    pub(crate) fn page(&self, key: &PageKey, found: &Found, now: Timestamp) -> Option<Bytes> {
        let page = self.pages.0.get(key)?;
        let is_over = page.written.until.is_some_and(|until| until <= now);
        let is_same = page.found == *found && page.places.events(self) == page.events;
        (is_same && !is_over).then(|| page.written.body.clone())
    }

    pub(crate) fn keep_page(
        &self,
        key: PageKey,
        Began(began): Began,
        (found, shown): (Found, &Shown),
        written: Written,
    ) {
        let places = Places::new(self, key.reader, shown);
        let events = places.events(self);
        // What came while it was read may have been counted without being seen.
        if began.is_some() && self.moment() == began {
            self.pages.0.insert(key, Arc::new(Page { found, places, events, written }));
        }
    }
}

impl Feed {
    /// To be asked before anything of a page is read that is to be kept.
    #[must_use]
    pub fn begin_page(&self) -> Began {
        Began(self.caches.moment())
    }

    /// What was written for the same stretch, if it would be written the same now.
    #[must_use]
    pub fn page(&self, key: &PageKey, found: &Found, now: Timestamp) -> Option<Bytes> {
        self.caches.page(key, found, now)
    }

    /// Keeps a page. It must show all of what was found, and nothing that [`Shown`] does not name.
    pub fn keep_page(&self, key: PageKey, began: Began, of: (Found, &Shown), written: Written) {
        self.caches.keep_page(key, began, of, written);
    }
}
