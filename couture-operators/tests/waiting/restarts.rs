//! An engine dies while tasks wait; the next one goes on where it was.

use std::sync::atomic::Ordering;
use std::time::Duration;

use couture_core::{DagBuilder, RunState};
use couture_operators::sensor::{FnSensor, Sensor};
use couture_operators::{DagOperator, LoopableBatchOperator};
use serde_json::json;

use crate::batches::batches;
use crate::functions::GATES;
use crate::rig::{Rig, World};

fn gated(dag_id: &str, gate: usize) -> DagBuilder {
    let dag = DagBuilder::new(dag_id);
    dag.task("wait", FnSensor::new("wait.gate").params(json!(gate)).poke_interval(Duration::from_secs(20)), ());
    dag
}

#[tokio::test]
async fn a_dag_of_dags_survives_its_engine() {
    let world = World::new();
    let rig: Rig = world.rig(1).await;
    rig.define(gated("child", 0)).await;
    let master = || {
        let dag = DagBuilder::new("master");
        dag.task("run", DagOperator::new("child"), ());
        dag
    };
    let dag = rig.define(master()).await;
    let key = rig.start(&dag).await;
    let before = rig.waits_for(key, "for run dag__").await;
    let rig = rig.crash().await.rig(2).await;
    rig.define(gated("child", 0)).await;
    rig.define(master()).await;
    assert_eq!(rig.waits(key).await, before);
    let rig = rig.crash().await.rig(3).await;
    GATES[0].store(true, Ordering::Release);
    assert_eq!(rig.end(key).await, RunState::Success);
    let runs = rig.runs("child").await;
    assert_eq!((runs.len(), runs[0].state), (1, RunState::Success));
}

#[tokio::test]
async fn batches_go_on_after_a_crash() {
    let world = World::new();
    let file = world.folder().join("rows.csv");
    std::fs::write(&file, "n\n1\n2\n3\n").unwrap();
    let rig: Rig = world.rig(1).await;
    rig.define(gated("looped", 1)).await;
    let dag = DagBuilder::new("loops");
    dag.task("loop", LoopableBatchOperator::new("looped", file.display().to_string()).batch_size(1), ());
    let dag = rig.define(dag).await;
    let key = rig.start(&dag).await;
    rig.waits_for(key, "loops.loop__0").await;
    // What the file becomes moves no batch.
    std::fs::write(&file, "n\n7\n").unwrap();
    let rig = rig.crash().await.rig(2).await;
    GATES[1].store(true, Ordering::Release);
    assert_eq!(rig.end(key).await, RunState::Success);
    assert_eq!(batches(&rig).await, [vec![1], vec![2], vec![3]]);
}
