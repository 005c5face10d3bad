//! The service by which an operator starts runs of DAGs and looks at them.

use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use serde_json::Value;

use crate::failure::BoxError;
use crate::ids::{DagId, MapIndex, RunId, TaskId};
use crate::state::{RunState, TaskState};
use crate::time::Timestamp;

/// A run to start.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRun {
    /// Of which DAG.
    pub dag_id: DagId,
    /// Its id: what makes starting it twice the same as starting it once.
    pub run_id: RunId,
    /// The moment it is about; now where absent.
    pub logical_date: Option<Timestamp>,
    /// Its configuration: a JSON object, or null.
    pub conf: Value,
}

/// What became of a wish to start a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Triggered {
    /// There was no such run.
    Started,
    /// There is such a run already. Nothing has changed.
    Exists,
    /// The wish is on its way to the scheduler that owns the DAG.
    Posted,
}

/// A run as others see it.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenRun {
    /// Its id.
    pub run_id: RunId,
    /// The moment it is about.
    pub logical_date: Timestamp,
    /// Its state.
    pub state: RunState,
}

/// A DAG as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenDag {
    /// Whether nothing of it is scheduled.
    pub paused: bool,
    /// Whether it is still defined somewhere.
    pub active: bool,
    /// The tasks of its newest version, in the DAG's order.
    pub tasks: Vec<TaskId>,
}

/// A task instance of a run as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenTask {
    /// The task.
    pub task_id: TaskId,
    /// Which of its instances.
    pub map_index: MapIndex,
    /// Its state; absent where nothing has happened to it.
    pub state: Option<TaskState>,
}

/// Starts runs, and looks at runs and DAGs. What is seen may be out of date by the time it is looked at.
#[async_trait]
pub trait DagRuns: Debug + Send + Sync {
    /// Starts a run, unless there is one with this id; durable when it returns. A DAG that is unknown, or that may not run, is an error
    /// that says so. The run of a paused DAG waits until it is not paused any more.
    async fn trigger(&self, run: NewRun) -> Result<Triggered, BoxError>;

    /// Lets all tasks of a run begin again; on its way at least when it returns. Nothing where there
    /// is no such run.
    async fn clear(&self, dag_id: &DagId, run_id: &RunId) -> Result<(), BoxError>;

    /// A run by its id.
    async fn run(&self, dag_id: &DagId, run_id: &RunId) -> Result<Option<SeenRun>, BoxError>;

    /// The runs about a moment, in the order in which they were created; at most [`MAX_RUNS_SEEN`].
    async fn runs_at(&self, dag_id: &DagId, logical_date: Timestamp) -> Result<Vec<SeenRun>, BoxError>;

    /// The task instances of a run, in the order of its DAG; none where there is no such run.
    async fn tasks(&self, dag_id: &DagId, run_id: &RunId) -> Result<Vec<SeenTask>, BoxError>;

    /// A DAG, if it is known.
    async fn dag(&self, dag_id: &DagId) -> Result<Option<SeenDag>, BoxError>;

    /// Lets a DAG run that was paused.
    async fn unpause(&self, dag_id: &DagId) -> Result<(), BoxError>;
}

/// The most runs about one moment that are looked at.
pub const MAX_RUNS_SEEN: usize = 1_000;

/// A service that is bound after the executor that offers it was made: the engine is made later than its executor. Clones share what is
/// bound. Until then every call is an error that says so.
#[derive(Clone, Debug, Default)]
pub struct LateDagRuns(Arc<OnceLock<Arc<dyn DagRuns>>>);

impl LateDagRuns {
    /// Binds it, once: a second call changes nothing.
    pub fn bind(&self, to: Arc<dyn DagRuns>) {
        let _ = self.0.set(to);
    }

    fn bound(&self) -> Result<&dyn DagRuns, BoxError> {
        let missing = "this executor is not bound to an engine, so its tasks cannot start or see runs of DAGs: bind its \
                       dag_runs service to one";
        self.0.get().map(|service| &**service).ok_or_else(|| missing.into())
    }
}

#[async_trait]
impl DagRuns for LateDagRuns {
    async fn trigger(&self, run: NewRun) -> Result<Triggered, BoxError> {
        self.bound()?.trigger(run).await
    }

    async fn clear(&self, dag_id: &DagId, run_id: &RunId) -> Result<(), BoxError> {
        self.bound()?.clear(dag_id, run_id).await
    }

    async fn run(&self, dag_id: &DagId, run_id: &RunId) -> Result<Option<SeenRun>, BoxError> {
        self.bound()?.run(dag_id, run_id).await
    }

    async fn runs_at(&self, dag_id: &DagId, logical_date: Timestamp) -> Result<Vec<SeenRun>, BoxError> {
        self.bound()?.runs_at(dag_id, logical_date).await
    }

    async fn tasks(&self, dag_id: &DagId, run_id: &RunId) -> Result<Vec<SeenTask>, BoxError> {
        self.bound()?.tasks(dag_id, run_id).await
    }

    async fn dag(&self, dag_id: &DagId) -> Result<Option<SeenDag>, BoxError> {
        self.bound()?.dag(dag_id).await
    }

    async fn unpause(&self, dag_id: &DagId) -> Result<(), BoxError> {
        self.bound()?.unpause(dag_id).await
    }
}
