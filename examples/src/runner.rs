//! Runs one DAG to its end.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use couture_core::store::StoreReader;
use couture_core::{
    Dag, Engine, EngineSettings, LocalExecutor, LocalSettings, RunState, Services, SystemClock, WorkerId,
};

/// Runs `dag` on a SQLite store in `folder`. An error names the tasks that failed, and why.
pub async fn run(dag: Dag, folder: &Path) -> Result<(), Box<dyn Error>> {
    let dag = Arc::new(dag);
    let url = format!("sqlite://{}", folder.join("couture.db").display());
    let store = Arc::new(couture_store::connect(&url).await?);
    let clock = Arc::new(SystemClock::new());
    let (worker, local) = (WorkerId::new("example", 1), LocalSettings::default());
    let executor = Arc::new(LocalExecutor::new(worker, local, clock.clone(), store.clone(), Services::default()));
    let engine = Engine::start(store.clone(), executor, clock, EngineSettings::default()).await?;
    engine.register(dag.clone()).await?;
    let run = engine.trigger(&dag.dag_id, serde_json::json!({})).await?;
    if engine.finished(run).await? == RunState::Success {
        return Ok(());
    }
    let rows = store.tasks(run, None, dag.tasks().len()).await?;
    let failed = rows.iter().filter_map(|row| Some((&dag.task(row.token.task).task_id, row.error.as_deref()?)));
    Err(failed.map(|(task, error)| format!("{task}: {error}\n")).collect::<String>().into())
}
