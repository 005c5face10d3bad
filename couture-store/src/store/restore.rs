//! What a new owner of a shard needs.

use couture_core::store::{RunSnapshot, ShardSnapshot, StoreError};
use couture_core::{RunKey, ShardId};

use super::SqlStore;
use super::backfills::{backfill_columns, read_backfill};
use super::dags::{dag_columns, read_dag};
use super::runs::{read_run, run_columns};
use super::sla_misses::{read_sla_miss, sla_miss_columns};
use super::tasks::{TaskReader, task_columns};

impl SqlStore {
    pub(super) async fn snapshot_of(&self, shard: ShardId) -> Result<ShardSnapshot, StoreError> {
        let id = self.known(shard)?;
        let mut snapshot = ShardSnapshot::default();
        let mut database = self.database().snapshot().await?;
        let args = || self.database().args();

        let mut of_shard = args();
        of_shard.int(id);
        let sequence = "SELECT sequence FROM shard WHERE id = ?";
        let read = |row: crate::sql::Row| {
            snapshot.sequence = row.int(0)? as u64;
            Ok(())
        };
        database.fetch(sequence, of_shard, read).await?;

        let mut of_shard = args();
        of_shard.int(id);
        let dags = concat!("SELECT ", dag_columns!(), " FROM dag WHERE shard = ? ORDER BY dag_id");
        let read = |row: crate::sql::Row| {
            snapshot.dags.push(read_dag(&row)?);
            Ok(())
        };
        database.fetch(dags, of_shard, read).await?;

        let keys = || {
            let mut keys = args();
            keys.int(RunKey::new(shard, 0).0).int(RunKey::new(ShardId(shard.0 + 1), 0).0);
            keys
        };
        let runs = concat!(
            "SELECT ",
            run_columns!(),
            " FROM dag_run WHERE unfinished = 1 AND run_key >= ? AND run_key < ? ORDER BY run_key"
        );
        let read = |row: crate::sql::Row| {
            snapshot.runs.push(read_run(&row)?);
            Ok(())
        };
        database.fetch(runs, keys(), read).await?;

        let tasks = concat!(
            "SELECT ",
            task_columns!(),
            " FROM dag_run r JOIN task_instance t ON t.run_key = r.run_key \
             WHERE r.unfinished = 1 AND r.run_key >= ? AND r.run_key < ? ORDER BY t.run_key, t.task_index, t.map_index"
        );
        let mut reader = TaskReader::default();
        database.fetch(tasks, keys(), |row| reader.read(&row)).await?;
        snapshot.tasks = reader.tasks;

        let backfills = concat!(
            "SELECT ",
            backfill_columns!(),
            " FROM backfill WHERE unfinished = 1 AND number >= ? AND number < ? ORDER BY number"
        );
        let read = |row: crate::sql::Row| {
            snapshot.backfills.push(read_backfill(&row)?);
            Ok(())
        };
        database.fetch(backfills, keys(), read).await?;

        let misses = concat!(
            "SELECT ",
            sla_miss_columns!(),
            " FROM dag_run r JOIN sla_miss m ON m.run_key = r.run_key \
             WHERE r.unfinished = 1 AND r.run_key >= ? AND r.run_key < ? ORDER BY m.dag_id, m.logical_date, m.task_id"
        );
        let read = |row: crate::sql::Row| {
            snapshot.sla_misses.push(read_sla_miss(&row)?);
            Ok(())
        };
        database.fetch(misses, keys(), read).await?;
        Ok(snapshot)
    }

    pub(super) async fn snapshot_of_run(&self, run: RunKey) -> Result<Option<RunSnapshot>, StoreError> {
        let mut database = self.database().snapshot().await?;
        let key = || {
            let mut key = self.database().args();
            key.int(run.0);
            key
        };
        let mut found = None;
        let read = |row: crate::sql::Row| {
            found = Some(read_run(&row)?);
            Ok(())
        };
        database.fetch(concat!("SELECT ", run_columns!(), " FROM dag_run WHERE run_key = ?"), key(), read).await?;
        let Some(run) = found else { return Ok(None) };
        let tasks = concat!(
            "SELECT ",
            task_columns!(),
            " FROM task_instance t WHERE t.run_key = ? ORDER BY t.task_index, t.map_index"
        );
        let mut reader = TaskReader::default();
        database.fetch(tasks, key(), |row| reader.read(&row)).await?;
        Ok(Some(RunSnapshot { run, tasks: reader.tasks }))
    }
}
