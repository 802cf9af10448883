//! Of what limited accounts do, only those who follow them are told.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::state::State;
use crate::error::StoreError;
use crate::sql::Sql;

/// Takes out of a batch what limited accounts would tell those who do not follow them. Asks the
/// database only if there is such an account among those who did something.
pub(super) async fn hush(tx: &DatabaseTransaction, state: &mut State) -> Result<(), StoreError> {
    let is_limited = |actor| state.users.get(&actor).is_some_and(|user| user.state.is_limited());
    let told = state.notices.made().map(|(notice, _)| (notice.user_id, notice.actor_id));
    let told: BTreeSet<(i64, i64)> = told.filter(|(_, actor)| is_limited(*actor)).collect();
    if told.is_empty() {
        return Ok(());
    }
    let select = "SELECT user_id, followed_user_id FROM followers WHERE ";
    let sql = Sql::new(tx.get_database_backend(), select);
    let sql = sql.pair_in(("user_id", "followed_user_id"), told.iter().copied()).done();
    let mut following = BTreeSet::new();
    for row in tx.query_all_raw(sql).await? {
        following.insert((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
    }
    state.notices.drop_made(|notice| {
        let pair = (notice.user_id, notice.actor_id);
        told.contains(&pair) && !following.contains(&pair)
    });
    Ok(())
}
