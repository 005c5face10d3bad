//! An engine for a test, with all services in memory or in a folder of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use couture_core::store::{DagRecord, MemoryStore, Request, RunRecord, StoreReader, TaskRecord};
use couture_core::task::{Artifacts, LateDagRuns};
use couture_core::values::{Connection, Connections as _, EnvironmentValues, MemoryValues, OnExisting, StoredValues};
use couture_core::{
    BoxError, ConnId, Dag, DagBuilder, DagId, Engine, EngineDagRuns, EngineSettings, LocalExecutor, LocalSettings,
    RunKey, RunState, Services, TaskState, WorkerId,
};
use couture_operators::{FileTaskLogs, InProcess};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::clock::FastClock;

const PATIENCE: Duration = Duration::from_secs(60);

/// When the engines of tests begin, by their own clocks: a Thursday.
pub const BEGUN: &str = "2026-01-01T12:00:00Z";

/// What outlives an engine.
#[derive(Clone)]
pub struct World {
    pub store: MemoryStore,
    pub values: MemoryValues,
    artifacts: Arc<Kept>,
    clock: Arc<FastClock>,
    folder: Arc<TempDir>,
}

#[derive(Debug, Default)]
struct Kept(Mutex<HashMap<String, Vec<u8>>>);

#[async_trait]
impl Artifacts for Kept {
    async fn put(&self, key: &str, content: Vec<u8>) -> Result<(), BoxError> {
        self.0.lock().unwrap().insert(key.to_owned(), content);
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Vec<u8>, BoxError> {
        self.0.lock().unwrap().get(key).cloned().ok_or_else(|| format!("no artifact {key}").into())
    }
}

impl World {
    pub fn new() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let clock = Arc::new(FastClock::new(BEGUN));
        Self { store: MemoryStore::new(2), values: MemoryValues::new(), artifacts: Arc::default(), clock, folder }
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub async fn connection(&self, id: &str, kind: &str, change: impl FnOnce(&mut Connection)) {
        let mut connection = Connection::new(ConnId::new(id).unwrap(), kind);
        change(&mut connection);
        self.values.set(&[connection], OnExisting::Overwrite).await.unwrap();
    }

    /// An engine, in its `life`th life.
    pub async fn rig(&self, life: u64) -> Rig {
        let clock = self.clock.clone();
        let live = self.folder().join("live");
        let dag_runs = LateDagRuns::default();
        let none = EnvironmentValues::new(Vec::<(String, String)>::new());
        let services = Services {
            logs: Arc::new(FileTaskLogs::new(&live)),
            processes: Arc::new(InProcess::new(live)),
            artifacts: self.artifacts.clone(),
            values: Arc::new(StoredValues::new(none, Arc::new(self.values.clone()), Arc::new(self.values.clone()))),
            dag_runs: dag_runs.clone(),
            ..Services::default()
        };
        let store = Arc::new(self.store.clone());
        let local = LocalSettings { capacity: 64, threads: 2, kill_grace: Duration::from_millis(50) };
        let worker = WorkerId::new("test", life);
        let executor = Arc::new(LocalExecutor::new(worker, local, clock.clone(), store.clone(), services));
        let engine = Engine::start(store.clone(), executor, clock, EngineSettings::default()).await.unwrap();
        dag_runs.bind(Arc::new(EngineDagRuns::new(&engine, store)));
        Rig { engine, world: self.clone() }
    }
}

pub struct Rig {
    pub engine: Engine,
    pub world: World,
}

pub fn id(dag_id: &str) -> DagId {
    DagId::new(dag_id).unwrap()
}

impl Rig {
    pub async fn new() -> Self {
        World::new().rig(1).await
    }

    pub async fn define(&self, dag: DagBuilder) -> Arc<Dag> {
        let dag = Arc::new(dag.build().unwrap());
        self.engine.register(dag.clone()).await.unwrap();
        dag
    }

    pub async fn pause(&self, dag_id: &str, paused: bool) {
        self.engine.request(Request::SetPaused { dag_id: id(dag_id), paused }).await.unwrap();
    }

    pub async fn start(&self, dag: &Dag) -> RunKey {
        self.engine.trigger(&dag.dag_id, json!({"from": "test"})).await.unwrap()
    }

    pub async fn end(&self, key: RunKey) -> RunState {
        tokio::time::timeout(PATIENCE, self.engine.finished(key)).await.expect("the run ends").unwrap()
    }

    pub async fn rows(&self, key: RunKey) -> Vec<TaskRecord> {
        self.world.store.tasks(key, None, 1_000).await.unwrap()
    }

    /// Runs a DAG of one task; the task's row at its end.
    pub async fn only(&self, dag: DagBuilder) -> TaskRecord {
        let dag = self.define(dag).await;
        let key = self.start(&dag).await;
        self.end(key).await;
        self.rows(key).await.remove(0)
    }

    /// Waits until something is found.
    pub async fn until<T>(&self, key: RunKey, found: impl Fn(&[TaskRecord]) -> Option<T>) -> T {
        let look = async {
            loop {
                if let Some(it) = found(&self.rows(key).await) {
                    return it;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, look).await.expect("it comes")
    }

    /// The reason of the first task that waits.
    pub async fn waits(&self, key: RunKey) -> String {
        self.waits_for(key, "").await
    }

    /// The same, for a reason with `part` in it.
    pub async fn waits_for(&self, key: RunKey, part: &str) -> String {
        let reason = |row: &TaskRecord| row.deferral.as_ref().map(|deferral| deferral.reason.clone());
        self.until(key, |rows| {
            let rows = rows.iter().filter(|row| row.state == TaskState::Deferred);
            rows.filter_map(reason).find(|reason| reason.contains(part))
        })
        .await
    }

    /// All runs of a DAG, oldest first.
    pub async fn runs(&self, dag_id: &str) -> Vec<RunRecord> {
        let mut runs = self.world.store.runs(Some(&id(dag_id)), None, 1_000).await.unwrap();
        runs.reverse();
        runs
    }

    /// The try numbers of the tasks of a run.
    pub async fn tries(&self, dag_id: &str, run_id: &str) -> Vec<u32> {
        let runs = self.runs(dag_id).await;
        let run = runs.iter().find(|run| run.run_id.as_str() == run_id).unwrap();
        let tasks = self.world.store.tasks(run.key, None, 1_000).await.unwrap();
        tasks.iter().map(|row| row.token.try_number).collect()
    }

    pub async fn dag(&self, dag_id: &str) -> DagRecord {
        self.world.store.dag(&id(dag_id)).await.unwrap().unwrap()
    }

    /// The engine is gone, as after a crash: what it held in memory is lost.
    pub async fn crash(self) -> World {
        self.engine.stop().await;
        self.world
    }
}

/// What later tasks get of a row's task.
pub async fn xcom(rig: &Rig, row: &TaskRecord) -> Value {
    use couture_core::Store as _;
    let token = row.token;
    let found = rig.world.store.xcom(token.run, token.task, token.map_index, "return_value").await.unwrap();
    match found {
        Some(couture_core::task::XComValue::Json(json)) => serde_json::from_str(&json).unwrap(),
        other => panic!("{other:?}"),
    }
}
