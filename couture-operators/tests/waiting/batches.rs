//! A DAG over the rows of a table.

use couture_core::{DagBuilder, TaskState};
use couture_operators::{FnOperator, LoopableBatchOperator};
use serde_json::{Value, json};

use crate::rig::{Rig, xcom};

/// The numbers in each run's rows, in the order of the runs.
pub async fn batches(rig: &Rig) -> Vec<Vec<i64>> {
    let numbers = |conf: &Value| {
        let rows = conf["metadata_df"].as_array().unwrap().clone();
        rows.iter().map(|row| row["n"].as_i64().unwrap()).collect()
    };
    rig.runs("looped").await.iter().map(|run| numbers(&run.conf)).collect()
}

/// A DAG whose runs fail for a row with the number `bad`, once.
pub async fn define_looped(rig: &Rig, bad: i64) {
    let looped = DagBuilder::new("looped");
    let operator = FnOperator { function: "wait.batch".into(), params: json!(bad) };
    looped.erased::<Value>("work", std::sync::Arc::new(operator), couture_core::dag::Input::None);
    rig.define(looped).await;
}

fn table(rows: i64) -> String {
    let rows = (1..=rows).map(|n| format!("{n},{}\n", if n % 2 == 0 { "even" } else { "odd" }));
    std::iter::once("n,kind\n".to_owned()).chain(rows).collect()
}

async fn check(change: fn(LoopableBatchOperator) -> LoopableBatchOperator, expected: Result<&[&[i64]], &str>) {
    let rig = Rig::new().await;
    define_looped(&rig, 0).await;
    let file = rig.world.folder().join("rows.csv");
    std::fs::write(&file, table(7)).unwrap();
    let operator = change(LoopableBatchOperator::new("looped", file.display().to_string()).batch_size(3));
    let shown = format!("{operator:?}");
    let dag = DagBuilder::new("loops");
    dag.task("loop", operator, ());
    let row = rig.only(dag).await;
    match expected {
        Ok(expected) => {
            assert_eq!(row.state, TaskState::Success, "{shown}: {row:?}");
            assert_eq!(batches(&rig).await, expected, "{shown}");
            assert_eq!(xcom(&rig, &row).await, json!(expected.len()));
        }
        Err(expected) => {
            let error = row.error.as_deref().unwrap_or_default();
            assert!(row.state == TaskState::Failed && error.contains(expected), "{shown}: {error}");
            assert_eq!(batches(&rig).await, Vec::<Vec<i64>>::new());
        }
    }
}

#[tokio::test]
async fn each_batch_has_its_run() {
    check(|it| it, Ok(&[&[1, 2, 3], &[4, 5, 6], &[7]])).await;
    check(|it| it.batch_size(100), Ok(&[&[1, 2, 3, 4, 5, 6, 7]])).await;
    check(|it| LoopableBatchOperator { batch_offset: 5, ..it }, Ok(&[&[6, 7]])).await;
    check(|it| LoopableBatchOperator { batch_offset: 50, ..it }, Ok(&[])).await;
    check(|it| it.filter("kind", ["odd"]), Ok(&[&[1, 3, 5], &[7]])).await;
    check(|it| it.filter("n", [2, 4]), Ok(&[&[2, 4]])).await;
    check(
        |it| LoopableBatchOperator { metadata_file: format!("file://{}", it.metadata_file), ..it },
        Ok(&[&[1, 2, 3], &[4, 5, 6], &[7]]),
    )
    .await;
}

#[tokio::test]
async fn what_cannot_be_run_is_said() {
    check(|it| it.filter("colour", ["red"]), Err("has no column \"colour\", which filter_by names; it has: n, kind"))
        .await;
    check(|it| it.batch_size(0), Err("batch_size must be 1 or more")).await;
    check(
        |it| LoopableBatchOperator { metadata_file: "/no/such.csv".into(), ..it },
        Err("failed to open /no/such.csv"),
    )
    .await;
    check(|it| LoopableBatchOperator { metadata_file: "hdfs:///a.csv".into(), ..it }, Err("names no name node")).await;
    check(
        |it| LoopableBatchOperator { metadata_file: "gopher://a".into(), ..it },
        Err("files of gopher: are not read here"),
    )
    .await;
    check(|it| LoopableBatchOperator { metadata_file: "s3://bucket".into(), ..it }, Err("s3://BUCKET/KEY")).await;
}

/// A try that fails is repaired by the next one, which does not run again what is done.
#[tokio::test]
async fn a_retry_goes_on_with_the_batch_that_failed() {
    let rig = Rig::new().await;
    define_looped(&rig, 5).await;
    let file = rig.world.folder().join("rows.csv");
    std::fs::write(&file, table(7)).unwrap();
    let dag = DagBuilder::new("loops");
    let operator = LoopableBatchOperator::new("looped", file.display().to_string()).batch_size(2);
    dag.task("loop", operator, ()).retries(1).retry_delay(std::time::Duration::from_secs(1));
    let row = rig.only(dag).await;
    assert_eq!((row.state, row.token.try_number), (TaskState::Success, 2), "{row:?}");
    assert_eq!(batches(&rig).await, [vec![1, 2], vec![3, 4], vec![5, 6], vec![5, 6], vec![7]]);
}
