//! Which tables a database has, by its own catalogue.

use sea_orm::{ConnectionTrait, DbBackend};

use crate::error::StoreError;
use crate::sql::Sql;

/// A table that a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in their order.
    pub columns: Vec<Column>,
}

/// A column of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: Kind,
    /// Its place in the table's key, from 1; 0 if it has none.
    pub key_place: i64,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Numbers of up to 64 bits.
    Number,
    /// Texts.
    Text,
}

impl Table {
    /// The names of its columns.
    pub fn column_names(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.name.as_str()).collect()
    }

    /// Where in a row the columns of its key are, in the order of the key.
    #[must_use]
    pub fn key(&self) -> Vec<usize> {
        let mut key: Vec<usize> =
            (0..self.columns.len()).filter(|at| self.columns[*at].key_place > 0).collect();
        key.sort_by_key(|at| self.columns[*at].key_place);
        key
    }

    /// The columns of its key, in their order.
    #[must_use]
    pub fn key_columns(&self) -> Vec<&Column> {
        self.key().into_iter().map(|at| &self.columns[at]).collect()
    }
}

/// The migrator's own notes: a restored database has its own.
const MIGRATIONS: &str = "seaql_migrations";
/// Each database keeps it in its own way; made anew from the tweets.
const SEARCH: &str = "tweet_search";
/// Which servers run at this moment.
const NODES: &str = "nodes";
/// What they tell each other at this moment.
const BOARD: &str = "board";

fn is_ours(table: &str) -> bool {
    table != MIGRATIONS
        && table != NODES
        && table != BOARD
        && !table.starts_with(SEARCH)
        && !table.starts_with("sqlite_")
}

const SQLITE: &str = "SELECT m.name, c.name, c.type, c.pk FROM sqlite_master m \
     JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid";

const POSTGRES: &str = "SELECT CAST(c.table_name AS text), CAST(c.column_name AS text), \
     CAST(c.data_type AS text), CAST(COALESCE(k.ordinal_position, 0) AS bigint) \
     FROM information_schema.columns c \
     JOIN information_schema.tables t ON t.table_schema = c.table_schema \
     AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE' \
     LEFT JOIN information_schema.table_constraints p ON p.constraint_type = 'PRIMARY KEY' \
     AND p.table_schema = c.table_schema AND p.table_name = c.table_name \
     LEFT JOIN information_schema.key_column_usage k ON k.constraint_name = p.constraint_name \
     AND k.table_schema = c.table_schema AND k.table_name = c.table_name \
     AND k.column_name = c.column_name \
     WHERE c.table_schema = current_schema() ORDER BY c.table_name, c.ordinal_position";

const MYSQL: &str = "SELECT CAST(c.table_name AS CHAR), CAST(c.column_name AS CHAR), \
     CAST(c.data_type AS CHAR), CAST(COALESCE(k.ordinal_position, 0) AS SIGNED) \
     FROM information_schema.columns c \
     JOIN information_schema.tables t ON t.table_schema = c.table_schema \
     AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE' \
     LEFT JOIN information_schema.key_column_usage k ON k.constraint_name = 'PRIMARY' \
     AND k.table_schema = c.table_schema AND k.table_name = c.table_name \
     AND k.column_name = c.column_name \
     WHERE c.table_schema = DATABASE() ORDER BY c.table_name, c.ordinal_position";

/// All tables that a backup holds, by name.
pub(crate) async fn list(db: &impl ConnectionTrait) -> Result<Vec<Table>, StoreError> {
    let backend = db.get_database_backend();
    let text = match backend {
        DbBackend::Postgres => POSTGRES,
        DbBackend::MySql => MYSQL,
        _ => SQLITE,
    };
    let mut tables: Vec<Table> = Vec::new();
    for row in db.query_all_raw(Sql::new(backend, text).done()).await? {
        let name: String = row.try_get_by_index(0)?;
        if !is_ours(&name) {
            continue;
        }
        let (column, of_type): (String, String) =
            (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let kind = kind_of(&of_type).ok_or_else(|| {
            let why = format!("{name}.{column} is a {of_type}, which no backup can hold");
            StoreError::Database(why)
        })?;
        let column = Column { name: column, kind, key_place: row.try_get_by_index(3)? };
        match tables.last_mut().filter(|table| table.name == name) {
            Some(table) => table.columns.push(column),
            None => tables.push(Table { name, columns: vec![column] }),
        }
    }
    match tables.iter().find(|table| table.key().is_empty()) {
        // It is read in steps by its key.
        Some(table) => Err(StoreError::Database(format!("{} has no key", table.name))),
        None => Ok(tables),
    }
}

fn kind_of(of_type: &str) -> Option<Kind> {
    let of_type = of_type.to_ascii_lowercase();
    if of_type.contains("int") {
        return Some(Kind::Number);
    }
    (of_type.contains("char") || of_type.contains("text")).then_some(Kind::Text)
}

/// The names of the steps of the schema that a database has; none if it has nothing of ours.
pub(super) async fn schema(db: &impl ConnectionTrait) -> Result<Vec<String>, StoreError> {
    let backend = db.get_database_backend();
    let exists = match backend {
        DbBackend::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE name = ",
        DbBackend::MySql => {
            "SELECT COUNT(*) FROM information_schema.tables \
             WHERE table_schema = DATABASE() AND table_name = "
        }
        _ => {
            "SELECT COUNT(*) FROM information_schema.tables \
             WHERE table_schema = current_schema() AND table_name = "
        }
    };
    let row = db.query_one_raw(Sql::new(backend, exists).bind(MIGRATIONS).done()).await?;
    let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?;
    if count.unwrap_or(0) == 0 {
        return Ok(Vec::new());
    }
    let steps = format!("SELECT version FROM {MIGRATIONS} ORDER BY version");
    let rows = db.query_all_raw(Sql::new(backend, &steps).done()).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}
