//! A task instance as the API shows it.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use couture_core::store::{NotePlace, RunRecord, TaskRecord};
use couture_core::{DagId, MapIndex, PoolName, RunId, RunKey, TaskIndex, TaskState, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::dag_run_body::seconds;
use super::dag_version::{DagVersionBody, uuid_of};
use super::error::ApiError;
use super::schema;
use super::state::ApiState;
use super::version_shape::{TaskShape, VersionShape};

/// A task instance, in Airflow's shape. One that nothing has happened to has no state.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TaskInstance)]
pub(super) struct TaskInstanceBody {
    #[schema(format = "uuid", example = "00000000-0000-0001-0000-0000ffffffff")]
    id: String,
    #[schema(example = "extract")]
    pub(super) task_id: String,
    task_display_name: String,
    #[schema(value_type = String, example = "etl")]
    dag_id: DagId,
    dag_display_name: String,
    #[schema(value_type = String)]
    dag_run_id: RunId,
    /// -1 where the task is not mapped.
    pub(super) map_index: i32,
    /// The map index as text; nothing where the task is not mapped.
    rendered_map_index: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    logical_date: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    run_after: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    queued_when: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    scheduled_when: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    start_date: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    end_date: Option<Timestamp>,
    /// Seconds from start to end.
    duration: Option<f64>,
    #[schema(value_type = Option<schema::TaskStateName>)]
    pub(super) state: Option<TaskState>,
    try_number: u32,
    max_tries: u32,
    /// When it is tried again, in state `up_for_retry`.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_retry_at: Option<Timestamp>,
    /// Who runs, or last ran, it.
    hostname: Option<String>,
    unixname: Option<String>,
    pid: Option<u32>,
    #[schema(value_type = String)]
    pool: PoolName,
    pool_slots: u32,
    queue: Option<String>,
    priority_weight: i32,
    operator: String,
    operator_name: String,
    executor: Option<String>,
    executor_config: String,
    note: Option<String>,
    /// The template fields. A single instance shows them as they were rendered, with secrets as `***`; lists, and instances that
    /// have rendered nothing, as they are written in the DAG, where the operator runs in Python.
    #[schema(value_type = Object)]
    rendered_fields: Map<String, Value>,
    trigger: Option<Value>,
    triggerer_job: Option<Value>,
    dag_version: Option<DagVersionBody>,
    /// Why it failed, was skipped or lost; or, where it waits, what for, as far as that is known.
    reason: Option<String>,
    /// How many attempts of this try were lost with their worker and launched again.
    lost: u32,
}

/// A state as people see it: what was cleared has none, and of an expanded task its instances have some.
pub(super) fn shown(state: TaskState) -> Option<TaskState> {
    Some(state).filter(|state| !matches!(state, TaskState::Cleared | TaskState::Expanded))
}

/// What the row of an instance says: why it failed, was skipped or lost, or what it waits for.
pub(super) fn known_reason(record: &TaskRecord) -> Option<String> {
    let deferral =
        record.deferral.as_ref().map(|deferral| &*deferral.reason).filter(|reason: &&str| !reason.is_empty());
    record.error.as_deref().or(deferral).map(String::from)
}

fn instance_id(run: RunKey, task: TaskIndex, map_index: MapIndex) -> String {
    uuid_of(&format!("{:016x}{:08x}{:08x}", run.0, task.0, map_index.0))
}

/// A run with what its task instances share.
#[derive(Clone)]
pub(super) struct InstanceRun {
    pub(super) run: RunRecord,
    pub(super) shape: Arc<VersionShape>,
    dag_display_name: String,
    version: Option<DagVersionBody>,
    notes: HashMap<(TaskIndex, MapIndex), String>,
}

impl InstanceRun {
    /// What the instances of several runs share, by run.
    pub(super) async fn of_all(state: &ApiState, runs: Vec<RunRecord>) -> Result<HashMap<RunKey, Self>, ApiError> {
        let keys: Vec<RunKey> = runs.iter().map(|run| run.key).collect();
        let mut notes: HashMap<RunKey, HashMap<(TaskIndex, MapIndex), String>> = HashMap::new();
        for (NotePlace { run, instance }, note) in state.annals.notes(&keys).await? {
            if let Some(instance) = instance {
                notes.entry(run).or_default().insert(instance, note.text);
            }
        }
        let mut all = HashMap::with_capacity(runs.len());
        for run in runs {
            let shape = state.shape(&run.version).await?;
            let dag_display_name = shape.dag_display_name.clone().unwrap_or_else(|| run.dag_id.to_string());
            let version = state.version_body(&run, &dag_display_name).await?;
            let notes = notes.remove(&run.key).unwrap_or_default();
            all.insert(run.key, Self { run, shape, dag_display_name, version, notes });
        }
        Ok(all)
    }

    /// What the instances of a run share.
    pub(super) async fn of(state: &ApiState, run: &RunRecord) -> Result<Self, ApiError> {
        let mut all = Self::of_all(state, vec![run.clone()]).await?;
        all.remove(&run.key).ok_or_else(|| ApiError::not_found("there is no such run"))
    }

    fn task(&self, index: TaskIndex) -> Option<&TaskShape> {
        self.shape.tasks.get(index.at())
    }

    /// An instance; nothing where the run's version has no such task.
    pub(super) fn body(
        &self,
        (index, map_index): (TaskIndex, MapIndex),
        record: Option<&TaskRecord>,
        reason: Option<String>,
    ) -> Option<TaskInstanceBody> {
        let (run, task) = (&self.run, self.task(index)?);
        let queued_at = record.and_then(|record| record.queued_at);
        Some(TaskInstanceBody {
            id: instance_id(run.key, index, map_index),
            task_id: task.task_id.to_string(),
            task_display_name: task.display_name().to_owned(),
            dag_id: run.dag_id.clone(),
            dag_display_name: self.dag_display_name.clone(),
            dag_run_id: run.run_id.clone(),
            map_index: map_index.0,
            rendered_map_index: (map_index != MapIndex::NONE).then(|| map_index.0.to_string()),
            logical_date: run.logical_date,
            run_after: run.run_after(),
            queued_when: queued_at,
            scheduled_when: queued_at,
            start_date: record.and_then(|record| record.started_at),
            end_date: record.and_then(|record| record.ended_at),
            duration: record.and_then(|record| seconds(record.started_at, record.ended_at)),
            state: record.and_then(|record| shown(record.state)),
            try_number: record.map_or(0, |record| record.token.try_number),
            max_tries: task.options.retries,
            next_retry_at: record.and_then(|record| record.retry_at),
            hostname: record.and_then(|record| record.worker.as_ref()).map(ToString::to_string),
            unixname: None,
            pid: None,
            pool: task.options.pool.clone(),
            pool_slots: task.options.pool_slots,
            queue: task.options.queue.clone(),
            priority_weight: task.options.priority_weight,
            operator: task.operator().to_owned(),
            operator_name: task.operator().to_owned(),
            executor: None,
            executor_config: "{}".to_owned(),
            note: self.notes.get(&(index, map_index)).cloned(),
            rendered_fields: task.template_fields().clone(),
            trigger: None,
            triggerer_job: None,
            dag_version: self.version.clone(),
            reason,
            lost: record.map_or(0, |record| record.lost),
        })
    }
}

impl TaskInstanceBody {
    /// With the template fields as they were rendered, where they were.
    pub(super) fn with_rendered(mut self, rendered: Option<Map<String, Value>>) -> Self {
        self.rendered_fields.extend(rendered.unwrap_or_default());
        self
    }

    /// Start, end, and seconds between.
    pub(super) fn times(&self) -> (Option<Timestamp>, Option<Timestamp>, Option<f64>) {
        (self.start_date, self.end_date, self.duration)
    }

    /// Why it failed or waits.
    pub(super) fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// What `look` says of the task's id, name, operator, pool and queue.
    pub(super) fn of_task(&self, look: impl FnOnce([&str; 5]) -> bool) -> bool {
        let queue = self.queue.as_deref().unwrap_or_default();
        look([&self.task_id, &self.task_display_name, &self.operator, self.pool.as_str(), queue])
    }

    /// The order of lists; those without the value come last.
    pub(super) fn compare(&self, other: &Self, by: &str, is_descending: bool) -> Ordering {
        let missing = |is_missing: bool, other_is: bool| is_missing.cmp(&other_is);
        let (last, ordering) = match by {
            "map_index" | "rendered_map_index" => (Ordering::Equal, self.map_index.cmp(&other.map_index)),
            "state" => (
                missing(self.state.is_none(), other.state.is_none()),
                self.state.map(TaskState::as_str).cmp(&other.state.map(TaskState::as_str)),
            ),
            "try_number" => (Ordering::Equal, self.try_number.cmp(&other.try_number)),
            "start_date" => {
                (missing(self.start_date.is_none(), other.start_date.is_none()), self.start_date.cmp(&other.start_date))
            }
            "end_date" => {
                (missing(self.end_date.is_none(), other.end_date.is_none()), self.end_date.cmp(&other.end_date))
            }
            "duration" => (
                missing(self.duration.is_none(), other.duration.is_none()),
                self.duration.unwrap_or(-1.0).total_cmp(&other.duration.unwrap_or(-1.0)),
            ),
            _ => (Ordering::Equal, self.task_id.cmp(&other.task_id)),
        };
        last.then(if is_descending { ordering.reverse() } else { ordering })
    }
}
