//! DAGs that a program defines in Rust.

use std::time::Duration;

use couture_core::store::{Answer, Request, Trigger};
use couture_core::{DagBuilder, DagId, Failure, RunState, TaskContext};
use couture_operators::{BashOperator, EmptyOperator, FnOperator, function};
use couture_server::data_folder::DataFolder;
use couture_server::settings::Settings;
use couture_server::{Children, Node};

use crate::harness::PATIENCE;

#[tokio::test]
async fn a_native_dag_runs_beside_the_files() {
    let folder = tempfile::tempdir().unwrap();
    crate::harness::write_dag_file(folder.path(), "twin.yaml", "dag_id: native\ntasks: []\n");
    let dag = DagBuilder::new("native");
    let first = dag.task("first", EmptyOperator {}, ());
    let second = dag.task("second", BashOperator::new("echo native"), ()).execution_timeout(Duration::from_secs(60));
    first.set_downstream(&second);
    let dag = dag.build().unwrap();

    let mut settings = Settings::default();
    settings.scheduler.dags_are_paused_at_creation = false;
    let data = DataFolder::open(folder.path()).unwrap();
    let mut node = Node::start(settings, data, vec![dag], Children::InProcess).await.unwrap();
    node.load().await.unwrap();
    let state = node.api_state();
    let errors = state.catalog.errors();
    assert!(errors.len() == 1 && errors[0].error.reason.contains("the program itself"), "{errors:?}");

    let dag_id = couture_core::DagId::new("native").unwrap();
    let trigger = Trigger::of(dag_id.clone());
    let Answer::Triggered { key, .. } = node.engine().request(Request::Trigger(trigger)).await.unwrap() else {
        panic!("the run was not started");
    };
    let ended = tokio::time::timeout(PATIENCE, node.engine().finished(key)).await.unwrap();
    assert_eq!(ended.unwrap(), RunState::Success);
    node.stop().await;
}

async fn block((): (), _cx: &TaskContext) -> Result<i64, Failure> {
    // Longer than the test: it never gives its thread back.
    let (_open, door) = std::sync::mpsc::channel::<()>();
    let _ = door.recv_timeout(Duration::from_secs(600));
    Ok(1)
}
function!("test.block", block);

async fn fall((): (), _cx: &TaskContext) -> Result<i64, Failure> {
    panic!("it fell")
}
function!("test.fall", fall);

async fn work((): (), _cx: &TaskContext) -> Result<i64, Failure> {
    Ok(1)
}
function!("test.work", work);

#[tokio::test]
async fn operators_that_panic_or_block_their_threads_fail_alone() {
    let bad = DagBuilder::new("bad");
    for at in 0..20 {
        FnOperator::task(&bad, format!("block{at}"), block, ()).execution_timeout(Duration::from_millis(500));
        FnOperator::task(&bad, format!("fall{at}"), fall, ());
    }
    let good = DagBuilder::new("good");
    FnOperator::task(&good, "work", work, ());
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::default();
    settings.scheduler.dags_are_paused_at_creation = false;
    settings.operators.kill_grace_s = 1;
    let data = DataFolder::open(folder.path()).unwrap();
    let dags = vec![bad.build().unwrap(), good.build().unwrap()];
    let mut node = Node::start(settings, data, dags, Children::InProcess).await.unwrap();
    node.load().await.unwrap();
    let start =
        async |id: &str| node.engine().trigger(&DagId::new(id).unwrap(), serde_json::Value::Null).await.unwrap();
    let bad = start("bad").await;
    for _ in 0..5 {
        let good = start("good").await;
        let ended = tokio::time::timeout(PATIENCE, node.engine().finished(good)).await.unwrap();
        assert_eq!(ended.unwrap(), RunState::Success);
    }
    let ended = tokio::time::timeout(PATIENCE, node.engine().finished(bad)).await;
    let tasks = node.reader().tasks(bad, None, 100).await.unwrap();
    let Ok(ended) = ended else { panic!("the run does not end: {tasks:#?}") };
    assert_eq!(ended.unwrap(), RunState::Failed);
    assert_eq!(tasks.len(), 40);
    for task in tasks {
        let error = format!("{task:?}");
        assert_eq!(task.state, couture_core::TaskState::Failed, "{error}");
        assert!(error.contains("it fell") || error.contains("time"), "{error}");
    }
    node.stop().await;
}
