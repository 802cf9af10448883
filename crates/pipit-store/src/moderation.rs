//! What moderators do to accounts, and what those concerned say to it.

use std::collections::HashMap;

use pipit_model::event::{Event, Standing};
use pipit_model::moderation::{Action, ActionKind, Appeal, AppealState};
use pipit_model::report::ReportState;
use pipit_model::user::User;
use pipit_model::{AccountState, ActionId, ReportId, Role, Timestamp, TweetId, UserId};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::Store;
use crate::audit::{Noted, note};
use crate::error::StoreError;
use crate::reports::{lock_report, resolve};
use crate::row::Row;
use crate::sessions::end_sessions;
use crate::sql::{Sql, insert_rows};
use crate::users::{changed, lock_user};

const COLUMNS: &str = "SELECT a.id, a.user_id, a.moderator_id, a.kind, a.report_id, a.reason, \
     a.undone_at, p.text, p.made_at, p.state, p.answer \
     FROM moderation_actions a LEFT JOIN appeals p ON p.action_id = a.id WHERE ";

impl Store {
    /// Carries out an action on an account and notes it: its state, what its owner is told, the end
    /// of its sessions, and of the report that led to it. Tweets that it deletes are deleted by
    /// whoever calls, afterwards.
    pub async fn insert_action(&self, user: &User, action: Action) -> Result<(), StoreError> {
        let changed = changed(user);
        self.write_rarely(async move |tx| {
            let (user_id, at) = (action.user_id, action.id.timestamp());
            lock_user(&tx, user_id).await?;
            let noted = Noted {
                actor: action.moderator,
                at,
                kind: action.kind.name(),
                user_id: user_id.0,
                subject: action.id.0,
                detail: action.reason.clone(),
            };
            let mut events = match action.kind.state() {
                Some(state) => set_state(&tx, user_id, state, at).await?,
                None => Vec::new(),
            };
            set_notice(&tx, user_id, Notice::New).await?;
            insert_rows_of(&tx, &action).await?;
            if action.kind == ActionKind::MarkSensitive {
                events.extend(set_sensitive(&tx, action.id, Standing::Set).await?);
            }
            if let Some(report) = action.report {
                lock_report(&tx, report).await?;
                resolve(&tx, report, ReportState::Resolved, &noted).await?;
            }
            events.extend([note(&tx, noted).await?, changed]);
            Ok((tx, (), events))
        })
        .await
    }

    /// An action.
    pub async fn find_action(&self, id: ActionId) -> Result<Option<Action>, StoreError> {
        let sql = self.sql(COLUMNS).push("a.id = ").bind(id.0);
        Ok(self.actions(sql).await?.pop())
    }

    /// The newest actions on an account, newest first.
    pub async fn list_actions(
        &self,
        user_id: UserId,
        limit: u64,
    ) -> Result<Vec<Action>, StoreError> {
        let sql = self.sql(COLUMNS).push("a.user_id = ").bind(user_id.0);
        self.actions(sql.push(" ORDER BY a.id DESC LIMIT ").bind(limit as i64)).await
    }

    /// Actions with an appeal that stands so, newest first.
    pub async fn list_appeals(
        &self,
        state: AppealState,
        before: i64,
        limit: u64,
    ) -> Result<Vec<Action>, StoreError> {
        let sql = self.sql(COLUMNS).push("p.state = ").bind(state.code());
        let sql = sql.push(" AND p.action_id < ").bind(before);
        self.actions(sql.push(" ORDER BY p.action_id DESC LIMIT ").bind(limit as i64)).await
    }

    async fn actions(&self, sql: Sql) -> Result<Vec<Action>, StoreError> {
        let rows = self.rows(sql).await?;
        let actions = rows.iter().map(action_from).collect::<Result<Vec<_>, _>>()?;
        let mut actions: Vec<Action> = actions.into_iter().flatten().collect();
        if actions.is_empty() {
            return Ok(actions);
        }
        let sql =
            self.sql("SELECT action_id, tweet_id, content FROM action_tweets WHERE action_id IN ");
        let sql = sql.list(actions.iter().map(|action| action.id.0)).push(" ORDER BY tweet_id");
        let mut tweets: HashMap<i64, Vec<(TweetId, String)>> = HashMap::new();
        for row in self.rows(sql).await? {
            let tweet = (TweetId(row.try_get_by_index(1)?), row.try_get_by_index(2)?);
            tweets.entry(row.try_get_by_index(0)?).or_default().push(tweet);
        }
        for action in &mut actions {
            action.tweets = tweets.remove(&action.id.0).unwrap_or_default();
        }
        Ok(actions)
    }

    /// Stores what somebody says to an action on them, once.
    pub async fn insert_appeal(
        &self,
        action: &Action,
        text: String,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let (id, user_id) = (action.id, action.user_id);
        self.write_rarely(async move |tx| {
            let db = tx.get_database_backend();
            let row = vec![
                id.0.into(),
                user_id.0.into(),
                text.into(),
                at.0.into(),
                AppealState::Open.code().into(),
                "".into(),
                0_i64.into(),
            ];
            let columns =
                ["action_id", "user_id", "text", "made_at", "state", "answer", "decider_id"];
            let made = tx.execute_raw(insert_rows(db, "appeals", &columns, vec![row])).await;
            made.map_err(StoreError::from).map_err(|error| match error {
                StoreError::Clash(_) => StoreError::Limit("you appealed against this already"),
                other => other,
            })?;
            let noted = Noted {
                actor: Some(user_id),
                at,
                kind: "appeal",
                user_id: user_id.0,
                subject: id.0,
                detail: String::new(),
            };
            let audited = note(&tx, noted).await?;
            Ok((tx, (), vec![audited]))
        })
        .await
    }

    /// Decides an appeal that waits; one that is accepted undoes the action.
    pub async fn set_appeal_state(
        &self,
        user: &User,
        action: &Action,
        (state, answer): (AppealState, String),
        noted: Noted,
    ) -> Result<(), StoreError> {
        let (id, kind, changed) = (action.id, action.kind, changed(user));
        let user_id = user.id;
        self.write_rarely(async move |tx| {
            lock_user(&tx, user_id).await?;
            let db = tx.get_database_backend();
            let sql = Sql::new(db, "UPDATE appeals SET state = ").bind(state.code());
            let sql = sql.push(", answer = ").bind(answer).push(", decider_id = ");
            let sql = sql.bind(noted.actor.map_or(0, |id| id.0)).push(" WHERE action_id = ");
            let sql = sql.bind(id.0).push(" AND state = ").bind(AppealState::Open.code());
            if tx.execute_raw(sql.done()).await?.rows_affected() == 0 {
                return Err(StoreError::NotFound("appeal that waits"));
            }
            let mut events = match state {
                AppealState::Accepted => undo(&tx, (id, kind), user_id, noted.at).await?,
                AppealState::Open | AppealState::Rejected => Vec::new(),
            };
            set_notice(&tx, user_id, Notice::New).await?;
            events.extend([note(&tx, noted).await?, changed]);
            Ok((tx, (), events))
        })
        .await
    }

    /// Undoes an action; who it was done to is told.
    pub async fn undo_action(
        &self,
        user: &User,
        action: &Action,
        noted: Noted,
    ) -> Result<(), StoreError> {
        let (id, kind, user_id, changed) = (action.id, action.kind, user.id, changed(user));
        self.write_rarely(async move |tx| {
            lock_user(&tx, user_id).await?;
            let mut events = undo(&tx, (id, kind), user_id, noted.at).await?;
            set_notice(&tx, user_id, Notice::New).await?;
            events.extend([note(&tx, noted).await?, changed]);
            Ok((tx, (), events))
        })
        .await
    }

    /// Gives an account another role.
    pub async fn set_role(&self, user: &User, role: Role, noted: Noted) -> Result<(), StoreError> {
        let (user_id, changed) = (user.id, changed(user));
        self.write_rarely(async move |tx| {
            lock_user(&tx, user_id).await?;
            let sql = Sql::new(tx.get_database_backend(), "UPDATE users SET role = ");
            let sql = sql.bind(role.code()).push(" WHERE id = ").bind(user_id.0);
            tx.execute_raw(sql.done()).await?;
            let audited = note(&tx, noted).await?;
            // What its streams show may change with it.
            Ok((tx, (), vec![audited, changed, Event::StreamsEnded(user_id)]))
        })
        .await
    }

    /// Notes that somebody has looked at what the moderators told them.
    pub async fn clear_notice(&self, user: &User) -> Result<(), StoreError> {
        let (user_id, changed) = (user.id, changed(user));
        self.write_rarely(async move |tx| {
            set_notice(&tx, user_id, Notice::Seen).await?;
            Ok((tx, (), vec![changed]))
        })
        .await
    }

    /// Adds a line to the log that stands for nothing else in the database.
    pub async fn insert_audit(&self, noted: Noted) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let audited = note(&tx, noted).await?;
            Ok((tx, (), vec![audited]))
        })
        .await
    }

    /// The accounts in a state, newest first.
    pub async fn list_users_in(
        &self,
        state: AccountState,
        limit: u64,
    ) -> Result<Vec<UserId>, StoreError> {
        let sql = self.sql("SELECT id FROM users WHERE state = ").bind(state.code());
        let sql = sql.push(" ORDER BY id DESC LIMIT ").bind(limit as i64);
        let rows = self.rows(sql).await?;
        rows.iter().map(|row| Ok(UserId(row.try_get_by_index(0)?))).collect()
    }

    /// The account that has this handle (in lower case), also if it is suspended; not if it is
    /// deleted.
    pub async fn find_any_user(&self, handle_key: &str) -> Result<Option<UserId>, StoreError> {
        let sql = self.sql("SELECT id FROM users WHERE deleted_at IS NULL AND handle_key = ");
        let rows = self.rows(sql.bind(handle_key)).await?;
        rows.first().map(|row| Ok(UserId(row.try_get_by_index(0)?))).transpose()
    }

    /// How many accounts were opened, reports made and actions taken between two moments.
    pub async fn count_between(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<[i64; 3], StoreError> {
        let mut counts = [0; 3];
        let tables = ["users", "reports", "moderation_actions"];
        for (count, table) in counts.iter_mut().zip(tables) {
            // Ids carry the time.
            let sql = self.sql(&format!("SELECT COUNT(*) FROM {table} WHERE id >= "));
            let sql = sql.bind(from.0 << 16).push(" AND id < ").bind(to.0 << 16);
            for row in self.uncached_rows(sql).await? {
                *count = row.try_get_by_index(0)?;
            }
        }
        Ok(counts)
    }
}

/// Whether somebody has something from the moderators to look at.
pub(crate) enum Notice {
    New,
    Seen,
}

pub(crate) async fn set_notice(
    tx: &DatabaseTransaction,
    user_id: UserId,
    notice: Notice,
) -> Result<(), StoreError> {
    let value = match notice {
        Notice::New => 1_i16,
        Notice::Seen => 0,
    };
    let sql = Sql::new(tx.get_database_backend(), "UPDATE users SET has_notice = ").bind(value);
    tx.execute_raw(sql.push(" WHERE id = ").bind(user_id.0).done()).await?;
    Ok(())
}

/// Puts an account in a state; the one before is over. Answers what is to be announced.
async fn set_state(
    tx: &DatabaseTransaction,
    user_id: UserId,
    state: AccountState,
    at: Timestamp,
) -> Result<Vec<Event>, StoreError> {
    let db = tx.get_database_backend();
    let sql = Sql::new(db, "UPDATE users SET state = ").bind(state.code());
    tx.execute_raw(sql.push(" WHERE id = ").bind(user_id.0).done()).await?;
    // What put it in another state before no longer holds.
    let sql = Sql::new(db, "UPDATE moderation_actions SET undone_at = ").bind(at.0);
    let sql = sql.push(" WHERE user_id = ").bind(user_id.0).push(" AND undone_at = 0 AND kind IN ");
    let kinds = ActionKind::ALL.into_iter().filter(|kind| kind.state().is_some());
    tx.execute_raw(sql.list(kinds.map(ActionKind::code)).done()).await?;
    let mut events = vec![Event::StreamsEnded(user_id), Event::ModerationChanged];
    if state == AccountState::Suspended {
        events.extend(end_sessions(tx, user_id, None).await?);
    }
    Ok(events)
}

async fn insert_rows_of(tx: &DatabaseTransaction, action: &Action) -> Result<(), StoreError> {
    let db = tx.get_database_backend();
    let row = vec![
        action.id.0.into(),
        action.user_id.0.into(),
        action.moderator.map_or(0, |id| id.0).into(),
        action.kind.code().into(),
        action.report.map_or(0, |id| id.0).into(),
        action.reason.clone().into(),
        0_i64.into(),
    ];
    let columns = ["id", "user_id", "moderator_id", "kind", "report_id", "reason", "undone_at"];
    tx.execute_raw(insert_rows(db, "moderation_actions", &columns, vec![row])).await?;
    if !action.tweets.is_empty() {
        let row = |(id, content): &(TweetId, String)| {
            vec![action.id.0.into(), id.0.into(), content.clone().into()]
        };
        let rows = action.tweets.iter().map(row).collect();
        let columns = ["action_id", "tweet_id", "content"];
        tx.execute_raw(insert_rows(db, "action_tweets", &columns, rows)).await?;
    }
    Ok(())
}

/// Undoes an action, as far as it can be. Answers what is to be announced.
async fn undo(
    tx: &DatabaseTransaction,
    (id, kind): (ActionId, ActionKind),
    user_id: UserId,
    at: Timestamp,
) -> Result<Vec<Event>, StoreError> {
    let db = tx.get_database_backend();
    let sql = Sql::new(db, "UPDATE moderation_actions SET undone_at = ").bind(at.0);
    let sql = sql.push(" WHERE undone_at = 0 AND id = ").bind(id.0).done();
    // Another state may have taken the place of this one's: that one stays.
    let holds = tx.execute_raw(sql).await?.rows_affected() > 0;
    match (kind, kind.state()) {
        (_, Some(_)) if holds => set_state(tx, user_id, AccountState::Active, at).await,
        (ActionKind::MarkSensitive, _) if holds => set_sensitive(tx, id, Standing::Unset).await,
        _ => Ok(Vec::new()),
    }
}

/// Notes that the moderators find the pictures of an action's tweets not for everybody, or no
/// longer; what their author said stays. Answers what is to be announced.
async fn set_sensitive(
    tx: &DatabaseTransaction,
    id: ActionId,
    to: Standing,
) -> Result<Vec<Event>, StoreError> {
    let db = tx.get_database_backend();
    let bits = match to {
        Standing::Set => "is_sensitive | 2",
        Standing::Unset => "is_sensitive & 1",
    };
    let sql = Sql::new(db, "SELECT tweet_id FROM action_tweets WHERE action_id = ").bind(id.0);
    let mut events = Vec::new();
    for row in tx.query_all_raw(sql.push(" ORDER BY tweet_id").done()).await? {
        let tweet_id: i64 = row.try_get_by_index(0)?;
        let sql = Sql::new(db, &format!("UPDATE tweets SET is_sensitive = {bits} WHERE id = "));
        tx.execute_raw(sql.bind(tweet_id).done()).await?;
        events.push(Event::TweetChanged(TweetId(tweet_id)));
    }
    Ok(events)
}

/// [`None`] for a kind of a later version.
fn action_from(row: &Row) -> Result<Option<Action>, StoreError> {
    let id = |at| row.try_get_by_index::<i64>(at);
    let some = |id: i64| (id != 0).then_some(id);
    let Some(kind) = ActionKind::from_code(row.try_get_by_index(3)?) else {
        return Ok(None);
    };
    let appeal = match row.try_get_by_index::<Option<String>>(7)? {
        None => None,
        Some(text) => Some(Appeal {
            text,
            made_at: Timestamp(id(8)?),
            state: AppealState::from_code(row.try_get_by_index(9)?),
            answer: row.try_get_by_index(10)?,
        }),
    };
    Ok(Some(Action {
        id: ActionId(id(0)?),
        user_id: UserId(id(1)?),
        moderator: some(id(2)?).map(UserId),
        kind,
        report: some(id(4)?).map(ReportId),
        reason: row.try_get_by_index(5)?,
        undone_at: some(id(6)?).map(Timestamp),
        appeal,
        tweets: Vec::new(),
    }))
}
