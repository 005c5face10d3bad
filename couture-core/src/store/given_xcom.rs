//! Which XComs are looked for, and what is known of each but its value.

use super::records::RunRecord;
use crate::ids::{DagId, MapIndex, RunId, RunKey, TaskIndex};
use crate::task::{XCom, XComValue};
use crate::time::Timestamp;

/// Which XComs are looked for: by default all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct XComFilter {
    /// Of this DAG's runs.
    pub dag_id: Option<DagId>,
    /// Of this run.
    pub run: Option<RunKey>,
    /// Of this task, as the version of its run counts tasks.
    pub task: Option<TaskIndex>,
    /// Of this instance of its task.
    pub map_index: Option<MapIndex>,
    /// Under this key.
    pub key: Option<Box<str>>,
}

/// An XCom without its value, which [`Store::xcom`](super::Store::xcom) finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenXCom {
    /// The run.
    pub run: RunKey,
    /// Its DAG.
    pub dag_id: DagId,
    /// Its id.
    pub run_id: RunId,
    /// The moment it is about.
    pub logical_date: Timestamp,
    /// The version that it is pinned to, which has the task's name.
    pub version: String,
    /// The task that gave it.
    pub task: TaskIndex,
    /// Which instance of the task.
    pub map_index: MapIndex,
    /// Under which key.
    pub key: Box<str>,
    /// When the instance ended.
    pub at: Option<Timestamp>,
    /// The length of its JSON text; nothing where that is an artifact.
    pub bytes: Option<u64>,
}

impl XComFilter {
    /// Whether what this instance of `run` gave under `key` is looked for.
    pub fn takes(&self, run: &RunRecord, task: TaskIndex, map_index: MapIndex, key: &str) -> bool {
        self.dag_id.as_ref().is_none_or(|dag_id| *dag_id == run.dag_id)
            && self.run.is_none_or(|of| of == run.key)
            && self.task.is_none_or(|of| of == task)
            && self.map_index.is_none_or(|of| of == map_index)
            && self.key.as_ref().is_none_or(|of| **of == *key)
    }
}

impl GivenXCom {
    /// What is known of `xcom`, which an instance of `run` gave that ended `at`.
    pub fn new(run: &RunRecord, (task, map_index): (TaskIndex, MapIndex), at: Option<Timestamp>, xcom: &XCom) -> Self {
        let bytes = match &xcom.value {
            XComValue::Json(text) => Some(text.len() as u64),
            XComValue::Artifact(_) => None,
        };
        Self {
            run: run.key,
            dag_id: run.dag_id.clone(),
            run_id: run.run_id.clone(),
            logical_date: run.logical_date,
            version: run.version.clone(),
            task,
            map_index,
            key: xcom.key.clone(),
            at,
            bytes,
        }
    }
}
