//! What people ask for: runs, changes of runs, backfills, changes of assets, pauses.

use std::sync::{Arc, Mutex};

use couture_core::store::{
    Answer, BackfillChange, ClearOnly, MarkedRunState, MarkedState, MemoryStore, Message, NewBackfill, Operation,
    Reprocess, Request, RunOrigin, Store, TaskChoice, TaskSelection, Trigger,
};
use couture_core::{Dag, DagId, Engine, EngineError, RunId, ShardId, Timestamp};
use futures_util::FutureExt;
use serde_json::Value;

use crate::clock::EPOCH_US;
use crate::host::{Host, Surroundings};
use crate::plan::{Plan, asset};
use crate::random::Random;
use crate::scenario::{SHARDS, TROUBLE_US};
use crate::world::World;

pub type Hosts = Arc<Vec<Mutex<Host>>>;

/// Who asks, and what was promised.
#[derive(Clone)]
pub struct Asking {
    pub world: Arc<World>,
    pub hosts: Hosts,
    pub around: Surroundings,
    pub wanted: Arc<Mutex<Vec<(DagId, RunId)>>>,
}

impl Asking {
    /// Draws what is asked for, and when.
    pub fn schedule(&self, random: &mut Random) {
        for n in 0..random.within(1..6) {
            let dag = random.pick(&self.around.plan.dags).dag_id.clone();
            let run = RunId::new(format!("run{n}")).unwrap();
            let at = random.within(1_000_000..TROUBLE_US / 2);
            let origin = RunOrigin { run_after: self.draw_run_after(at), ..RunOrigin::default() };
            let trigger = Trigger { run_id: Some(run.clone()), origin, ..Trigger::of(dag.clone()) };
            self.ask(Request::Trigger(trigger), at, random);
            if random.one_in(6) {
                let cancel = Request::CancelRun { dag_id: dag.clone(), run_id: run };
                self.ask(cancel, at + random.within(0..10_000_000), random);
            }
            if random.one_in(5) {
                let pause = Request::SetPaused { dag_id: dag.clone(), paused: true };
                self.ask(pause, at + random.within(0..3_000_000), random);
            }
        }
        if random.one_in(3) {
            for _ in 0..random.within(1..5) {
                self.schedule_operation(random);
            }
        }
        if random.one_in(4) {
            self.schedule_backfill(random);
        }
        if random.one_in(4) {
            for _ in 0..random.within(1..4) {
                self.schedule_announcement(random);
            }
        }
    }

    /// When a run may begin that is asked for at `at`: mostly at once. A clock that has jumped back would hold it up for too long.
    fn draw_run_after(&self, at: u64) -> Option<Timestamp> {
        let mut random = Random::new(at);
        let is_held = self.around.faults.clock_jumps == 0 && random.one_in(3);
        is_held.then(|| Timestamp::from_micros(EPOCH_US + (at + random.within(0..20_000_000)) as i64))
    }

    /// A change of some run that there is by then.
    fn schedule_operation(&self, random: &mut Random) {
        let at = random.within(2_000_000..TROUBLE_US);
        let mut random = Random::new(random.next());
        let this = self.clone();
        self.world.later(at, move |_| {
            let runs = this.around.promises.runs();
            if runs.is_empty() {
                return;
            }
            let (dag_id, run) = random.pick(&runs).clone();
            let dag = this.around.plan.dags.iter().find(|dag| dag.dag_id == dag_id).expect("a planned dag");
            let operation = draw_operation(dag, &mut random);
            this.ask_now(&Request::Operate { dag_id, run, operation }, &mut random);
        });
    }

    /// A backfill of a DAG that has dates, and perhaps a change of mind.
    fn schedule_backfill(&self, random: &mut Random) {
        let has_dates = |dag: &&Arc<Dag>| !Plan::scheduled_dates(dag).is_empty();
        let Some(dag) = self.around.plan.dags.iter().find(has_dates) else { return };
        let dates = Plan::scheduled_dates(dag);
        let dag_id = dag.dag_id.clone();
        let backfill = NewBackfill {
            dag_id: dag_id.clone(),
            from: Timestamp::from_micros(EPOCH_US),
            to: *random.pick(&dates),
            max_active_runs: random.within(1..4) as u32,
            reprocess: *random.pick(&[Reprocess::None, Reprocess::Failed, Reprocess::Completed]),
            reverse: random.one_in(3),
            conf: Value::Null,
        };
        let at = random.within(5_000_000..TROUBLE_US);
        self.ask(Request::Backfill(backfill), at, random);
        for _ in 0..random.within(0..3) {
            let changes = [BackfillChange::Pause, BackfillChange::Unpause, BackfillChange::Cancel];
            let change = *random.pick(&changes);
            let (this, mut random) = (self.clone(), Random::new(random.next()));
            self.world.later(at + random.within(0..10_000_000), move |_| {
                for (dag_id, number) in this.around.promises.backfills() {
                    this.ask_now(&Request::SetBackfill { dag_id, number, change }, &mut random);
                }
            });
        }
    }

    /// An asset is said to have changed.
    fn schedule_announcement(&self, random: &mut Random) {
        let asset = asset(random.within(0..self.around.plan.dags.len() as u64));
        let host = random.within(0..self.hosts.len() as u64) as usize;
        // Nobody else looks into the inboxes of a store that one server has for itself.
        let by_inbox = !self.around.store.is_exclusive() && random.one_in(2);
        let this = self.clone();
        self.world.later(random.within(1_000_000..TROUBLE_US), move |world| {
            world.tell(|| format!("{asset} is said to have changed"));
            if by_inbox {
                this.around.promises.announced();
                let message = Message::ChangeAsset { asset: asset.clone(), extra: Value::Null };
                return put(&this.around.store, asset.shard(SHARDS), &message);
            }
            let Some(engine) = this.engine(host) else { return };
            let life = this.hosts[host].lock().unwrap().life();
            this.around.promises.announced();
            // It dies with the server.
            world.spawn(Some(life), async move { drop(engine.change_asset(asset, Value::Null).await) });
        });
    }

    fn engine(&self, host: usize) -> Option<Engine> {
        self.hosts[host].lock().unwrap().engine.lock().unwrap().clone()
    }

    /// Makes a request of some server, or puts it into an inbox.
    fn ask(&self, request: Request, at_us: u64, random: &mut Random) {
        let (this, mut random) = (self.clone(), Random::new(random.next()));
        self.world.later(at_us, move |_| this.ask_now(&request, &mut random));
    }

    fn ask_now(&self, request: &Request, random: &mut Random) {
        let host = random.within(0..self.hosts.len() as u64) as usize;
        let by_inbox = !self.around.store.is_exclusive() && random.one_in(2);
        self.world.tell(|| format!("asked of host {host}: {request:?}"));
        let wanted = self.wanted.clone();
        let is_wanted = |request: &Request| match request {
            Request::Trigger(Trigger { dag_id, run_id: Some(run_id), .. }) => Some((dag_id.clone(), run_id.clone())),
            _ => None,
        };
        if by_inbox {
            self.around.promises.asked(request);
            post(&self.around.store, request);
            return wanted.lock().unwrap().extend(is_wanted(request));
        }
        let Some(engine) = self.engine(host) else { return };
        self.around.promises.asked(request);
        let (teller, request) = (self.world.clone(), request.clone());
        self.world.spawn(None, async move {
            let answer = engine.request(request.clone()).await;
            teller.tell(|| format!("answered: {answer:?}"));
            // What was promised must come; what was not may have happened all the same.
            if matches!(answer, Ok(Answer::Triggered { .. } | Answer::Posted)) {
                wanted.lock().unwrap().extend(is_wanted(&request));
            }
            debug_assert!(!matches!(answer, Err(EngineError::Refused(couture_core::store::Refusal::Conf))));
        });
    }

    /// All hosts run, their clocks keep what they show, and neither a DAG nor a backfill is paused.
    pub fn calm_down(&self) {
        for host in &*self.hosts {
            let mut host = host.lock().unwrap();
            if host.executor.is_none() {
                host.start(&self.around);
            }
        }
        self.unpause();
        let this = self.clone();
        // What was asked for last may come late, and pause something then.
        self.world.later(60_000_000, move |_| this.unpause());
    }

    fn unpause(&self) {
        for dag in &self.around.plan.dags {
            self.insist(Request::SetPaused { dag_id: dag.dag_id.clone(), paused: false });
        }
        for (dag_id, number) in self.around.promises.paused_backfills() {
            self.insist(Request::SetBackfill { dag_id, number, change: BackfillChange::Unpause });
        }
    }

    /// Asks until somebody has done it.
    fn insist(&self, request: Request) {
        if !self.around.store.is_exclusive() {
            return post(&self.around.store, &request);
        }
        let this = self.clone();
        self.world.spawn(None, async move {
            loop {
                if let Some(engine) = this.engine(0)
                    && engine.request(request.clone()).await.is_ok()
                {
                    return;
                }
                this.world.sleep(500_000).await;
            }
        });
    }
}

fn draw_operation(dag: &Dag, random: &mut Random) -> Operation {
    let chosen = (0..random.within(1..4)).map(|_| TaskChoice::from(random.pick(dag.tasks()).task_id.clone())).collect();
    let tasks = if random.one_in(3) { TaskSelection::All } else { TaskSelection::Chosen(chosen) };
    let state = *random.pick(&[MarkedState::Success, MarkedState::Failed, MarkedState::Skipped]);
    let of_run = *random.pick(&[MarkedRunState::Success, MarkedRunState::Failed]);
    match random.within(0..6) {
        0..3 => {
            let only = *random.pick(&[ClearOnly::All, ClearOnly::All, ClearOnly::Failed, ClearOnly::Running]);
            Operation::ClearTasks { tasks, only, newest: None }
        }
        3..5 => Operation::MarkTasks { tasks, state },
        _ => Operation::MarkRun { state: of_run },
    }
}

fn post(store: &MemoryStore, request: &Request) {
    put(store, request.dag_id().shard(SHARDS), &Message::Request(request.clone()));
}

fn put(store: &MemoryStore, shard: ShardId, message: &Message) {
    store.post(shard, message).now_or_never().expect("memory does not wait").expect("a message can be posted");
}
