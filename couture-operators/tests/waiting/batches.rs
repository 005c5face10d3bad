//! A DAG over the rows of a table.

use couture_core::{DagBuilder, TaskState};
use couture_operators::{FnOperator, LoopableBatchOperator};
use serde_json::{Value, json};

use crate::rig::{Rig, xcom};
use crate::small_server::SmallServer;

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

/// The end of a DAG over the rows of a table elsewhere: the number of batches, or its error.
async fn looped_over(rig: &Rig, metadata_file: &str) -> Result<Value, String> {
    let dag = DagBuilder::new("loops");
    dag.task("loop", LoopableBatchOperator::new("looped", metadata_file).batch_size(3), ());
    let row = rig.only(dag).await;
    match row.state {
        TaskState::Success => Ok(xcom(rig, &row).await),
        _ => Err(row.error.as_deref().unwrap_or_default().to_owned()),
    }
}

#[tokio::test]
async fn a_table_comes_from_an_ftp_server() {
    let rig = Rig::new().await;
    define_looped(&rig, 0).await;
    let folder = tempfile::tempdir().unwrap();
    for path in ["rows of may.csv", "public/rows.csv"] {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, table(7)).unwrap();
    }
    let mut server = SmallServer::start("ftp", &[folder.path()]);
    let port = server.port;
    let own = format!("ftp://ada:s3cr3t%2Fpw@127.0.0.1:{port}/rows%20of%20may.csv");
    assert_eq!(looped_over(&rig, &own).await, Ok(json!(3)));
    assert_eq!(server.next(), json!({"user": "ada", "file": "rows of may.csv"}));
    assert_eq!(batches(&rig).await, [vec![1, 2, 3], vec![4, 5, 6], vec![7]]);
    assert_eq!(looped_over(&rig, &format!("ftp://127.0.0.1:{port}/rows.csv")).await, Ok(json!(3)));
    assert_eq!(server.next(), json!({"user": "anonymous", "file": "public/rows.csv"}));
    for (address, expected) in [
        (format!("ftp://ada:s3cr3t-no@127.0.0.1:{port}/rows.csv"), "530"),
        (format!("ftp://127.0.0.1:{port}/none.csv"), "550"),
        ("ftp://127.0.0.1:1/rows.csv".into(), "refused"),
    ] {
        let error = looped_over(&rig, &address).await.unwrap_err();
        assert!(error.contains(expected) && !error.contains("s3cr3t"), "{error}, not {expected}");
    }
}

#[tokio::test]
async fn a_table_comes_from_s3() {
    let rig = Rig::new().await;
    define_looped(&rig, 0).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("data/may")).unwrap();
    std::fs::write(folder.path().join("data/may/rows of a.csv"), table(4)).unwrap();
    let mut server = SmallServer::start("s3", &[folder.path()]);
    let extra = json!({"endpoint_url": format!("http://127.0.0.1:{}", server.port), "region_name": "eu-central-1"});
    let connect = async |password: &str| {
        let set = |aws: &mut couture_core::values::Connection| {
            (aws.login, aws.password) = (Some("ada".into()), Some(password.into()));
            aws.extra = Some(extra.to_string());
        };
        rig.world.connection("aws_default", "aws", set).await;
    };
    connect("s3cr3t/pw").await;
    assert_eq!(looped_over(&rig, "s3://data/may/rows%20of%20a.csv").await, Ok(json!(2)));
    assert_eq!(server.next(), json!({"file": "data/may/rows of a.csv"}));
    assert_eq!(batches(&rig).await, [vec![1, 2, 3], vec![4]]);
    let error = looped_over(&rig, "s3://data/none.csv").await.unwrap_err();
    assert!(error.contains("none.csv") && error.contains("not found"), "{error}");
    connect("wrong-pw").await;
    let error = looped_over(&rig, "s3://data/may/rows%20of%20a.csv").await.unwrap_err();
    assert!(error.contains("SignatureDoesNotMatch") && !error.contains("wrong-pw"), "{error}");
}
