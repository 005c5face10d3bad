//! What attempts find of what others gave.

use std::sync::Arc;

use couture_core::conformance::store::{ShardWriter, sample_task};
use couture_core::schedule::DataInterval;
use couture_core::store::{MemoryStore, Record};
use couture_core::task::{Cancellation, PulledKey, StoreXComs, XCom, XComQuery, XComValue, XComs};
use couture_core::{
    AttemptToken, DagBuilder, MapIndex, RunId, RunInfo, RunKey, RunType, Services, TaskContext, TaskIndex, TaskState,
    Timestamp,
};
use serde_json::{Value, json};

use crate::operators::Nothing;

/// That an instance gave these numbers under these keys, and ended at this microsecond.
fn gave(run: RunKey, (task, map_index, ended): (u32, i32, i64), given: &[(&str, usize)]) -> Record {
    let mut row = sample_task(run, task, TaskState::Success);
    row.token.map_index = MapIndex(map_index);
    row.ended_at = Some(Timestamp::from_micros(ended));
    let xcom = |(key, n): &(&str, usize)| XCom { key: (*key).into(), value: XComValue::Json(n.to_string().into()) };
    row.xcoms = given.iter().map(xcom).collect();
    Record::Task(Box::new(row))
}

fn context(run: RunKey) -> TaskContext {
    let dag = DagBuilder::new("d");
    for task in ["plain", "mapped", "endless", "none"] {
        dag.task(task, Nothing, ());
    }
    let at = Timestamp::from_micros(5);
    let info = RunInfo {
        key: run,
        dag: Arc::new(dag.build().unwrap()),
        run_id: RunId::new("r").unwrap(),
        run_type: RunType::Manual,
        logical_date: at,
        data_interval: DataInterval::at(at),
        backfill: None,
        conf: Value::Null,
    };
    let token = AttemptToken { run, task: TaskIndex(3), map_index: MapIndex::NONE, try_number: 1, launch: 1 };
    TaskContext::new(Arc::new(info), token, Cancellation::default(), Arc::new(Services::default()))
}

#[tokio::test]
async fn values_are_pulled_with_a_key_and_without() {
    let store = MemoryStore::new(1);
    let mut writer = ShardWriter::claim(&store, 0).await;
    let run = writer.create_run(&store, "d", "r").await;
    let names: Vec<_> = (0..=StoreXComs::MAX_OF_ANY_KEY).map(|n| (format!("k{n:04}"), n)).collect();
    let endless: Vec<_> = names.iter().map(|(key, n)| (key.as_str(), *n)).collect();
    let rows = vec![
        gave(run, (0, -1, 5), &[("z", 1), ("a", 2), ("return_value", 3), ("m", 4)]),
        gave(run, (1, 0, 9), &[("v", 1), ("u", 2)]),
        gave(run, (1, 1, 7), &[("v", 3)]),
        gave(run, (2, -1, 7), &endless),
    ];
    writer.write(&store, rows).await;
    let xcoms = StoreXComs::new(Arc::new(store));
    let cx = context(run);
    let named = |key: &str| PulledKey::Named(key.into());
    let cases = [
        (named("a"), "plain", json!([[-1, 2]])),
        (named("v"), "mapped", json!([[0, 1], [1, 3]])),
        (named("none"), "plain", json!([])),
        (PulledKey::Newest, "plain", json!([[-1, 4]])),
        (PulledKey::Newest, "mapped", json!([[0, 2], [0, 1], [1, 3]])),
        (PulledKey::Newest, "none", json!([])),
        (PulledKey::Newest, "endless", json!([[-1, StoreXComs::MAX_OF_ANY_KEY]])),
        (PulledKey::Newest, "no such task", json!([])),
        (PulledKey::Every, "plain", json!([[-1, 2], [-1, 4], [-1, 3], [-1, 1]])),
        (PulledKey::Every, "mapped", json!([[0, 2], [0, 1], [1, 3]])),
        (PulledKey::Every, "none", json!([])),
    ];
    for (key, task, expected) in cases {
        let query = XComQuery { dag_id: None, task_ids: vec![task.into()], key, include_prior_dates: false };
        let found = xcoms.pull(&query, &cx).await.unwrap();
        let shown: Vec<_> = found[0].iter().map(|(map_index, value)| json!([map_index.0, value])).collect();
        assert_eq!(json!(shown), expected, "{query:?}");
    }
    let all =
        XComQuery { dag_id: None, task_ids: vec!["endless".into()], key: PulledKey::Every, include_prior_dates: false };
    let error = xcoms.pull(&all, &cx).await.unwrap_err().to_string();
    assert!(error.contains("more than 1000") && error.contains("name the key"), "{error}");
}
