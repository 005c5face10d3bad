//! The service that finds what attempts gave to later ones.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

use super::context::TaskContext;
use super::outcome::XComValue;
use crate::failure::BoxError;
use crate::ids::{MapIndex, TaskIndex};
use crate::store::Store;

/// Which values are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct XComQuery {
    /// Whose; the own DAG where absent.
    pub dag_id: Option<String>,
    /// Of which tasks, in the order wanted.
    pub task_ids: Vec<String>,
    /// Under which key.
    pub key: String,
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

/// XComs of the attempt's own run, from the engine's store.
#[derive(Debug)]
pub struct StoreXComs {
    store: Arc<dyn Store>,
}

impl StoreXComs {
    /// Reads from `store`.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    async fn one(&self, task: TaskIndex, key: &str, cx: &TaskContext) -> Result<Option<Value>, BoxError> {
        Ok(match self.store.xcom(cx.run().key, task, MapIndex::NONE, key).await? {
            None => None,
            Some(XComValue::Json(json)) => Some(serde_json::from_str(&json)?),
            Some(XComValue::Artifact(artifact)) => {
                Some(serde_json::from_slice(&cx.services().artifacts.get(&artifact).await?)?)
            }
        })
    }
}

#[async_trait]
impl XComs for StoreXComs {
    async fn pull(&self, query: &XComQuery, cx: &TaskContext) -> Result<Vec<PulledXCom>, BoxError> {
        if let Some(dag_id) = query.dag_id.as_deref().filter(|dag_id| *dag_id != cx.dag_id().as_str()) {
            return Err(format!("XComs of another DAG ({dag_id:?}) cannot be read here").into());
        }
        let mut found = Vec::with_capacity(query.task_ids.len());
        for task_id in &query.task_ids {
            let value = match cx.run().dag.find(task_id) {
                Some(task) => self.one(task, &query.key, cx).await?,
                None => None,
            };
            found.push(value.map(|value| (MapIndex::NONE, value)).into_iter().collect());
        }
        Ok(found)
    }
}
