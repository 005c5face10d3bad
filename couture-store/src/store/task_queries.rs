//! Task instances that are looked for over many runs.

use couture_core::store::{MappedCount, RunQuery, StoreError, TaskOrder, TaskQuery, TaskRecord};
use couture_core::{RunKey, TaskIndex, TaskState, Timestamp};

use super::run_queries::{bind_keys, conditions, in_span};
use super::tasks::{TaskReader, task_columns};
use super::{SqlStore, limit};
use crate::sql::Args;

/// Task instances with their runs.
const ALL: &str = "FROM dag_run r JOIN task_instance t ON t.run_key = r.run_key";

/// From start to end.
const DURATION: &str = "(t.ended_at - t.started_at)";

impl SqlStore {
    /// What follows [`ALL`].
    fn task_conditions(&self, query: &TaskQuery, args: &mut Args) -> String {
        let mut parts = conditions(self.database().dialect(), &query.runs, args);
        parts.push(format!("t.state <> {}", TaskState::Expanded.code()));
        if let Some(tasks) = &query.tasks {
            let one = |(version, tasks): (&String, &Vec<TaskIndex>)| {
                args.text(version);
                let list: Vec<_> = tasks.iter().map(|task| task.0.to_string()).collect();
                let list = if list.is_empty() { "NULL".to_owned() } else { list.join(", ") };
                format!("(r.version = ? AND t.task_index IN ({list}))")
            };
            let any: Vec<_> = tasks.iter().map(one).collect();
            parts.push(if any.is_empty() { "1 = 0".to_owned() } else { format!("({})", any.join(" OR ")) });
        }
        if !query.states.is_empty() {
            let codes: Vec<_> = query.states.iter().map(|state| state.code().to_string()).collect();
            parts.push(format!("t.state IN ({})", codes.join(", ")));
        }
        if let Some(map_index) = query.map_index {
            args.int(map_index.0.into());
            parts.push("t.map_index = ?".to_owned());
        }
        in_span(&mut parts, "t.started_at", &query.started, args);
        in_span(&mut parts, "t.ended_at", &query.ended, args);
        in_span(&mut parts, DURATION, &query.duration, args);
        parts.join(" AND ")
    }

    pub(super) async fn tasks_found(
        &self,
        query: &TaskQuery,
        offset: usize,
        most: usize,
    ) -> Result<Vec<TaskRecord>, StoreError> {
        let mut args = self.database().args();
        let conditions = self.task_conditions(query, &mut args);
        args.int(limit(most)).int(limit(offset));
        let (columns, order) = (task_columns!(), order(query));
        let sql = format!("SELECT {columns} {ALL} WHERE {conditions} ORDER BY {order} LIMIT ? OFFSET ?");
        let mut reader = TaskReader::default();
        self.database().fetch(sql, args, |row| reader.read(&row)).await?;
        Ok(reader.tasks)
    }

    pub(super) async fn tasks_counted(&self, query: &TaskQuery, most: usize) -> Result<usize, StoreError> {
        let mut args = self.database().args();
        let conditions = self.task_conditions(query, &mut args);
        args.int(limit(most));
        self.count(format!("SELECT COUNT(*) FROM (SELECT 1 {ALL} WHERE {conditions} LIMIT ?) AS some_tasks"), args)
            .await
    }

    pub(super) async fn task_states(
        &self,
        query: &RunQuery,
        most: usize,
    ) -> Result<Vec<(TaskState, usize)>, StoreError> {
        let mut args = self.database().args();
        let conditions = self.task_conditions(&TaskQuery { runs: query.clone(), ..TaskQuery::default() }, &mut args);
        args.int(limit(most));
        let sql = format!(
            "SELECT state, COUNT(*) FROM (SELECT t.state AS state {ALL} WHERE {conditions} LIMIT ?) AS some_tasks \
             GROUP BY state ORDER BY state"
        );
        let mut counts = Vec::new();
        self.database()
            .fetch(sql, args, |row| {
                let count = row.number(1, |count| usize::try_from(count).ok())?;
                counts.push((row.number(0, TaskState::from_code)?, count));
                Ok(())
            })
            .await?;
        Ok(counts)
    }

    pub(super) async fn plain_tasks_of(&self, runs: &[RunKey]) -> Result<Vec<TaskRecord>, StoreError> {
        if runs.is_empty() {
            return Ok(Vec::new());
        }
        let mut args = self.database().args();
        let (columns, list) = (task_columns!(), bind_keys(runs, &mut args));
        let sql = format!(
            "SELECT {columns} FROM task_instance t WHERE t.run_key IN ({list}) AND t.map_index = -1 \
             ORDER BY t.run_key, t.task_index"
        );
        let mut reader = TaskReader::default();
        self.database().fetch(sql, args, |row| reader.read(&row)).await?;
        Ok(reader.tasks)
    }

    pub(super) async fn mapped_counts_of(&self, runs: &[RunKey]) -> Result<Vec<MappedCount>, StoreError> {
        if runs.is_empty() {
            return Ok(Vec::new());
        }
        let mut args = self.database().args();
        let list = bind_keys(runs, &mut args);
        let sql = format!(
            "SELECT run_key, task_index, state, COUNT(*), MAX(try_number), MIN(started_at), MAX(ended_at) \
             FROM task_instance WHERE run_key IN ({list}) AND map_index >= 0 \
             GROUP BY run_key, task_index, state ORDER BY run_key, task_index, state"
        );
        let mut counts = Vec::new();
        self.database()
            .fetch(sql, args, |row| {
                counts.push(MappedCount {
                    run: RunKey(row.int(0)?),
                    task: TaskIndex(row.number(1, |at| u32::try_from(at).ok())?),
                    state: row.number(2, TaskState::from_code)?,
                    count: row.number(3, |count| usize::try_from(count).ok())?,
                    try_number: row.number(4, |number| u32::try_from(number).ok())?,
                    started_at: row.opt_int(5)?.map(Timestamp::from_micros),
                    ended_at: row.opt_int(6)?.map(Timestamp::from_micros),
                });
                Ok(())
            })
            .await?;
        Ok(counts)
    }
}

fn order(query: &TaskQuery) -> String {
    let by = match query.order {
        TaskOrder::Run => "r.queued_at",
        TaskOrder::Started => "t.started_at",
        TaskOrder::Ended => "t.ended_at",
        TaskOrder::Duration => DURATION,
        TaskOrder::State => "t.state",
        TaskOrder::Try => "t.try_number",
    };
    let way = if query.descending { " DESC" } else { "" };
    let nulls = match query.order {
        TaskOrder::Started | TaskOrder::Ended | TaskOrder::Duration => format!("{by} IS NULL, "),
        TaskOrder::Run | TaskOrder::State | TaskOrder::Try => String::new(),
    };
    format!("{nulls}{by}{way}, t.run_key{way}, t.task_index{way}, t.map_index{way}")
}
