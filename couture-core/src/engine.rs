//! The engine as its embedders use it: a handle to a running driver.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::dag::Dag;
use crate::executor::Executor;
use crate::ids::{DagId, RunKey};
use crate::state::RunState;
use crate::store::{Answer, Refusal, Request, Store, StoreError};

/// How an engine is set up.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// Whether a DAG that was never seen before starts paused.
    pub paused_at_creation: bool,
    /// How long a worker or scheduler may be silent before its work is given to others.
    pub lease: Duration,
    /// How often an attempt may be lost with its worker before that counts as a failure of the task.
    pub max_lost: u32,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self { paused_at_creation: false, lease: Duration::from_secs(30), max_lost: 5 }
    }
}

/// A running engine. Clones are handles to the same one; it stops when [`Engine::stop`] is called or all are dropped.
#[derive(Clone, Debug)]
pub struct Engine {}

/// Why the engine did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// It may not be.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store does not answer.
    #[error("the store does not answer: {0}")]
    Store(#[from] StoreError),
    /// The engine has stopped.
    #[error("the engine has stopped")]
    Stopped,
}

/// What an engine is doing.
#[derive(Clone, Debug, Default)]
pub struct EngineStatus {
    /// Why commits fail at the moment, if they do: they are repeated until they succeed.
    pub store_error: Option<String>,
    /// DAGs that cannot be read from the store, with the reason. Their runs wait until they can.
    pub quarantined: Vec<(DagId, String)>,
    /// Attempts that are queued or running.
    pub live_attempts: usize,
    /// Task instances that wait for a slot.
    pub waiting_for_slots: usize,
    /// Runs that are not finished.
    pub unfinished_runs: usize,
    /// Shards owned.
    pub shards: usize,
}

impl Engine {
    /// Starts an engine on the current tokio runtime.
    pub fn start(
        _store: Arc<dyn Store>,
        _executor: Arc<dyn Executor>,
        _clock: Arc<dyn Clock>,
        _settings: EngineSettings,
    ) -> Self {
        Self {}
    }

    /// Defines a DAG, or a new version of it; durable when it returns.
    pub async fn register(&self, _dag: Dag) -> Result<(), EngineError> {
        Err(EngineError::Stopped)
    }

    /// The DAG is no longer defined anywhere: no run of it is started. Unfinished runs go on in their version.
    pub async fn deregister(&self, _dag_id: DagId) -> Result<(), EngineError> {
        Err(EngineError::Stopped)
    }

    /// Makes a request; what it changes is durable when this returns.
    pub async fn request(&self, _request: Request) -> Result<Answer, EngineError> {
        Err(EngineError::Stopped)
    }

    /// Waits for the end of a run that was started through this engine, and tells its state.
    pub async fn finished(&self, _run: RunKey) -> Result<RunState, EngineError> {
        Err(EngineError::Stopped)
    }

    /// What the engine is doing.
    pub fn status(&self) -> EngineStatus {
        EngineStatus::default()
    }

    /// Stops scheduling after the commit in flight, and returns when nothing is written any more.
    pub async fn stop(&self) {}
}
