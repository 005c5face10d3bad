//! Statements over many rows.

use std::sync::Arc;

use super::args::Args;
use super::dialect::{Dialect, rows_of, target};
use super::script::Script;

/// A table, or the part of its columns that a statement writes.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// The key's columns come first.
    pub(crate) columns: &'static [&'static str],
    pub(crate) keys: usize,
}

/// One kind of statement, ready for a few fixed numbers of rows: few texts, so that each is prepared once.
pub(crate) struct Batch {
    columns: usize,
    /// Rows and text, most rows first; the last is for one row.
    statements: Vec<(usize, Arc<str>)>,
}

/// Rows per statement. 512 rows of 14 columns stay far below every database's limit of arguments.
const SIZES: [usize; 8] = [512, 128, 32, 16, 8, 4, 2, 1];

/// The most content of one statement, for databases that bound the size of a message and for our own memory.
const MAX_BYTES: usize = 1 << 20;

impl Batch {
    fn new(dialect: &dyn Dialect, columns: usize, sql: impl Fn(usize) -> String) -> Self {
        let statements = SIZES.map(|rows| (rows, Arc::from(dialect.placeholders(sql(rows).into()))));
        Self { columns, statements: statements.to_vec() }
    }

    /// Writes whole rows; a row with the same key is replaced.
    pub(crate) fn upsert(dialect: &dyn Dialect, table: &Table) -> Self {
        Self::new(dialect, table.columns.len(), |rows| dialect.upsert(table, rows))
    }

    /// Writes whole new rows.
    pub(crate) fn insert(dialect: &dyn Dialect, table: &Table) -> Self {
        let columns = table.columns.len();
        Self::new(dialect, columns, |rows| format!("INSERT INTO {} VALUES {}", target(table), rows_of(columns, rows)))
    }

    /// Writes whole rows, but none whose key is there.
    pub(crate) fn insert_absent(dialect: &dyn Dialect, table: &Table) -> Self {
        Self::new(dialect, table.columns.len(), |rows| dialect.insert_absent(table, rows))
    }

    /// Copies rows with these keys, where `condition` holds, from table `from` to `table`, which has the same columns; a row with
    /// the same key is replaced.
    pub(crate) fn copy(dialect: &dyn Dialect, table: &Table, from: &str, keys: &[&str], condition: &str) -> Self {
        let matches: Vec<_> = (1..).zip(keys).map(|(at, key)| format!("{from}.{key} = changed.column{at}")).collect();
        let columns: Vec<_> = table.columns.iter().map(|column| format!("{from}.{column}")).collect();
        Self::new(dialect, keys.len(), |rows| {
            let source = format!(
                "SELECT {} FROM {} JOIN {from} ON {} WHERE {condition}",
                columns.join(", "),
                dialect.rows_as_table(keys.len(), rows),
                matches.join(" AND "),
            );
            dialect.upsert_from(table, &source)
        })
    }

    /// Changes rows that exist.
    pub(crate) fn update(dialect: &dyn Dialect, table: &Table) -> Self {
        Self::new(dialect, table.columns.len(), |rows| dialect.update(table, rows))
    }

    /// `sql`, where `{}` stands for a list of one `?` per row.
    pub(crate) fn list(dialect: &dyn Dialect, sql: &str) -> Self {
        Self::new(dialect, 1, |rows| sql.replace("{}", &vec!["?"; rows].join(", ")))
    }

    /// The statement for as many of `left` rows as one of the texts holds.
    pub(crate) fn statement(&self, left: usize) -> (usize, &Arc<str>) {
        let (rows, sql) = self.statements.iter().find(|(rows, _)| *rows <= left).expect("one size is 1");
        (*rows, sql)
    }

    /// Adds the statements for `items` to `script`. `bytes` tells how much an item adds to a statement, where that can be
    /// much. With `exact`, each statement must change as many rows as it names.
    pub(crate) fn add<T>(
        &self,
        script: &mut Script,
        mut items: &[T],
        exact: bool,
        bytes: impl Fn(&T) -> usize,
        mut bind: impl FnMut(&mut Args, &T),
    ) {
        while !items.is_empty() {
            let mut content = 0;
            let fitting = items.iter().take(SIZES[0]).take_while(|item| {
                content += bytes(item);
                content <= MAX_BYTES
            });
            let (rows, sql) = self.statement(fitting.count().max(1));
            let (now, later) = items.split_at(rows);
            let args = script.step(sql, rows);
            args.reserve(rows * self.columns);
            now.iter().for_each(|item| bind(args, item));
            if exact {
                script.expect(rows as u64);
            }
            items = later;
        }
    }
}
