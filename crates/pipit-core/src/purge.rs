//! Clearing away: what a deleted account left behind, and what has expired.
//!
//! In bounded steps of ordinary commands, so that counts stay right at every moment and a restart
//! simply goes on.

use pipit_model::event::Standing;
use pipit_model::limits::{IDEMPOTENCY_SECS, PURGE_STEP_ROWS};
use pipit_model::tweet::Kind;
use pipit_model::{Result, UserId};
use pipit_store::{Command, FollowSide, StoreError};

use crate::Pipit;

/// Deleted accounts looked at in one go.
const ACCOUNTS_PER_RUN: u64 = 100;

impl Pipit {
    /// Takes back all that deleted accounts followed, liked, retweeted and wrote.
    ///
    /// # Errors
    /// If the database is away; what was done stands, the rest waits for the next run.
    pub async fn purge_deleted_accounts(&self) -> Result<()> {
        for user_id in self.0.store.list_unpurged(ACCOUNTS_PER_RUN).await? {
            loop {
                let commands = self.left_behind(user_id).await?;
                if commands.is_empty() {
                    break;
                }
                for command in commands {
                    match self.0.store.write(command).await {
                        // Somebody else was faster, or a parent is gone: nothing is left to undo.
                        Ok(_) | Err(StoreError::NotFound(_)) => {}
                        Err(error) => return Err(error.into()),
                    }
                }
            }
            self.0.store.set_purged(user_id, self.0.clock.now()).await?;
        }
        Ok(())
    }

    /// Forgets sessions and idempotency keys whose time is over.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn delete_expired(&self) -> Result<()> {
        let now = self.0.clock.now();
        Ok(self.0.store.delete_expired(now, now.plus_secs(-IDEMPOTENCY_SECS)).await?)
    }

    async fn left_behind(&self, user_id: UserId) -> Result<Vec<Command>, StoreError> {
        let store = &self.0.store;
        let unset = Standing::Unset;
        let mut commands = Vec::new();
        for side in [FollowSide::Following, FollowSide::Followers] {
            for (_, other) in store.list_follows(side, user_id, i64::MAX, PURGE_STEP_ROWS).await? {
                let (user_id, followed_user_id) = match side {
                    FollowSide::Following => (user_id, other),
                    FollowSide::Followers => (other, user_id),
                };
                commands.push(Command::Follow { user_id, followed_user_id, to: unset });
            }
        }
        for tweet_id in store.list_liked(user_id, PURGE_STEP_ROWS).await?.tweet_ids {
            commands.push(Command::Like { user_id, tweet_id, to: unset });
        }
        for entry in store.list_tweet_ids_of(user_id, PURGE_STEP_ROWS).await? {
            commands.push(match entry.kind {
                Kind::Retweet { of, .. } => Command::Retweet { user_id, tweet_id: of, to: unset },
                Kind::Tweet | Kind::Reply { .. } => Command::Delete { tweet_id: entry.id, user_id },
            });
        }
        Ok(commands)
    }
}
