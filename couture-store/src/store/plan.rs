//! What a commit comes to: of each row only its last state.

use couture_core::store::{Commit, DagRecord, Record, RunChange, RunRecord, ShardCommit, TaskRecord};
use couture_core::task::XCom;
use couture_core::{DagId, MapIndex, RunKey, ShardId, TaskIndex, TaskState};
use rustc_hash::{FxHashMap, FxHashSet};

/// The rows of a commit. No row is there twice.
#[derive(Default)]
pub(super) struct Plan<'c> {
    pub(super) dags: Vec<(ShardId, &'c DagRecord)>,
    pub(super) new_runs: Vec<NewRun<'c>>,
    pub(super) changed_runs: Vec<&'c RunChange>,
    pub(super) tasks: Vec<TaskRow<'c>>,
    pub(super) tries: Vec<TaskRow<'c>>,
    pub(super) xcoms: Vec<(TaskRow<'c>, &'c XCom)>,
    pub(super) done: Vec<i64>,
}

/// A task instance's record, and its position in the journal.
#[derive(Clone, Copy)]
pub(super) struct TaskRow<'c> {
    pub(super) sequence: i64,
    pub(super) task: &'c TaskRecord,
}

/// A run that is created, and perhaps changed in the same commit.
pub(super) struct NewRun<'c> {
    pub(super) run: &'c RunRecord,
    pub(super) change: RunChange,
    pub(super) conf: String,
}

/// What has a later record in the same commit.
#[derive(Default)]
struct Seen<'c> {
    dags: FxHashSet<&'c DagId>,
    runs: FxHashMap<RunKey, &'c RunChange>,
    tasks: FxHashSet<(RunKey, TaskIndex, MapIndex)>,
    tries: FxHashSet<(RunKey, TaskIndex, MapIndex, u32)>,
}

impl<'c> Plan<'c> {
    pub(super) fn new(commit: &'c Commit) -> Self {
        let mut plan = Self::default();
        let mut seen = Seen::default();
        let records = commit.shards.iter().map(|part| part.records.len()).sum();
        plan.tasks.reserve(records);
        seen.tasks.reserve(records);
        for part in commit.shards.iter().rev() {
            for (sequence, record) in positions(part).rev() {
                plan.add(&mut seen, part.shard, sequence, record);
            }
        }
        // Rows are written in the order of their last records: mostly that of their keys.
        plan.changed_runs = seen.runs.into_values().collect();
        plan.changed_runs.sort_unstable_by_key(|change| change.key);
        plan.new_runs.reverse();
        plan.tasks.reverse();
        plan
    }

    /// Adds `record`, which comes before all that were added.
    fn add(&mut self, seen: &mut Seen<'c>, shard: ShardId, sequence: i64, record: &'c Record) {
        match record {
            Record::Task(task) => {
                let row = TaskRow { sequence, task };
                let (run, index, map_index) = task.instance();
                if seen.tasks.insert((run, index, map_index)) {
                    self.tasks.push(row);
                    self.add_xcoms(row);
                }
                let number = task.token.try_number;
                if task.state == TaskState::UpForRetry && seen.tries.insert((run, index, map_index, number)) {
                    self.tries.push(row);
                }
            }
            Record::RunChanged(change) => {
                seen.runs.entry(change.key).or_insert(change);
            }
            Record::RunCreated(run) => {
                let RunRecord { key, state, started_at, ended_at, cancelled, .. } = *run;
                let created = RunChange { key, state, started_at, ended_at, cancelled };
                let change = seen.runs.remove(&key).cloned().unwrap_or(created);
                self.new_runs.push(NewRun { run, change, conf: run.conf.to_string() });
            }
            Record::Dag(dag) => {
                if seen.dags.insert(&dag.dag_id) {
                    self.dags.push((shard, dag));
                }
            }
            Record::InboxDone(id) => self.done.push(id.number),
            Record::Withdrawn => {}
        }
    }

    fn add_xcoms(&mut self, row: TaskRow<'c>) {
        let xcoms = &row.task.xcoms;
        for (at, xcom) in xcoms.iter().enumerate() {
            if xcoms[at + 1..].iter().all(|later| later.key != xcom.key) {
                self.xcoms.push((row, xcom));
            }
        }
    }
}

/// The records of `part` with their positions.
pub(super) fn positions(part: &ShardCommit) -> impl DoubleEndedIterator<Item = (i64, &Record)> + ExactSizeIterator {
    let first = part.sequence as i64 + 1;
    part.records.iter().enumerate().map(move |(at, record)| (first + at as i64, record))
}
