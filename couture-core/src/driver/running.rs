//! The loop.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Either, select};
use rustc_hash::FxHashMap;
use tokio::sync::{mpsc, oneshot, watch};

use super::batch::Batch;
use super::call::{Call, Reply};
use super::lease::OwnLease;
use super::looking::Look;
use super::measures::Measures;
use crate::clock::Clock;
use crate::dag::{Dag, waiting_cycle};
use crate::engine::{EngineSettings, EngineStatus};
use crate::executor::{Executor, Launch, Report};
use crate::ids::{DagId, Epoch, RunId, RunKey, ShardId};
use crate::scheduler::{Asker, Event, Ownership, Planted, Scheduler, SchedulerSettings};
use crate::state::RunState;
use crate::store::{Request, Store, Trigger};
use crate::task::Notifier;
use crate::time::Now;

/// What a driver is made of.
#[derive(Clone, Debug)]
pub struct DriverParts {
    /// Where facts are kept.
    pub store: Arc<dyn Store>,
    /// What runs attempts.
    pub executor: Arc<dyn Executor>,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// Who is told of what has happened.
    pub notifier: Arc<dyn Notifier>,
    /// How it is set up.
    pub settings: EngineSettings,
    /// Planted bugs, for the simulator.
    pub planted: Planted,
}

/// Drives one scheduler.
#[derive(Debug)]
pub struct Driver {
    pub(super) store: Arc<dyn Store>,
    pub(super) executor: Arc<dyn Executor>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) notifier: Arc<dyn Notifier>,
    pub(super) settings: EngineSettings,
    pub(super) planted: Planted,
    pub(super) scheduler: Scheduler,
    pub(super) ownership: Ownership,
    pub(super) lease: Arc<OwnLease>,
    /// Epoch and last durable journal position of each shard owned.
    pub(super) durable: BTreeMap<ShardId, (Epoch, u64)>,
    /// The DAGs that this process defines, with their versions.
    pub(super) catalog: Catalog,
    pub(super) askers: FxHashMap<u64, (Reply, Option<Request>)>,
    pub(super) watchers: FxHashMap<RunKey, Vec<oneshot::Sender<RunState>>>,
    pub(super) status: Arc<Mutex<EngineStatus>>,
    /// How many commits were made.
    pub(super) commits: Arc<watch::Sender<u64>>,
    pub(super) measures: Measures,
    pub(super) next_tick: Duration,
    /// Reports that this driver makes itself.
    pub(super) unheard: Vec<Report>,
    /// Launches that the store may have of this process, although it will not do them.
    pub(super) doubtful: Vec<Launch>,
    /// What the scheduler wants to know from the store before anything else happens.
    pub(super) looks: VecDeque<Look>,
    /// What this driver has found out for the scheduler.
    pub(super) facts: Vec<Event>,
    /// Whether the pools are to be read after this batch.
    pub(super) pools_wanted: bool,
    /// Whether the inboxes are to be read after this batch.
    pub(super) inboxes_wanted: bool,
    pub(super) has_store_error: bool,
    pub(super) shard_count: u32,
    calls: Arc<tokio::sync::Mutex<mpsc::Receiver<Call>>>,
    next_asker: u64,
    stopping: Vec<oneshot::Sender<()>>,
}

/// DAGs with their versions, as a process defines them. They outlive a driver that has to begin again.
pub(super) type Catalog = Arc<Mutex<BTreeMap<DagId, (Arc<Dag>, String)>>>;

/// What outlives a driver that has to begin again.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings {
    pub(crate) parts: DriverParts,
    /// The number of shards of the store.
    pub(crate) shards: u32,
    pub(crate) calls: Arc<tokio::sync::Mutex<mpsc::Receiver<Call>>>,
    pub(crate) status: Arc<Mutex<EngineStatus>>,
    pub(crate) commits: Arc<watch::Sender<u64>>,
    catalog: Catalog,
}

impl Surroundings {
    pub(crate) fn new(
        parts: DriverParts,
        shards: u32,
        calls: mpsc::Receiver<Call>,
        status: Arc<Mutex<EngineStatus>>,
    ) -> Self {
        let (calls, commits) = (Arc::new(calls.into()), Arc::default());
        Self { parts, shards, calls, status, commits, catalog: Catalog::default() }
    }
}

/// When something is done again that failed, or was too much for one time.
const SOON: Duration = Duration::from_millis(200);

/// The most calls of one batch.
const MAX_CALLS: usize = 1_024;

impl Driver {
    /// A driver that has not begun.
    pub(crate) fn new(around: Surroundings) -> Self {
        let Surroundings { parts, shards, calls, status, commits, catalog } = around;
        let DriverParts { store, executor, clock, notifier, settings, planted } = parts;
        let worker = executor.worker().clone();
        let is_exclusive = store.is_exclusive();
        let scheduler = Scheduler::new(SchedulerSettings {
            worker: worker.clone(),
            shards,
            capacity: executor.capacity(),
            is_exclusive,
            paused_at_creation: settings.paused_at_creation,
            lease: settings.lease,
            max_lost: settings.max_lost,
            max_map_length: settings.max_map_length,
            max_active_runs: settings.max_active_runs,
            max_active_tasks: settings.max_active_tasks,
            catchup: settings.catchup,
            check_slas: settings.check_slas,
            planted,
        });
        let now = clock.now().mono;
        Self {
            ownership: Ownership::new(worker, settings.lease, is_exclusive),
            lease: Arc::new(OwnLease::new((!is_exclusive).then_some(settings.lease), now)),
            store,
            executor,
            clock,
            notifier,
            settings,
            planted,
            scheduler,
            durable: BTreeMap::new(),
            catalog,
            askers: FxHashMap::default(),
            watchers: FxHashMap::default(),
            status,
            commits,
            measures: Measures::new(),
            next_tick: now,
            unheard: Vec::new(),
            doubtful: Vec::new(),
            looks: VecDeque::new(),
            facts: Vec::new(),
            pools_wanted: false,
            inboxes_wanted: false,
            has_store_error: false,
            shard_count: shards,
            calls,
            next_asker: 0,
            stopping: Vec::new(),
        }
    }

    /// Runs until it is told to stop, or nobody is left to tell it.
    pub(crate) async fn run(mut self) {
        let (lease, executor, clock) = (self.lease.clone(), self.executor.clone(), self.clock.clone());
        let guarded = !self.planted.has(crate::scheduler::Bug::NoSelfFence);
        let guard = async {
            if guarded {
                lease.guard(&*executor, &*clock).await;
            } else {
                std::future::pending().await
            }
        };
        let turns = self.turns();
        futures_util::pin_mut!(guard, turns);
        match select(turns, guard).await {
            Either::Left(((), _)) | Either::Right(((), _)) => {}
        }
    }

    async fn turns(&mut self) {
        self.tick().await;
        // What an earlier life of the executor left behind is dealt with now, and not with the first task.
        self.executor.resume(Vec::new()).await;
        loop {
            let now = self.clock.now();
            if now.mono >= self.next_tick {
                self.tick().await;
            }
            self.look().await;
            if !self.turn().await {
                break;
            }
        }
        for stopped in self.stopping.drain(..) {
            let _ = stopped.send(());
        }
    }

    /// One batch. `false` when it was the last.
    async fn turn(&mut self) -> bool {
        let now = self.clock.now();
        let nap = self.next_tick.saturating_sub(now.mono);
        let nap = self.scheduler.wake_in(now).map_or(nap, |wake| wake.min(nap));
        let mut calls = Vec::new();
        let waiting = self.calls.clone();
        let mut waiting = waiting.lock().await;
        let mut reports = std::mem::take(&mut self.unheard);
        let mut is_open = true;
        let facts = std::mem::take(&mut self.facts);
        let nap = if self.inboxes_wanted { nap.min(SOON) } else { nap };
        let nap = if reports.is_empty() && facts.is_empty() && self.looks.is_empty() { nap } else { Duration::ZERO };
        tokio::select! {
            biased;
            some = self.executor.reports() => reports.extend(some),
            count = waiting.recv_many(&mut calls, MAX_CALLS) => is_open = count > 0,
            () = self.clock.sleep(nap) => {}
        }
        if calls.is_empty() {
            while calls.len() < MAX_CALLS
                && let Ok(call) = waiting.try_recv()
            {
                calls.push(call);
            }
        }
        if let Some(more) = self.executor.reports().now_or_never() {
            reports.extend(more);
        }
        let began = self.clock.now().mono;
        self.measures.reports(&reports);
        let mut batch = Batch::default();
        self.scheduler.begin_batch();
        if !self.store.is_exclusive() {
            batch.heard.clone_from(&reports);
        }
        for report in reports {
            self.handle(Event::Reported(report), &mut batch);
        }
        for fact in facts {
            self.handle(fact, &mut batch);
        }
        self.calls_arrived(calls, &mut batch).await;
        self.handle(Event::TimePassed, &mut batch);
        let has_records = !batch.entries.is_empty();
        self.carry_out(batch).await;
        if has_records {
            self.measures.turn(self.clock.now().mono.saturating_sub(began));
        }
        if self.pools_wanted || (!self.store.is_exclusive() && self.scheduler.is_contended()) {
            self.read_pools().await;
        }
        if self.inboxes_wanted {
            self.look_into_inboxes().await;
        }
        self.tell_status();
        is_open && self.stopping.is_empty()
    }

    pub(super) fn handle(&mut self, event: Event, batch: &mut Batch) {
        let now = self.clock.now();
        batch.add(self.scheduler.handle(event, now));
    }

    async fn calls_arrived(&mut self, calls: Vec<Call>, batch: &mut Batch) {
        for call in calls {
            match call {
                Call::Register(dag, version, reply) => {
                    if let Some(cycle) = self.waiting_cycle(&dag) {
                        drop(reply.send(Err(crate::store::Refusal::WaitingCycle(cycle).into())));
                        continue;
                    }
                    self.catalog().insert(dag.dag_id.clone(), (dag.clone(), version.clone()));
                    let asker = Some(self.asker(reply, None));
                    self.handle(Event::DagRegistered { dag, version, asker }, batch);
                }
                Call::Deregister(dag_id, reply) => {
                    self.catalog().remove(&dag_id);
                    let asker = Some(self.asker(reply, None));
                    self.handle(Event::DagDeregistered { dag_id, asker }, batch);
                }
                Call::Request(request, reply) => match self.resolve(request, self.clock.now()).await {
                    Ok(resolved) => {
                        let asker = self.asker(reply, Some(resolved.clone()));
                        self.handle(Event::Requested { request: resolved, asker }, batch);
                    }
                    Err(error) => drop(reply.send(Err(error))),
                },
                Call::Watch(run, sender) => self.watch(run, sender).await,
                Call::PoolsChanged => self.pools_wanted = true,
                Call::MessagePosted => self.inboxes_wanted = true,
                Call::Stop(stopped) => self.stopping.push(stopped),
            }
        }
    }

    /// Gives a trigger its run id, and refuses one that is taken.
    pub(super) async fn resolve(&self, request: Request, now: Now) -> Result<Request, crate::engine::EngineError> {
        let Request::Trigger(mut trigger) = request else { return Ok(request) };
        if let Some(run_id) = trigger.run_id.clone() {
            let taken = self.store.existing_run_ids(&trigger.dag_id, std::slice::from_ref(&run_id)).await?;
            if !taken.is_empty() {
                let Trigger { dag_id, .. } = trigger;
                return Err(crate::store::Refusal::RunExists { dag_id, run_id }.into());
            }
            return Ok(Request::Trigger(trigger));
        }
        // Two triggers in one microsecond: the later one gets the next microsecond that is free.
        let first = trigger.date(now.wall);
        let mut date = first;
        loop {
            let run_id = RunId::manual(date);
            let is_new = !self.scheduler.has_run(&trigger.dag_id, &run_id)
                && self.store.existing_run_ids(&trigger.dag_id, std::slice::from_ref(&run_id)).await?.is_empty();
            if is_new {
                trigger.run_id = Some(run_id);
                trigger.logical_date = Some(first);
                return Ok(Request::Trigger(trigger));
            }
            date = date + Duration::from_micros(1);
        }
    }

    async fn watch(&mut self, run: RunKey, sender: oneshot::Sender<RunState>) {
        if !self.scheduler.is_unfinished(run)
            && let Ok(Some(state)) = self.store.run_state(run).await
            && state.is_finished()
        {
            let _ = sender.send(state);
        } else {
            self.watchers.entry(run).or_default().push(sender);
        }
    }

    fn waiting_cycle(&self, dag: &Dag) -> Option<Vec<DagId>> {
        let catalog = self.catalog();
        waiting_cycle(dag, |dag_id| Some(&*catalog.get(dag_id)?.0))
    }

    pub(super) fn catalog(&self) -> MutexGuard<'_, BTreeMap<DagId, (Arc<Dag>, String)>> {
        self.catalog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asker(&mut self, reply: Reply, request: Option<Request>) -> Asker {
        self.next_asker += 1;
        self.askers.insert(self.next_asker, (reply, request));
        Asker(self.next_asker)
    }

    fn tell_status(&self) {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        status.live_attempts = self.scheduler.live_attempts();
        status.waiting_for_slots = self.scheduler.waiting();
        status.waiting_by_pool = self.scheduler.waiting_by_pool();
        status.unfinished_runs = self.scheduler.unfinished_runs();
        status.shards = self.durable.len();
    }

    pub(super) fn tell_quarantined(&self) {
        let mut list: Vec<_> =
            self.scheduler.quarantined().map(|(dag_id, error)| (dag_id.clone(), error.to_owned())).collect();
        list.sort();
        self.status.lock().unwrap_or_else(PoisonError::into_inner).quarantined = list;
    }

    pub(super) fn tell_store_error(&self, error: Option<String>) {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).store_error = error;
    }
}
