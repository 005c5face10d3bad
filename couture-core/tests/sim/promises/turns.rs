//! Fairness: how many launches of a pool pass those by that could have been launched.

use std::collections::{BTreeMap, BTreeSet};

use couture_core::store::{Commit, Record};
use couture_core::trigger_rule::Verdict;
use couture_core::{DagId, MapIndex, PoolName, RunKey, RunState, TaskIndex, TaskState};

use super::run::Run;

/// As the scheduler states it: every so many launches of a pool are in turns.
const FAIR_TURN: usize = 4;

/// Those of one DAG in one pool, of its backfills or not.
type Lane = (PoolName, DagId, bool);

/// How long lanes have waited.
#[derive(Default)]
pub(super) struct Turns {
    /// By lane in which somebody waits: how many launches of its pool have passed it by, and the most lanes that waited meanwhile.
    waiting: BTreeMap<Lane, (usize, usize)>,
}

impl Turns {
    /// Nobody's place in a queue outlives a scheduler.
    pub(super) fn begin_anew(&mut self) {
        self.waiting.clear();
    }

    /// Counts the launches of a commit. Who waits is what was so before it.
    pub(super) fn committed(
        &mut self,
        commit: &Commit,
        runs: &BTreeMap<RunKey, Run>,
        paused: &BTreeSet<DagId>,
        violations: &mut Vec<String>,
    ) {
        for record in commit.shards.iter().flat_map(|part| &part.records) {
            let Record::Task(row) = record else { continue };
            let Some(run) = runs.get(&row.token.run).filter(|_| row.state == TaskState::Queued) else { continue };
            let lane = lane_of(run, row.token.task);
            self.waiting.remove(&lane);
            for (other, (passed, _)) in self.waiting.iter_mut().filter(|(other, _)| other.0 == lane.0) {
                *passed += 1;
                let _ = other;
            }
        }
        let ready = ready_lanes(runs, paused);
        self.waiting.retain(|lane, _| ready.contains(lane));
        for lane in &ready {
            let lanes = runs
                .values()
                .filter(|run| !run.state.is_finished())
                .map(|run| (&run.dag.dag_id, run.backfill.is_some()));
            let lanes = lanes.collect::<BTreeSet<_>>().len();
            let (passed, most) = self.waiting.entry(lane.clone()).or_default();
            *most = (*most).max(lanes);
            if *passed > FAIR_TURN * *most {
                violations.push(format!("{passed} launches have passed {lane:?} by, with {most} lanes"));
            }
        }
    }
}

fn lane_of(run: &Run, task: TaskIndex) -> Lane {
    (run.dag.task(task).options.pool.clone(), run.dag.dag_id.clone(), run.backfill.is_some())
}

/// The lanes in which a task waits for nothing but slots.
fn ready_lanes(runs: &BTreeMap<RunKey, Run>, paused: &BTreeSet<DagId>) -> BTreeSet<Lane> {
    let mut lanes = BTreeSet::new();
    for run in runs.values().filter(|run| run.state == RunState::Running && !run.cancelled) {
        if run.dag.attributes.max_active_tasks.is_some() || paused.contains(&run.dag.dag_id) {
            continue;
        }
        for at in (0..run.dag.tasks().len() as u32).map(TaskIndex) {
            let task = run.dag.task(at);
            let is_limited = task.options.max_active_tis_per_dag.is_some() || task.expand.is_some();
            let is_open = matches!(run.state(at, MapIndex::NONE), None | Some(TaskState::Cleared));
            if !is_limited && is_open && run.verdict(at) == Verdict::Run {
                lanes.insert(lane_of(run, at));
            }
        }
    }
    lanes
}
