//! Reports and notes: what moderators work through.

use pipit_model::automod::Effect;
use pipit_model::limits::REPORTS_PER_DAY_MAX;
use pipit_model::moderation::Note;
use pipit_model::report::{Category, Report, ReportFilter, ReportState};
use pipit_model::{ReportId, RuleId, TweetId, UserId};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::Store;
use crate::audit::{Noted, note};
use crate::error::StoreError;
use crate::row::Row;
use crate::sql::{Sql, insert_rows};
use crate::users::{insert_key, lock_user};
use crate::write::command::IdempotencyKey;

const COLUMNS: &str = "SELECT id, reporter_id, user_id, category, rule_id, comment, assignee_id, \
     state FROM reports WHERE ";
const DAY_MS: i64 = 24 * 3600 * 1000;

/// Which time-ordered ids are a day old.
fn a_day_before(id: i64) -> i64 {
    id - (DAY_MS << 16)
}

impl Store {
    /// Stores a report with the tweets that show what it says: [`None`] if it is new, the id if the
    /// same request stored it before.
    pub async fn insert_report(
        &self,
        report: Report,
        tweets: Vec<TweetId>,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Option<ReportId>, StoreError> {
        if let Some(key) = &idempotency
            && let Some(existing) = self.find_idempotent(key).await?
        {
            return Ok(Some(ReportId(existing)));
        }
        let key = idempotency.clone();
        match (self.insert_new_report(report, tweets, idempotency).await, &key) {
            // The same request at the same moment: the other one was faster.
            (Err(error @ StoreError::Clash(_)), Some(key)) => {
                Ok(Some(ReportId(self.find_idempotent(key).await?.ok_or(error)?)))
            }
            (inserted, _) => inserted.map(|()| None),
        }
    }

    async fn insert_new_report(
        &self,
        report: Report,
        tweets: Vec<TweetId>,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            if let Some(reporter) = report.reporter {
                // Whoever reports holds this lock: the count stays right.
                lock_user(&tx, reporter).await?;
                refuse_too_many(&tx, reporter, report.id).await?;
            }
            let db = tx.get_database_backend();
            tx.execute_raw(insert_rows(db, "reports", &REPORT_COLUMNS, vec![values(&report)]))
                .await?;
            if !tweets.is_empty() {
                let row = |id: &TweetId| vec![report.id.0.into(), id.0.into()];
                let rows = tweets.iter().map(row).collect();
                let columns = ["report_id", "tweet_id"];
                tx.execute_raw(insert_rows(db, "report_tweets", &columns, rows)).await?;
            }
            if let Some(key) = idempotency {
                insert_key(&tx, key, report.id.0, report.id.timestamp()).await?;
            }
            let noted = Noted {
                actor: report.reporter,
                at: report.id.timestamp(),
                kind: report.reporter.map_or(Effect::Flag.log_kind(), |_| "report"),
                user_id: report.user_id.0,
                subject: report.id.0,
                detail: match report.reporter {
                    Some(_) => report.category.name().to_owned(),
                    None => report.comment,
                },
            };
            let audited = note(&tx, noted).await?;
            Ok((tx, (), vec![audited]))
        })
        .await
    }

    /// A report.
    pub async fn find_report(&self, id: ReportId) -> Result<Option<Report>, StoreError> {
        let rows = self.rows(self.sql(COLUMNS).push("id = ").bind(id.0)).await?;
        rows.first().map(report_from).transpose()
    }

    /// Reports, newest first.
    pub async fn list_reports(
        &self,
        filter: ReportFilter,
        before: i64,
        limit: u64,
    ) -> Result<Vec<Report>, StoreError> {
        let mut sql = self.sql(COLUMNS).push("state = ").bind(filter.state.code());
        for (column, id) in [("assignee_id", filter.assignee), ("user_id", filter.user_id)] {
            if let Some(id) = id {
                sql = sql.push(&format!(" AND {column} = ")).bind(id.0);
            }
        }
        if let Some(category) = filter.category {
            sql = sql.push(" AND category = ").bind(category.code());
        }
        let sql = sql.push(" AND id < ").bind(before).push(" ORDER BY id DESC LIMIT ");
        self.many_rows(sql.bind(limit as i64)).await?.iter().map(report_from).collect()
    }

    /// The tweets attached to a report, oldest first.
    pub async fn list_report_tweets(&self, id: ReportId) -> Result<Vec<TweetId>, StoreError> {
        let sql = self.sql("SELECT tweet_id FROM report_tweets WHERE report_id = ").bind(id.0);
        let rows = self.rows(sql.push(" ORDER BY tweet_id")).await?;
        rows.iter().map(|row| Ok(TweetId(row.try_get_by_index(0)?))).collect()
    }

    /// Reports about an account: those that wait, and those that are dealt with.
    pub async fn count_reports_of(&self, user_id: UserId) -> Result<(i64, i64), StoreError> {
        let sql = self.sql("SELECT state, COUNT(*) FROM reports WHERE user_id = ").bind(user_id.0);
        let (mut open, mut resolved) = (0, 0);
        for row in self.rows(sql.push(" GROUP BY state")).await? {
            let n = row.try_get_by_index(1)?;
            match ReportState::from_code(row.try_get_by_index(0)?) {
                ReportState::Open => open = n,
                ReportState::Resolved => resolved = n,
            }
        }
        Ok((open, resolved))
    }

    /// Gives a report to a moderator, or to nobody.
    pub async fn set_report_assignee(
        &self,
        id: ReportId,
        assignee: Option<UserId>,
        noted: Noted,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let user_id = lock_report(&tx, id).await?;
            let sql = Sql::new(tx.get_database_backend(), "UPDATE reports SET assignee_id = ");
            let sql = sql.bind(assignee.map_or(0, |id| id.0)).push(" WHERE id = ").bind(id.0);
            tx.execute_raw(sql.done()).await?;
            let audited = note(&tx, Noted { user_id, ..noted }).await?;
            Ok((tx, (), vec![audited]))
        })
        .await
    }

    /// Says whether a report is dealt with.
    pub async fn set_report_state(
        &self,
        id: ReportId,
        state: ReportState,
        noted: Noted,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let user_id = lock_report(&tx, id).await?;
            resolve(&tx, id, state, &noted).await?;
            let audited = note(&tx, Noted { user_id, ..noted }).await?;
            Ok((tx, (), vec![audited]))
        })
        .await
    }

    /// Notes something about an account, for the other moderators.
    pub async fn insert_note(
        &self,
        new: Note,
        user_id: UserId,
        report: Option<ReportId>,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let row = vec![
                user_id.0.into(),
                new.id.into(),
                new.author.0.into(),
                report.map_or(0, |id| id.0).into(),
                new.text.into(),
            ];
            let columns = ["user_id", "id", "author_id", "report_id", "text"];
            let db = tx.get_database_backend();
            tx.execute_raw(insert_rows(db, "moderation_notes", &columns, vec![row])).await?;
            let noted = Noted {
                actor: Some(new.author),
                at: ReportId(new.id).timestamp(),
                kind: "note",
                user_id: user_id.0,
                subject: report.map_or(0, |id| id.0),
                detail: String::new(),
            };
            let audited = note(&tx, noted).await?;
            Ok((tx, (), vec![audited]))
        })
        .await
    }

    /// The newest notes about an account, newest first.
    pub async fn list_notes(&self, user_id: UserId, limit: u64) -> Result<Vec<Note>, StoreError> {
        let sql = self.sql("SELECT id, author_id, text FROM moderation_notes WHERE user_id = ");
        let sql = sql.bind(user_id.0).push(" ORDER BY id DESC LIMIT ").bind(limit as i64);
        let note = |row: &Row| {
            let author = UserId(row.try_get_by_index(1)?);
            Ok(Note { id: row.try_get_by_index(0)?, author, text: row.try_get_by_index(2)? })
        };
        self.rows(sql).await?.iter().map(note).collect()
    }
}

const REPORT_COLUMNS: [&str; 10] = [
    "id",
    "reporter_id",
    "user_id",
    "category",
    "rule_id",
    "comment",
    "assignee_id",
    "state",
    "resolved_at",
    "resolver_id",
];

fn values(report: &Report) -> Vec<sea_orm::Value> {
    vec![
        report.id.0.into(),
        report.reporter.map_or(0, |id| id.0).into(),
        report.user_id.0.into(),
        report.category.code().into(),
        report.rule.map_or(0, |id| id.0).into(),
        report.comment.clone().into(),
        report.assignee.map_or(0, |id| id.0).into(),
        report.state.code().into(),
        0_i64.into(),
        0_i64.into(),
    ]
}

async fn refuse_too_many(
    tx: &DatabaseTransaction,
    reporter: UserId,
    id: ReportId,
) -> Result<(), StoreError> {
    let db = tx.get_database_backend();
    let sql = Sql::new(db, "SELECT COUNT(*) FROM reports WHERE reporter_id = ").bind(reporter.0);
    let sql = sql.push(" AND id > ").bind(a_day_before(id.0));
    if crate::lists::number(tx, sql).await? >= REPORTS_PER_DAY_MAX {
        return Err(StoreError::Limit("you reported as much as one can in a day (50)"));
    }
    Ok(())
}

/// Locks a report and says whom it is about.
pub(crate) async fn lock_report(tx: &DatabaseTransaction, id: ReportId) -> Result<i64, StoreError> {
    let sql = Sql::new(tx.get_database_backend(), "SELECT user_id FROM reports WHERE id = ");
    let row = tx.query_one_raw(sql.bind(id.0).for_update().done()).await?;
    Ok(row.ok_or(StoreError::NotFound("report"))?.try_get_by_index(0)?)
}

/// Notes in a report's row that it is dealt with, or is no longer.
pub(crate) async fn resolve(
    tx: &DatabaseTransaction,
    id: ReportId,
    state: ReportState,
    noted: &Noted,
) -> Result<(), StoreError> {
    let sql = Sql::new(tx.get_database_backend(), "UPDATE reports SET state = ");
    let sql = sql.bind(state.code()).push(", resolved_at = ").bind(noted.at.0);
    let sql = sql.push(", resolver_id = ").bind(noted.actor.map_or(0, |id| id.0));
    tx.execute_raw(sql.push(" WHERE id = ").bind(id.0).done()).await?;
    Ok(())
}

fn report_from(row: &Row) -> Result<Report, StoreError> {
    let optional =
        |at| Ok::<_, StoreError>(Some(row.try_get_by_index::<i64>(at)?).filter(|id| *id != 0));
    let category = row.try_get_by_index(3)?;
    Ok(Report {
        id: ReportId(row.try_get_by_index(0)?),
        reporter: optional(1)?.map(UserId),
        user_id: UserId(row.try_get_by_index(2)?),
        category: Category::from_code(category).unwrap_or(Category::Other),
        rule: optional(4)?.map(RuleId),
        comment: row.try_get_by_index(5)?,
        assignee: optional(6)?.map(UserId),
        state: ReportState::from_code(row.try_get_by_index(7)?),
    })
}
