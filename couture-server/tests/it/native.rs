//! DAGs that a program defines in Rust.

use std::time::Duration;

use couture_core::store::{Answer, Request, Trigger};
use couture_core::{DagBuilder, RunState};
use couture_operators::{BashOperator, EmptyOperator};
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
    let trigger = Trigger { dag_id: dag_id.clone(), run_id: None, logical_date: None, conf: serde_json::Value::Null };
    let Answer::Triggered { key, .. } = node.engine().request(Request::Trigger(trigger)).await.unwrap() else {
        panic!("the run was not started");
    };
    let ended = tokio::time::timeout(PATIENCE, node.engine().finished(key)).await.unwrap();
    assert_eq!(ended.unwrap(), RunState::Success);
    node.stop().await;
}
