//! Task instances and their tries.

use couture_core::store::{StoreError, TaskRecord};
use couture_core::{MapIndex, RunKey, TaskIndex, TaskState, Timestamp, WorkerId};
use sqlx::Error;

use super::{SqlStore, journal, limit};
use crate::sql::Row;

/// What [`TaskReader`] reads, of a table or alias `t`.
macro_rules! task_columns {
    () => {
        "t.run_key, t.task_index, t.map_index, t.try_number, t.launch, t.state, t.lost, t.worker, t.queued_at, \
         t.started_at, t.ended_at, t.retry_at, t.error, t.max_tries, t.length, t.decision, t.deferral"
    };
}
pub(super) use task_columns;

/// Reads rows of task instances.
#[derive(Default)]
pub(super) struct TaskReader {
    pub(super) tasks: Vec<TaskRecord>,
    /// Rows share the name of their worker.
    last_worker: Option<(String, WorkerId)>,
}

impl TaskReader {
    pub(super) fn read(&mut self, row: &Row) -> Result<(), Error> {
        let time = |at| Ok::<_, Error>(row.opt_int(at)?.map(Timestamp::from_micros));
        let worker = self.worker(row, 7)?;
        self.tasks.push(TaskRecord {
            token: journal::token(row, 0)?,
            state: row.number(5, TaskState::from_code)?,
            lost: row.number(6, |number| u32::try_from(number).ok())?,
            worker,
            queued_at: time(8)?,
            started_at: time(9)?,
            ended_at: time(10)?,
            retry_at: time(11)?,
            error: row.opt_text(12)?.map(Box::from),
            xcoms: Vec::new(),
            max_tries: row.number(13, |number| u32::try_from(number).ok())?,
            length: row.opt_int(14)?.map(|_| row.number(14, |length| u32::try_from(length).ok())).transpose()?,
            decision: row.opt_text(15)?.map(|_| row.parsed(15, serde_json::from_str)).transpose()?,
            deferral: row.opt_text(16)?.map(|_| row.parsed(16, serde_json::from_str)).transpose()?,
        });
        Ok(())
    }

    fn worker(&mut self, row: &Row, at: usize) -> Result<Option<WorkerId>, Error> {
        let Some(text) = row.opt_text(at)? else { return Ok(None) };
        match &self.last_worker {
            Some((last, worker)) if last == text => Ok(Some(worker.clone())),
            _ => {
                let worker: WorkerId = row.parsed(at, str::parse)?;
                self.last_worker = Some((text.to_owned(), worker.clone()));
                Ok(Some(worker))
            }
        }
    }
}

impl SqlStore {
    pub(super) async fn tasks_after(
        &self,
        run: RunKey,
        after: Option<(TaskIndex, MapIndex)>,
        most: usize,
    ) -> Result<Vec<TaskRecord>, StoreError> {
        // A run that was deleted has rows for a while.
        let (task, map_index) = after.map_or((-1, 0), |(task, map_index)| (task.0.into(), map_index.0.into()));
        let mut args = self.database().args();
        args.int(run.0).int(task).int(task).int(map_index).int(run.0).int(limit(most));
        let mut reader = TaskReader::default();
        let sql = concat!(
            "SELECT ",
            task_columns!(),
            " FROM task_instance t WHERE t.run_key = ? AND t.task_index >= ? AND (t.task_index > ? OR t.map_index > ?) \
             AND EXISTS (SELECT 1 FROM dag_run WHERE run_key = ?) ORDER BY t.task_index, t.map_index LIMIT ?"
        );
        self.database().fetch(sql, args, |row| reader.read(&row)).await?;
        Ok(reader.tasks)
    }

    pub(super) async fn mapped_tasks_of(&self, run: RunKey) -> Result<Vec<(TaskIndex, u32)>, StoreError> {
        let mut args = self.database().args();
        let (expanded, cleared) = (TaskState::Expanded.code(), TaskState::Cleared.code());
        args.int(expanded).int(cleared).int(run.0).int(run.0).int(expanded).int(cleared);
        let sql = "SELECT task_index, MAX(map_index), \
                   MAX(CASE WHEN map_index = -1 AND (state = ? OR state = ?) THEN length END) FROM task_instance \
                   WHERE run_key = ? AND EXISTS (SELECT 1 FROM dag_run WHERE run_key = ?) \
                   AND (map_index >= 0 OR (length > 0 AND (state = ? OR state = ?))) \
                   GROUP BY task_index ORDER BY task_index";
        let mut found = Vec::new();
        self.database()
            .fetch(sql, args, |row| {
                let task = row.number(0, |at| u32::try_from(at).ok())?;
                let count = row.int(1)?.saturating_add(1).max(row.opt_int(2)?.unwrap_or(0));
                found.push((TaskIndex(task), u32::try_from(count).unwrap_or(u32::MAX)));
                Ok(())
            })
            .await?;
        Ok(found)
    }

    pub(super) async fn tries_of(
        &self,
        run: RunKey,
        task: TaskIndex,
        map_index: MapIndex,
    ) -> Result<Vec<TaskRecord>, StoreError> {
        let mut args = self.database().args();
        args.int(run.0).int(task.0.into()).int(map_index.0.into()).int(run.0);
        let mut reader = TaskReader::default();
        let sql = concat!(
            "SELECT ",
            task_columns!(),
            " FROM task_try t JOIN task_instance now \
             ON now.run_key = t.run_key AND now.task_index = t.task_index AND now.map_index = t.map_index \
             WHERE t.run_key = ? AND t.task_index = ? AND t.map_index = ? AND t.try_number <> now.try_number \
             AND EXISTS (SELECT 1 FROM dag_run WHERE run_key = ?) \
             ORDER BY t.try_number"
        );
        self.database().fetch(sql, args, |row| reader.read(&row)).await?;
        Ok(reader.tasks)
    }
}
