//! The handle to accounts.

use std::fmt;
use std::sync::Arc;

use couture_core::store::StoreError;

use super::{audit, roles};
use crate::accounts::AccountError;
use crate::sql::{Args, Batch, Database, Row, RunError, Script, is_deadlock};
use crate::store::SqlStore;

/// Users, roles, sessions, API tokens and the audit log in the database of a store. Clones are handles to the same connections.
#[derive(Clone)]
pub struct SqlAccounts {
    store: SqlStore,
    pub(super) statements: Arc<Statements>,
}

pub(super) struct Statements {
    pub(super) put_roles: Batch,
    pub(super) roles: Batch,
    pub(super) new_audit_rows: Batch,
}

/// How often a write is tried that others come before.
pub(super) const ATTEMPTS: usize = 16;

/// What came of one try of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It is durable.
    Done,
    /// There is one of this key already.
    Exists,
    /// A row was not as it was when it was looked at.
    Beaten,
}

impl SqlStore {
    /// The accounts beside this store.
    pub fn accounts(&self) -> SqlAccounts {
        let dialect = self.database().dialect();
        let statements = Statements {
            put_roles: Batch::upsert(dialect, &roles::TABLE),
            roles: Batch::list(dialect, roles::OF_NAMES),
            new_audit_rows: Batch::insert(dialect, &audit::TABLE),
        };
        SqlAccounts { store: self.clone(), statements: Arc::new(statements) }
    }
}

impl SqlAccounts {
    pub(super) fn database(&self) -> &Database {
        self.store.database()
    }

    pub(super) fn args(&self) -> Args {
        self.database().args()
    }

    /// Adds a statement over one row to `script`.
    pub(super) fn step<'s>(&self, script: &'s mut Script, sql: &'static str) -> &'s mut Args {
        script.step(&Arc::from(self.database().dialect().placeholders(sql.into())), 1)
    }

    /// Applies all of `script` or nothing.
    pub(super) async fn write(&self, script: Script) -> Result<Written, StoreError> {
        match self.database().run(script).await {
            Ok(()) => Ok(Written::Done),
            Err(RunError::Unique) => Ok(Written::Exists),
            Err(RunError::Guard) => Ok(Written::Beaten),
            Err(RunError::Sql(error)) if is_deadlock(&error) => Ok(Written::Beaten),
            Err(RunError::Sql(error)) => Err(self.database().fault(error)),
        }
    }

    /// A write was tried [`ATTEMPTS`] times.
    pub(super) fn beaten(&self) -> AccountError {
        let reason = format!("{} is changed by others all the time; try again", self.database().location());
        StoreError::Unavailable(reason.into()).into()
    }

    /// Runs one statement that is its own transaction, and tells how many rows it found.
    pub(super) async fn execute(&self, sql: &'static str, args: Args) -> Result<usize, AccountError> {
        let found = self.database().execute(sql, args).await?;
        Ok(usize::try_from(found).unwrap_or(usize::MAX))
    }

    /// The number that `sql` answers.
    pub(super) async fn count_of(&self, sql: String, args: Args) -> Result<usize, AccountError> {
        let mut count = 0;
        let read = |row: Row| {
            count = row.number(0, |count| usize::try_from(count).ok())?;
            Ok(())
        };
        self.database().fetch(sql, args, read).await?;
        Ok(count)
    }
}

/// `text` as a pattern of `LIKE … ESCAPE '!'` that finds it anywhere, its letters of ASCII in lower case.
pub(super) fn anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.to_ascii_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

impl fmt::Debug for SqlAccounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SqlAccounts({})", self.database().location())
    }
}
