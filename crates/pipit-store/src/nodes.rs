//! Node numbers: no two nodes of one database have the same, since it is in every id they make.
//!
//! A node holds a number for a while and renews that in time. It is the database's clock that says
//! when a number is free again, and the node's own, which no one sets, by which it stops using it:
//! earlier, since it begins to count before it asks.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pipit_model::limits::NODE_LEASE_SECS;
use sea_orm::{ConnectionTrait, DbBackend};

use crate::Store;
use crate::error::StoreError;
use crate::sql::Sql;

/// Others may take the number that is free just now; so often another one is tried.
const TRIES: usize = 50;

/// A node that serves, or did a moment ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Node {
    /// Its number.
    pub number: u8,
    /// Which process it is: a number is given out again.
    pub holder: i64,
}

/// By what right ids are made.
#[derive(Debug, Default)]
pub(crate) struct NodeNumber(Mutex<Option<Lease>>);

#[derive(Debug, Clone, Copy)]
struct Lease {
    node: Node,
    until: Instant,
}

impl NodeNumber {
    /// Whether ids may be made: always on a database that has one node.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match *self.lock() {
            Some(lease) if lease.until <= Instant::now() => {
                let why = "this node's number has lapsed; it is renewed as soon as possible";
                Err(StoreError::Unavailable(why.to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Lease>> {
        // It is one value.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Takes a free number for this process; ids carry it from now on.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if all 256 are taken.
    pub async fn take_number(&self, holder: i64) -> Result<Node, StoreError> {
        for _ in 0..TRIES {
            let until = lease_end();
            self.run(self.sql("DELETE FROM nodes WHERE expires_at < ").push(self.now())).await?;
            let taken: Vec<u8> = self.nodes().await?.iter().map(|node| node.number).collect();
            let Some(number) = (0..=u8::MAX).find(|number| !taken.contains(number)) else {
                break;
            };
            let insert = self
                .sql("INSERT INTO nodes (number, holder, expires_at) VALUES (")
                .bind(i16::from(number))
                .push(", ")
                .bind(holder)
                .push(", ")
                .push(&self.lease_sql())
                .push(")");
            match self.run(insert).await {
                Ok(_) => {
                    let node = Node { number, holder };
                    self.horizon.ids().set_node(number);
                    *self.number.lock() = Some(Lease { node, until });
                    return Ok(node);
                }
                // Another node was quicker.
                Err(StoreError::Clash(_)) => {}
                Err(error) if error.is_transient() => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Unavailable("all numbers of nodes are taken".to_owned()))
    }

    /// Keeps the number for a while longer; takes another one if it was lost.
    pub async fn renew_number(&self) -> Result<(), StoreError> {
        let Some(lease) = *self.number.lock() else { return Ok(()) };
        let until = lease_end();
        let renew = self
            .sql("UPDATE nodes SET expires_at = ")
            .push(&self.lease_sql())
            .push(" WHERE number = ")
            .bind(i16::from(lease.node.number))
            .push(" AND holder = ")
            .bind(lease.node.holder);
        if self.run(renew).await? == 0 {
            tracing::warn!(number = lease.node.number, "another node has our number: taking one");
            self.take_number(lease.node.holder).await?;
            return Ok(());
        }
        *self.number.lock() = Some(Lease { until, ..lease });
        Ok(())
    }

    /// Gives the number back.
    pub async fn release_number(&self) -> Result<(), StoreError> {
        let Some(Lease { node, .. }) = *self.number.lock() else { return Ok(()) };
        let number = i16::from(node.number);
        let sql = self.sql("DELETE FROM nodes WHERE number = ").bind(number);
        self.run(sql.push(" AND holder = ").bind(node.holder)).await?;
        Ok(())
    }

    /// All nodes that have a number now.
    pub async fn nodes(&self) -> Result<Vec<Node>, StoreError> {
        let sql = self.sql("SELECT number, holder FROM nodes WHERE expires_at >= ");
        let rows = self.rows(sql.push(self.now())).await?;
        rows.iter()
            .map(|row| {
                let number: i16 = row.try_get_by_index(0)?;
                Ok(Node { number: number.to_le_bytes()[0], holder: row.try_get_by_index(1)? })
            })
            .collect()
    }

    /// Carries out one statement, which is its own transaction; says how many rows it met.
    pub(crate) async fn run(&self, sql: Sql) -> Result<u64, StoreError> {
        Ok(self.pools.write.execute_raw(sql.done()).await?.rows_affected())
    }

    /// The database's clock, in milliseconds.
    pub(crate) fn now(&self) -> &'static str {
        match self.pools.backend() {
            DbBackend::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
            DbBackend::MySql => "CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)",
            _ => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
        }
    }

    fn lease_sql(&self) -> String {
        format!("{} + {}", self.now(), NODE_LEASE_SECS * 1000)
    }
}

fn lease_end() -> Instant {
    Instant::now() + Duration::from_secs(NODE_LEASE_SECS)
}
