//! What differs between the databases.

use std::borrow::Cow;

use super::args::Args;
use super::batch::Table;

/// One database's way of saying things. What most of them say the same way is here.
pub(crate) trait Dialect: Send + Sync {
    /// `sql`, written with `?`, as the database wants it.
    fn placeholders(&self, sql: Cow<'static, str>) -> Cow<'static, str> {
        sql
    }

    /// No arguments yet.
    fn args(&self) -> Args;

    /// Writes `rows` whole rows; a row with the same key is replaced.
    fn upsert(&self, table: &Table, rows: usize) -> String {
        self.upsert_from(table, &format!("VALUES {}", rows_of(table.columns.len(), rows)))
    }

    /// Writes the whole rows that `source` tells; a row with the same key is replaced.
    fn upsert_from(&self, table: &Table, source: &str) -> String;

    /// Writes `rows` whole rows, but none whose key is there.
    fn insert_absent(&self, table: &Table, rows: usize) -> String {
        format!("INSERT INTO {} VALUES {} ON CONFLICT DO NOTHING", target(table), rows_of(table.columns.len(), rows))
    }

    /// A table `changed` of so many rows, with columns `column1` and so on, for use after `FROM`.
    fn rows_as_table(&self, columns: usize, rows: usize) -> String {
        format!("(VALUES {}) AS changed", rows_of(columns, rows))
    }

    /// Changes all columns but the key (the first column) of `rows` rows that exist.
    fn update(&self, table: &Table, rows: usize) -> String;

    /// Counts the tables of this schema, and those of them that are `couture_schema`: two columns.
    fn tables(&self) -> &'static str;

    /// The migrations, the first of them number 1.
    fn migrations(&self) -> &'static [&'static str];

    /// Begins a transaction that sees one state of the database.
    fn begin_snapshot(&self) -> &'static str {
        "BEGIN"
    }

    /// Takes, and gives back, the right to change the schema; empty where a lock on the whole database is held anyway.
    fn lock_schema(&self) -> [&'static str; 2] {
        ["", ""]
    }

    /// What is appended to an `INSERT` so that it answers with the new row's number; empty where the protocol tells it.
    fn returning(&self, _column: &str) -> String {
        String::new()
    }

    /// A text column with its letters in lower case: those of ASCII at least.
    fn folded(&self, column: &str) -> String {
        format!("LOWER({column})")
    }

    /// Inserts a worker with beat 1, or changes its beat.
    fn beat(&self) -> &'static str {
        "INSERT INTO worker (name, incarnation, beat) VALUES (?, ?, 1) \
         ON CONFLICT (name, incarnation) DO UPDATE SET beat = worker.beat + 1"
    }

    /// Inserts a pool with none of its slots used, or changes its slots.
    fn set_pool(&self) -> &'static str {
        "INSERT INTO pool (name, slots, used) VALUES (?, ?, 0) ON CONFLICT (name) DO UPDATE SET slots = excluded.slots"
    }

    /// Inserts a version's chunk if it is not there.
    fn put_chunk(&self) -> &'static str {
        "INSERT INTO dag_version (version, chunk, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    }
}

/// `(?, ?), (?, ?)`: so many rows of so many columns.
pub(super) fn rows_of(columns: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row.as_str(); rows].join(", ")
}

/// `name(a, b)` of a table.
pub(super) fn target(table: &Table) -> String {
    format!("{} ({})", table.name, table.columns.join(", "))
}

/// `a = f(a), b = f(b)` for the columns that are not the key.
pub(super) fn assignments(table: &Table, value: impl Fn(usize, &str) -> String) -> String {
    let columns = table.columns.iter().enumerate().skip(table.keys);
    columns.map(|(at, column)| format!("{column} = {}", value(at, column))).collect::<Vec<_>>().join(", ")
}

/// `UPDATE … FROM (VALUES …)`, as SQLite and PostgreSQL have it.
pub(super) fn update_from_values(table: &Table, rows: usize) -> String {
    format!(
        "UPDATE {name} SET {set} FROM (VALUES {rows}) AS changed WHERE {name}.{key} = changed.column1",
        name = table.name,
        set = assignments(table, |at, _| format!("changed.column{}", at + 1)),
        rows = rows_of(table.columns.len(), rows),
        key = table.columns[0],
    )
}
