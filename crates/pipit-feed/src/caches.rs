//! All that is kept in memory, and how much of it.

use std::sync::Arc;

use pipit_model::read_position::ReadPositions;
use pipit_model::{HashtagId, ListId, SessionId, TweetId, UserId};
use pipit_store::{Relationship, Session};
use quick_cache::sync::Cache;

use crate::cards::TweetCard;
use crate::coherent::{Coherent, Weigh};
use crate::filters::ReaderFilters;
use crate::followees::Followees;
use crate::hashtag_follows::FollowedHashtag;
use crate::lists::Members;
use crate::log::{Log, LogKey};
use crate::marks::ReaderMarks;
use crate::moderation::Moderated;
use crate::newest::NewestIds;
use crate::notifications::Unread;
use crate::pages::Pages;
use crate::people::UserCard;
use crate::relationships::Pair;
use crate::shim::{AtomicI64, Mutex};
use crate::suggestions::Suggestions;
use crate::ties::Ties;
use crate::trends::Trends;

/// What was told is remembered for as long as events may overtake each other, which is milliseconds:
/// so much is told in seconds.
const TOLD_MAX: usize = 1 << 16;

/// How much memory each cache may take, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Newest entries of authors, hashtags and of everybody.
    pub logs: u64,
    /// Tweets, parsed and rendered.
    pub tweets: u64,
    /// Profiles.
    pub users: u64,
    /// Who follows whom, by reader.
    pub followees: u64,
    /// Likes, retweets and bookmarks, by reader.
    pub marks: u64,
    /// Blocks and mutes by reader, and who of two follows the other, each.
    pub ties: u64,
    /// Filters and muted conversations, by reader.
    pub filters: u64,
    /// Lists of people, and who is on them.
    pub lists: u64,
    /// Unread notifications, by reader.
    pub unread: u64,
    /// How far each reader has read.
    pub read_positions: u64,
    /// First pages as doors wrote them, by reader.
    pub pages: u64,
    /// Sessions, handles, hashtag names, followed hashtags, suggestions and what moderators decided,
    /// each.
    pub names: u64,
}

impl Sizes {
    /// Shares out a total.
    #[must_use]
    pub fn of_total(bytes: u64) -> Self {
        let percent = |share: u64| bytes / 100 * share;
        Self {
            logs: percent(15),
            tweets: percent(27),
            users: percent(10),
            followees: percent(13),
            marks: percent(5),
            ties: percent(1),
            filters: percent(1),
            lists: percent(2),
            unread: percent(2),
            read_positions: percent(1),
            pages: percent(10),
            names: percent(2),
        }
    }
}

/// Everything cached. Shared by the feed, which fills it, and the writer, which keeps it current.
#[derive(Debug)]
pub struct Caches {
    pub(crate) logs: Coherent<LogKey, Arc<Log>>,
    pub(crate) tweets: Coherent<TweetId, TweetCard>,
    pub(crate) users: Coherent<UserId, UserCard>,
    pub(crate) handles: Coherent<String, UserId>,
    pub(crate) followees: Coherent<UserId, Arc<Followees>>,
    /// Bounded by the followee lists, which alone keep its cells.
    pub(crate) newest: NewestIds,
    pub(crate) marks: Coherent<UserId, Arc<ReaderMarks>>,
    pub(crate) relationships: Coherent<Pair, Relationship>,
    pub(crate) ties: Coherent<UserId, Arc<Ties>>,
    pub(crate) unread: Coherent<UserId, Arc<Unread>>,
    pub(crate) read_positions: Coherent<UserId, ReadPositions>,
    pub(crate) sessions: Coherent<SessionId, Arc<Session>>,
    pub(crate) hashtags: Coherent<String, HashtagId>,
    pub(crate) filters: Coherent<UserId, Arc<ReaderFilters>>,
    pub(crate) lists: Coherent<ListId, Arc<Members>>,
    pub(crate) hashtag_follows: Coherent<UserId, Arc<[FollowedHashtag]>>,
    pub(crate) suggestions: Coherent<UserId, Arc<Suggestions>>,
    pub(crate) moderated: Coherent<(), Arc<Moderated>>,
    pub(crate) pages: Pages,
    /// Bounded by a limit of its own.
    pub(crate) trends: Trends,
    /// The tweets that something was told of lately.
    pub(crate) told: Cache<TweetId, ()>,
    /// The readers whom other nodes told of lately; empty on a node that is alone.
    pub(crate) elsewhere: Cache<UserId, ()>,
    /// Held while events are applied.
    pub(crate) turn: Mutex<()>,
    /// Begun and ended turns: odd while events are applied.
    pub(crate) steps: AtomicI64,
}

/// What one cache holds and how well it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheStats {
    /// Its name.
    pub name: &'static str,
    /// Look-ups that found something.
    pub hits: u64,
    /// Look-ups that did not.
    pub misses: u64,
    /// Bytes held.
    pub bytes: u64,
}

impl Caches {
    /// Empty caches of these sizes.
    #[must_use]
    pub fn new(sizes: Sizes) -> Self {
        Self {
            logs: Coherent::new(sizes.logs, 600),
            tweets: Coherent::fine(sizes.tweets, 1200),
            users: Coherent::fine(sizes.users, 500),
            handles: Coherent::new(sizes.names, 100),
            followees: Coherent::new(sizes.followees, 4000),
            newest: NewestIds::default(),
            marks: Coherent::new(sizes.marks, 800),
            relationships: Coherent::new(sizes.ties, 90),
            ties: Coherent::new(sizes.ties, 150),
            unread: Coherent::new(sizes.unread, 250),
            read_positions: Coherent::new(sizes.read_positions, 90),
            sessions: Coherent::new(sizes.names, 250),
            hashtags: Coherent::new(sizes.names, 100),
            filters: Coherent::new(sizes.filters, 200),
            lists: Coherent::new(sizes.lists, 2000),
            hashtag_follows: Coherent::new(sizes.names, 200),
            suggestions: Coherent::new(sizes.names, 500),
            moderated: Coherent::new(sizes.names, 10_000),
            pages: Pages::new(sizes.pages),
            trends: Trends::default(),
            told: Cache::new(TOLD_MAX),
            elsewhere: Cache::new(TOLD_MAX),
            turn: Mutex::new(()),
            steps: AtomicI64::new(0),
        }
    }

    pub(crate) fn stats(&self) -> Vec<CacheStats> {
        let of = |name, (hits, misses, bytes)| CacheStats { name, hits, misses, bytes };
        vec![
            of("logs", self.logs.stats()),
            of("tweets", self.tweets.stats()),
            of("users", self.users.stats()),
            of("handles", self.handles.stats()),
            of("followees", self.followees.stats()),
            of("marks", self.marks.stats()),
            of("relationships", self.relationships.stats()),
            of("ties", self.ties.stats()),
            of("unread", self.unread.stats()),
            of("read_positions", self.read_positions.stats()),
            of("sessions", self.sessions.stats()),
            of("hashtags", self.hashtags.stats()),
            of("filters", self.filters.stats()),
            of("lists", self.lists.stats()),
            of("hashtag_follows", self.hashtag_follows.stats()),
            of("suggestions", self.suggestions.stats()),
            of("moderated", self.moderated.stats()),
            of("pages", self.pages.stats()),
        ]
    }
}

impl Weigh for HashtagId {
    fn bytes(&self) -> usize {
        // A hashtag's name, its key in the cache.
        size_of::<Self>() + 24
    }
}
