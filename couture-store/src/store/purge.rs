//! What belongs to deleted runs goes little by little, so that no commit waits for millions of rows.

use std::sync::atomic::Ordering;

use couture_core::store::StoreError;

use super::SqlStore;
use crate::sql::{Args, RunError, Script};

/// The most runs, and the most task instances, of one step.
const RUNS: usize = 64;
const INSTANCES: i64 = 2_000;

/// The tables of what belongs to runs.
const TABLES: [&str; 4] = ["xcom", "task_try", "note", "task_instance"];

impl SqlStore {
    /// Makes a step if there may be something left, as there is after a commit that has deleted runs (`more`). Nobody sees what
    /// is left, so that a failure does no harm.
    pub(super) async fn purge(&self, more: bool) {
        let pending = &self.inner.purges;
        if more {
            pending.store(true, Ordering::Relaxed);
        }
        if !pending.load(Ordering::Relaxed) {
            return;
        }
        match self.purge_step().await {
            Ok(true) => {}
            Ok(false) => pending.store(false, Ordering::Relaxed),
            Err(error) => {
                tracing::warn!(%error, "what belongs to deleted runs was not removed; the next start removes it");
                pending.store(false, Ordering::Relaxed);
            }
        }
    }

    /// Removes a bounded part of what belongs to deleted runs; tells whether there was something.
    pub(super) async fn purge_step(&self) -> Result<bool, StoreError> {
        let mut runs = Vec::new();
        let mut args = self.database().args();
        args.int(RUNS as i64);
        self.database()
            .fetch("SELECT run_key FROM deleted_run ORDER BY run_key LIMIT ?", args, |row| {
                runs.push(row.int(0)?);
                Ok(())
            })
            .await?;
        if runs.is_empty() {
            return Ok(false);
        }
        // The first instance that this step does not remove.
        let mut boundary = None;
        let mut args = self.database().args();
        bind_keys(&mut args, &runs);
        args.int(INSTANCES);
        let sql = format!(
            "SELECT run_key, task_index, map_index FROM task_instance WHERE run_key IN ({}) \
             ORDER BY run_key, task_index, map_index LIMIT 1 OFFSET ?",
            key_list()
        );
        self.database()
            .fetch(sql, args, |row| {
                boundary = Some([row.int(0)?, row.int(1)?, row.int(2)?]);
                Ok(())
            })
            .await?;
        let whole = boundary.map_or(runs.len(), |[run, ..]| runs.partition_point(|key| *key < run));
        let script = self.purge_script(&runs[..whole], boundary);
        self.database().run(script).await.map_err(|error| match error {
            RunError::Sql(error) => self.database().fault(error),
            RunError::Guard | RunError::Unique => unreachable!("deletions have no conditions"),
        })?;
        Ok(true)
    }

    fn purge_script(&self, runs: &[i64], boundary: Option<[i64; 3]>) -> Script {
        let mut script = Script::new(self.database());
        let statement = |sql: String| self.database().dialect().placeholders(sql.into()).into();
        if !runs.is_empty() {
            for table in TABLES.into_iter().chain(["deleted_run"]) {
                let sql = statement(format!("DELETE FROM {table} WHERE run_key IN ({})", key_list()));
                bind_keys(script.step(&sql, RUNS), runs);
            }
        }
        if let Some([run, task, map_index]) = boundary {
            for table in TABLES {
                let sql = format!(
                    "DELETE FROM {table} WHERE run_key = ? AND task_index <= ? AND (task_index < ? OR map_index < ?)"
                );
                script.step(&statement(sql), RUNS).int(run).int(task).int(task).int(map_index);
            }
        }
        script
    }
}

/// Always as many, so that there are few texts.
fn key_list() -> String {
    vec!["?"; RUNS].join(", ")
}

/// The last key stands for those that are missing.
fn bind_keys(args: &mut Args, runs: &[i64]) {
    for at in 0..RUNS {
        args.int(runs[at.min(runs.len() - 1)]);
    }
}
