//! A panic in the scheduler is a bug of ours; it costs a moment, and no run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use couture_core::store::MemoryStore;
use couture_core::{
    Clock, DagBuilder, Engine, EngineSettings, LocalExecutor, LocalSettings, Now, RunState, Services, SystemClock,
    WorkerId,
};
use serde_json::Value;

use crate::operators::Nothing;

/// The system's clock, which panics once when it is armed.
#[derive(Debug)]
struct Treacherous {
    clock: SystemClock,
    is_armed: AtomicBool,
}

#[async_trait]
impl Clock for Treacherous {
    fn now(&self) -> Now {
        assert!(!self.is_armed.swap(false, Ordering::AcqRel), "the driver is made to panic here");
        self.clock.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.clock.sleep(duration).await;
    }
}

#[tokio::test]
async fn a_driver_that_panics_begins_again() {
    let store = Arc::new(MemoryStore::new(2));
    let clock = Arc::new(Treacherous { clock: SystemClock::new(), is_armed: AtomicBool::new(false) });
    let sound = Arc::new(SystemClock::new());
    let worker = WorkerId::new("test", 1);
    let executor = LocalExecutor::new(worker, LocalSettings::default(), sound, store.clone(), Services::default());
    let settings = EngineSettings::default();
    let engine = Engine::start(store.clone(), Arc::new(executor), clock.clone(), settings).await.unwrap();
    let dag = DagBuilder::new("long");
    let mut last = dag.task("t0", Nothing, ());
    for n in 1..500 {
        let next = dag.task(format!("t{n}"), Nothing, ());
        next.set_upstream(&last);
        last = next;
    }
    let dag = Arc::new(dag.build().unwrap());
    engine.register(dag.clone()).await.unwrap();
    let run = engine.trigger(&dag.dag_id, Value::Null).await.unwrap();
    clock.is_armed.store(true, Ordering::Release);
    let state = loop {
        // Whoever waited while it panicked is told, and asks again.
        if let Ok(state) = engine.finished(run).await {
            break state;
        }
    };
    assert_eq!(state, RunState::Success);
    assert!(!clock.is_armed.load(Ordering::Acquire), "it did panic");
    let again = engine.trigger(&dag.dag_id, Value::Null).await.unwrap();
    assert_eq!(engine.finished(again).await.unwrap(), RunState::Success, "its DAGs are known as before");
}
