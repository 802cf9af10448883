//! What can go wrong below the core.

use std::borrow::Cow;

use pipit_model::Error;
use sea_orm::{DbErr, RuntimeErr, SqlErr};
use sqlx::mysql::MySqlDatabaseError;
use sqlx::sqlite::SqliteError;

/// What SQLite says of a database that is busy or locked, and of a disk that is read-only, failing or
/// full, or where a file cannot be opened.
const SQLITE_WAITS: [i32; 6] = [5, 6, 8, 10, 13, 14];
/// What PostgreSQL says while it is not there, shuts down or starts up (08, 57P), is out of resources
/// (53), gives a statement up (57014), or is a replica that has not taken over yet (25006).
const POSTGRES_WAITS: [&str; 5] = ["08", "57P", "57014", "53", "25006"];
/// MySQL's number for it; its SQLSTATE says nothing.
const LOCK_WAIT_TIMEOUT: u16 = 1205;

/// A refusal or a failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row that a command is about is not there (any more).
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The row belongs to somebody else.
    #[error("{0}")]
    Forbidden(&'static str),
    /// A value that must be unique is taken; holds the column.
    #[error("{0} is taken")]
    Taken(&'static str),
    /// A row with the same key appeared at the same moment, by another node: look again.
    #[error("a row appeared meanwhile: {0}")]
    Clash(String),
    /// The same `Idempotency-Key` came before with another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// A limit of the person's own account is reached.
    #[error("{0}")]
    Limit(&'static str),
    /// The database or the writer's queue has no room or does not answer.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The database refused something that should have been right.
    #[error("the database failed: {0}")]
    Database(String),
}

impl StoreError {
    /// The same failure, for another command of the batch that it failed.
    pub(crate) fn duplicate(&self) -> Self {
        match self {
            Self::Unavailable(why) => Self::Unavailable(why.clone()),
            other => Self::Database(other.to_string()),
        }
    }

    /// Whether the same statements may well succeed if they are simply run again.
    pub(crate) fn is_transient(&self) -> bool {
        // SQLSTATE 40001 (serialisation failure, deadlock in MySQL) and 40P01 (deadlock in
        // PostgreSQL); 1205 is MySQL's lock wait time-out.
        match self {
            Self::Clash(_) => true,
            Self::Database(text) => {
                ["[40001]", "[40P01]", "[1205]"].iter().any(|code| text.contains(code))
            }
            _ => false,
        }
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(text)) = error.sql_err() {
            // MySQL's text has the value before the key.
            let constraint = text.rsplit("for key").next().unwrap_or(&text);
            for (key, field) in [("handle_key", "handle"), ("email_key", "email")] {
                if constraint.contains(key) {
                    return Self::Taken(field);
                }
            }
            return Self::Clash(text);
        }
        match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::Unavailable(error.to_string()),
            DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => from_sqlx(cause, &error),
            _ => Self::Database(error.to_string()),
        }
    }
}

fn from_sqlx(cause: &sea_orm::SqlxError, error: &DbErr) -> StoreError {
    use sea_orm::SqlxError as Sqlx;
    match cause {
        Sqlx::Io(_) | Sqlx::PoolTimedOut | Sqlx::PoolClosed | Sqlx::WorkerCrashed => {
            StoreError::Unavailable(error.to_string())
        }
        Sqlx::Database(db) => {
            let code = match db.try_downcast_ref::<MySqlDatabaseError>() {
                Some(mysql) if mysql.number() == LOCK_WAIT_TIMEOUT => Cow::Borrowed("1205"),
                _ => db.code().unwrap_or_default(),
            };
            let sqlite_waits = db.try_downcast_ref::<SqliteError>().is_some()
                && code.parse::<i32>().is_ok_and(|code| SQLITE_WAITS.contains(&(code & 0xff)));
            if sqlite_waits || POSTGRES_WAITS.iter().any(|class| code.starts_with(class)) {
                StoreError::Unavailable(error.to_string())
            } else {
                StoreError::Database(format!("{error} [{code}]"))
            }
        }
        _ => StoreError::Database(error.to_string()),
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(
                Code::CannotOpen
                | Code::DatabaseBusy
                | Code::DatabaseLocked
                | Code::DiskFull
                | Code::SystemIoFailure,
            ) => Self::Unavailable(error.to_string()),
            _ => Self::Database(error.to_string()),
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(what) => Self::NotFound(what),
            StoreError::Forbidden(why) | StoreError::Limit(why) => Self::Forbidden(why),
            StoreError::Taken("email") => {
                Self::conflict("email", "is registered already: sign in, or use another one")
            }
            StoreError::Taken(field) => Self::conflict(field, "is taken: choose another one"),
            StoreError::KeyReused => Self::conflict(
                "Idempotency-Key",
                "was used for a different request: use a new key for each thing you create",
            ),
            StoreError::Unavailable(why) => Self::Unavailable(why),
            StoreError::Clash(why) | StoreError::Database(why) => Self::Internal(why),
        }
    }
}
