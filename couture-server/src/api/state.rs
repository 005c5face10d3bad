//! What the handlers work on.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use couture_core::store::{Annals, Answer, DagRecord, Request, RunRecord};
use couture_core::{Clock, DagId, Engine, EngineError, RunId, Store, StoreReader, Timestamp, WorkerId};
use couture_store::LogStore;

use super::dag_version::PastVersions;
use super::error::ApiError;
use super::lately::Lately;
use super::version_shape::{VersionShape, VersionShapes};
use crate::backend::KeptValues;
use crate::dags::Catalog;

/// From one look at the store's health to the next, while a request waits for it.
const LOOK: Duration = Duration::from_millis(250);
/// So long a request waits for a store that fails.
const STORE_PATIENCE: Duration = Duration::from_secs(2);

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
    /// Variables, connections and pools.
    pub kept: KeptValues,
    /// What is defined here.
    pub catalog: Arc<Catalog>,
    /// What has become of DAGs lately.
    pub lately: Arc<Lately>,
    /// Tasks of DAG versions.
    pub shapes: Arc<VersionShapes>,
    /// Notes, and what DAGs were.
    pub annals: Arc<dyn Annals>,
    /// Numbers of versions.
    pub past_versions: Arc<PastVersions>,
    /// The data folder, whose disk may fill.
    pub data: PathBuf,
    /// Whether values of variables whose key tells of a secret are hidden from people.
    pub hides_secrets: bool,
    /// This process among those that share the store.
    pub worker: WorkerId,
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

    /// Asks the engine. While the store takes nothing, this is refused, be it after a while: what waits for the store waits for as
    /// long as that lasts.
    pub(super) async fn ask(&self, request: Request) -> Result<Answer, ApiError> {
        self.carry_out(self.engine.request(request)).await
    }

    /// Waits for something that the engine does, as [`ask`](Self::ask) does.
    pub(super) async fn carry_out<T>(&self, work: impl Future<Output = Result<T, EngineError>>) -> Result<T, ApiError> {
        if let Some(error) = self.engine.status().store_error {
            let detail = format!("the store takes nothing at the moment, and nothing was changed; try again: {error}");
            return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, detail));
        }
        let answer = work;
        tokio::pin!(answer);
        let mut failing = Duration::ZERO;
        loop {
            tokio::select! {
                answer = &mut answer => return Ok(answer?),
                () = self.clock.sleep(LOOK) => {}
            }
            match self.engine.status().store_error {
                Some(error) if failing >= STORE_PATIENCE => {
                    let detail = format!(
                        "the store takes nothing at the moment; this is done when it does again, so look before you ask again: {error}"
                    );
                    return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, detail));
                }
                Some(_) => failing += LOOK,
                None => failing = Duration::ZERO,
            }
        }
    }

    pub(super) async fn shape(&self, version: &str) -> Result<Arc<VersionShape>, ApiError> {
        Ok(self.shapes.get(&*self.store, version).await?)
    }
}
