//! What a reader did to the tweets they see: liked, retweeted, kept for later.
//!
//! Kept by tweet id from the newest downwards, so that of a tweet above the floor memory knows both
//! answers: a new tweet that nobody has touched costs no query.

use std::sync::Arc;

use pipit_model::event::Standing;
use pipit_model::limits::FLAGS_WINDOW;
use pipit_model::{TweetId, UserId};
use pipit_store::{Marked, StoreError};

use crate::Feed;
use crate::coherent::Weigh;

/// How a reader stands to a tweet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// The reader likes it.
    pub liked: bool,
    /// The reader retweeted it.
    pub retweeted: bool,
    /// The reader keeps it.
    pub bookmarked: bool,
}

/// The marked tweets of one kind: all with at least the floor's id.
#[derive(Debug, Clone, Default)]
pub(crate) struct MarkSet {
    /// In order of id.
    ids: Vec<TweetId>,
    floor: i64,
}

impl MarkSet {
    fn new(marked: Marked) -> Self {
        let mut ids = marked.tweet_ids;
        ids.sort_unstable();
        Self { ids, floor: marked.floor }
    }

    fn knows(&self, id: TweetId) -> bool {
        id.0 >= self.floor
    }

    fn has(&self, id: TweetId) -> bool {
        self.ids.binary_search(&id).is_ok()
    }

    fn set(&mut self, id: TweetId, now: Standing) {
        match (self.ids.binary_search(&id), now) {
            (Err(at), Standing::Set) if self.knows(id) => self.ids.insert(at, id),
            (Ok(at), Standing::Unset) => {
                self.ids.remove(at);
            }
            _ => {}
        }
        // Twice the window is the bound; then the older half is left to the database again.
        let window = FLAGS_WINDOW as usize;
        if self.ids.len() > 2 * window {
            self.ids.drain(..window);
            self.floor = self.ids[0].0;
        }
    }
}

/// All that is known of one reader's marks.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReaderMarks {
    liked: MarkSet,
    retweeted: MarkSet,
    bookmarked: MarkSet,
}

impl ReaderMarks {
    pub(crate) fn with_like(&self, id: TweetId, now: Standing) -> Self {
        let mut marks = self.clone();
        marks.liked.set(id, now);
        marks
    }

    pub(crate) fn with_retweet(&self, id: TweetId, now: Standing) -> Self {
        let mut marks = self.clone();
        marks.retweeted.set(id, now);
        marks
    }

    pub(crate) fn with_bookmark(&self, id: TweetId, now: Standing) -> Self {
        let mut marks = self.clone();
        marks.bookmarked.set(id, now);
        marks
    }
}

impl Weigh for Arc<ReaderMarks> {
    fn bytes(&self) -> usize {
        let sets = [&self.liked, &self.retweeted, &self.bookmarked];
        let ids: usize = sets.iter().map(|set| set.ids.capacity()).sum();
        size_of::<ReaderMarks>() + ids * size_of::<TweetId>()
    }
}

impl Feed {
    /// Asks at once for what every page of a reader will need, and is not in memory.
    ///
    /// # Errors
    /// What the database says.
    pub async fn prepare(&self, reader: UserId) -> Result<(), StoreError> {
        tokio::try_join!(
            self.user(reader),
            self.followees(reader),
            self.reader_marks(reader),
            self.ties(reader),
            self.filters(reader)
        )
        .map(|_| ())
    }

    /// How a reader stands to each of these tweets.
    ///
    /// # Errors
    /// What the database says.
    pub async fn marks(&self, reader: UserId, ids: &[TweetId]) -> Result<Vec<Marks>, StoreError> {
        let known = self.reader_marks(reader).await?;
        let mut marks: Vec<Marks> = ids
            .iter()
            .map(|id| Marks {
                liked: known.liked.has(*id),
                retweeted: known.retweeted.has(*id),
                bookmarked: known.bookmarked.has(*id),
            })
            .collect();
        let old = |set: &MarkSet| -> Vec<TweetId> {
            ids.iter().copied().filter(|id| !set.knows(*id)).collect()
        };
        let old = [&known.liked, &known.retweeted, &known.bookmarked].map(old);
        if old.iter().all(Vec::is_empty) {
            return Ok(marks);
        }
        // Side by side; where there is nothing to ask, nothing is asked.
        let (liked, retweeted, bookmarked) = tokio::try_join!(
            self.store.filter_liked(reader, &old[0]),
            self.store.filter_retweeted(reader, &old[1]),
            self.store.filter_bookmarked(reader, &old[2])
        )?;
        for (id, mark) in ids.iter().zip(&mut marks) {
            mark.liked |= liked.contains(id);
            mark.retweeted |= retweeted.contains(id);
            mark.bookmarked |= bookmarked.contains(id);
        }
        Ok(marks)
    }

    async fn reader_marks(&self, reader: UserId) -> Result<Arc<ReaderMarks>, StoreError> {
        let cache = &self.caches.marks;
        if let Some(marks) = cache.get(&reader) {
            return Ok(marks);
        }
        let ticket = cache.ticket(&reader);
        let (liked, retweeted, bookmarked) = tokio::try_join!(
            self.store.list_liked(reader, FLAGS_WINDOW),
            self.store.list_retweeted(reader, FLAGS_WINDOW),
            self.store.list_bookmarked(reader, FLAGS_WINDOW)
        )?;
        let [liked, retweeted, bookmarked] = [liked, retweeted, bookmarked].map(MarkSet::new);
        let marks = Arc::new(ReaderMarks { liked, retweeted, bookmarked });
        cache.offer(reader, marks.clone(), ticket);
        Ok(marks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_below_the_floor_are_not_pretended_to_be_known() {
        let mut set = MarkSet::new(Marked { tweet_ids: vec![TweetId(9), TweetId(5)], floor: 5 });
        assert!(set.has(TweetId(5)) && !set.has(TweetId(6)) && set.knows(TweetId(6)));
        set.set(TweetId(3), Standing::Set);
        assert!(!set.knows(TweetId(3)) && !set.has(TweetId(3)));
        set.set(TweetId(7), Standing::Set);
        set.set(TweetId(7), Standing::Set);
        set.set(TweetId(9), Standing::Unset);
        assert_eq!(set.ids, [TweetId(5), TweetId(7)]);
    }

    #[test]
    fn a_busy_reader_stays_bounded() {
        let mut set = MarkSet::default();
        for id in 1..5000 {
            set.set(TweetId(id), Standing::Set);
            assert!(set.ids.len() <= 2 * FLAGS_WINDOW as usize);
            assert!(set.has(TweetId(id)));
        }
        assert!(!set.knows(TweetId(1)));
        assert_eq!(set.ids[0].0, set.floor);
    }
}
