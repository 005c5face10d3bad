use std::time::Duration;

use couture_core::store::MemoryStore;
use couture_core::{Dag, EngineSettings, LocalExecutor, LocalSettings, RunState, Services, SystemClock, WorkerId};
use serde_json::json;

use super::*;
use crate::live::{Changed, ChangedDags, Delivery, LiveChange};

async fn world() -> (Engine, Arc<LiveHub>) {
    let (engine, hub, _) = stored_world().await;
    (engine, hub)
}

async fn stored_world() -> (Engine, Arc<LiveHub>, Arc<MemoryStore>) {
    couture_operators::link();
    let store = Arc::new(MemoryStore::new(2));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let worker = WorkerId::new("w", 1);
    let executor =
        LocalExecutor::new(worker, LocalSettings::default(), clock.clone(), store.clone(), Services::default());
    let engine =
        Engine::start(store.clone(), Arc::new(executor), clock.clone(), EngineSettings::default()).await.unwrap();
    for dag_id in ["first", "second"] {
        let json = json!({"dag_id": dag_id, "tasks": [{"task_id": "a", "operator": {"type": "empty"}}]});
        engine.register(Dag::from_json(json.to_string().as_bytes()).unwrap()).await.unwrap();
    }
    let sources = LiveSources {
        engine: engine.clone(),
        store: store.clone(),
        reader: store.clone(),
        shapes: Arc::default(),
        clock,
    };
    let (hub, work) = LiveHub::new(sources);
    tokio::spawn(work);
    (engine, hub, store)
}

/// What is told until the run of this DAG is over.
async fn until_over(subscription: &mut Subscription, dag_id: &str) -> Vec<String> {
    let mut told = Vec::new();
    loop {
        let next = tokio::time::timeout(Duration::from_secs(30), subscription.next()).await.expect("nothing is told");
        match next.unwrap() {
            Delivery::Event(event) => {
                told.push(serde_json::to_value(&event.change).unwrap().to_string());
                match &event.change {
                    LiveChange::Run { dag_id: of, state: RunState::Success, .. } if of.as_str() == dag_id => {
                        return told;
                    }
                    _ => {}
                }
            }
            other => told.push(format!("{other:?}")),
        }
    }
}

async fn run(engine: &Engine, dag_id: &str) {
    let key = engine.trigger(&couture_core::DagId::new(dag_id).unwrap(), json!({})).await.unwrap();
    engine.finished(key).await.unwrap();
}

#[tokio::test]
async fn changes_are_told_once_and_again_to_who_comes_back() {
    let (engine, hub) = world().await;
    let mut first = hub.subscribe(None);
    assert_eq!(first.next().await, Some(Delivery::Begun));
    let before = first.position().clone();
    run(&engine, "first").await;
    let told = until_over(&mut first, "first").await;
    assert!(told.iter().any(|told| told.contains(r#""task_id":"a""#) && told.contains("success")), "{told:?}");
    assert!(told.iter().all(|told| !told.contains("second")), "{told:?}");
    // Who comes back hears the same again, and what came since.
    drop(first);
    run(&engine, "second").await;
    let mut again = hub.subscribe(Some(before));
    let mut both = until_over(&mut again, "second").await;
    both.retain(|told| told.contains("first"));
    assert_eq!(both, told);
    let mut last = hub.subscribe(Some(again.position().clone()));
    run(&engine, "first").await;
    assert!(until_over(&mut last, "first").await.iter().all(|told| !told.contains("second")));
    // Positions of another store, or of times that are forgotten.
    let strange = [(ShardId(0), 1 << 30), (ShardId(1), 0)].into_iter().collect();
    assert_eq!(hub.subscribe(Some(strange)).next().await, Some(Delivery::Reset));
}

#[test]
fn what_is_forgotten_is_a_reset() {
    let mut recent = Recent::default();
    recent.begin(&[(ShardId(0), 0)]);
    let event = |sequence| LiveEvent {
        shard: ShardId(0),
        sequence,
        at: couture_core::Timestamp::from_micros(0),
        change: LiveChange::Asset { asset: couture_core::AssetName::new("x").unwrap() },
    };
    for sequence in 1..=MAX_RECENT as u64 + 3 {
        recent.add(event(sequence));
        recent.seen.see(ShardId(0), sequence);
    }
    let covers = |sequence| recent.covers(&[(ShardId(0), sequence)].into_iter().collect());
    assert!(covers(3) && covers(MAX_RECENT as u64 + 3));
    assert!(!covers(2) && !covers(MAX_RECENT as u64 + 4));
    assert!(recent.event(2).is_err());
    assert_eq!(recent.event(3).unwrap().unwrap().sequence, 4);
    assert_eq!(recent.event(MAX_RECENT as u64 + 3).unwrap(), None);
}

#[tokio::test]
async fn only_dags_that_changed_are_told() {
    let (engine, hub, reader) = stored_world().await;
    drop(hub);
    let mut changed = ChangedDags::default();
    assert_eq!(changed.next(&*reader).await.unwrap(), Changed::Anything);
    let only = |ids: &[&str]| Changed::Dags(ids.iter().map(|id| couture_core::DagId::new(*id).unwrap()).collect());
    assert_eq!(changed.next(&*reader).await.unwrap(), only(&[]));
    run(&engine, "first").await;
    assert_eq!(changed.next(&*reader).await.unwrap(), only(&["first"]));
    run(&engine, "first").await;
    run(&engine, "second").await;
    assert_eq!(changed.next(&*reader).await.unwrap(), only(&["first", "second"]));
    assert_eq!(changed.next(&*reader).await.unwrap(), only(&[]));
    let pause =
        couture_core::store::Request::SetPaused { dag_id: couture_core::DagId::new("second").unwrap(), paused: true };
    engine.request(pause).await.unwrap();
    assert_eq!(changed.next(&*reader).await.unwrap(), only(&["second"]));
    // Of another store, where less has happened.
    let (_engine, _hub, other) = stored_world().await;
    assert_eq!(changed.next(&*other).await.unwrap(), Changed::Anything);
}
