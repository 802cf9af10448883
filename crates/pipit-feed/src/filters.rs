//! What a reader does not want to read or hear of: their filters, ready to look at tweets, and the
//! conversations they muted.

use std::sync::Arc;

use pipit_model::filter::FilterSet;
use pipit_model::{TweetId, UserId};
use pipit_store::StoreError;

use crate::Feed;
use crate::coherent::Weigh;

/// One reader's filters and muted conversations. Most readers have none.
#[derive(Debug, Default)]
pub struct ReaderFilters {
    /// Their filters; some may have ended.
    pub set: FilterSet,
    /// In order of id.
    muted: Vec<TweetId>,
}

impl ReaderFilters {
    /// Whether the reader muted this conversation.
    #[must_use]
    pub fn is_muted(&self, conversation: TweetId) -> bool {
        self.muted.binary_search(&conversation).is_ok()
    }

    /// Whether there is nothing of either.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.muted.is_empty()
    }
}

impl Weigh for Arc<ReaderFilters> {
    fn bytes(&self) -> usize {
        size_of::<ReaderFilters>() + self.set.bytes() + self.muted.capacity() * size_of::<TweetId>()
    }
}

impl Feed {
    /// A reader's filters and muted conversations.
    ///
    /// # Errors
    /// What the database says.
    pub async fn filters(&self, reader: UserId) -> Result<Arc<ReaderFilters>, StoreError> {
        let cache = &self.caches.filters;
        if let Some(filters) = cache.get(&reader) {
            return Ok(filters);
        }
        let ticket = cache.ticket(&reader);
        let (filters, mut muted) = tokio::try_join!(
            self.store.list_filters(reader),
            self.store.list_muted_conversations(reader)
        )?;
        muted.sort_unstable();
        let set = FilterSet::new(filters)
            .map_err(|error| StoreError::Database(format!("of {reader}: {error}")))?;
        let filters = Arc::new(ReaderFilters { set, muted });
        cache.offer(reader, filters.clone(), ticket);
        Ok(filters)
    }
}
