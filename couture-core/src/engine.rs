//! The engine as its embedders use it: a handle to a running driver.

mod dag_runs;
mod operations;
mod scope;

pub use dag_runs::EngineDagRuns;
pub use operations::{PlannedRun, PlannedStep};
pub use scope::{Affected, RunScope, Scope};

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::dag::Dag;
use crate::driver::{Call, Driver, DriverParts, Surroundings};
use crate::executor::Executor;
use crate::ids::{AssetName, DagId, PoolName, RunKey};
use crate::scheduler::Planted;
use crate::state::RunState;
use crate::store::{Answer, DagVersion, Message, Refusal, Request, Store, StoreError, Trigger};
use crate::task::{NoNotifier, Notifier};

/// How an engine is set up.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// Whether a DAG that was never seen before starts paused.
    pub paused_at_creation: bool,
    /// How long a worker or scheduler may be silent before its work is given to others. A third of it must be longer than what an
    /// attempt may take to end when it is killed.
    pub lease: Duration,
    /// How often an attempt may be lost with its worker before that counts as a failure of the task.
    pub max_lost: u32,
    /// How many instances a mapped task may have.
    pub max_map_length: usize,
    /// How many runs of a DAG may be running at a time, where it sets no limit of its own. Backfills have their own limits.
    pub max_active_runs: u32,
    /// How many task instances of a DAG may be live at a time, where it sets no limit of its own.
    pub max_active_tasks: Option<u32>,
    /// Whether runs that a schedule has missed are made up for, where a DAG does not say.
    pub catchup: bool,
    /// Whether SLA misses are looked for.
    pub check_slas: bool,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            paused_at_creation: false,
            lease: Duration::from_secs(40),
            max_lost: 5,
            max_map_length: 1_024,
            max_active_runs: 16,
            max_active_tasks: None,
            catchup: true,
            check_slas: true,
        }
    }
}

/// A running engine. Clones are handles to the same one; it stops when [`Engine::stop`] is called or all are dropped.
#[derive(Clone, Debug)]
pub struct Engine {
    store: Arc<dyn Store>,
    calls: mpsc::Sender<Call>,
    status: Arc<Mutex<EngineStatus>>,
    commits: watch::Receiver<u64>,
    settings: Arc<EngineSettings>,
}

/// A handle that does not keep the engine running.
#[derive(Clone, Debug)]
pub struct WeakEngine {
    store: Arc<dyn Store>,
    calls: mpsc::WeakSender<Call>,
    status: Arc<Mutex<EngineStatus>>,
    commits: watch::Receiver<u64>,
    settings: Arc<EngineSettings>,
}

impl WeakEngine {
    /// The engine, while it runs.
    pub fn upgrade(&self) -> Option<Engine> {
        let calls = self.calls.upgrade()?;
        let (store, status) = (self.store.clone(), self.status.clone());
        let (commits, settings) = (self.commits.clone(), self.settings.clone());
        Some(Engine { store, calls, status, commits, settings })
    }
}

/// Why the engine did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// It may not be.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store does not answer.
    #[error("the store does not answer: {0}")]
    Store(#[from] StoreError),
    /// The engine has stopped.
    #[error("the engine has stopped")]
    Stopped,
}

/// What an engine is doing.
#[derive(Clone, Debug, Default)]
pub struct EngineStatus {
    /// Why the store does not do what it is asked, if so: that is repeated until it does.
    pub store_error: Option<String>,
    /// DAGs that cannot be read from the store, with the reason. Their runs wait until they can.
    pub quarantined: Vec<(DagId, String)>,
    /// Attempts that are queued or running.
    pub live_attempts: usize,
    /// Task instances that wait for a slot.
    pub waiting_for_slots: usize,
    /// The same by pool, where there are any, by the pools' names.
    pub waiting_by_pool: Vec<(PoolName, usize)>,
    /// Runs that are not finished.
    pub unfinished_runs: usize,
    /// Shards owned.
    pub shards: usize,
}

/// How long a driver that panicked is left alone.
const RESTART: Duration = Duration::from_millis(500);

/// The most calls under way.
const MAX_CALLS: usize = 4_096;

impl Engine {
    /// Starts an engine on the current tokio runtime.
    pub async fn start(
        store: Arc<dyn Store>,
        executor: Arc<dyn Executor>,
        clock: Arc<dyn Clock>,
        settings: EngineSettings,
    ) -> Result<Self, EngineError> {
        Self::start_with(store, executor, clock, Arc::new(NoNotifier), settings).await
    }

    /// As [`start`](Self::start), with somebody who is told of what callbacks and mail are about.
    pub async fn start_with(
        store: Arc<dyn Store>,
        executor: Arc<dyn Executor>,
        clock: Arc<dyn Clock>,
        notifier: Arc<dyn Notifier>,
        settings: EngineSettings,
    ) -> Result<Self, EngineError> {
        let parts = DriverParts { store, executor, clock, notifier, settings, planted: Planted::default() };
        let (engine, driver) = Self::assemble(parts).await?;
        tokio::spawn(driver);
        Ok(engine)
    }

    /// An engine and its driver, for those who drive it themselves: nothing happens but while the future is polled.
    pub async fn assemble(
        parts: DriverParts,
    ) -> Result<(Self, impl Future<Output = ()> + Send + 'static), EngineError> {
        let shards = parts.store.shards().await?.len() as u32;
        let (sender, calls) = mpsc::channel(MAX_CALLS);
        let status = Arc::new(Mutex::new(EngineStatus::default()));
        let (store, settings) = (parts.store.clone(), Arc::new(parts.settings.clone()));
        let around = Surroundings::new(parts, shards, calls, status.clone());
        let commits = around.commits.subscribe();
        let engine = Self { store, calls: sender, status, commits, settings };
        Ok((engine, Self::drive(around)))
    }

    /// A handle that does not keep the engine running.
    pub fn downgrade(&self) -> WeakEngine {
        let (store, status) = (self.store.clone(), self.status.clone());
        let (commits, settings) = (self.commits.clone(), self.settings.clone());
        WeakEngine { store, calls: self.calls.downgrade(), status, commits, settings }
    }

    /// A driver that panics has a bug; the next one begins with what the store holds.
    async fn drive(around: Surroundings) {
        while AssertUnwindSafe(Driver::new(around.clone()).run()).catch_unwind().await.is_err() {
            tracing::error!("the scheduler panicked, which is a bug; it begins again with what the store holds");
            around.parts.clock.sleep(RESTART).await;
        }
    }

    /// Defines a DAG, or a new version of it; durable when it returns.
    pub async fn register(&self, dag: impl Into<Arc<Dag>>) -> Result<(), EngineError> {
        let dag = dag.into();
        let version = DagVersion::of(&dag);
        self.store.put_version(&version).await?;
        self.ask(|reply| Call::Register(dag, version.version, reply)).await.map(drop)
    }

    /// The DAG is no longer defined anywhere: no run of it is started. Unfinished runs go on in their version.
    pub async fn deregister(&self, dag_id: DagId) -> Result<(), EngineError> {
        self.ask(|reply| Call::Deregister(dag_id, reply)).await.map(drop)
    }

    /// Makes a request; what it changes is durable when this returns.
    pub async fn request(&self, request: Request) -> Result<Answer, EngineError> {
        self.ask(|reply| Call::Request(request, reply)).await
    }

    /// Starts a run that is about now, with `conf` (a JSON object), and returns its key. Refused where no such DAG is registered.
    /// A run of a paused DAG waits until the DAG is not paused any more.
    pub async fn trigger(&self, dag_id: &DagId, conf: serde_json::Value) -> Result<RunKey, EngineError> {
        let trigger = Trigger { conf, ..Trigger::of(dag_id.clone()) };
        match self.request(Request::Trigger(trigger)).await? {
            Answer::Triggered { key, .. } => Ok(key),
            _ => Err(Refusal::NotOwned(dag_id.clone()).into()),
        }
    }

    /// Waits for the end of a run of a shard that this engine owns, and tells its state. It has no timeout: the run of a paused
    /// DAG, or one whose tasks wait for a pool, is waited for.
    pub async fn finished(&self, run: RunKey) -> Result<RunState, EngineError> {
        let (sender, receiver) = oneshot::channel();
        self.calls.send(Call::Watch(run, sender)).await.map_err(|_| EngineError::Stopped)?;
        receiver.await.map_err(|_| EngineError::Stopped)
    }

    /// Tells the engine that pools were changed in the store.
    pub async fn pools_changed(&self) -> Result<(), EngineError> {
        self.calls.send(Call::PoolsChanged).await.map_err(|_| EngineError::Stopped)
    }

    /// Says that an asset has changed outside of all DAGs, with facts about it (a JSON object, or null). It is durable when this
    /// returns; the scheduler that has the asset's shard records it, and the runs that wait for it follow.
    pub async fn change_asset(&self, asset: AssetName, extra: serde_json::Value) -> Result<(), EngineError> {
        let shards = self.store.shards().await?.len() as u32;
        let shard = asset.shard(shards);
        let posted = self.store.post(shard, &Message::ChangeAsset { asset, extra }).await;
        // Where there was no answer it may be there all the same.
        self.calls.send(Call::MessagePosted).await.map_err(|_| EngineError::Stopped)?;
        Ok(posted.map(drop)?)
    }

    /// How it is set up.
    pub fn settings(&self) -> &EngineSettings {
        &self.settings
    }

    /// What the engine is doing.
    pub fn status(&self) -> EngineStatus {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes whenever this engine has made something durable: the journals have grown. Other schedulers' commits are not told.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.commits.clone()
    }

    /// Stops scheduling after the commit in flight, and returns when nothing is written any more. Live attempts are not ended.
    pub async fn stop(&self) {
        let (sender, receiver) = oneshot::channel();
        if self.calls.send(Call::Stop(sender)).await.is_ok() {
            let _ = receiver.await;
        }
    }

    async fn ask(
        &self,
        call: impl FnOnce(oneshot::Sender<Result<Answer, EngineError>>) -> Call,
    ) -> Result<Answer, EngineError> {
        let (sender, receiver) = oneshot::channel();
        self.calls.send(call(sender)).await.map_err(|_| EngineError::Stopped)?;
        receiver.await.map_err(|_| EngineError::Stopped)?
    }
}
