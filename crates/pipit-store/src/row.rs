//! The rows of an answer, whoever fetched them.

use rusqlite::types::{FromSql, Value, ValueRef};
use sea_orm::{DbErr, QueryResult, TryGetable};

/// One row; its columns go by their place.
#[derive(Debug)]
pub(crate) enum Row {
    /// From one of the pools.
    Pooled(QueryResult),
    /// From [`Inline`](crate::inline::Inline).
    Inline(Box<[Value]>),
}

impl Row {
    /// The value of a column.
    pub(crate) fn try_get_by_index<T: TryGetable + FromSql>(&self, at: usize) -> Result<T, DbErr> {
        match self {
            Self::Pooled(row) => row.try_get_by_index(at),
            Self::Inline(row) => {
                let value = row.get(at).map_or(ValueRef::Null, ValueRef::from);
                T::column_result(value).map_err(|e| DbErr::Type(format!("column {at}: {e}")))
            }
        }
    }
}
