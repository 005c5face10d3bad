//! Forgets finished runs.

use std::sync::Arc;

use couture_core::Timestamp;
use couture_core::store::StoreError;

use super::SqlStore;
use crate::sql::{RunError, Script};

/// The most runs of one transaction.
const PART: i64 = 500;

/// The newest run of a DAG stays: those that depend on the past look at it.
const OLD: &str = "SELECT run_key FROM dag_run WHERE unfinished IS NULL AND ended_at < ? AND run_key < \
     (SELECT MAX(newest.run_key) FROM dag_run AS newest WHERE newest.dag_id = dag_run.dag_id) ORDER BY run_key LIMIT ?";

/// What belongs to the run besides goes little by little.
const STEPS: [&str; 3] = [
    "INSERT INTO deleted_run (run_key) VALUES (?)",
    "DELETE FROM dag_run WHERE run_key = ?",
    "DELETE FROM sla_miss WHERE run_key = ?",
];

impl SqlStore {
    /// Forgets the runs that ended before `before`, with all that belongs to them, and tells how many; the newest run of each DAG stays.
    /// No engine may work on this store meanwhile.
    pub async fn trim_runs(&self, before: Timestamp) -> Result<usize, StoreError> {
        let mut gone = 0;
        loop {
            let mut keys = Vec::new();
            let mut args = self.database().args();
            args.int(before.as_micros()).int(PART);
            let read = |row: crate::sql::Row| {
                keys.push(row.int(0)?);
                Ok(())
            };
            self.database().fetch(OLD, args, read).await?;
            if keys.is_empty() {
                break;
            }
            let mut script = Script::new(self.database());
            let statement =
                |sql: &'static str| -> Arc<str> { Arc::from(self.database().dialect().placeholders(sql.into())) };
            let steps = STEPS.map(statement);
            for key in &keys {
                for step in &steps {
                    script.step(step, 1).int(*key);
                }
            }
            self.database().run(script).await.map_err(|error| match error {
                RunError::Sql(error) => self.database().fault(error),
                RunError::Guard | RunError::Unique => {
                    StoreError::Unavailable("others change runs at the same time".into())
                }
            })?;
            gone += keys.len();
        }
        while self.purge_step().await? {}
        Ok(gone)
    }
}
