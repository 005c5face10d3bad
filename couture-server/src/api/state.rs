//! What the handlers work on.

use std::sync::Arc;

use couture_core::store::{DagRecord, RunRecord};
use couture_core::{Clock, DagId, Engine, RunId, Store, StoreReader, Timestamp};
use couture_store::LogStore;

use super::error::ApiError;
use super::version_shape::{VersionShape, VersionShapes};
use crate::dags::Catalog;

/// What the handlers work on. Clones share it.
#[derive(Clone, Debug)]
pub struct ApiState {
    /// The engine of this process.
    pub engine: Engine,
    /// Where XComs and versions are.
    pub store: Arc<dyn Store>,
    /// What the store holds, for people.
    pub reader: Arc<dyn StoreReader>,
    /// Logs of attempts.
    pub logs: LogStore,
    /// XComs that are too big for a row.
    pub artifacts: Arc<dyn couture_core::task::Artifacts>,
    /// What is defined here.
    pub catalog: Arc<Catalog>,
    /// Tasks of DAG versions.
    pub shapes: Arc<VersionShapes>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// When the server started.
    pub started_at: Timestamp,
}

impl ApiState {
    pub(super) async fn dag(&self, dag_id: &DagId) -> Result<DagRecord, ApiError> {
        let unknown = || ApiError::not_found(format!("there is no dag {:?}", dag_id.as_str()));
        self.reader.dag(dag_id).await?.ok_or_else(unknown)
    }

    pub(super) async fn run(&self, dag_id: &DagId, run_id: &RunId) -> Result<RunRecord, ApiError> {
        match self.reader.run(dag_id, run_id).await? {
            Some(run) => Ok(run),
            None => {
                self.dag(dag_id).await?;
                let detail = format!("dag {:?} has no run {:?}", dag_id.as_str(), run_id.as_str());
                Err(ApiError::not_found(detail))
            }
        }
    }

    pub(super) async fn shape(&self, version: &str) -> Result<Arc<VersionShape>, ApiError> {
        Ok(self.shapes.get(&*self.store, version).await?)
    }
}
