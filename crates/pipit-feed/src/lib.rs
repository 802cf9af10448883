//! The heart: timelines merged in memory, over a database that knows everything.
//!
//! Owns: author logs and the merge ([`Feed::entries`]), and the caches of tweets, people and marks.
//! Knows nothing of HTTP, JSON or who may do what. Nothing here is the only copy of anything: every
//! cache may vanish at any time with identical results, each is bounded in bytes, and all are kept
//! current by [`Caches::apply`], which the writer calls after each commit.
//! To add a cache: a field in [`Caches`], its rule in `apply.rs`, its loader beside its users.

mod apply;
mod caches;
mod cards;
mod changes;
mod coherent;
mod filters;
mod followees;
mod hashtag_follows;
#[cfg(all(test, feature = "shuttle"))]
mod interleavings;
mod lists;
mod log;
mod logs;
mod marks;
mod merge;
mod moderation;
mod newest;
mod notifications;
mod pages;
mod people;
mod relationships;
mod remembered;
mod shim;
mod suggestions;
mod ties;
mod timeline;
mod trends;

pub use caches::{CacheStats, Caches, Sizes};
pub use cards::{TweetBody, TweetCard};
pub use filters::ReaderFilters;
pub use followees::Followees;
pub use hashtag_follows::FollowedHashtag;
pub use lists::Members;
pub use marks::Marks;
pub use moderation::Moderated;
pub use pages::{Began, Form, PageKey, Shown, Written};
pub use people::{Profile, UserCard};
pub use suggestions::Suggested;
pub use ties::Ties;
pub use timeline::{AuthorPart, Found, Timeline};
pub use trends::HashtagUse;

use std::sync::Arc;

use pipit_store::Store;

/// The database with its caches in front.
#[derive(Debug, Clone)]
pub struct Feed {
    store: Store,
    caches: Arc<Caches>,
}

impl Feed {
    /// Puts caches before a store; the store's `on_commit` must call [`Caches::apply`] on the same
    /// ones.
    #[must_use]
    pub fn new(store: Store, caches: Arc<Caches>) -> Self {
        Self { store, caches }
    }

    /// What the caches hold and how well they do.
    #[must_use]
    pub fn cache_stats(&self) -> Vec<CacheStats> {
        self.caches.stats()
    }
}
