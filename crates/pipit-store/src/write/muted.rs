//! Who does not want to hear of a conversation is not told of what happens in it.

use std::collections::{BTreeSet, HashMap, HashSet};

use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::state::State;
use crate::error::StoreError;
use crate::sql::Sql;

/// Drops what a batch would tell people of conversations that they muted. One question a batch, by
/// key, and none for a batch that tells nobody anything.
pub(super) async fn drop_muted(
    tx: &DatabaseTransaction,
    state: &mut State,
) -> Result<(), StoreError> {
    let conversations: HashMap<i64, i64> = state
        .notices
        .made()
        .filter_map(|(notice, _)| {
            let tweet = state.tweets.get(&notice.tweet_id)?;
            Some((tweet.id, tweet.conversation_id))
        })
        .collect();
    let pairs: BTreeSet<(i64, i64)> = state
        .notices
        .made()
        .filter_map(|(notice, _)| Some((notice.user_id, *conversations.get(&notice.tweet_id)?)))
        .collect();
    if pairs.is_empty() {
        return Ok(());
    }
    let db = tx.get_database_backend();
    let sql = Sql::new(db, "SELECT user_id, conversation_id FROM conversation_mutes WHERE ");
    let sql = sql.pair_in(("user_id", "conversation_id"), pairs);
    let mut muted: HashSet<(i64, i64)> = HashSet::new();
    for row in tx.query_all_raw(sql.done()).await? {
        muted.insert((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
    }
    if !muted.is_empty() {
        state.notices.drop_made(|notice| {
            let conversation = conversations.get(&notice.tweet_id);
            conversation.is_some_and(|it| muted.contains(&(notice.user_id, *it)))
        });
    }
    Ok(())
}
