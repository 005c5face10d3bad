//! The executor of one process passes the suite of all executors.

use std::sync::Arc;
use std::time::Duration;

use couture_core::conformance::executor::{ExecutorFixture, executor_suite};
use couture_core::store::MemoryStore;
use couture_core::{Executor, LocalExecutor, LocalSettings, Services, SystemClock, WorkerId};

struct Local(LocalExecutor);

impl ExecutorFixture for Local {
    fn executor(&self) -> &dyn Executor {
        &self.0
    }
}

#[tokio::test]
async fn local_executor_passes_the_suite() {
    let make = || async {
        let settings = LocalSettings { capacity: 1_000, threads: 2, kill_grace: Duration::from_millis(20) };
        let clock = Arc::new(SystemClock::new());
        let store = Arc::new(MemoryStore::new(1));
        Local(LocalExecutor::new(WorkerId::new("test", 1), settings, clock, store, Services::default()))
    };
    executor_suite(make).await;
}
