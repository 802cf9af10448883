//! The log of what moderators do: lines are added, in the transaction of what they tell, and never
//! changed. Each is sealed together with the one before, so that a line that is changed, lost or
//! put in between shows. No statement here or elsewhere changes or deletes one; a test says so.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use pipit_model::event::Event;
use pipit_model::limits::{AUDIT_DETAIL_CHARS_MAX, AUDIT_STEP_ROWS};
use pipit_model::moderation::AuditEntry;
use pipit_model::{Timestamp, TweetId, UserId};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::Store;
use crate::error::StoreError;
use crate::row::Row;
use crate::sql::{Sql, insert_rows};

const COLUMNS: &str =
    "SELECT seq, at, actor_id, kind, user_id, subject, detail, hash FROM audit_log WHERE ";

/// What is to be noted.
#[derive(Debug, Clone)]
pub struct Noted {
    /// Who did it; [`None`] for the operator at the terminal, or the server itself.
    pub actor: Option<UserId>,
    /// When.
    pub at: Timestamp,
    /// What, in a word.
    pub kind: &'static str,
    /// To whom; 0 if to nobody.
    pub user_id: i64,
    /// To which tweet, report, rule; 0 if to none.
    pub subject: i64,
    /// More of it; what is too long is cut.
    pub detail: String,
}

/// Adds a line. Whoever does holds the end of the log until the transaction ends: lines stand in
/// the order of the commits, on however many nodes. Answers what is to be announced.
pub(crate) async fn note(tx: &DatabaseTransaction, noted: Noted) -> Result<Event, StoreError> {
    let db = tx.get_database_backend();
    let head = Sql::new(db, "SELECT seq, hash FROM audit_heads WHERE id = 1").for_update().done();
    let head = tx.query_one_raw(head).await?;
    let head = head.ok_or_else(|| StoreError::Database("the log has no end".to_owned()))?;
    let (seq, previous): (i64, String) = (head.try_get_by_index(0)?, head.try_get_by_index(1)?);
    let mut entry = AuditEntry {
        seq: seq + 1,
        at: noted.at,
        actor: noted.actor,
        kind: noted.kind.to_owned(),
        user_id: noted.user_id,
        subject: noted.subject,
        detail: noted.detail.chars().take(AUDIT_DETAIL_CHARS_MAX).collect(),
        hash: String::new(),
    };
    entry.hash = seal(&entry, &previous);
    let row = vec![
        entry.seq.into(),
        entry.at.0.into(),
        entry.actor.map_or(0, |id| id.0).into(),
        entry.kind.into(),
        entry.user_id.into(),
        entry.subject.into(),
        entry.detail.into(),
        entry.hash.clone().into(),
    ];
    let columns = ["seq", "at", "actor_id", "kind", "user_id", "subject", "detail", "hash"];
    tx.execute_raw(insert_rows(db, "audit_log", &columns, vec![row])).await?;
    let head = Sql::new(db, "UPDATE audit_heads SET seq = ").bind(entry.seq).push(", hash = ");
    tx.execute_raw(head.bind(entry.hash).push(" WHERE id = 1").done()).await?;
    Ok(Event::Audited(seq + 1))
}

/// The lines that were written through this store: their events were told when they were.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnLines(Arc<Mutex<BTreeSet<i64>>>);

impl OwnLines {
    pub(crate) fn remember(&self, events: &[Event]) {
        let written = events.iter().filter_map(|event| match event {
            Event::Audited(seq) => Some(*seq),
            _ => None,
        });
        self.lock().extend(written);
    }

    /// Whether a line is one of them; those before it are forgotten.
    fn take(&self, seq: i64) -> bool {
        let mut own = self.lock();
        let later = own.split_off(&seq);
        *own = later;
        own.remove(&seq)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        // Every step leaves the numbers whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The hash of a line, by that of the line before.
#[must_use]
pub fn seal(entry: &AuditEntry, previous: &str) -> String {
    let bytes = entry.sealed_bytes(previous);
    digest(&SHA256, &bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Store {
    /// Lines of the log, newest first; if `user_id` is given, only those about this account.
    pub async fn list_audit(
        &self,
        user_id: Option<UserId>,
        before: i64,
        limit: u64,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let mut sql = self.sql(COLUMNS);
        if let Some(user_id) = user_id {
            sql = sql.push("user_id = ").bind(user_id.0).push(" AND ");
        }
        let sql = sql.push("seq < ").bind(before).push(" ORDER BY seq DESC LIMIT ");
        self.rows(sql.bind(limit as i64)).await?.iter().map(entry_from).collect()
    }

    /// Lines of the log above a place, oldest first.
    pub async fn list_audit_after(
        &self,
        seq: i64,
        limit: u64,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let sql = self.sql(COLUMNS).push("seq > ").bind(seq).push(" ORDER BY seq LIMIT ");
        self.uncached_rows(sql.bind(limit as i64)).await?.iter().map(entry_from).collect()
    }

    /// The place of the last line, and its hash; 0 and nothing of an empty log.
    pub async fn audit_head(&self) -> Result<(i64, String), StoreError> {
        let rows = self.rows(self.sql("SELECT seq, hash FROM audit_heads WHERE id = 1")).await?;
        let row = rows.first().ok_or(StoreError::NotFound("end of the log"))?;
        Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))
    }
}

impl Store {
    /// Tells this node's caches what other nodes and commands at the terminal wrote into the log
    /// after a line; answers the last line. So they hear of it without a bus, too.
    pub async fn hear_of_audit_after(&self, mut seq: i64) -> Result<i64, StoreError> {
        if self.audit_head().await?.0 <= seq {
            return Ok(seq);
        }
        let lines = self.list_audit_after(seq, AUDIT_STEP_ROWS).await?;
        let mut events = Vec::new();
        for line in lines {
            seq = line.seq;
            if !self.own_lines.take(seq) {
                self.events_of(&line, &mut events).await?;
            }
        }
        if !events.is_empty() {
            events.extend([Event::ModerationChanged, Event::SessionsForgotten]);
            (self.on_commit)(&events);
        }
        Ok(seq)
    }

    async fn events_of(
        &self,
        line: &AuditEntry,
        events: &mut Vec<Event>,
    ) -> Result<(), StoreError> {
        let user_id = UserId(line.user_id);
        let sql = self.sql("SELECT handle_key FROM users WHERE id = ").bind(user_id.0);
        for row in self.rows(sql).await? {
            let handle_key = row.try_get_by_index(0)?;
            events
                .extend([Event::UserChanged { user_id, handle_key }, Event::StreamsEnded(user_id)]);
        }
        let sql = self.sql("SELECT tweet_id FROM action_tweets WHERE action_id = ");
        for row in self.rows(sql.bind(line.subject)).await? {
            events.push(Event::TweetChanged(TweetId(row.try_get_by_index(0)?)));
        }
        Ok(())
    }
}

fn entry_from(row: &Row) -> Result<AuditEntry, StoreError> {
    let actor: i64 = row.try_get_by_index(2)?;
    Ok(AuditEntry {
        seq: row.try_get_by_index(0)?,
        at: Timestamp(row.try_get_by_index(1)?),
        actor: (actor != 0).then_some(UserId(actor)),
        kind: row.try_get_by_index(3)?,
        user_id: row.try_get_by_index(4)?,
        subject: row.try_get_by_index(5)?,
        detail: row.try_get_by_index(6)?,
        hash: row.try_get_by_index(7)?,
    })
}
