//! The rules for new tweets, and how often they were about one: few rows, read whole.

use std::collections::HashMap;

use pipit_model::Timestamp;
use pipit_model::automod::{AutoRule, Condition, Effect, HitCounts, Mode};
use pipit_model::event::Event;
use sea_orm::ConnectionTrait;

use crate::Store;
use crate::audit::{Noted, note};
use crate::error::StoreError;
use crate::sql::{Sql, insert_rows};

const DAY_MS: i64 = 24 * 3600 * 1000;

impl Store {
    /// The rules that were set.
    pub async fn list_auto_rules(&self) -> Result<Vec<AutoRule>, StoreError> {
        let sql = self.sql("SELECT kind, effect, mode, threshold FROM automod_rules");
        let mut rules = Vec::new();
        for row in &self.rows(sql).await? {
            // A condition of a later version is nothing to this one.
            if let Some(condition) = Condition::from_code(row.try_get_by_index(0)?) {
                let effect = Effect::from_code(row.try_get_by_index(1)?);
                let mode = Mode::from_code(row.try_get_by_index(2)?);
                let threshold = row.try_get_by_index(3)?;
                rules.push(AutoRule { condition, effect, mode, threshold });
            }
        }
        Ok(rules)
    }

    /// Sets a rule.
    pub async fn set_auto_rule(&self, rule: AutoRule, noted: Noted) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let db = tx.get_database_backend();
            // Whoever sets one holds the end of the log: nobody inserts it at the same time.
            let audited = note(&tx, noted).await?;
            let kind = rule.condition.code();
            let delete = Sql::new(db, "DELETE FROM automod_rules WHERE kind = ").bind(kind);
            tx.execute_raw(delete.done()).await?;
            let (effect, mode) = (rule.effect.code(), rule.mode.code());
            let row = vec![kind.into(), effect.into(), mode.into(), rule.threshold.into()];
            let columns = ["kind", "effect", "mode", "threshold"];
            tx.execute_raw(insert_rows(db, "automod_rules", &columns, vec![row])).await?;
            Ok((tx, (), vec![audited, Event::ModerationChanged]))
        })
        .await
    }

    /// Adds to what was counted on the day of a moment.
    pub async fn add_auto_hits(
        &self,
        counted: Vec<(Condition, HitCounts)>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let day = at.0.div_euclid(DAY_MS);
        self.write_rarely(async move |tx| {
            let db = tx.get_database_backend();
            for (condition, hits) in counted {
                let kind = condition.code();
                let sql = Sql::new(db, "UPDATE automod_hits SET acted = acted + ").bind(hits.acted);
                let sql = sql.push(", dry = dry + ").bind(hits.dry).push(" WHERE day = ");
                let sql = sql.bind(day).push(" AND kind = ").bind(kind);
                if tx.execute_raw(sql.done()).await?.rows_affected() > 0 {
                    continue;
                }
                // Another node may do the same: whoever comes second fails, and counts again.
                let row = vec![day.into(), kind.into(), hits.acted.into(), hits.dry.into()];
                let columns = ["day", "kind", "acted", "dry"];
                tx.execute_raw(insert_rows(db, "automod_hits", &columns, vec![row])).await?;
            }
            Ok((tx, (), Vec::new()))
        })
        .await
    }

    /// What was counted since the day of a moment, by condition.
    pub async fn count_auto_hits(
        &self,
        since: Timestamp,
    ) -> Result<HashMap<Condition, HitCounts>, StoreError> {
        let sql = self.sql("SELECT kind, acted, dry FROM automod_hits WHERE day >= ");
        let mut counts: HashMap<Condition, HitCounts> = HashMap::new();
        for row in &self.rows(sql.bind(since.0.div_euclid(DAY_MS))).await? {
            if let Some(condition) = Condition::from_code(row.try_get_by_index(0)?) {
                let (acted, dry): (i64, i64) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
                let sum = counts.entry(condition).or_default();
                *sum = HitCounts { acted: sum.acted + acted, dry: sum.dry + dry };
            }
        }
        Ok(counts)
    }
}
