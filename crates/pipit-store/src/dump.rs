//! The whole database out and in again, for backups: every table as it was at one moment, in a form
//! that any of the databases takes.
//!
//! Tables and columns are read from the database's own catalogue, so that no table that a migration
//! adds is ever forgotten. What can be made anew is left out: the search index.

mod load;
mod snapshot;
mod tables;

use sea_orm::{DbBackend, QueryResult, Value};

use crate::error::StoreError;
use crate::sql::Sql;

pub use load::Loader;
pub(crate) use load::indexed;
pub use snapshot::{Picture, Snapshot};
pub(crate) use snapshot::{begin, pictures};
pub(crate) use tables::list as tables;
pub use tables::{Column, Kind, Table};

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// None.
    Null,
    /// A number, however many bits its column has.
    Number(i64),
    /// A text.
    Text(String),
}

impl Cell {
    /// As it is bound: PostgreSQL wants to know of what kind a value is that is not there.
    pub(crate) fn value(self, kind: Kind) -> Value {
        match (self, kind) {
            (Self::Null, Kind::Number) => Value::BigInt(None),
            (Self::Null, Kind::Text) => Value::String(None),
            (Self::Number(number), _) => number.into(),
            (Self::Text(text), _) => text.into(),
        }
    }
}

/// Some columns as they are selected: PostgreSQL gives a number only as what it is declared to be.
pub(crate) fn selected(backend: DbBackend, columns: &[&Column]) -> String {
    let column = |column: &&Column| match (backend, column.kind) {
        (DbBackend::Postgres, Kind::Number) => format!("CAST({} AS bigint)", column.name),
        _ => column.name.clone(),
    };
    columns.iter().map(column).collect::<Vec<_>>().join(", ")
}

/// Appends which rows of a table come after the one with this key, by their key.
pub(crate) fn from_key(sql: Sql, table: &Table, after: Option<&[Cell]>, limit: u64) -> Sql {
    let of_key = table.key_columns();
    let key: Vec<&str> = of_key.iter().map(|column| column.name.as_str()).collect();
    let sql = match after {
        Some(after) => {
            let value = |(cell, column): (&Cell, &&Column)| cell.clone().value(column.kind);
            let values: Vec<Value> = after.iter().zip(&of_key).map(value).collect();
            sql.push(" WHERE ").after(&key, &values)
        }
        None => sql,
    };
    sql.push(&format!(" ORDER BY {} LIMIT ", key.join(", "))).bind(limit as i64)
}

/// The value at a place of a row.
pub(crate) fn cell(row: &QueryResult, at: usize, column: &Column) -> Result<Cell, StoreError> {
    Ok(match column.kind {
        Kind::Number => row.try_get_by_index::<Option<i64>>(at)?.map_or(Cell::Null, Cell::Number),
        Kind::Text => row.try_get_by_index::<Option<String>>(at)?.map_or(Cell::Null, Cell::Text),
    })
}
