//! What the server asks of its people, and what it keeps out: few rows, read whole.

use pipit_model::event::Event;
use pipit_model::limits::{RULES_MAX, SERVER_BLOCKS_MAX};
use pipit_model::report::ServerRule;
use pipit_model::server_block::{BlockKind, ServerBlock};
use pipit_model::{RuleId, UserId};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use crate::Store;
use crate::audit::{Noted, note};
use crate::error::StoreError;
use crate::lists::number;
use crate::row::Row;
use crate::sql::{Sql, insert_rows};

impl Store {
    /// The rules, in their order.
    pub async fn list_rules(&self) -> Result<Vec<ServerRule>, StoreError> {
        let sql = self.sql("SELECT id, text FROM server_rules WHERE deleted_at = 0 ORDER BY id");
        self.rows(sql).await?.iter().map(rule_from).collect()
    }

    /// These rules, also those that were taken back: reports name them still.
    pub async fn get_rules(&self, ids: &[RuleId]) -> Result<Vec<ServerRule>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = self.sql("SELECT id, text FROM server_rules WHERE id IN ");
        self.rows(sql.list(ids.iter().map(|id| id.0))).await?.iter().map(rule_from).collect()
    }

    /// Adds a rule after the others.
    pub async fn insert_rule(&self, rule: ServerRule, noted: Noted) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let db = tx.get_database_backend();
            // Whoever adds one holds the end of the log.
            let audited = note(&tx, noted).await?;
            let count = Sql::new(db, "SELECT COUNT(*) FROM server_rules WHERE deleted_at = 0");
            if number(&tx, count).await? >= RULES_MAX as i64 {
                return Err(StoreError::Limit("there are as many rules as there can be (30)"));
            }
            let row = vec![rule.id.0.into(), rule.text.into(), 0_i64.into()];
            let columns = ["id", "text", "deleted_at"];
            tx.execute_raw(insert_rows(db, "server_rules", &columns, vec![row])).await?;
            Ok((tx, (), vec![audited, Event::ModerationChanged]))
        })
        .await
    }

    /// Gives a rule another text.
    pub async fn set_rule(&self, rule: ServerRule, noted: Noted) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let sql = Sql::new(tx.get_database_backend(), "UPDATE server_rules SET text = ");
            let sql = sql.bind(rule.text).push(" WHERE deleted_at = 0 AND id = ").bind(rule.id.0);
            change_one(&tx, sql).await?;
            let audited = note(&tx, noted).await?;
            Ok((tx, (), vec![audited, Event::ModerationChanged]))
        })
        .await
    }

    /// Takes a rule back.
    pub async fn delete_rule(&self, id: RuleId, noted: Noted) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let sql = Sql::new(tx.get_database_backend(), "UPDATE server_rules SET deleted_at = ");
            let sql = sql.bind(noted.at.0).push(" WHERE deleted_at = 0 AND id = ").bind(id.0);
            change_one(&tx, sql).await?;
            let audited = note(&tx, noted).await?;
            Ok((tx, (), vec![audited, Event::ModerationChanged]))
        })
        .await
    }

    /// All that is kept out, newest first.
    pub async fn list_server_blocks(&self) -> Result<Vec<ServerBlock>, StoreError> {
        let sql = self.sql("SELECT kind, value FROM server_blocks ORDER BY id DESC LIMIT ");
        let rows = self.many_rows(sql.bind(SERVER_BLOCKS_MAX as i64)).await?;
        let mut blocks = Vec::with_capacity(rows.len());
        for row in &rows {
            // A kind of a later version is nothing to this one.
            if let Some(kind) = BlockKind::from_code(row.try_get_by_index(0)?) {
                blocks.push(ServerBlock { kind, value: row.try_get_by_index(1)? });
            }
        }
        Ok(blocks)
    }

    /// Keeps something out; `id` becomes the block's.
    pub async fn insert_block(
        &self,
        block: ServerBlock,
        id: i64,
        noted: Noted,
    ) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let db = tx.get_database_backend();
            let creator = noted.actor.unwrap_or(UserId(0)).0;
            // Whoever adds one holds the end of the log.
            let audited = note(&tx, noted).await?;
            let count = Sql::new(db, "SELECT COUNT(*) FROM server_blocks");
            if number(&tx, count).await? >= SERVER_BLOCKS_MAX as i64 {
                return Err(StoreError::Limit("as much is blocked as can be (10,000)"));
            }
            let (kind, value) = (block.kind.code(), block.value);
            let row = vec![kind.into(), value.into(), id.into(), creator.into()];
            let columns = ["kind", "value", "id", "creator_id"];
            let added = tx.execute_raw(insert_rows(db, "server_blocks", &columns, vec![row])).await;
            added.map_err(StoreError::from).map_err(|error| match error {
                StoreError::Clash(_) => StoreError::Limit("this is blocked already"),
                other => other,
            })?;
            Ok((tx, (), vec![audited, Event::ModerationChanged]))
        })
        .await
    }

    /// Keeps something out no longer.
    pub async fn delete_block(&self, block: ServerBlock, noted: Noted) -> Result<(), StoreError> {
        self.write_rarely(async move |tx| {
            let sql =
                Sql::new(tx.get_database_backend(), "DELETE FROM server_blocks WHERE kind = ");
            let sql = sql.bind(block.kind.code()).push(" AND value = ").bind(block.value);
            change_one(&tx, sql).await?;
            let audited = note(&tx, noted).await?;
            Ok((tx, (), vec![audited, Event::ModerationChanged]))
        })
        .await
    }
}

fn rule_from(row: &Row) -> Result<ServerRule, StoreError> {
    Ok(ServerRule { id: RuleId(row.try_get_by_index(0)?), text: row.try_get_by_index(1)? })
}

async fn change_one(tx: &DatabaseTransaction, sql: Sql) -> Result<(), StoreError> {
    match tx.execute_raw(sql.done()).await?.rows_affected() {
        0 => Err(StoreError::NotFound("rule or block")),
        _ => Ok(()),
    }
}
