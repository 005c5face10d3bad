//! Couture inside another program: define a DAG, run it durably, read its result. `cargo run -p examples --bin embed`

use std::sync::Arc;

use couture_core::store::Store;
use couture_core::*;
use couture_operators::{FnOperator, function};

async fn numbers((): (), _: &TaskContext) -> Result<Vec<i64>, Failure> {
    Ok(vec![1, 2, 3])
}
function!("embed.numbers", numbers);

async fn sum(numbers: Vec<i64>, cx: &TaskContext) -> Result<i64, Failure> {
    cx.log(format!("{} numbers", numbers.len()));
    Ok(numbers.iter().sum())
}
function!("embed.sum", sum);

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dag = DagBuilder::new("embedded");
    let all = FnOperator::task(&dag, "numbers", numbers, ());
    FnOperator::task(&dag, "sum", sum, all).retries(2);
    let dag = Arc::new(dag.build()?);

    let folder = tempfile::tempdir()?;
    let store = Arc::new(couture_store::connect(&format!("sqlite://{}/couture.db", folder.path().display())).await?);
    let clock = Arc::new(SystemClock::new());
    let worker = WorkerId::new("embed", 1);
    let executor =
        LocalExecutor::new(worker, LocalSettings::default(), clock.clone(), store.clone(), Services::default());
    let engine = Engine::start(store.clone(), Arc::new(executor), clock, EngineSettings::default()).await?;
    engine.register(dag.clone()).await?;
    let run = engine.trigger(&dag.dag_id, serde_json::json!({})).await?;
    let state = engine.finished(run).await?;
    let sum = store.xcom(run, dag.find("sum").unwrap(), MapIndex::NONE, "return_value").await?;
    println!("{state}: {sum:?}");
    Ok(())
}
