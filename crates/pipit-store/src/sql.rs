//! Statements that are written out, since they must be the same few on three databases: a text
//! that numbers its own placeholders, and the two places where the dialects differ.

use std::fmt::Write;

use sea_orm::{DbBackend, Statement, Value};

/// A statement being put together.
pub(crate) struct Sql {
    backend: DbBackend,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    pub(crate) fn new(backend: DbBackend, text: &str) -> Self {
        Self { backend, text: text.to_owned(), values: Vec::new() }
    }

    /// Appends text that is ours; never anything a person typed.
    pub(crate) fn push(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// After a table's name: by which of its indexes it is read, for the two databases that are
    /// told. Knowing little of a table, they would rather read everybody's tweets of a stretch.
    pub(crate) fn by_index(self, name: &str) -> Self {
        match self.backend {
            DbBackend::Sqlite => self.push(&format!(" INDEXED BY {name}")),
            DbBackend::MySql => self.push(&format!(" FORCE INDEX ({name})")),
            _ => self,
        }
    }

    /// Appends a placeholder for a value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.bind_one(value.into());
        self
    }

    /// Appends `(?, ?, …)`, the operand of an `IN`; of nothing, a list that nothing is in. The last
    /// value is repeated up to a power of two: there are then few texts, and the database has them
    /// prepared.
    pub(crate) fn list<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Self {
        let mut values: Vec<Value> = values.into_iter().map(Into::into).collect();
        pad(&mut values);
        if values.is_empty() {
            return self.push("(NULL)");
        }
        self.row(values)
    }

    /// Appends `(?, ?, …)`, exactly these values.
    fn row(mut self, values: Vec<Value>) -> Self {
        for (n, value) in values.into_iter().enumerate() {
            self.text.push(if n == 0 { '(' } else { ',' });
            self.bind_one(value);
        }
        self.text.push(')');
        self
    }

    /// Before the query of a `WITH` that is read twice: it is carried out once. MySQL does so anyway.
    pub(crate) fn once(self) -> Self {
        if self.backend == DbBackend::MySql { self } else { self.push("MATERIALIZED ") }
    }

    /// Appends a query whose rows are these numbers: one value in a text that is the same for any
    /// number of them, so that the database has it prepared.
    pub(crate) fn numbers(self, numbers: impl Iterator<Item = i64>) -> Self {
        let listed = numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(",");
        match self.backend {
            DbBackend::Postgres => self
                .push("SELECT unnest(CAST(CAST(")
                .bind(format!("{{{listed}}}"))
                .push(" AS text) AS bigint[]))"),
            DbBackend::MySql => self
                .push("SELECT j.id FROM JSON_TABLE(")
                .bind(format!("[{listed}]"))
                .push(", '$[*]' COLUMNS (id bigint PATH '$')) j"),
            _ => self.push("SELECT value FROM json_each(").bind(format!("[{listed}]")).push(")"),
        }
    }

    /// Appends `(a, b) IN (…)` for pairs of keys.
    pub(crate) fn pair_in(
        self,
        columns: (&str, &str),
        pairs: impl IntoIterator<Item = (i64, i64)>,
    ) -> Self {
        let rows = pairs.into_iter().map(|(a, b)| vec![a.into(), b.into()]);
        self.tuple_in(&[columns.0, columns.1], rows)
    }

    /// Appends `(a, b, …) IN (…)` for keys of several columns; there must be some. SQLite knows only
    /// the form with `VALUES`, MySQL only the one without.
    pub(crate) fn tuple_in(
        mut self,
        columns: &[&str],
        rows: impl IntoIterator<Item = Vec<Value>>,
    ) -> Self {
        let values = if self.backend == DbBackend::MySql { "" } else { "VALUES " };
        // Writing to a String cannot fail.
        let _ = write!(self.text, "({}) IN ({values}", columns.join(", "));
        let mut rows: Vec<Vec<Value>> = rows.into_iter().collect();
        pad(&mut rows);
        for (n, row) in rows.into_iter().enumerate() {
            if n > 0 {
                self.text.push(',');
            }
            self = self.row(row);
        }
        self.text.push(')');
        self
    }

    /// Appends what holds for the rows that come after the one with this key, in the order of the
    /// key. MySQL finds their place in an index only if it is spelt out.
    pub(crate) fn after(mut self, key: &[&str], values: &[Value]) -> Self {
        if self.backend != DbBackend::MySql && key.len() > 1 {
            self = self.push(&format!("({}) > ", key.join(", ")));
            return self.row(values.to_vec());
        }
        for (n, (column, value)) in key.iter().zip(values).enumerate() {
            self = self.push(if n == 0 { "(" } else { " OR (" });
            for (equal, same) in key.iter().zip(values).take(n) {
                self = self.push(&format!("{equal} = ")).bind(same.clone()).push(" AND ");
            }
            self = self.push(&format!("{column} > ")).bind(value.clone()).push(")");
        }
        self
    }

    /// Appends a row lock, where the database has rows to lock: SQLite has one writer anyway.
    pub(crate) fn for_update(self) -> Self {
        if self.backend == DbBackend::Sqlite { self } else { self.push(" FOR UPDATE") }
    }

    pub(crate) fn done(self) -> Statement {
        Statement::from_sql_and_values(self.backend, self.text, self.values)
    }

    fn bind_one(&mut self, value: Value) {
        self.values.push(value);
        if self.backend == DbBackend::Postgres {
            let _ = write!(self.text, "${}", self.values.len());
        } else {
            self.text.push('?');
        }
    }
}

/// Repeats the last value up to a power of two.
fn pad<T: Clone>(values: &mut Vec<T>) {
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
}

/// `INSERT INTO table (columns) VALUES …` for many rows at once.
pub(crate) fn insert_rows(
    backend: DbBackend,
    table: &str,
    columns: &[&str],
    rows: Vec<Vec<Value>>,
) -> Statement {
    let mut sql = Sql::new(backend, "INSERT INTO ");
    let _ = write!(sql.text, "{table} ({}) VALUES ", columns.join(", "));
    for (n, row) in rows.into_iter().enumerate() {
        if n > 0 {
            sql.text.push(',');
        }
        sql = sql.row(row);
    }
    sql.done()
}

/// The same; a row whose key is there already takes the new values of the columns in `set`.
pub(crate) fn upsert_rows(
    backend: DbBackend,
    table: &str,
    (key, set): (&[&str], &[&str]),
    rows: Vec<Vec<Value>>,
) -> Statement {
    let mut statement = insert_rows(backend, table, &[key, set].concat(), rows);
    let (head, new) = if backend == DbBackend::MySql {
        (" ON DUPLICATE KEY UPDATE ".to_owned(), ("VALUES(", ")"))
    } else {
        (format!(" ON CONFLICT ({}) DO UPDATE SET ", key.join(", ")), ("excluded.", ""))
    };
    let sets = set.iter().map(|column| format!("{column} = {}{column}{}", new.0, new.1));
    statement.sql.push_str(&head);
    statement.sql.push_str(&sets.collect::<Vec<_>>().join(", "));
    statement
}

/// Sets some columns of many rows at once, each row to its own values: `rows` hold the id first,
/// then one number a column.
pub(crate) fn update_rows(
    backend: DbBackend,
    table: &str,
    columns: &[&str],
    rows: impl IntoIterator<Item = Vec<i64>>,
) -> Statement {
    // A row that is there twice sets the same values twice.
    let mut rows: Vec<Vec<i64>> = rows.into_iter().collect();
    pad(&mut rows);
    if backend == DbBackend::MySql {
        return update_rows_mysql(table, columns, rows);
    }
    let mut sql = Sql::new(backend, "UPDATE ");
    let _ = write!(sql.text, "{table} SET ");
    for (n, column) in columns.iter().enumerate() {
        let comma = if n > 0 { ", " } else { "" };
        // SQLite and PostgreSQL both name the columns of VALUES this way.
        let _ = write!(sql.text, "{comma}{column} = v.column{}", n + 2);
    }
    sql = sql.push(" FROM (VALUES ");
    for (n, row) in rows.into_iter().enumerate() {
        if n > 0 {
            sql.text.push(',');
        }
        sql = sql.row(row.into_iter().map(Value::from).collect());
    }
    let _ = write!(sql.text, ") AS v WHERE {table}.id = v.column1");
    sql.done()
}

fn update_rows_mysql(
    table: &str,
    columns: &[&str],
    rows: impl IntoIterator<Item = Vec<i64>>,
) -> Statement {
    let mut sql = Sql::new(DbBackend::MySql, "UPDATE ");
    let _ = write!(sql.text, "{table} JOIN (");
    for (n, row) in rows.into_iter().enumerate() {
        sql.text.push_str(if n == 0 { "SELECT " } else { " UNION ALL SELECT " });
        for (cell, value) in row.into_iter().enumerate() {
            if cell > 0 {
                sql.text.push(',');
            }
            sql.bind_one(value.into());
            if n == 0 {
                let _ = write!(sql.text, " AS c{cell}");
            }
        }
    }
    let _ = write!(sql.text, ") AS v ON {table}.id = v.c0 SET ");
    for (n, column) in columns.iter().enumerate() {
        let comma = if n > 0 { ", " } else { "" };
        let _ = write!(sql.text, "{comma}{table}.{column} = v.c{}", n + 1);
    }
    sql.done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_a_key_is_spelt_in_the_dialect() {
        let build = |backend, key: &[&str]| {
            let values: Vec<Value> = (1..=key.len() as i64).map(Value::from).collect();
            Sql::new(backend, "").after(key, &values).done().sql
        };
        assert_eq!(build(DbBackend::Postgres, &["a", "b"]), "(a, b) > ($1,$2)");
        assert_eq!(build(DbBackend::Sqlite, &["a"]), "(a > ?)");
        assert_eq!(
            build(DbBackend::MySql, &["a", "b", "c"]),
            "(a > ?) OR (a = ? AND b > ?) OR (a = ? AND b = ? AND c > ?)"
        );
    }

    #[test]
    fn placeholders_follow_the_dialect() {
        let build = |backend| {
            Sql::new(backend, "SELECT 1 WHERE ")
                .pair_in(("a", "b"), [(1, 2), (3, 4)])
                .push(" AND c IN ")
                .list([5_i64, 6, 7])
                .push(" AND d IN ")
                .list(Vec::<i64>::new())
                .for_update()
                .done()
                .sql
        };
        assert_eq!(
            build(DbBackend::Sqlite),
            "SELECT 1 WHERE (a, b) IN (VALUES (?,?),(?,?)) AND c IN (?,?,?,?) AND d IN (NULL)"
        );
        assert_eq!(
            build(DbBackend::Postgres),
            "SELECT 1 WHERE (a, b) IN (VALUES ($1,$2),($3,$4)) AND c IN ($5,$6,$7,$8) AND d IN (NULL) \
             FOR UPDATE"
        );
        assert_eq!(
            build(DbBackend::MySql),
            "SELECT 1 WHERE (a, b) IN ((?,?),(?,?)) AND c IN (?,?,?,?) AND d IN (NULL) FOR UPDATE"
        );
    }
}
