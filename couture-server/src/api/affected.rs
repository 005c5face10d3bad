//! Task instances that something was, or would be, done to.

use couture_core::{Affected, DagId, RunId, TaskState, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::schema;

/// A task instance as it was before, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
struct AffectedBody {
    #[schema(value_type = String)]
    dag_id: DagId,
    #[schema(value_type = String)]
    dag_run_id: RunId,
    task_id: String,
    map_index: i32,
    #[schema(value_type = String, format = DateTime)]
    logical_date: Timestamp,
    #[schema(value_type = Option<schema::TaskStateName>)]
    state: Option<TaskState>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AffectedList {
    task_instances: Vec<AffectedBody>,
    total_entries: usize,
}

impl AffectedList {
    pub(super) fn new(dag_id: &DagId, affected: Vec<Affected>) -> Self {
        let body = |one: Affected| AffectedBody {
            dag_id: dag_id.clone(),
            dag_run_id: one.run_id,
            task_id: one.task_id.to_string(),
            map_index: one.map_index.0,
            logical_date: one.logical_date,
            state: one.state,
        };
        let task_instances: Vec<_> = affected.into_iter().map(body).collect();
        Self { total_entries: task_instances.len(), task_instances }
    }
}
