//! The handle to variables and connections.

use std::fmt;
use std::sync::Arc;

use couture_core::store::StoreError;
use couture_core::values::ValueError;
use rustc_hash::FxHashSet;

use super::keys::FernetKeys;
use super::{connections, variables};
use crate::sql::{Batch, Database, RunError, Script, is_deadlock};
use crate::store::SqlStore;

/// [`Variables`](couture_core::values::Variables) and [`Connections`](couture_core::values::Connections) in the database of a store.
/// Clones are handles to the same connections. What was written without a key is read with one, too.
#[derive(Clone)]
pub struct SqlValues {
    store: SqlStore,
    pub(super) keys: Arc<FernetKeys>,
    pub(super) statements: Arc<Statements>,
}

pub(super) struct Statements {
    pub(super) put_variables: Batch,
    pub(super) new_variables: Batch,
    pub(super) variable_keys: Batch,
    pub(super) new_connections: Batch,
    pub(super) conn_ids: Batch,
    pub(super) delete_connections: Batch,
}

/// How often a write is tried that others come before.
pub(super) const ATTEMPTS: usize = 16;

/// What came of one try of a write.
pub(super) enum Written {
    /// It is durable.
    Done,
    /// Others wrote what was not there when it was looked for.
    Beaten,
}

impl SqlStore {
    /// The variables and connections beside this store, encrypted with `keys`.
    pub fn values(&self, keys: FernetKeys) -> SqlValues {
        let dialect = self.database().dialect();
        let statements = Statements {
            put_variables: Batch::upsert(dialect, &variables::TABLE),
            new_variables: Batch::insert(dialect, &variables::TABLE),
            variable_keys: Batch::list(dialect, "SELECT variable_key FROM variable WHERE variable_key IN ({})"),
            new_connections: Batch::insert(dialect, &connections::TABLE),
            conn_ids: Batch::list(dialect, "SELECT DISTINCT conn_id FROM connection WHERE conn_id IN ({})"),
            delete_connections: Batch::list(dialect, "DELETE FROM connection WHERE conn_id IN ({})"),
        };
        SqlValues { store: self.clone(), keys: Arc::new(keys), statements: Arc::new(statements) }
    }
}

impl SqlValues {
    pub(super) fn database(&self) -> &Database {
        self.store.database()
    }

    /// Those of `names` that `select` finds.
    pub(super) async fn existing(&self, select: &Batch, names: &[&str]) -> Result<FxHashSet<String>, StoreError> {
        let mut found = FxHashSet::default();
        let mut left = names;
        while !left.is_empty() {
            let (count, sql) = select.statement(left.len());
            let (now, later) = left.split_at(count);
            let mut args = self.database().args();
            for name in now {
                args.text(name);
            }
            self.database()
                .fetch(sql.to_string(), args, |row| {
                    found.insert(row.text(0)?.to_owned());
                    Ok(())
                })
                .await?;
            left = later;
        }
        Ok(found)
    }

    /// Applies all of `script` or nothing.
    pub(super) async fn write(&self, script: Script) -> Result<Written, StoreError> {
        match self.database().run(script).await {
            Ok(()) => Ok(Written::Done),
            Err(RunError::Unique | RunError::Guard) => Ok(Written::Beaten),
            Err(RunError::Sql(error)) if is_deadlock(&error) => Ok(Written::Beaten),
            Err(RunError::Sql(error)) => Err(self.database().fault(error)),
        }
    }

    /// A write was tried [`ATTEMPTS`] times.
    pub(super) fn beaten(&self) -> ValueError {
        let reason = format!("{} is changed by others all the time; try again", self.database().location());
        StoreError::Unavailable(reason.into()).into()
    }

    pub(super) async fn count_of(&self, sql: &'static str) -> Result<usize, ValueError> {
        let mut count = 0;
        let read = |row: crate::sql::Row| {
            count = row.number(0, |count| usize::try_from(count).ok())?;
            Ok(())
        };
        self.database().fetch(sql, self.database().args(), read).await?;
        Ok(count)
    }
}

impl fmt::Debug for SqlValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SqlValues({})", self.database().location())
    }
}
