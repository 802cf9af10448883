//! Who of two accounts follows the other, or asks to: what each profile says to its reader.

use pipit_model::UserId;
use pipit_store::{Relationship, StoreError};

use crate::Feed;
use crate::coherent::Weigh;

/// A reader, and the account that they look at.
pub(crate) type Pair = (UserId, UserId);

impl Weigh for Relationship {
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

impl Feed {
    /// How an account stands to each of the others, seen from `user_id`, each in its place.
    ///
    /// # Errors
    /// What the database says.
    pub async fn relationships(
        &self,
        user_id: UserId,
        others: &[UserId],
    ) -> Result<Vec<Relationship>, StoreError> {
        let pairs: Vec<Pair> = others.iter().map(|other| (user_id, *other)).collect();
        let load = async |missing: Vec<Pair>| -> Result<_, StoreError> {
            let others: Vec<UserId> = missing.iter().map(|(_, other)| *other).collect();
            let found = self.store.list_relationships(user_id, &others).await?;
            Ok(missing.into_iter().zip(found).collect())
        };
        let found = self.caches.relationships.get_many(&pairs, load).await?;
        Ok(found.into_iter().map(Option::unwrap_or_default).collect())
    }
}
