//! A log by which nodes tell each other what Redis does not take.
//!
//! Its entries are numbered without gaps in the order in which they can be read: each takes the number
//! after the last that it sees, and of two that take the same one is refused and tries again.
//! Entries are read within moments, and kept for minutes.

use pipit_model::limits::{BOARD_SECS, BOARD_TRIES_MAX};

use crate::Store;
use crate::error::StoreError;

/// How often the oldest entries are cleared away.
const CLEAR_EVERY: i64 = 256;

impl Store {
    /// Appends an entry.
    ///
    /// # Errors
    /// [`StoreError::Clash`] if others were quicker again and again.
    pub async fn append_to_board(&self, entry: &str) -> Result<(), StoreError> {
        let mut tries = 0;
        loop {
            let id = self.board_end().await? + 1;
            let sql = self.sql("INSERT INTO board (id, written_at, entry) VALUES (").bind(id);
            let sql = sql.push(", ").push(self.now()).push(", ").bind(entry).push(")");
            match self.run(sql).await {
                Ok(_) if id % CLEAR_EVERY == 0 => return self.clear_board().await,
                Ok(_) => return Ok(()),
                Err(error) if error.is_transient() && tries < BOARD_TRIES_MAX => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// The number of the last entry; 0 if there is none.
    pub async fn board_end(&self) -> Result<i64, StoreError> {
        let sql = self.sql("SELECT COALESCE(MAX(id), 0) FROM board");
        let rows = self.rows(sql).await?;
        Ok(rows.first().map_or(Ok(0), |row| row.try_get_by_index(0))?)
    }

    /// The first entries after this one.
    pub async fn read_board(
        &self,
        after: i64,
        limit: usize,
    ) -> Result<Vec<(i64, String)>, StoreError> {
        let sql = self.sql("SELECT id, entry FROM board WHERE id > ").bind(after);
        let rows = self.rows(sql.push(" ORDER BY id LIMIT ").bind(limit as i64)).await?;
        let entry =
            |row: &crate::row::Row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        rows.iter().map(entry).collect()
    }

    /// Clears away what is old. The last entry stays: the next has the number after it. Whoever is so
    /// far behind notices that something is missing.
    ///
    /// # Errors
    /// What the database says.
    pub async fn clear_board(&self) -> Result<(), StoreError> {
        let sql = self.sql("DELETE FROM board WHERE id < ").bind(self.board_end().await?);
        let old = format!(" AND written_at < {} - {}", self.now(), BOARD_SECS * 1000);
        self.run(sql.push(&old)).await.map(drop)
    }
}
