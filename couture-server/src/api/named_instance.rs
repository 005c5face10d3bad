//! The task instance that an address names.

use std::sync::Arc;

use couture_core::store::{RunRecord, TaskRecord};
use couture_core::{MapIndex, TaskIndex};
use serde::Deserialize;
use utoipa::IntoParams;

use super::error::ApiError;
use super::extract::{dag_id, run_id, task_id};
use super::instance_places::{InstancePlaces, Place};
use super::state::ApiState;
use super::version_shape::{TaskShape, VersionShape};

/// Which of a mapped task's instances is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Instance {
    pub(super) map_index: Option<i32>,
}

impl Instance {
    /// The one that a part of an address names.
    pub(super) fn named(text: &str) -> Result<Self, ApiError> {
        let wrong = |_| ApiError::not_found(format!("{text:?} is not the number of an instance of a mapped task"));
        Ok(Self { map_index: Some(text.parse().map_err(wrong)?) })
    }
}

/// A task of a run, or one of its instances.
pub(super) struct Named {
    pub(super) run: RunRecord,
    pub(super) shape: Arc<VersionShape>,
    pub(super) index: TaskIndex,
    pub(super) map_index: MapIndex,
}

impl Named {
    /// Looks a task up, mapped or not.
    pub(super) async fn task(state: &ApiState, dag: &str, run: &str, task: &str) -> Result<Self, ApiError> {
        let run = state.run(&dag_id(dag)?, &run_id(run)?).await?;
        let shape = state.shape(&run.version).await?;
        let task_id = task_id(task)?;
        let unknown = || {
            let detail = format!("run {:?} of dag {:?} has no task {task:?}", run.run_id.as_str(), run.dag_id.as_str());
            ApiError::not_found(detail)
        };
        let index = shape.find(task_id.as_str()).ok_or_else(unknown)?;
        Ok(Self { run, shape, index, map_index: MapIndex::NONE })
    }

    /// Looks an instance up. One of a mapped task that was expanded must be named.
    pub(super) async fn instance(
        state: &ApiState,
        [dag, run, task]: [&str; 3],
        which: &Instance,
    ) -> Result<Self, ApiError> {
        let named = Self::task(state, dag, run, task).await?;
        let places = InstancePlaces::of(state, &named.run, &named.shape).await?;
        let map_index = which.map_index.map_or(MapIndex::NONE, MapIndex);
        let detail = match (places.count(named.index), map_index) {
            (Some(count), MapIndex(at)) if u32::try_from(at).is_ok_and(|at| at < count) => {
                return Ok(Self { map_index, ..named });
            }
            (Some(count), _) => {
                format!("task {task:?} is mapped: it has the instances 0 to {}; name one by map_index", count - 1)
            }
            (None, MapIndex::NONE) => return Ok(named),
            (None, _) if named.task_shape().expand.is_some() => {
                format!("task {task:?} was not expanded: it has no instances yet")
            }
            (None, _) => format!("task {task:?} is not mapped: leave map_index out"),
        };
        Err(ApiError::not_found(detail))
    }

    pub(super) fn task_shape(&self) -> &TaskShape {
        &self.shape.tasks[self.index.at()]
    }

    /// Its row, if anything has happened to it.
    pub(super) async fn record(&self, state: &ApiState) -> Result<Option<TaskRecord>, ApiError> {
        let place = (self.index, self.map_index);
        let rows = state.reader.tasks(self.run.key, just_before(place), 1).await?;
        Ok(rows.into_iter().find(|row| (row.token.task, row.token.map_index) == place))
    }
}

/// The place just before another; nothing at the beginning of a run.
pub(super) fn just_before((task, map_index): Place) -> Option<Place> {
    if map_index > MapIndex::NONE {
        return Some((task, MapIndex(map_index.0 - 1)));
    }
    task.0.checked_sub(1).map(|previous| (TaskIndex(previous), MapIndex(i32::MAX)))
}
