//! Task instances that something was, or would be, done to.

use std::collections::BTreeSet;

use couture_core::{Affected, RunKey};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::ApiError;
use super::state::ApiState;
use super::task_instance_body::{InstanceRun, TaskInstanceBody, shown};

/// The instances as they were before.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AffectedList {
    task_instances: Vec<TaskInstanceBody>,
    total_entries: usize,
}

/// Runs that are looked up at a time.
const RUNS: usize = 500;

impl AffectedList {
    /// One instance as it is now.
    pub(super) fn of(body: TaskInstanceBody) -> Self {
        Self { task_instances: vec![body], total_entries: 1 }
    }

    pub(super) async fn new(state: &ApiState, affected: Vec<Affected>) -> Result<Self, ApiError> {
        let mut task_instances = Vec::with_capacity(affected.len());
        let keys: Vec<RunKey> = affected.iter().map(|one| one.run).collect::<BTreeSet<_>>().into_iter().collect();
        let mut runs = std::collections::HashMap::new();
        for some in keys.chunks(RUNS) {
            runs.extend(InstanceRun::of_all(state, state.reader.runs_of(some).await?).await?);
        }
        for one in affected {
            let Some(run) = runs.get(&one.run) else { continue };
            let Some(index) = run.shape.find(one.task_id.as_str()) else { continue };
            if let Some(mut body) = run.body((index, one.map_index), None, None) {
                body.state = one.state.and_then(shown);
                task_instances.push(body);
            }
        }
        Ok(Self { total_entries: task_instances.len(), task_instances })
    }
}
