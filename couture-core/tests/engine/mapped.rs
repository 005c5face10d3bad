//! Mapped tasks that are cleared, marked and run alone, with restarts in between.

use std::sync::Arc;
use std::time::Duration;

use couture_core::executor::LocalSettings;
use couture_core::store::{ClearOnly, MarkedRunState, MarkedState, MemoryStore, TaskChoice};
use couture_core::{Dag, DagBuilder, MapIndex, Out, RunState, Scope, TaskId, TaskState};
use serde_json::{Value, json};

use crate::operators::{Add, Nothing};
use crate::rig::{Ran, Rig};

/// a -> m, mapped over three lists -> end.
fn dag() -> Arc<Dag> {
    let dag = DagBuilder::new("d");
    let a = dag.task("a", Nothing, ());
    let m = dag.task("m", Add(1), Vec::<Out<'_, i64>>::new());
    let end = dag.task("end", Nothing, ());
    m.set_upstream(&a);
    end.set_upstream(&m);
    let mut json: Value = serde_json::from_slice(&dag.build().unwrap().to_json()).unwrap();
    let mapped = json["tasks"][1].as_object_mut().unwrap();
    mapped.remove("input");
    mapped.insert("expand".into(), json!({"list": [[1], [2], [3]]}));
    Arc::new(Dag::from_json(&serde_json::to_vec(&json).unwrap()).unwrap())
}

fn instance(map_index: Option<i32>) -> TaskChoice {
    TaskChoice { map_index: map_index.map(MapIndex), ..TaskId::new("m").unwrap().into() }
}

/// The tries of `a`, of the instances of `m`, and of `end`.
fn tries(ran: &Ran) -> Vec<u32> {
    let rows = ran.tasks.iter().filter(|row| row.state != TaskState::Expanded);
    rows.map(|row| row.token.try_number).collect()
}

async fn engine(store: &MemoryStore) -> Rig {
    Rig::with(store.clone(), LocalSettings { capacity: 4, threads: 1, kill_grace: Duration::from_millis(20) }).await
}

#[tokio::test]
async fn instances_and_their_task_begin_again() {
    let store = MemoryStore::new(1);
    let mut rig = engine(&store).await;
    let dag = dag();
    let dag_id = dag.dag_id.clone();
    rig.engine.register(dag.clone()).await.unwrap();
    let key = rig.engine.trigger(&dag_id, json!({})).await.unwrap();
    assert_eq!(tries(&rig.wait(dag.clone(), key).await), [1, 1, 1, 1, 1]);
    let clear =
        |choice: TaskChoice, downstream: bool| Scope { downstream, ..Scope::tasks(dag.dag_id.clone(), key, [choice]) };
    for (scope, expected) in [
        (clear(instance(Some(1)), false), [1, 1, 2, 1, 1]),
        (clear(instance(Some(2)), true), [1, 1, 2, 2, 2]),
        (clear(instance(None), false), [1, 2, 3, 3, 2]),
        (clear(TaskId::new("a").unwrap().into(), true), [2, 3, 4, 4, 3]),
    ] {
        rig.engine.clear(&scope, ClearOnly::All, false).await.unwrap();
        rig.engine.stop().await;
        rig = engine(&store).await;
        let ran = rig.wait(dag.clone(), key).await;
        // An attempt that was lost with its engine is launched again in the same try.
        assert_eq!((ran.state, tries(&ran)), (RunState::Success, expected.to_vec()), "{scope:?}");
    }
    let third = clear(instance(Some(2)), false);
    rig.engine.mark(&third, MarkedState::Failed, false).await.unwrap();
    let ran = rig.wait(dag.clone(), key).await;
    let failed = ran.tasks.iter().filter(|row| row.state == TaskState::Failed).count();
    assert_eq!((failed, tries(&ran)), (1, vec![2, 3, 4, 4, 3]));
    rig.engine.run_task(dag_id.clone(), key, instance(Some(2))).await.unwrap();
    assert_eq!(tries(&rig.wait(dag.clone(), key).await), [2, 3, 4, 5, 3]);
    rig.engine.mark_run(dag_id, key, MarkedRunState::Success).await.unwrap();
    assert_eq!(rig.wait(dag, key).await.state, RunState::Success);
}

/// A list that is too long for its task fails that task, in words, and nothing beside it.
#[tokio::test]
async fn a_list_has_a_bound() {
    let rig = engine(&MemoryStore::new(1)).await;
    for (count, expected) in [(1_024, TaskState::Success), (1_025, TaskState::Failed)] {
        let mut json: Value = serde_json::from_slice(&dag().to_json()).unwrap();
        json["dag_id"] = json!(format!("d{count}"));
        json["tasks"][1]["expand"] = json!({"list": vec![[1]; count]});
        json["tasks"][2]["trigger_rule"] = json!("all_done");
        let dag = Arc::new(Dag::from_json(&serde_json::to_vec(&json).unwrap()).unwrap());
        rig.engine.register(dag.clone()).await.unwrap();
        let key = rig.engine.trigger(&dag.dag_id, json!({})).await.unwrap();
        let ran = rig.wait(dag, key).await;
        assert_eq!((ran.task("a").state, ran.task("end").state), (TaskState::Success, TaskState::Success));
        let mut mapped = ran.tasks.iter().filter(|row| row.token.task == ran.dag.find("m").unwrap());
        let last = mapped.next_back().unwrap();
        assert_eq!(last.state, expected, "{count}: {last:?}");
        if expected == TaskState::Failed {
            let error = last.error.as_deref().unwrap_or_default();
            assert_eq!(error, "1025 instances; at most 1024 are allowed (scheduler.max_map_length)");
        }
    }
}
