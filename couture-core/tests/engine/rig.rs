//! An engine for a test.

use std::sync::Arc;
use std::time::Duration;

use couture_core::executor::{LocalExecutor, LocalSettings};
use couture_core::store::{MemoryStore, StoreReader, TaskRecord};
use couture_core::{
    Dag, DagBuilder, DagId, Engine, EngineSettings, RunKey, RunState, Services, SystemClock, TaskState, WorkerId,
};
use serde_json::json;

/// An engine in memory.
pub struct Rig {
    pub engine: Engine,
    pub store: MemoryStore,
}

/// How long a test waits for what comes in milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

impl Rig {
    pub async fn new() -> Self {
        let local = LocalSettings { capacity: 256, threads: 2, kill_grace: Duration::from_millis(50) };
        Self::with(MemoryStore::new(4), local).await
    }

    pub async fn with(store: MemoryStore, local: LocalSettings) -> Self {
        let clock = Arc::new(SystemClock::new());
        let shared = Arc::new(store.clone());
        let worker = WorkerId::new("test", 1);
        let executor = LocalExecutor::new(worker, local, clock.clone(), shared.clone(), Services::default());
        let engine = Engine::start(shared, Arc::new(executor), clock, EngineSettings::default()).await.unwrap();
        Self { engine, store }
    }

    /// Runs `dag` to its end.
    pub async fn run(&self, dag: DagBuilder) -> Ran {
        let dag = Arc::new(dag.build().unwrap());
        self.engine.register(dag.clone()).await.unwrap();
        let key = self.engine.trigger(&dag.dag_id, json!({})).await.unwrap();
        self.wait(dag, key).await
    }

    pub async fn wait(&self, dag: Arc<Dag>, key: RunKey) -> Ran {
        let state = tokio::time::timeout(PATIENCE, self.engine.finished(key)).await.expect("the run ends").unwrap();
        let tasks = self.store.tasks(key, None, usize::MAX).await.unwrap();
        Ran { dag, key, state, tasks }
    }

    /// Waits until `found` finds something among the task rows of a run.
    pub async fn until<T>(&self, key: RunKey, found: impl Fn(&[TaskRecord]) -> Option<T>) -> T {
        let look = async {
            loop {
                if let Some(it) = found(&self.store.tasks(key, None, usize::MAX).await.unwrap()) {
                    return it;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, look).await.expect("it comes")
    }
}

/// A run that has ended.
pub struct Ran {
    pub dag: Arc<Dag>,
    pub key: RunKey,
    pub state: RunState,
    pub tasks: Vec<TaskRecord>,
}

impl Ran {
    pub fn task(&self, id: &str) -> &TaskRecord {
        let index = self.dag.find(id).unwrap();
        self.tasks.iter().find(|task| task.token.task == index).unwrap_or_else(|| panic!("{id} has no row"))
    }

    /// The states of all tasks, in the DAG's order; `none` where nothing happened.
    pub fn states(&self) -> Vec<(&str, Option<TaskState>)> {
        let state = |at: usize| self.tasks.iter().find(|task| task.token.task.at() == at).map(|task| task.state);
        self.dag.tasks().iter().enumerate().map(|(at, task)| (task.task_id.as_str(), state(at))).collect()
    }
}

pub fn dag_id(id: &str) -> DagId {
    DagId::new(id).unwrap()
}
