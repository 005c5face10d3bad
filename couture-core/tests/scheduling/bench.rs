//! The scheduler with a store, in a time that the test sets. It is the smallest thing that can drive it.

use std::sync::Arc;
use std::time::Duration;

use couture_core::scheduler::{
    AcquiredShard, Asker, Command, Event, FindRun, FoundRun, Planted, Scheduler, SchedulerSettings,
};
use couture_core::store::{
    Commit, DagVersion, MemoryStore, Message, PoolDelta, Record, Request, RunRecord, ShardCommit, Store, StoreReader,
};
use couture_core::task::Notice;
use couture_core::{
    AttemptToken, Dag, DagId, Epoch, Now, Outcome, PoolName, Report, RunId, RunState, ShardId, Timestamp, WorkerId,
};
use futures_util::FutureExt;
use rustc_hash::FxHashMap;

/// A scheduler of one shard. Attempts end when the test says so.
pub struct Bench {
    pub store: MemoryStore,
    pub now: Now,
    /// Attempts that were launched and have not ended.
    pub live: Vec<AttemptToken>,
    /// All attempts that were ever launched, in that order.
    pub launched: Vec<AttemptToken>,
    /// Runs that were created, in that order.
    pub created: Vec<RunRecord>,
    /// What people were to be told, in that order.
    pub notices: Vec<Notice>,
    pub settings: SchedulerSettings,
    pub dags: Vec<Arc<Dag>>,
    scheduler: Scheduler,
    epoch: Epoch,
    sequence: u64,
}

/// The answer of what is there at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("memory answers at once")
}

impl Bench {
    pub fn new(start: Timestamp) -> Self {
        let settings = SchedulerSettings {
            worker: WorkerId::new("test", 1),
            shards: 1,
            capacity: 10_000,
            is_exclusive: true,
            paused_at_creation: false,
            lease: Duration::from_secs(40),
            max_lost: 5,
            max_map_length: 100,
            max_active_runs: 16,
            max_active_tasks: None,
            catchup: true,
            check_slas: true,
            planted: Planted::default(),
        };
        let mut bench = Self {
            store: MemoryStore::new(1),
            now: Now { wall: start, mono: Duration::ZERO },
            live: Vec::new(),
            launched: Vec::new(),
            created: Vec::new(),
            notices: Vec::new(),
            scheduler: Scheduler::new(settings.clone()),
            settings,
            dags: Vec::new(),
            epoch: Epoch(0),
            sequence: 0,
        };
        bench.restart();
        bench
    }

    /// Begins again with what the store holds. Attempts go on.
    pub fn restart(&mut self) {
        self.scheduler = Scheduler::new(self.settings.clone());
        let epoch = now(self.store.claim(ShardId(0), self.epoch, Some(&self.settings.worker))).unwrap().unwrap();
        let snapshot = now(self.store.restore(ShardId(0))).unwrap();
        self.epoch = epoch;
        self.sequence = snapshot.sequence;
        let mut versions = FxHashMap::default();
        for version in snapshot.dags.iter().map(|dag| &dag.version).chain(snapshot.runs.iter().map(|run| &run.version))
        {
            let json = now(self.store.version(version)).unwrap().unwrap();
            versions.insert(version.clone(), Ok(Arc::new(Dag::from_json(&json).unwrap())));
        }
        let shard = AcquiredShard { id: ShardId(0), epoch, snapshot, versions };
        self.handle(Event::ShardAcquired(Box::new(shard)));
        let pools = now(self.store.pools()).unwrap();
        self.handle(Event::PoolsObserved(pools));
        for dag in self.dags.clone() {
            self.register(dag);
        }
    }

    pub fn add(&mut self, dag: Dag) -> Arc<Dag> {
        let dag = Arc::new(dag);
        self.dags.push(dag.clone());
        self.register(dag.clone());
        dag
    }

    fn register(&mut self, dag: Arc<Dag>) {
        let version = DagVersion::of(&dag);
        now(self.store.put_version(&version)).unwrap();
        self.handle(Event::DagRegistered { dag, version: version.version, asker: None });
    }

    pub fn request(&mut self, request: Request) {
        self.handle(Event::Requested { request, asker: Asker(0) });
    }

    /// A message comes through the inbox.
    pub fn arrive(&mut self, message: Message) {
        let id = now(self.store.post(ShardId(0), &message)).unwrap();
        self.handle(Event::MessageArrived(id, Ok(message)));
        assert_eq!(now(self.store.inbox(&[ShardId(0)], 10)).unwrap(), []);
    }

    /// Moves both clocks on, waking the scheduler whenever it asks for it.
    pub fn pass(&mut self, time: Duration) {
        let end = self.now.mono + time;
        loop {
            let wake = self.scheduler.wake_in(self.now).map_or(end, |wake| (self.now.mono + wake).min(end));
            let step = wake - self.now.mono;
            self.now = Now { wall: self.now.wall + step, mono: wake };
            self.handle(Event::TimePassed);
            if wake == end && self.scheduler.wake_in(self.now) != Some(Duration::ZERO) {
                return;
            }
        }
    }

    /// The wall clock jumps; the other one does not.
    pub fn jump(&mut self, wall: Timestamp) {
        self.now.wall = wall;
        self.handle(Event::TimePassed);
    }

    /// Ends an attempt.
    pub fn end(&mut self, token: AttemptToken, outcome: Outcome) {
        self.live.retain(|live| *live != token);
        let at = self.now.wall;
        self.handle(Event::Reported(Report::Ended { token, started_at: Some(at), ended_at: at, outcome }));
    }

    /// Ends all attempts with success, and those that follow, until there are none.
    pub fn finish_all(&mut self) {
        while let Some(token) = self.live.pop() {
            self.end(token, Outcome::succeeded(Vec::new()));
        }
    }

    pub fn handle(&mut self, event: Event) {
        self.scheduler.begin_batch();
        let commands = self.scheduler.handle(event, self.now);
        let mut records = Vec::new();
        let mut pools: Vec<PoolDelta> = Vec::new();
        let mut after = Vec::new();
        for command in commands {
            match command {
                Command::Record { record, slots, .. } => {
                    if let Record::RunCreated(run) = &record {
                        self.created.push(run.clone());
                    }
                    records.push(record);
                    if let Some((pool, slots)) = slots {
                        match pools.iter_mut().find(|delta| delta.pool == pool) {
                            Some(delta) => delta.slots += slots,
                            None => pools.push(PoolDelta { pool, slots }),
                        }
                    }
                }
                other => after.push(other),
            }
        }
        self.commit(records, pools);
        for command in after {
            match command {
                Command::Launch(launch) => {
                    self.live.push(launch.token);
                    self.launched.push(launch.token);
                }
                Command::Find { of, dag_id, find } => {
                    let found = self.find(&dag_id, find);
                    self.handle(Event::RunFound { of, found });
                }
                Command::Kill(token) => self.end(token, Outcome::Killed),
                Command::Notify(notice) => self.notices.push(notice),
                _ => {}
            }
        }
    }

    fn find(&self, dag_id: &DagId, find: FindRun) -> Option<FoundRun> {
        let key = match find {
            FindRun::Before { date, scheduled_only } => {
                now(self.store.previous_run(dag_id, date, scheduled_only)).unwrap()?
            }
            FindRun::At(date) => now(self.store.runs_between(dag_id, date, date, 100)).unwrap().last()?.key,
        };
        if self.scheduler.is_unfinished(key) {
            return Some(FoundRun::Unfinished(key));
        }
        let tasks = now(self.store.run_snapshot(key)).unwrap()?.tasks;
        let dag = self.dags.iter().find(|dag| dag.dag_id == *dag_id)?.clone();
        Some(FoundRun::Finished { key, dag, tasks })
    }

    /// Something is recorded that the scheduler does not know of.
    pub fn put(&mut self, record: Record, pools: Vec<PoolDelta>) {
        self.commit(vec![record], pools);
    }

    fn commit(&mut self, mut records: Vec<Record>, mut pools: Vec<PoolDelta>) {
        while !records.is_empty() {
            let rest = records.split_off(records.len().min(4_000));
            let count = records.len() as u64;
            let shard = ShardCommit { shard: ShardId(0), epoch: self.epoch, sequence: self.sequence, records };
            let commit = Commit { at: self.now.wall, shards: vec![shard], pools: std::mem::take(&mut pools) };
            now(self.store.commit(&commit)).expect("the store accepts what the scheduler wants");
            self.sequence += count;
            records = rest;
        }
    }

    /// The run, as the store has it.
    pub fn run(&self, dag_id: &DagId, run_id: &RunId) -> RunRecord {
        now(self.store.run(dag_id, run_id)).unwrap().expect("there is such a run")
    }

    /// Whether the counts of a run are what they are when they are made anew.
    pub fn is_counted_right(&mut self, run: &RunRecord) -> bool {
        self.scheduler.is_counted_right(run.key)
    }

    /// How many runs are in this state.
    pub fn count(&self, state: RunState) -> usize {
        let runs = now(self.store.runs(None, None, 100_000)).unwrap();
        runs.iter().filter(|run| run.state == state).count()
    }

    /// The default pool has this many slots from now on.
    pub fn set_slots(&mut self, slots: u32) {
        self.set_pool(PoolName::DEFAULT, slots);
    }

    pub fn set_pool(&mut self, name: &str, slots: u32) {
        now(self.store.set_pool(&PoolName::new(name).unwrap(), slots)).unwrap();
        let pools = now(self.store.pools()).unwrap();
        self.handle(Event::PoolsObserved(pools));
    }
}
