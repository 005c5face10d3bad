//! What a commit comes to: of each row only its last state.

use couture_core::store::{
    AssetEvent, Backfill, Commit, DagRecord, Message, Record, RunChange, RunRecord, ShardCommit, SlaMiss, TaskRecord,
};
use couture_core::task::XCom;
use couture_core::{DagId, MapIndex, RunKey, ShardId, TaskIndex, TaskState};
use rustc_hash::{FxHashMap, FxHashSet};

/// A part of a commit. The parts follow each other.
pub(super) enum Step<'c> {
    /// Rows are written.
    Rows(Box<Plan<'c>>),
    /// The history of a DAG goes, as the rows before have left it.
    History(&'c DagId),
    /// A run goes, if it is over, as the rows before have left it.
    Run(RunKey),
}

/// The rows of a step. No row is there twice.
#[derive(Default)]
pub(super) struct Plan<'c> {
    pub(super) dags: Vec<(ShardId, &'c DagRecord)>,
    pub(super) new_runs: Vec<NewRun<'c>>,
    pub(super) changed_runs: Vec<&'c RunChange>,
    /// Runs that are pinned to another version.
    pub(super) versions: Vec<(&'c str, RunKey)>,
    /// Instances whose row of before the step is to be kept as a try.
    pub(super) archived: Vec<Instance>,
    pub(super) tasks: Vec<TaskRow<'c>>,
    pub(super) tries: Vec<TaskRow<'c>>,
    /// Each with its place among what its instance gave.
    pub(super) xcoms: Vec<(TaskRow<'c>, i64, &'c XCom)>,
    pub(super) asset_events: Vec<&'c AssetEvent>,
    pub(super) sla_misses: Vec<&'c SlaMiss>,
    pub(super) backfills: Vec<&'c Backfill>,
    /// Messages as JSON text, and for which shard.
    pub(super) posted: Vec<(ShardId, String)>,
    pub(super) done: Vec<i64>,
}

/// Run, task and map index.
pub(super) type Instance = (RunKey, TaskIndex, MapIndex);

/// A task instance's record, and its position in the journal.
#[derive(Clone, Copy)]
pub(super) struct TaskRow<'c> {
    pub(super) sequence: i64,
    pub(super) task: &'c TaskRecord,
}

/// A run that is created, and perhaps changed in the same step.
pub(super) struct NewRun<'c> {
    pub(super) run: &'c RunRecord,
    pub(super) change: RunChange,
    pub(super) conf: String,
}

/// A step to be: it is filled from its last record to its first.
#[derive(Default)]
struct Draft<'c> {
    plan: Plan<'c>,
    // What has a later record in the same step.
    dags: FxHashSet<&'c DagId>,
    runs: FxHashMap<RunKey, &'c RunChange>,
    versions: FxHashMap<RunKey, &'c str>,
    tasks: FxHashSet<Instance>,
    tries: FxHashSet<(Instance, u32)>,
    backfills: FxHashSet<i64>,
    /// Instances whose next record clears them.
    cleared: FxHashSet<Instance>,
}

/// The steps of `commit`, in order.
pub(super) fn steps(commit: &Commit) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut draft = Draft::default();
    let records = commit.shards.iter().map(|part| part.records.len()).sum();
    draft.plan.tasks.reserve(records);
    draft.tasks.reserve(records);
    for part in commit.shards.iter().rev() {
        for (sequence, record) in positions(part).rev() {
            let deletion = match record {
                Record::HistoryDeleted(dag_id) => Step::History(dag_id),
                Record::RunDeleted { key, .. } => Step::Run(*key),
                _ => {
                    draft.add(part.shard, sequence, record);
                    continue;
                }
            };
            steps.push(Step::Rows(Box::new(std::mem::take(&mut draft).finish())));
            steps.push(deletion);
        }
    }
    steps.push(Step::Rows(Box::new(draft.finish())));
    steps.reverse();
    steps
}

impl<'c> Draft<'c> {
    /// Adds `record`, which comes before all that were added.
    fn add(&mut self, shard: ShardId, sequence: i64, record: &'c Record) {
        match record {
            Record::Task(task) => self.add_task(TaskRow { sequence, task }),
            Record::RunChanged(change) => {
                self.runs.entry(change.key).or_insert(change);
                if let Some(version) = &change.version {
                    self.versions.entry(change.key).or_insert(version);
                }
            }
            Record::RunCreated(run) => {
                let RunRecord { key, state, started_at, ended_at, cancelled, .. } = *run;
                let created = RunChange { key, state, started_at, ended_at, cancelled, version: None };
                let mut change = self.runs.remove(&key).cloned().unwrap_or(created);
                change.version = self.versions.remove(&key).map(str::to_owned);
                self.plan.new_runs.push(NewRun { run, change, conf: run.conf.to_string() });
            }
            Record::Dag(dag) => {
                if self.dags.insert(&dag.dag_id) {
                    self.plan.dags.push((shard, dag));
                }
            }
            Record::AssetChanged(event) => self.plan.asset_events.push(event),
            Record::SlaMissed(miss) => self.plan.sla_misses.push(miss),
            Record::Backfill(backfill) => {
                if self.backfills.insert(backfill.number) {
                    self.plan.backfills.push(backfill);
                }
            }
            Record::Posted { to, message } => self.plan.posted.push((*to, text(message))),
            Record::InboxDone(id) => self.plan.done.push(id.number),
            Record::HistoryDeleted(_) | Record::RunDeleted { .. } | Record::Withdrawn => {}
        }
    }

    fn add_task(&mut self, row: TaskRow<'c>) {
        let (instance, token) = (row.task.instance(), row.task.token);
        if self.tasks.insert(instance) {
            self.plan.tasks.push(row);
            self.plan.add_xcoms(row);
        }
        let is_cleared_next = !self.cleared.is_empty() && self.cleared.remove(&instance);
        let is_kept = row.task.state == TaskState::UpForRetry || (is_cleared_next && token.try_number > 0);
        if is_kept && self.tries.insert((instance, token.try_number)) {
            self.plan.tries.push(row);
        }
        if row.task.state == TaskState::Cleared {
            self.cleared.insert(instance);
        }
    }

    fn finish(self) -> Plan<'c> {
        let mut plan = self.plan;
        // Rows are written in the order of their last records: mostly that of their keys.
        plan.changed_runs = self.runs.into_values().collect();
        plan.changed_runs.sort_unstable_by_key(|change| change.key);
        plan.versions = self.versions.into_iter().map(|(key, version)| (version, key)).collect();
        plan.versions.sort_unstable();
        plan.archived = self.cleared.into_iter().collect();
        plan.archived.sort_unstable();
        plan.new_runs.reverse();
        plan.tasks.reverse();
        plan.asset_events.reverse();
        plan.sla_misses.reverse();
        plan.posted.reverse();
        plan
    }
}

impl<'c> Plan<'c> {
    fn add_xcoms(&mut self, row: TaskRow<'c>) {
        let xcoms = &row.task.xcoms;
        for (at, xcom) in xcoms.iter().enumerate() {
            if xcoms[at + 1..].iter().all(|later| later.key != xcom.key) {
                self.xcoms.push((row, at as i64, xcom));
            }
        }
    }
}

fn text(message: &Message) -> String {
    serde_json::to_string(message).expect("a message can be JSON")
}

/// The records of `part` with their positions.
pub(super) fn positions(part: &ShardCommit) -> impl DoubleEndedIterator<Item = (i64, &Record)> + ExactSizeIterator {
    let first = part.sequence as i64 + 1;
    part.records.iter().enumerate().map(move |(at, record)| (first + at as i64, record))
}
