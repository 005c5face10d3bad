//! A write transaction as data: its statements, and how many rows each must change.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use super::args::Args;
use super::database::Database;
use super::dialect::Dialect;

/// Statements that are applied together or not at all.
pub(crate) struct Script {
    pub(super) groups: Vec<Group>,
    dialect: &'static dyn Dialect,
    /// SQLite takes several small statements at once, which saves a thread's round trip for each.
    joins: bool,
}

/// Statements that make one round trip.
pub(super) struct Group {
    sql: Sql,
    pub(super) args: Args,
    rows: usize,
    /// How many rows it must change; SQLite's groups check that themselves.
    pub(super) expected: Option<u64>,
}

enum Sql {
    /// One statement that is used often.
    Shared(Arc<str>),
    /// Several.
    Joined(String),
}

/// The most rows of a group of several statements. Each mixture of statements is prepared separately, so only small ones are
/// joined: those that commits of few records are made of.
const MAX_JOINED_ROWS: usize = 16;

/// Why a script was not applied.
#[derive(Debug)]
pub(crate) enum RunError {
    /// A statement did not change the rows it must.
    Guard,
    /// A row is there already.
    Unique,
    /// The database failed.
    Sql(sqlx::Error),
}

impl From<sqlx::Error> for RunError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().map(|error| error.kind()) {
            Some(sqlx::error::ErrorKind::UniqueViolation) => Self::Unique,
            // The only column that is ever given NULL against its constraint is that of the guard.
            Some(sqlx::error::ErrorKind::NotNullViolation) => Self::Guard,
            _ => Self::Sql(error),
        }
    }
}

impl Group {
    /// Whether a statement changed the rows that it must.
    pub(super) fn check(expected: Option<u64>, changed: u64) -> Result<(), RunError> {
        if expected.is_none_or(|expected| expected == changed) { Ok(()) } else { Err(RunError::Guard) }
    }

    pub(super) fn sql(&mut self) -> SqlStr {
        match &mut self.sql {
            Sql::Shared(sql) => AssertSqlSafe(Arc::clone(sql)).into_sql_str(),
            Sql::Joined(sql) => AssertSqlSafe(std::mem::take(sql)).into_sql_str(),
        }
    }
}

impl Script {
    pub(crate) fn new(database: &Database) -> Self {
        let joins = matches!(database, Database::Sqlite(_));
        let mut script = Self { groups: Vec::new(), dialect: database.dialect(), joins };
        if joins {
            script.join("BEGIN IMMEDIATE", 0);
        }
        script
    }

    /// Adds a statement over `rows` rows. Its arguments are to be added to what is returned.
    pub(crate) fn step(&mut self, sql: &Arc<str>, rows: usize) -> &mut Args {
        if self.joins && rows <= MAX_JOINED_ROWS {
            self.join(sql, rows);
        } else {
            let args = self.dialect.args();
            self.groups.push(Group { sql: Sql::Shared(Arc::clone(sql)), args, rows, expected: None });
        }
        &mut self.groups.last_mut().expect("a group was pushed").args
    }

    /// The last statement must change `rows` rows.
    pub(crate) fn expect(&mut self, rows: u64) {
        if self.joins {
            self.append(&format!("INSERT INTO guard SELECT NULL WHERE changes() <> {rows}"));
        } else if let Some(group) = self.groups.last_mut() {
            group.expected = Some(rows);
        }
    }

    /// Ends it; nothing may be added any more.
    pub(super) fn finish(&mut self) {
        if self.joins {
            self.join("COMMIT", 0);
        }
    }

    /// All rows written.
    pub(super) fn rows(&self) -> usize {
        self.groups.iter().map(|group| group.rows).sum()
    }

    fn join(&mut self, sql: &str, rows: usize) {
        let open = self
            .groups
            .last()
            .is_some_and(|group| matches!(group.sql, Sql::Joined(_)) && group.rows + rows <= MAX_JOINED_ROWS);
        if open {
            self.append(sql);
        } else {
            let args = self.dialect.args();
            self.groups.push(Group { sql: Sql::Joined(sql.to_owned()), args, rows: 0, expected: None });
        }
        if let Some(group) = self.groups.last_mut() {
            group.rows += rows;
        }
    }

    fn append(&mut self, sql: &str) {
        let Some(group) = self.groups.last_mut() else { return };
        group.sql = Sql::Joined(match &mut group.sql {
            Sql::Shared(first) => format!("{first};\n{sql}"),
            Sql::Joined(first) => format!("{};\n{sql}", std::mem::take(first)),
        });
    }
}
