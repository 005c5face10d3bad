//! An engine to measure.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use couture_core::store::{MemoryStore, Store, StoreReader};
use couture_core::{
    Dag, DagBuilder, Engine, EngineSettings, LocalExecutor, LocalSettings, PoolName, RunKey, RunState, Services,
    SystemClock, TaskState, WorkerId,
};

/// Slots of the default pool, and attempts of the executor: as many as a commit holds.
pub const SLOTS: u32 = 4_096;

/// Both sides of a store.
pub trait BothSides: Store + StoreReader {}
impl<S: Store + StoreReader> BothSides for S {}

/// An engine and its store.
#[derive(Debug)]
pub struct Rig {
    /// The engine.
    pub engine: Engine,
    /// Its store.
    pub store: Arc<dyn BothSides>,
}

/// The time now.
#[allow(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub fn now() -> Instant {
    Instant::now()
}

impl Rig {
    /// An engine on a store in memory.
    pub async fn in_memory() -> Self {
        Self::on(Arc::new(MemoryStore::new(16)), Services::default()).await
    }

    /// An engine on SQLite in `folder`, `synchronous=FULL`.
    pub async fn on_sqlite(folder: &Path, services: Services) -> Self {
        let url = format!("sqlite://{}", folder.join("couture.db").display());
        Self::on(Arc::new(couture_store::connect(&url).await.expect("a database")), services).await
    }

    /// An engine on `store`.
    pub async fn on(store: Arc<dyn BothSides>, services: Services) -> Self {
        store.set_pool(&PoolName::default(), SLOTS).await.expect("a pool");
        let clock = Arc::new(SystemClock::new());
        let local = LocalSettings { capacity: SLOTS as usize, ..LocalSettings::default() };
        let worker = WorkerId::new("figures", 1);
        let executor = Arc::new(LocalExecutor::new(worker, local, clock.clone(), store.clone(), services));
        let engine = Engine::start(store.clone(), executor, clock, EngineSettings::default()).await.expect("an engine");
        Self { engine, store }
    }

    /// Runs `dag` once; from the trigger to the end of the run.
    pub async fn time_run(&self, dag: &Arc<Dag>) -> (Duration, RunKey) {
        let begun = now();
        let key = self.engine.trigger(&dag.dag_id, serde_json::Value::Null).await.expect("a run");
        let state = self.engine.finished(key).await.expect("an end");
        let took = begun.elapsed();
        assert_eq!(state, RunState::Success);
        (took, key)
    }

    /// Registers a DAG and runs it, `runs` times; the median.
    pub async fn median_run(&self, dag: DagBuilder, runs: usize) -> Duration {
        let dag = Arc::new(dag.build().expect("a dag"));
        self.engine.register(dag.clone()).await.expect("a known dag");
        let mut times = Vec::new();
        for _ in 0..runs {
            let (took, key) = self.time_run(&dag).await;
            self.check(key, dag.tasks().len()).await;
            times.push(took);
        }
        median(times)
    }

    /// Every task shows its start, end and try.
    pub async fn check(&self, key: RunKey, tasks: usize) {
        let mut after = None;
        let mut seen = 0;
        loop {
            let rows = self.store.tasks(key, after, 10_000).await.expect("rows");
            let Some(last) = rows.last() else { break };
            after = Some((last.token.task, last.token.map_index));
            seen += rows.len();
            for row in &rows {
                let is_whole = row.started_at.is_some() && row.ended_at.is_some() && row.token.try_number == 1;
                assert!(is_whole && row.state == TaskState::Success, "{row:?}");
            }
        }
        assert_eq!(seen, tasks);
    }
}

/// The middle one.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
