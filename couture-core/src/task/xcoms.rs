//! The service that finds what attempts gave to later ones.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

use super::context::TaskContext;
use super::outcome::{XCom, XComValue};
use crate::dag::Dag;
use crate::failure::BoxError;
use crate::ids::{DagId, MapIndex, RunKey, TaskIndex};
use crate::store::Store;
use crate::time::Timestamp;

/// The keys of the values that are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PulledKey {
    /// This one.
    Named(String),
    /// Any: what was given last. Of a task that is mapped, everything that its instances gave, of each the newest first.
    Newest,
    /// All of them, by map index and key.
    Every,
}

/// Which values are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct XComQuery {
    /// Whose; the own DAG where absent.
    pub dag_id: Option<String>,
    /// Of which tasks, in the order wanted.
    pub task_ids: Vec<String>,
    /// Under which key.
    pub key: PulledKey,
    /// Whether, where this run has none, the newest value of an earlier run counts.
    pub include_prior_dates: bool,
}

/// What one task of the query gave: nothing, one value, or, where it is mapped, one of each index, ascending.
pub type PulledXCom = Vec<(MapIndex, Value)>;

/// Finds what attempts gave to later ones.
#[async_trait]
pub trait XComs: Debug + Send + Sync {
    /// What each task of `query` gave, in the order of its `task_ids`, as seen by `cx`'s attempt: of its own run, or for another
    /// DAG of the run with the same logical date. What is not there is empty; what is there and cannot be read is an error.
    async fn pull(&self, query: &XComQuery, cx: &TaskContext) -> Result<Vec<PulledXCom>, BoxError>;
}

/// Has none.
#[derive(Debug)]
pub(super) struct NoXComs;

#[async_trait]
impl XComs for NoXComs {
    async fn pull(&self, query: &XComQuery, _: &TaskContext) -> Result<Vec<PulledXCom>, BoxError> {
        Ok(vec![Vec::new(); query.task_ids.len()])
    }
}

/// XComs from the engine's store.
#[derive(Debug)]
pub struct StoreXComs {
    store: Arc<dyn Store>,
}

/// A run to look in: its key, its logical date, and its DAG as it was then.
struct Place {
    key: RunKey,
    date: Timestamp,
    dag: Arc<Dag>,
}

impl StoreXComs {
    /// How many earlier runs are looked at, at most, for a value of prior dates.
    pub const MAX_PRIOR_RUNS: usize = 100;

    /// The most values of one task, where no key is named.
    pub const MAX_OF_ANY_KEY: usize = 1_000;

    /// Reads from `store`.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    async fn values(
        &self,
        place: &Place,
        task_id: &str,
        key: &PulledKey,
        cx: &TaskContext,
    ) -> Result<PulledXCom, BoxError> {
        let Some(task) = place.dag.find(task_id) else { return Ok(Vec::new()) };
        let kept = match key {
            PulledKey::Named(key) => self.store.xcoms(place.key, task, key).await?,
            PulledKey::Newest => self.newest(place.key, task).await?,
            PulledKey::Every => {
                let mut all = self.of_any_key(place.key, task).await?;
                all.sort_by(|left, right| (left.0, &left.1.key).cmp(&(right.0, &right.1.key)));
                without_keys(all)
            }
        };
        let mut found = Vec::new();
        for (map_index, value) in kept {
            let value = match value {
                XComValue::Json(json) => serde_json::from_str(&json)?,
                XComValue::Artifact(artifact) => {
                    serde_json::from_slice(&cx.services().artifacts.get(&artifact).await?)?
                }
            };
            found.push((map_index, value));
        }
        Ok(found)
    }

    async fn newest(&self, run: RunKey, task: TaskIndex) -> Result<Vec<(MapIndex, XComValue)>, BoxError> {
        let newest = self.store.newest_xcoms(run, task, 1).await?;
        if newest.first().is_none_or(|(map_index, _)| *map_index == MapIndex::NONE) {
            return Ok(without_keys(newest));
        }
        let mut all = self.of_any_key(run, task).await?;
        all.sort_by_key(|(map_index, _)| *map_index);
        Ok(without_keys(all))
    }

    async fn of_any_key(&self, run: RunKey, task: TaskIndex) -> Result<Vec<(MapIndex, XCom)>, BoxError> {
        let most = Self::MAX_OF_ANY_KEY;
        let all = self.store.newest_xcoms(run, task, most + 1).await?;
        if all.len() > most {
            return Err(format!("the task gave more than {most} XComs: name the key of those that are wanted").into());
        }
        Ok(all)
    }

    async fn dag(&self, version: &str) -> Result<Arc<Dag>, BoxError> {
        let json = self.store.version(version).await?.ok_or("the version of the DAG that this run had is gone")?;
        Ok(Arc::new(Dag::from_json(&json)?))
    }

    /// The run that the query is about: the attempt's own, or that of another DAG with the same logical date.
    async fn first(&self, query: &XComQuery, cx: &TaskContext) -> Result<Option<Place>, BoxError> {
        let run = cx.run();
        let Some(dag_id) = query.dag_id.as_deref().filter(|dag_id| *dag_id != cx.dag_id().as_str()) else {
            return Ok(Some(Place { key: run.key, date: run.logical_date, dag: run.dag.clone() }));
        };
        let Ok(dag_id) = DagId::new(dag_id) else { return Ok(None) };
        let found = self.store.runs_between(&dag_id, run.logical_date, run.logical_date, Self::MAX_PRIOR_RUNS).await?;
        match found.last() {
            Some(run) => Ok(Some(Place { key: run.key, date: run.logical_date, dag: self.dag(&run.version).await? })),
            None if query.include_prior_dates => self.before(&dag_id, run.logical_date).await,
            None => Ok(None),
        }
    }

    async fn before(&self, dag_id: &DagId, date: Timestamp) -> Result<Option<Place>, BoxError> {
        let Some(key) = self.store.previous_run(dag_id, date, false).await? else { return Ok(None) };
        let Some(snapshot) = self.store.run_snapshot(key).await? else { return Ok(None) };
        let dag = self.dag(&snapshot.run.version).await?;
        Ok(Some(Place { key, date: snapshot.run.logical_date, dag }))
    }
}

#[async_trait]
impl XComs for StoreXComs {
    async fn pull(&self, query: &XComQuery, cx: &TaskContext) -> Result<Vec<PulledXCom>, BoxError> {
        let mut found = vec![Vec::new(); query.task_ids.len()];
        let mut place = self.first(query, cx).await?;
        for _ in 0..=Self::MAX_PRIOR_RUNS {
            let Some(here) = &place else { break };
            for (task_id, values) in query.task_ids.iter().zip(&mut found) {
                if values.is_empty() {
                    *values = self.values(here, task_id, &query.key, cx).await?;
                }
            }
            if !query.include_prior_dates || found.iter().all(|values| !values.is_empty()) {
                break;
            }
            place = self.before(&here.dag.dag_id, here.date).await?;
        }
        Ok(found)
    }
}

fn without_keys(xcoms: Vec<(MapIndex, XCom)>) -> Vec<(MapIndex, XComValue)> {
    xcoms.into_iter().map(|(map_index, xcom)| (map_index, xcom.value)).collect()
}
