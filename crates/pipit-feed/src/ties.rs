//! Whom a reader blocks and mutes, and who blocks them: what every page of theirs is held against.

use std::sync::Arc;

use pipit_model::visibility::Tie;
use pipit_model::{Timestamp, UserId};
use pipit_store::{Mute, StoreError, Tied};

use crate::Feed;
use crate::coherent::Weigh;

/// All by which a reader is kept from others, or others from them. Most readers have nothing here,
/// and pay one look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ties {
    /// In order of id, like the others.
    blocks: Vec<UserId>,
    blocked_by: Vec<UserId>,
    mutes: Vec<Mute>,
}

impl Ties {
    fn new(tied: Tied) -> Self {
        let Tied { mut blocks, mut blocked_by, mut mutes } = tied;
        blocks.sort_unstable();
        blocked_by.sort_unstable();
        mutes.sort_unstable_by_key(|mute| mute.user_id);
        Self { blocks, blocked_by, mutes }
    }

    /// Whether there is nothing to be held against anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.blocked_by.is_empty() && self.mutes.is_empty()
    }

    /// How the reader stands to an account now, but for whether they follow it.
    #[must_use]
    pub fn tie(&self, user_id: UserId, now: Timestamp) -> Tie {
        Tie {
            is_self: false,
            follows: false,
            blocks: self.blocks.binary_search(&user_id).is_ok(),
            blocked_by: self.blocked_by.binary_search(&user_id).is_ok(),
            mutes: self.mute(user_id, now).is_some(),
        }
    }

    /// The mute of an account, if it stands now.
    #[must_use]
    pub fn mute(&self, user_id: UserId, now: Timestamp) -> Option<Mute> {
        let at = self.mutes.binary_search_by_key(&user_id, |mute| mute.user_id).ok()?;
        let mute = self.mutes[at];
        mute.ends_at.is_none_or(|end| now < end).then_some(mute)
    }

    /// Whether what an account writes is kept out of the reader's timelines.
    #[must_use]
    pub fn hides(&self, user_id: UserId, now: Timestamp) -> bool {
        let tie = self.tie(user_id, now);
        tie.is_severed() || tie.mutes
    }

    /// When the next of the mutes that stand now ends by itself.
    #[must_use]
    pub fn next_end(&self, now: Timestamp) -> Option<Timestamp> {
        self.mutes.iter().filter_map(|mute| mute.ends_at).filter(|end| now < *end).min()
    }

    /// How many the reader blocks.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// How many the reader mutes; some may have ended.
    #[must_use]
    pub fn mutes(&self) -> usize {
        self.mutes.len()
    }
}

impl Weigh for Arc<Ties> {
    fn bytes(&self) -> usize {
        let users = self.blocks.capacity() + self.blocked_by.capacity();
        size_of::<Ties>() + users * size_of::<UserId>() + self.mutes.capacity() * size_of::<Mute>()
    }
}

impl Feed {
    /// Whom a reader blocks and mutes, and who blocks them.
    ///
    /// # Errors
    /// What the database says.
    pub async fn ties(&self, reader: UserId) -> Result<Arc<Ties>, StoreError> {
        let cache = &self.caches.ties;
        if let Some(ties) = cache.get(&reader) {
            return Ok(ties);
        }
        let ticket = cache.ticket(&reader);
        let ties = Arc::new(Ties::new(self.store.find_tied(reader).await?));
        cache.offer(reader, ties.clone(), ticket);
        Ok(ties)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mute_ends() {
        let mute = |user, ends_at| Mute { user_id: UserId(user), ends_at };
        let ties = Ties::new(Tied {
            blocks: vec![UserId(9), UserId(4)],
            blocked_by: vec![UserId(5)],
            mutes: vec![mute(8, None), mute(7, Some(Timestamp(100)))],
        });
        let hidden = |now| -> Vec<i64> {
            (1..12).filter(|user| ties.hides(UserId(*user), Timestamp(now))).collect()
        };
        assert_eq!(hidden(99), [4, 5, 7, 8, 9]);
        assert_eq!(hidden(100), [4, 5, 8, 9], "from its end on");
        assert_eq!(ties.next_end(Timestamp(99)), Some(Timestamp(100)));
        assert_eq!(ties.next_end(Timestamp(100)), None);
        let tie = ties.tie(UserId(5), Timestamp(0));
        assert!(tie.blocked_by && !tie.blocks && tie.is_severed());
        assert!(Ties::default().is_empty() && !ties.is_empty());
    }
}
