//! Clearing away: what a deleted account left behind, and what has expired.
//!
//! In bounded steps of ordinary commands, so that counts stay right at every moment and a restart
//! simply goes on.

use std::sync::atomic::Ordering;

use pipit_model::event::Standing;
use pipit_model::limits::{HELD_SECS, IDEMPOTENCY_SECS, NOTIFICATION_SECS, PURGE_STEP_ROWS};
use pipit_model::tweet::Kind;
use pipit_model::{NotificationId, Result, UserId};
use pipit_store::{Command, FollowSide, Source, StoreError};
use tokio::task::JoinSet;

use crate::Pipit;

/// Steps for one account, or of forgetting, in one run: others want the writer too.
const STEPS_PER_RUN: u32 = 200;
/// Steps of looking for old notifications in one run; each looks at some hundred accounts.
const SWEEPS_PER_RUN: u32 = 10;
/// Deleted accounts looked at in one go.
const ACCOUNTS_PER_RUN: u64 = 100;

impl Pipit {
    /// Takes back all that deleted accounts followed, liked, kept, listed, retweeted and wrote. An
    /// account that fails does not keep the others waiting.
    ///
    /// # Errors
    /// If the database is away; what was done stands, the rest waits for the next run.
    pub async fn purge_deleted_accounts(&self) -> Result<()> {
        let mut result = Ok(());
        for user_id in self.0.store.list_unpurged(ACCOUNTS_PER_RUN).await? {
            if let Err(error) = self.purge(user_id).await {
                result = Err(error);
            }
        }
        result
    }

    /// Clears away one account, as far as one run goes; a large one takes several.
    async fn purge(&self, user_id: UserId) -> Result<()> {
        let store = &self.0.store;
        for _ in 0..STEPS_PER_RUN {
            let commands = self.left_behind(user_id).await?;
            let done = commands.is_empty();
            // All at once: the writer commits them together.
            let mut writes = JoinSet::new();
            for command in commands {
                let store = store.clone();
                writes.spawn(async move { store.write(command).await });
            }
            for outcome in writes.join_all().await {
                match outcome {
                    // Somebody else was faster, or a parent is gone: nothing is left to undo.
                    Ok(_) | Err(StoreError::NotFound(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            if done
                && store.delete_mentions_of(user_id, PURGE_STEP_ROWS).await? == 0
                && store.delete_notifications_of(user_id, PURGE_STEP_ROWS).await? == 0
                && !store.delete_lists_of(user_id, PURGE_STEP_ROWS).await?
                && !store.delete_mutes_of(user_id, PURGE_STEP_ROWS).await?
            {
                store.delete_read_positions_of(user_id).await?;
                store.delete_filters_of(user_id).await?;
                return Ok(store.set_purged(user_id, self.0.clock.now()).await?);
            }
        }
        Ok(())
    }

    /// Forgets sessions, idempotency keys, reviewed tweets and what nodes told each other, all whose
    /// time is over.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn delete_expired(&self) -> Result<()> {
        let now = self.0.clock.now();
        let keys_before = now.plus_secs(-IDEMPOTENCY_SECS);
        for _ in 0..STEPS_PER_RUN {
            if !self.0.store.delete_expired(now, keys_before).await? {
                break;
            }
        }
        self.0.store.delete_decided_held(now.plus_secs(-HELD_SECS)).await?;
        Ok(self.0.store.clear_board().await?)
    }

    /// Forgets what people were told long ago: a few thousand accounts a run, and after the last the
    /// first again.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn delete_old_notifications(&self) -> Result<()> {
        let before = self.0.clock.now().plus_secs(-NOTIFICATION_SECS);
        let before = NotificationId(before.0 << 16);
        for _ in 0..SWEEPS_PER_RUN {
            let after = UserId(self.0.swept_up_to.load(Ordering::Relaxed));
            let next =
                self.0.store.delete_old_notifications(after, before, PURGE_STEP_ROWS).await?;
            self.0.swept_up_to.store(next.unwrap_or(UserId(0)).0, Ordering::Relaxed);
            if next.is_none() {
                break;
            }
        }
        Ok(())
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
        commands.extend(self.severed(user_id).await?);
        for tweet_id in store.list_liked(user_id, PURGE_STEP_ROWS).await?.tweet_ids {
            commands.push(Command::Like { user_id, tweet_id, to: unset });
        }
        for tweet_id in store.list_bookmarked(user_id, PURGE_STEP_ROWS).await?.tweet_ids {
            commands.push(Command::Bookmark { user_id, tweet_id, to: unset });
        }
        let own = Source::Authors(&[user_id]);
        for entry in store.list_entries(own, 0, i64::MAX, PURGE_STEP_ROWS).await?.entries {
            commands.push(match entry.kind {
                Kind::Retweet { of, .. } => Command::Retweet { user_id, tweet_id: of, to: unset },
                Kind::Tweet | Kind::Reply { .. } => Command::Delete { tweet_id: entry.id, user_id },
            });
        }
        Ok(commands)
    }

    /// What takes back the blocks by and of an account, and the requests from and to it.
    async fn severed(&self, user_id: UserId) -> Result<Vec<Command>, StoreError> {
        let (store, to) = (&self.0.store, Standing::Unset);
        let mut commands = Vec::new();
        for (_, blocked_user_id) in store.list_blocks(user_id, i64::MAX, PURGE_STEP_ROWS).await? {
            commands.push(Command::Block { user_id, blocked_user_id, to });
        }
        for blocker in store.list_blocked_by(user_id, PURGE_STEP_ROWS).await? {
            commands.push(Command::Block { user_id: blocker, blocked_user_id: user_id, to });
        }
        for followed_user_id in store.list_requested(user_id, PURGE_STEP_ROWS).await? {
            commands.push(Command::Follow { user_id, followed_user_id, to });
        }
        let asking = store.list_follow_requests(user_id, i64::MAX, PURGE_STEP_ROWS).await?;
        for (_, asker) in asking {
            commands.push(Command::Follow { user_id: asker, followed_user_id: user_id, to });
        }
        Ok(commands)
    }
}
