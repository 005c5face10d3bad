//! Tells the engine of the DAGs that the catalogue holds.

use std::sync::Arc;
use std::time::Duration;

use couture_core::store::StoreError;
use couture_core::{Clock, Dag, DagId, Engine, EngineError, Restriction, StoreReader};
use futures_util::StreamExt as _;

use super::catalog::{Catalog, Change};
use super::watch::Watch;
use crate::api::{NEVER_RUNS, never_runs};

/// DAGs registered at a time, so that they share commits.
const CONCURRENT: usize = 64;
/// Between two tries while the store does not answer.
const RETRY: Duration = Duration::from_secs(1);
const PAGE: usize = 1_000;

/// Tells the engine of `changes`, and repeats what the store does not take until it does. Returns early where the engine has stopped.
async fn apply(engine: &Engine, catalog: &Catalog, clock: &dyn Clock, changes: Vec<Change>) -> Result<(), EngineError> {
    // What is gone goes first: the same id may be defined again by another file.
    let (gone, defined): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| matches!(change, Change::Gone(_)));
    for changes in [gone, defined] {
        let results = futures_util::stream::iter(changes)
            .map(|change| apply_one(engine, catalog, clock, change))
            .buffer_unordered(CONCURRENT)
            .collect::<Vec<_>>()
            .await;
        results.into_iter().collect::<Result<(), _>>()?;
    }
    Ok(())
}

async fn apply_one(engine: &Engine, catalog: &Catalog, clock: &dyn Clock, change: Change) -> Result<(), EngineError> {
    let (dag, dag_id) = match change {
        Change::Defined(dag) => (Some(Arc::<Dag>::from(dag)), None),
        Change::Gone(dag_id) => (None, Some(dag_id)),
    };
    loop {
        let result = match (&dag, &dag_id) {
            (Some(dag), _) => engine.register(dag.clone()).await,
            (None, Some(dag_id)) if !catalog.defines(dag_id) => engine.deregister(dag_id.clone()).await,
            _ => Ok(()),
        };
        match result {
            Ok(()) => {
                if let Some(dag) = &dag {
                    warn(engine, dag, clock);
                }
                return Ok(());
            }
            Err(EngineError::Stopped) => return Err(EngineError::Stopped),
            Err(EngineError::Store(error @ StoreError::Unavailable(_))) => {
                tracing::warn!("failed to register a DAG, and try again: {error}");
                clock.sleep(RETRY).await;
            }
            Err(error) => {
                let dag_id = dag.as_ref().map(|dag| &dag.dag_id).or(dag_id.as_ref());
                if let Some(dag_id) = dag_id {
                    catalog.refuse(dag_id, error.to_string(), clock.now().wall);
                }
                return Ok(());
            }
        }
    }
}

/// Tells of a DAG that is right, and does not do what was meant.
fn warn(engine: &Engine, dag: &Dag, clock: &dyn Clock) {
    let attributes = &dag.attributes;
    let catchup = attributes.catchup.unwrap_or(engine.settings().catchup);
    let restriction = Restriction { earliest: attributes.start_date, latest: attributes.end_date, catchup };
    if never_runs(&*dag.timetable, &restriction, clock.now().wall) {
        tracing::warn!(dag_id = %dag.dag_id, "{NEVER_RUNS}");
    }
}

/// Looks at the DAG folder for the first time, and tells the engine of everything, `first` before the files. Where no other process has
/// the store, DAGs that nothing defines any more are retired.
pub async fn load_all(
    engine: &Engine,
    catalog: &Arc<Catalog>,
    clock: &Arc<dyn Clock>,
    mut first: Vec<Change>,
    only_process: Option<&dyn StoreReader>,
) -> Result<(), EngineError> {
    first.extend(look(catalog, clock).await);
    apply(engine, catalog, &**clock, first).await?;
    let Some(reader) = only_process else { return Ok(()) };
    let mut after: Option<DagId> = None;
    loop {
        let page = reader.dags(after.as_ref(), PAGE).await?;
        let undefined = page.iter().filter(|dag| dag.active && !catalog.defines(&dag.dag_id));
        let changes = undefined.map(|dag| Change::Gone(dag.dag_id.clone())).collect();
        apply(engine, catalog, &**clock, changes).await?;
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.dag_id.clone()),
            _ => return Ok(()),
        }
    }
}

async fn look(catalog: &Arc<Catalog>, clock: &Arc<dyn Clock>) -> Vec<Change> {
    let (catalog, now) = (catalog.clone(), clock.now().wall);
    let looked = tokio::task::spawn_blocking(move || catalog.look(now)).await;
    looked.unwrap_or_else(|error| {
        tracing::error!("failed to look at the DAG folder: {error}");
        Vec::new()
    })
}

/// Looks at the DAG folder whenever it may have changed, until the engine stops.
pub async fn keep_loaded(engine: Engine, catalog: Arc<Catalog>, clock: Arc<dyn Clock>, watch: Watch) {
    loop {
        watch.changed(&*clock).await;
        let changes = look(&catalog, &clock).await;
        if apply(&engine, &catalog, &*clock, changes).await.is_err() {
            return;
        }
    }
}
