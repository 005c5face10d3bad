//! Runs of DAGs, for operators: over an engine and its store.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::{Engine, EngineError, WeakEngine};
use crate::dag::Dag;
use crate::failure::BoxError;
use crate::ids::{DagId, MapIndex, RunId, TaskIndex};
use crate::state::TaskState;
use crate::store::{
    Answer, ClearOnly, Operation, Refusal, Request, RunOrigin, RunRecord, Store, StoreReader, TaskSelection, Trigger,
    TriggeredBy,
};
use crate::task::{DagRuns, MAX_RUNS_SEEN, NewRun, SeenDag, SeenRun, SeenTask, Triggered};
use crate::time::Timestamp;

/// How many versions of DAGs are remembered.
const MAX_VERSIONS: usize = 64;

/// Starts and sees runs of an engine that it does not keep from stopping.
#[derive(Debug)]
pub struct EngineDagRuns {
    engine: WeakEngine,
    store: Arc<dyn Store>,
    reader: Arc<dyn StoreReader>,
    /// Read before, by version.
    versions: Mutex<BTreeMap<String, Arc<Dag>>>,
}

impl EngineDagRuns {
    /// Over `engine` and what its store holds.
    pub fn new(engine: &Engine, reader: Arc<dyn StoreReader>) -> Self {
        Self { engine: engine.downgrade(), store: engine.store.clone(), reader, versions: Mutex::default() }
    }

    async fn ask(&self, request: Request) -> Result<Answer, EngineError> {
        self.engine.upgrade().ok_or(EngineError::Stopped)?.request(request).await
    }

    async fn version(&self, version: &str) -> Result<Arc<Dag>, BoxError> {
        let known = || self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(dag) = known().get(version) {
            return Ok(dag.clone());
        }
        let json = self.store.version(version).await?;
        let json = json.ok_or_else(|| format!("version {version} is missing from the store"))?;
        let dag = Arc::new(Dag::from_json(&json)?);
        let mut known = known();
        if known.len() >= MAX_VERSIONS {
            known.clear();
        }
        known.insert(version.to_owned(), dag.clone());
        Ok(dag)
    }
}

impl From<RunRecord> for SeenRun {
    fn from(run: RunRecord) -> Self {
        Self { run_id: run.run_id, logical_date: run.logical_date, state: run.state }
    }
}

#[async_trait]
impl DagRuns for EngineDagRuns {
    async fn trigger(&self, run: NewRun) -> Result<Triggered, BoxError> {
        let NewRun { dag_id, run_id, logical_date, conf } = run;
        let origin = RunOrigin { triggered_by: Some(TriggeredBy::Operator), ..RunOrigin::default() };
        let trigger = Trigger { run_id: Some(run_id), logical_date, conf, origin, ..Trigger::of(dag_id) };
        match self.ask(Request::Trigger(trigger)).await {
            Ok(Answer::Posted) => Ok(Triggered::Posted),
            Ok(_) => Ok(Triggered::Started),
            Err(EngineError::Refused(Refusal::RunExists { .. })) => Ok(Triggered::Exists),
            Err(error) => Err(error.into()),
        }
    }

    async fn clear(&self, dag_id: &DagId, run_id: &RunId) -> Result<(), BoxError> {
        let Some(run) = self.reader.run(dag_id, run_id).await? else { return Ok(()) };
        let operation = Operation::ClearTasks { tasks: TaskSelection::All, only: ClearOnly::All, newest: None };
        self.ask(Request::Operate { dag_id: dag_id.clone(), run: run.key, operation }).await?;
        Ok(())
    }

    async fn run(&self, dag_id: &DagId, run_id: &RunId) -> Result<Option<SeenRun>, BoxError> {
        Ok(self.reader.run(dag_id, run_id).await?.map(SeenRun::from))
    }

    async fn runs_at(&self, dag_id: &DagId, logical_date: Timestamp) -> Result<Vec<SeenRun>, BoxError> {
        let runs = self.store.runs_between(dag_id, logical_date, logical_date, MAX_RUNS_SEEN).await?;
        Ok(runs.into_iter().map(SeenRun::from).collect())
    }

    async fn tasks(&self, dag_id: &DagId, run_id: &RunId) -> Result<Vec<SeenTask>, BoxError> {
        let Some(run) = self.reader.run(dag_id, run_id).await? else { return Ok(Vec::new()) };
        let Some(snapshot) = self.store.run_snapshot(run.key).await? else { return Ok(Vec::new()) };
        let dag = self.version(&snapshot.run.version).await?;
        let rows = snapshot.tasks.into_iter().map(|row| ((row.token.task, row.token.map_index), row.state));
        let mut states: BTreeMap<(TaskIndex, MapIndex), Option<TaskState>> =
            rows.map(|(instance, state)| (instance, Some(state))).collect();
        for at in 0..dag.tasks().len() {
            states.entry((TaskIndex(at as u32), MapIndex::NONE)).or_insert(None);
        }
        let seen = states
            .into_iter()
            .filter(|((task, _), _)| task.at() < dag.tasks().len())
            .map(|((task, map_index), state)| SeenTask { task_id: dag.task(task).task_id.clone(), map_index, state });
        Ok(seen.collect())
    }

    async fn dag(&self, dag_id: &DagId) -> Result<Option<SeenDag>, BoxError> {
        let Some(row) = self.reader.dag(dag_id).await? else { return Ok(None) };
        let dag = self.version(&row.version).await?;
        let tasks = dag.tasks().iter().map(|task| task.task_id.clone()).collect();
        Ok(Some(SeenDag { paused: row.paused, active: row.active, tasks }))
    }

    async fn unpause(&self, dag_id: &DagId) -> Result<(), BoxError> {
        self.ask(Request::SetPaused { dag_id: dag_id.clone(), paused: false }).await?;
        Ok(())
    }
}
