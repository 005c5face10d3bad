//! Random commands, given to a store and to a [`MemoryStore`]: both must answer and hold the same.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::sample::{
    AT, record, sample_asset_event, sample_backfill, sample_changes, sample_dag, sample_origin, sample_run,
    sample_sla_miss, sample_task,
};
use super::suite::TestedStore;
use crate::ids::{AssetName, DagId, Epoch, MapIndex, PoolName, RunId, RunKey, ShardId, WorkerId};
use crate::schedule::DataInterval;
use crate::state::{RunState, RunType, TaskState};
use crate::store::{
    Backfill, BackfillState, Commit, CommitError, InboxId, MemoryStore, Message, PoolDelta, Record, Request, RunChange,
    RunOrigin, RunRecord, ShardCommit, Store, StoreError, StoreReader, TaskRecord, XComFilter,
};
use crate::task::{Decision, Deferral, XCom, XComValue};
use crate::time::Timestamp;

const SHARDS: u32 = 4;
const KEYS: [&str; 3] = ["return_value", "a", "A"];

/// Something asked of a store. Numbers choose among what is there at that time.
#[derive(Clone, Debug)]
pub enum Command {
    /// A claim that has seen this many epochs too few.
    Claim(u32, u64),
    /// A heartbeat of a worker.
    Beat(u64),
    /// A worker forgotten.
    Forget(u64),
    /// A pool made or changed.
    SetPool(u8, u32),
    /// A request for a shard.
    Post(u32),
    /// A commit of these shards, each with records, and the slots of these pools.
    Commit(Vec<(u32, Vec<Change>)>, Vec<(u8, i64)>),
    /// A commit like the one before it, or out of place by this much.
    Misplaced(u32, u64, i64),
    /// The last commit again.
    Repeat,
}

/// A record to be.
#[derive(Clone, Debug)]
pub enum Change {
    /// A DAG: which, whether it is paused, whether it is active.
    Dag(u8, bool, bool),
    /// A new run.
    Create(u8),
    /// A change of a run.
    Run(usize, RunState),
    /// A task instance: run, task, map index, try, state, XComs.
    Task(usize, u32, i32, u32, TaskState, Vec<(usize, u8)>),
    /// A change of an asset.
    Asset(u8),
    /// A missed SLA: run, task, date.
    Sla(usize, u8, i64),
    /// A backfill: number, DAG, state.
    Backfill(u8, u8, BackfillState),
    /// The history of a DAG that has runs, or of one that has a row.
    History(u8, bool),
    /// A request that is done.
    Done(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let states = prop::sample::select(TaskState::ALL);
    let task = (any::<usize>(), 0..4_u32, -1..2_i32, 1..4_u32, states, vec((0..KEYS.len(), any::<u8>()), 0..3));
    let backfills = prop::sample::select(vec![BackfillState::Running, BackfillState::Paused, BackfillState::Finished]);
    prop_oneof![
        1 => (0..6_u8, any::<bool>(), any::<bool>()).prop_map(|(dag, paused, active)| Change::Dag(dag, paused, active)),
        2 => (0..6_u8).prop_map(Change::Create),
        2 => (any::<usize>(), prop::sample::select(RunState::ALL)).prop_map(|(run, state)| Change::Run(run, state)),
        8 => task.prop_map(|(run, task, map, number, state, xcoms)| Change::Task(run, task, map, number, state, xcoms)),
        1 => (0..3_u8).prop_map(Change::Asset),
        1 => (any::<usize>(), 0..3_u8, 0..3_i64).prop_map(|(run, task, date)| Change::Sla(run, task, date)),
        1 => (0..4_u8, 0..3_u8, backfills).prop_map(|(number, dag, state)| Change::Backfill(number, dag, state)),
        1 => (0..6_u8, any::<bool>()).prop_map(|(dag, of_runs)| Change::History(dag, of_runs)),
        1 => any::<usize>().prop_map(Change::Done),
    ]
}

/// Sequences of up to `length` commands.
pub fn commands(length: usize) -> impl Strategy<Value = Vec<Command>> {
    let parts = vec((0..SHARDS, vec(change(), 0..12)), 0..3);
    let command = prop_oneof![
        2 => (0..SHARDS, 0..2_u64).prop_map(|(shard, behind)| Command::Claim(shard, behind)),
        1 => (0..3_u64).prop_map(Command::Beat),
        1 => (0..3_u64).prop_map(Command::Forget),
        1 => (0..3_u8, 0..6_u32).prop_map(|(pool, slots)| Command::SetPool(pool, slots)),
        2 => (0..SHARDS).prop_map(Command::Post),
        10 => (parts, vec((0..3_u8, -2..4_i64), 0..3)).prop_map(|(parts, pools)| Command::Commit(parts, pools)),
        1 => (0..SHARDS, 0..3_u64, -2..3_i64).prop_map(|(shard, epoch, at)| Command::Misplaced(shard, epoch, at)),
        1 => Just(Command::Repeat),
    ];
    vec(command, 0..length)
}

/// Gives `commands` to `store`, which is new and has 4 shards, and to a store in memory.
///
/// # Panics
/// Where the two differ.
pub async fn check_commands(store: &dyn TestedStore, commands: &[Command]) {
    let memory = MemoryStore::new(SHARDS);
    let mut state = State::default();
    for command in commands {
        state.apply(store, &memory, command).await;
    }
    state.compare(store, &memory).await;
}

/// What the commands to come choose among.
#[derive(Default)]
struct State {
    runs: Vec<RunKey>,
    /// The same request in both stores: their numbers may differ.
    posted: Vec<(InboxId, InboxId)>,
    last: Option<(Commit, Commit)>,
}

fn date(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

fn pool(n: u8) -> PoolName {
    PoolName::new(["default_pool", "p", "P"][usize::from(n)]).unwrap()
}

fn kind(result: Result<(), CommitError>) -> String {
    match result {
        Err(CommitError::Store(StoreError::Corrupt(_))) => "corrupt".to_owned(),
        other => format!("{other:?}"),
    }
}

impl State {
    async fn apply(&mut self, store: &dyn TestedStore, memory: &MemoryStore, command: &Command) {
        match command {
            Command::Claim(shard, behind) => {
                let seen = memory.shards().await.unwrap()[*shard as usize].epoch;
                let Some(seen) = seen.0.checked_sub(*behind).map(Epoch) else { return };
                let owner = WorkerId::new("w", seen.0);
                let expected = memory.claim(ShardId(*shard), seen, Some(&owner)).await.unwrap();
                assert_eq!(store.claim(ShardId(*shard), seen, Some(&owner)).await.unwrap(), expected);
            }
            Command::Beat(worker) => {
                memory.beat(&WorkerId::new("w", *worker)).await.unwrap();
                store.beat(&WorkerId::new("w", *worker)).await.unwrap();
            }
            Command::Forget(worker) => {
                memory.forget(&WorkerId::new("w", *worker)).await.unwrap();
                store.forget(&WorkerId::new("w", *worker)).await.unwrap();
            }
            Command::SetPool(name, slots) => {
                memory.set_pool(&pool(*name), *slots).await.unwrap();
                store.set_pool(&pool(*name), *slots).await.unwrap();
            }
            Command::Post(shard) => {
                let dag_id = DagId::new(format!("d{}", self.posted.len())).unwrap();
                let request = Message::Request(Request::SetPaused { dag_id, paused: true });
                let shard = ShardId(*shard);
                let ids = (memory.post(shard, &request).await.unwrap(), store.post(shard, &request).await.unwrap());
                self.posted.push(ids);
            }
            Command::Commit(parts, pools) => {
                let both = self.commits(memory, parts, pools).await;
                self.commit(store, memory, both).await;
            }
            Command::Misplaced(shard, epoch, offset) => {
                let mut both = self.commits(memory, &[(*shard, vec![Change::Dag(0, true, true)])], &[]).await;
                for part in [&mut both.0.shards[0], &mut both.1.shards[0]] {
                    part.epoch = Epoch((part.epoch.0 + 1).saturating_sub(*epoch));
                    part.sequence = part.sequence.saturating_add_signed(*offset);
                }
                self.commit(store, memory, both).await;
            }
            Command::Repeat => {
                if let Some(both) = self.last.clone() {
                    self.commit(store, memory, both).await;
                }
            }
        }
    }

    async fn commit(&mut self, store: &dyn TestedStore, memory: &MemoryStore, both: (Commit, Commit)) {
        let expected = memory.commit(&both.0).await;
        if expected.is_ok() {
            let records = both.0.shards.iter().flat_map(|part| &part.records);
            self.runs.extend(records.filter_map(|record| match record {
                Record::RunCreated(run) => Some(run.key),
                _ => None,
            }));
            let mut left = Vec::new();
            for run in &self.runs {
                if memory.run_state(*run).await.unwrap().is_some() {
                    left.push(*run);
                }
            }
            self.runs = left;
        }
        assert_eq!(kind(store.commit(&both.1).await), kind(expected), "{:?}", both.1);
        self.last = Some(both);
    }

    /// The commit for the memory, and that for the store.
    async fn commits(
        &self,
        memory: &MemoryStore,
        parts: &[(u32, Vec<Change>)],
        pools: &[(u8, i64)],
    ) -> (Commit, Commit) {
        let epochs = memory.shards().await.unwrap();
        let mut both = [Vec::new(), Vec::new()];
        for (shard, changes) in parts {
            let shard = ShardId(*shard);
            if both[0].iter().any(|part: &ShardCommit| part.shard == shard) {
                continue;
            }
            let sequence = memory.restore(shard).await.unwrap().sequence;
            let epoch = epochs[shard.0 as usize].epoch;
            for (side, parts) in both.iter_mut().enumerate() {
                let mut records = Vec::new();
                for change in changes {
                    let is_history = |record: &Record| matches!(record, Record::HistoryDeleted(_));
                    let mut before = parts.iter().flat_map(|part: &ShardCommit| &part.records).chain(&records);
                    // No one writes instances of a run that has just gone.
                    if matches!(change, Change::Task(..)) && before.any(is_history) {
                        continue;
                    }
                    let key = RunKey::new(shard, sequence + 1 + records.len() as u64);
                    records.extend(self.record(key, change, side));
                }
                parts.push(ShardCommit { shard, epoch, sequence, records });
            }
        }
        let mut deltas: Vec<PoolDelta> = Vec::new();
        // Slots without a record could be taken twice by a repeat.
        let pools = if both[0].iter().all(|part| part.records.is_empty()) { &[] } else { pools };
        for (name, slots) in pools {
            if deltas.iter().all(|delta| delta.pool != pool(*name)) {
                deltas.push(PoolDelta { pool: pool(*name), slots: *slots });
            }
        }
        let [memory, store] = both;
        let commit = |shards| Commit { at: AT, shards, pools: deltas.clone() };
        (commit(memory), commit(store))
    }

    fn record(&self, key: RunKey, change: &Change, side: usize) -> Option<Record> {
        // A shard's commits are about its own runs.
        let run = |n: usize| {
            let runs: Vec<_> = self.runs.iter().filter(|run| run.shard() == key.shard()).collect();
            runs.get(n % runs.len().max(1)).map(|run| **run)
        };
        Some(match change {
            Change::Dag(n, paused, active) => {
                let mut dag = sample_dag(&format!("d{n}-{}", key.shard()));
                (dag.paused, dag.active) = (*paused, *active);
                dag.last_interval = paused.then(|| DataInterval::at(date(key.0 % 5)));
                if *active {
                    dag.changed_assets = sample_changes([AssetName::new("a").unwrap()]);
                }
                Record::Dag(dag)
            }
            // Few ids, so that some are taken already.
            Change::Create(n) => Record::RunCreated(RunRecord {
                logical_date: date(key.0 % 5),
                run_type: [RunType::Manual, RunType::Scheduled, RunType::Backfill, RunType::AssetTriggered]
                    [usize::from(n % 4)],
                backfill: (*n == 0).then_some(key.0),
                origin: if n % 3 == 0 { sample_origin() } else { RunOrigin::default() },
                ..sample_run(key, &format!("d{n}"), &format!("r{}", key.0 % 31))
            }),
            Change::Run(n, state) => Record::RunChanged(RunChange {
                key: run(*n)?,
                state: *state,
                started_at: Some(AT),
                ended_at: state.is_finished().then_some(AT),
                cancelled: n % 2 == 0,
                version: (n % 5 == 0).then(|| format!("v{}", n % 3)),
            }),
            Change::Task(n, task, map, number, state, xcoms) => {
                let mut row = sample_task(run(*n)?, *task, *state);
                row.token.map_index = MapIndex(*map);
                row.token.try_number = *number;
                row.error = (*number == 2).then(|| "error".into());
                row.decision = (*task == 1).then(|| Box::new(Decision::SkipAll));
                row.deferral = (*task == 2).then(|| Box::new(Deferral::after(Duration::from_secs(1))));
                (row.length, row.max_tries) = ((*task == 3).then_some(*number), *number);
                let xcom = |(key, value): &(usize, u8)| XCom {
                    key: KEYS[*key].into(),
                    value: XComValue::Json(value.to_string().into()),
                };
                record(TaskRecord { xcoms: xcoms.iter().map(xcom).collect(), ..row })
            }
            Change::Asset(n) => {
                Record::AssetChanged(Box::new(sample_asset_event(["a", "A", "b"][usize::from(*n)], key.0)))
            }
            Change::Sla(n, task, at) => {
                Record::SlaMissed(Box::new(sample_sla_miss(run(*n)?, &format!("d{}", n % 6), &format!("t{task}"), *at)))
            }
            Change::Backfill(n, of, state) => {
                let number = RunKey::new(key.shard(), u64::from(*n));
                let reached = Some(date(key.0 % 5));
                let backfill = Backfill { state: *state, reached, ..sample_backfill(number, &format!("d{of}")) };
                Record::Backfill(Box::new(backfill))
            }
            Change::History(n, true) => Record::HistoryDeleted(DagId::new(format!("d{n}")).unwrap()),
            Change::History(n, false) => Record::HistoryDeleted(DagId::new(format!("d{n}-{}", key.shard())).unwrap()),
            Change::Done(n) => {
                let ids = self.posted.get(n % self.posted.len().max(1))?;
                Record::InboxDone(if side == 0 { ids.0 } else { ids.1 })
            }
        })
    }

    async fn compare(&self, store: &dyn TestedStore, memory: &MemoryStore) {
        assert_eq!(store.shards().await.unwrap(), memory.shards().await.unwrap());
        assert_eq!(store.pools().await.unwrap(), memory.pools().await.unwrap());
        assert_eq!(store.dags(None, 1_000).await.unwrap(), memory.dags(None, 1_000).await.unwrap());
        assert_eq!(store.runs(None, None, 10_000).await.unwrap(), memory.runs(None, None, 10_000).await.unwrap());
        let workers = |beats: Vec<(WorkerId, u64)>| beats.into_iter().map(|(worker, _)| worker).collect::<Vec<_>>();
        assert_eq!(workers(store.beats().await.unwrap()), workers(memory.beats().await.unwrap()));
        for shard in (0..SHARDS).map(ShardId) {
            let (seen, expected) = (store.restore(shard).await.unwrap(), memory.restore(shard).await.unwrap());
            assert_eq!(format!("{seen:?}"), format!("{expected:?}"));
            let journal = memory.journal(shard, 0, 100_000).await.unwrap();
            assert_eq!(store.journal(shard, 0, 100_000).await.unwrap(), journal);
            self.compare_inbox(store, memory, shard).await;
        }
        self.compare_reports(store, memory).await;
        for run in memory.runs(None, None, 10_000).await.unwrap() {
            assert_eq!(store.mapped_tasks(run.key).await.unwrap(), memory.mapped_tasks(run.key).await.unwrap());
            assert_eq!(store.run_snapshot(run.key).await.unwrap(), memory.run_snapshot(run.key).await.unwrap());
            let ids = [run.run_id.clone(), RunId::new("none").unwrap()];
            assert_eq!(store.existing_run_ids(&run.dag_id, &ids).await.unwrap(), ids[..1]);
            let tasks = memory.tasks(run.key, None, 10_000).await.unwrap();
            assert_eq!(store.tasks(run.key, None, 10_000).await.unwrap(), tasks);
            self.compare_xcom_lists(store, memory, &run).await;
            for (run, task, map) in tasks.iter().map(TaskRecord::instance) {
                let newest = memory.newest_xcoms(run, task, 3).await.unwrap();
                assert_eq!(store.newest_xcoms(run, task, 3).await.unwrap(), newest, "{run:?} {task:?}");
                assert_eq!(store.tries(run, task, map).await.unwrap(), memory.tries(run, task, map).await.unwrap());
                for key in KEYS {
                    assert_eq!(store.xcoms(run, task, key).await.unwrap(), memory.xcoms(run, task, key).await.unwrap());
                    let expected = memory.xcom(run, task, map, key).await.unwrap();
                    assert_eq!(store.xcom(run, task, map, key).await.unwrap(), expected, "{key} of {run:?} {task:?}");
                }
            }
        }
    }

    async fn compare_xcom_lists(&self, store: &dyn TestedStore, memory: &MemoryStore, run: &RunRecord) {
        let of_dag = XComFilter { dag_id: Some(run.dag_id.clone()), ..XComFilter::default() };
        let of_run = XComFilter { run: Some(run.key), key: Some(KEYS[0].into()), ..XComFilter::default() };
        for filter in [XComFilter::default(), of_dag, of_run] {
            let expected = memory.find_xcoms(&filter, 1, 50).await.unwrap();
            assert_eq!(store.find_xcoms(&filter, 1, 50).await.unwrap(), expected, "{filter:?}");
            let count = memory.count_xcoms(&filter).await.unwrap();
            assert_eq!(store.count_xcoms(&filter).await.unwrap(), count, "{filter:?}");
        }
    }

    async fn compare_reports(&self, store: &dyn TestedStore, memory: &MemoryStore) {
        let dags: Vec<_> = (0..6).map(|n| DagId::new(format!("d{n}")).unwrap()).collect();
        for of in dags.iter().map(Some).chain([None]) {
            let (seen, expected) = (store.backfills(of, None, 100).await, memory.backfills(of, None, 100).await);
            assert_eq!(seen.unwrap(), expected.unwrap());
            let (seen, expected) = (store.sla_misses(of, 100).await, memory.sla_misses(of, 100).await);
            assert_eq!(seen.unwrap(), expected.unwrap());
        }
        for of in ["a", "A", "b"].map(|name| AssetName::new(name).unwrap()).iter().map(Some).chain([None]) {
            let (seen, expected) =
                (store.asset_events(of, true, 0, 100).await, memory.asset_events(of, true, 0, 100).await);
            assert_eq!(seen.unwrap(), expected.unwrap());
        }
        for (of, at) in dags.iter().flat_map(|of| (0..6).map(move |at| (of, date(at)))) {
            for scheduled in [false, true] {
                let expected = memory.previous_run(of, at, scheduled).await.unwrap();
                assert_eq!(store.previous_run(of, at, scheduled).await.unwrap(), expected, "{of:?} {at:?} {scheduled}");
            }
            let expected = memory.runs_between(of, date(1), at, 3).await.unwrap();
            assert_eq!(store.runs_between(of, date(1), at, 3).await.unwrap(), expected);
        }
    }

    async fn compare_inbox(&self, store: &dyn TestedStore, memory: &MemoryStore, shard: ShardId) {
        let expected: Vec<_> = memory.inbox(&[shard], 1_000).await.unwrap();
        let seen = store.inbox(&[shard], 1_000).await.unwrap();
        assert_eq!(
            seen.iter().map(|(_, request)| request).collect::<Vec<_>>(),
            expected.iter().map(|(_, request)| request).collect::<Vec<_>>()
        );
        let ids = expected.iter().filter_map(|(id, _)| self.posted.iter().find(|ids| ids.0 == *id)).map(|ids| ids.1);
        assert_eq!(seen.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids.collect::<Vec<_>>());
    }
}
