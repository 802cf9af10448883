//! What moderators decided for the whole server: what is kept out, its rules, who is limited. Read
//! whole, and anew after each change.

use std::collections::HashSet;
use std::sync::Arc;

use pipit_model::automod::AutoRules;
use pipit_model::limits::LIMITED_IN_MEMORY_MAX;
use pipit_model::report::ServerRule;
use pipit_model::server_block::ServerBlocks;
use pipit_model::{AccountState, UserId};
use pipit_store::StoreError;

use crate::Feed;
use crate::coherent::Weigh;

/// What holds for the whole server.
#[derive(Debug, Default)]
pub struct Moderated {
    /// What is kept out.
    pub blocks: ServerBlocks,
    /// The rules, in their order.
    pub rules: Vec<ServerRule>,
    /// The rules for new tweets.
    pub automod: AutoRules,
    /// The accounts whose hashtags do not trend: limited and suspended ones.
    pub limited: HashSet<UserId>,
}

impl Weigh for Arc<Moderated> {
    fn bytes(&self) -> usize {
        let rules = self.rules.iter().map(|rule| rule.text.len() + 32).sum::<usize>();
        size_of::<Moderated>() + self.blocks.bytes() + rules + 16 * self.limited.capacity()
    }
}

impl Feed {
    /// What holds for the whole server.
    ///
    /// # Errors
    /// What the database says.
    pub async fn moderated(&self) -> Result<Arc<Moderated>, StoreError> {
        let cache = &self.caches.moderated;
        if let Some(found) = cache.get(&()) {
            return Ok(found);
        }
        let ticket = cache.ticket(&());
        let users_in = |state| self.store.list_users_in(state, LIMITED_IN_MEMORY_MAX);
        let (blocks, set, rules, limited, suspended) = tokio::try_join!(
            self.store.list_server_blocks(),
            self.store.list_auto_rules(),
            self.store.list_rules(),
            users_in(AccountState::Limited),
            users_in(AccountState::Suspended)
        )?;
        let blocks = ServerBlocks::new(blocks);
        let blocks = blocks.map_err(|error| StoreError::Database(error.to_string()))?;
        let found = Arc::new(Moderated {
            blocks,
            automod: AutoRules::new(&set),
            rules,
            limited: limited.into_iter().chain(suspended).collect(),
        });
        cache.offer((), found.clone(), ticket);
        Ok(found)
    }
}
