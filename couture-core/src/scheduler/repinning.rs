//! A run that goes on in the newest version of its DAG.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::machine::Scheduler;
use crate::dag::Dag;
use crate::ids::{MapIndex, RunKey, TaskIndex};
use crate::state::TaskState;
use crate::store::{ClearOnly, Operation, Record, Refusal, RunChange, RunSnapshot, TaskRecord, TaskSelection};

/// The rows of a run as they are in another version of its DAG.
pub(super) struct MovedRun {
    pub(super) version: String,
    pub(super) dag: Arc<Dag>,
    pub(super) rows: Vec<TaskRecord>,
}

impl Scheduler {
    /// Whether a run in memory may have to be read from the store, because it is to go on in another version of its DAG.
    pub(super) fn wants_newest(&self, key: RunKey, operation: &Operation) -> bool {
        let Operation::ClearTasks { newest: wish, .. } = operation else { return false };
        let Some(run) = self.runs.get(&key) else { return false };
        let newest = self.dags.get(&run.info.dag.dag_id).and_then(|entry| entry.dag.as_ref());
        let is_other = newest.is_none_or(|newest| !Arc::ptr_eq(newest, &run.info.dag));
        let by_itself = newest.is_some_and(|newest| newest.attributes.newest_version_on_clear);
        is_other && wish.unwrap_or_else(|| by_itself && self.is_at_rest(key))
    }

    /// The rows of a run in its DAG's newest version, if it is to go on in that and can.
    ///
    /// Rows are found by the places of their tasks, and what a task gave to others cannot move: so it can where every task that has a row,
    /// is in the newest version, and is not cleared has kept its place. Otherwise the run stays in its version, or is refused to go on where
    /// the newest one was insisted on.
    pub(super) fn in_newest_version(
        &self,
        snapshot: &RunSnapshot,
        old: &Dag,
        operation: &Operation,
    ) -> Result<Option<MovedRun>, Refusal> {
        let Operation::ClearTasks { tasks, only, newest: wish } = operation else { return Ok(None) };
        let run = &snapshot.run;
        let Some(entry) = self.dags.get(&run.dag_id).filter(|entry| entry.version != run.version) else {
            return Ok(None);
        };
        let stays = |reason: String| match wish {
            Some(true) => {
                Err(Refusal::StaysInVersion { dag_id: run.dag_id.clone(), run_id: run.run_id.clone(), reason })
            }
            _ => Ok(None),
        };
        let Some(newest) = entry.dag.clone() else {
            return stays(format!("that cannot be read: {}", entry.error.as_deref().unwrap_or_default()));
        };
        if !wish.unwrap_or(newest.attributes.newest_version_on_clear) {
            return Ok(None);
        }
        if self.runs.contains_key(&run.key) && !self.is_at_rest(run.key) {
            return stays("tasks of it are live or deferred; wait until they have ended".to_owned());
        }
        if let TaskSelection::Chosen(chosen) = tasks
            && let Some(gone) = chosen.iter().find(|choice| newest.find(choice.task_id.as_str()).is_none())
        {
            return stays(format!("that has no task {:?}", gone.task_id.as_str()));
        }
        match moved_rows(snapshot, old, &newest, cleared(old, tasks, *only)) {
            Ok(rows) => Ok(Some(MovedRun { version: entry.version.clone(), dag: newest, rows })),
            Err(reason) => stays(reason),
        }
    }

    /// Records the rows that moved, and then the version that they belong to.
    pub(super) fn repin(&mut self, snapshot: &RunSnapshot, moved: &MovedRun) {
        let run = &snapshot.run;
        let known: FxHashSet<_> = snapshot.tasks.iter().map(|row| (row.token, row.state)).collect();
        for row in moved.rows.iter().filter(|row| !known.contains(&(row.token, row.state))) {
            self.ledger.record(run.key.shard(), Record::Task(Box::new(row.clone())), None);
        }
        let change = RunChange {
            key: run.key,
            state: run.state,
            started_at: run.started_at,
            ended_at: run.ended_at,
            cancelled: run.cancelled,
            version: Some(moved.version.clone()),
        };
        self.ledger.record(run.key.shard(), Record::RunChanged(change), None);
    }
}

/// The rows of a run in another version of its DAG, or why they cannot be there.
fn moved_rows(
    snapshot: &RunSnapshot,
    old: &Dag,
    newest: &Dag,
    is_cleared: impl Fn(&TaskRecord) -> bool,
) -> Result<Vec<TaskRecord>, String> {
    let mut rows: BTreeMap<(TaskIndex, MapIndex), TaskRecord> = BTreeMap::new();
    let mut last_tries: BTreeMap<TaskIndex, u32> = BTreeMap::new();
    for row in snapshot.tasks.iter().filter(|row| row.token.task.at() < old.tasks().len()) {
        let place = row.token.task;
        let task_id = &old.task(place).task_id;
        let target = newest.find(task_id.as_str());
        let last_try = last_tries.entry(place).or_default();
        *last_try = row.token.try_number.max(*last_try);
        match target {
            Some(target) if target == place => drop(rows.insert((place, row.token.map_index), row.clone())),
            _ if !is_cleared(row) && (target.is_some() || place.at() < newest.tasks().len()) => {
                let task_id = task_id.as_str();
                return Err(format!(
                    "the place of task {task_id:?} among its tasks is another one there; clear it, too"
                ));
            }
            Some(target) if row.token.map_index == MapIndex::NONE => {
                rows.insert((target, MapIndex::NONE), emptied(row, target, newest));
            }
            _ => {}
        }
    }
    // A task takes over the tries of the one whose place it takes, so that no attempt has the token of another.
    for (place, last_try) in last_tries {
        let is_same = newest.tasks().get(place.at()).is_some_and(|task| task.task_id == old.task(place).task_id);
        if !is_same && place.at() < newest.tasks().len() {
            let first = snapshot.tasks.iter().find(|row| row.token.task == place);
            let row = rows.entry((place, MapIndex::NONE));
            let row = row.or_insert_with(|| emptied(first.unwrap_or(&snapshot.tasks[0]), place, newest));
            row.token.try_number = row.token.try_number.max(last_try);
            row.max_tries = row.token.try_number + newest.task(place).options.retries;
        }
    }
    Ok(rows.into_values().collect())
}

/// Whether a row is of an instance that is cleared.
fn cleared<'a>(dag: &'a Dag, tasks: &'a TaskSelection, only: ClearOnly) -> impl Fn(&TaskRecord) -> bool + 'a {
    let chosen: Option<FxHashSet<TaskIndex>> = match tasks {
        TaskSelection::All => None,
        TaskSelection::Chosen(chosen) => {
            let whole = chosen.iter().filter(|choice| choice.map_index.is_none());
            Some(whole.filter_map(|choice| dag.find(choice.task_id.as_str())).collect())
        }
    };
    move |row| {
        let is_chosen = chosen.as_ref().is_none_or(|chosen| chosen.contains(&row.token.task));
        let is_wanted = match only {
            ClearOnly::All => true,
            ClearOnly::Failed => matches!(row.state, TaskState::Failed | TaskState::UpstreamFailed),
            ClearOnly::Running => false,
        };
        row.state == TaskState::Cleared || (is_chosen && is_wanted)
    }
}

/// A row at another place, of an instance that begins again.
fn emptied(row: &TaskRecord, task: TaskIndex, dag: &Dag) -> TaskRecord {
    let mut row = row.clone();
    row.max_tries = row.token.try_number + dag.task(task).options.retries;
    row.token.task = task;
    row.token.map_index = MapIndex::NONE;
    row.state = TaskState::Cleared;
    row.lost = 0;
    row.worker = None;
    row.queued_at = None;
    row.started_at = None;
    row.ended_at = None;
    row.retry_at = None;
    row.error = None;
    row.length = None;
    row.decision = None;
    row.deferral = None;
    row
}
