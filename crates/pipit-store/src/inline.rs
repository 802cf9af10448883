//! `SQLite`, asked on the very thread that wants to know.
//!
//! sqlx hands each statement to a thread of its own and gets each row back over a channel. For an
//! answer that takes microseconds, waking threads costs many times what the answer does
//! (`docs/feed.md` has the figures). So short reads by index go this way. Those that read thousands
//! of rows stay with sqlx: nothing else would run on this thread meanwhile.

use std::path::Path;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use sea_orm::{Statement, Value};

use crate::error::StoreError;
use crate::row::Row;

/// Statements that a connection keeps prepared: a dozen texts, each for a few lengths of lists.
const STATEMENTS_PREPARED: usize = 256;
/// Pages that a connection keeps, in KiB: those of the indexes that every cold home walks through.
const CACHE: &str = "-16000";

/// Connections that only read; as many as threads ever read at once.
#[derive(Debug)]
pub(crate) struct Inline {
    file: PathBuf,
    busy_timeout: Duration,
    /// None once closed.
    idle: Mutex<Option<Vec<Connection>>>,
}

impl Inline {
    /// Reads a database that exists.
    pub(crate) fn new(file: &Path, busy_timeout: Duration) -> Self {
        Self { file: file.to_owned(), busy_timeout, idle: Mutex::new(Some(Vec::new())) }
    }

    /// All rows of an answer.
    pub(crate) fn rows(&self, statement: &Statement) -> Result<Vec<Row>, StoreError> {
        let idle = match &mut *self.idle() {
            Some(idle) => idle.pop(),
            None => return Err(StoreError::Unavailable("the database was closed".to_owned())),
        };
        let connection = idle.map_or_else(|| self.connect(), Ok)?;
        let rows = query(&connection, statement)?;
        // A connection that failed is not used again; one that is late for the end is closed.
        if let Some(idle) = &mut *self.idle() {
            idle.push(connection);
        }
        Ok(rows)
    }

    /// Closes every connection; the database's last one tidies up behind it.
    pub(crate) fn close(&self) {
        *self.idle() = None;
    }

    fn connect(&self) -> Result<Connection, rusqlite::Error> {
        // Written by others: a reader of the write-ahead log writes into its index.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(self.busy_timeout)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_PREPARED);
        // Plans go by the statements alone: otherwise many are prepared again for each value.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.pragma_update(None, "query_only", "ON")?;
        connection.pragma_update(None, "cache_size", CACHE)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        Ok(connection)
    }

    fn idle(&self) -> MutexGuard<'_, Option<Vec<Connection>>> {
        // A list of connections is whole, whoever panicked while holding it.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn query(connection: &Connection, statement: &Statement) -> Result<Vec<Row>, StoreError> {
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    let columns = prepared.column_count();
    let values = statement.values.iter().flat_map(|values| &values.0);
    let values: Vec<ValueRef<'_>> = values.map(parameter).collect::<Result<_, _>>()?;
    let mut found = prepared.query(params_from_iter(values.into_iter().map(Parameter)))?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        // Into one piece of memory: collected as a result, it would be moved as it grows.
        let mut cells = Vec::with_capacity(columns);
        for at in 0..columns {
            cells.push(row.get(at)?);
        }
        rows.push(Row::Inline(cells.into_boxed_slice()));
    }
    Ok(rows)
}

/// A value to be bound, without a copy of it.
struct Parameter<'a>(ValueRef<'a>);

impl rusqlite::ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(rusqlite::types::ToSqlOutput::Borrowed(self.0))
    }
}

fn parameter(value: &Value) -> Result<ValueRef<'_>, StoreError> {
    Ok(match value {
        Value::BigInt(number) => number.map_or(ValueRef::Null, ValueRef::Integer),
        Value::Int(number) => number.map_or(ValueRef::Null, |n| ValueRef::Integer(n.into())),
        Value::SmallInt(number) => number.map_or(ValueRef::Null, |n| ValueRef::Integer(n.into())),
        Value::String(text) => {
            text.as_ref().map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes()))
        }
        Value::Bytes(bytes) => bytes.as_ref().map_or(ValueRef::Null, |b| ValueRef::Blob(b)),
        other => return Err(StoreError::Database(format!("no such parameter: {other:?}"))),
    })
}
