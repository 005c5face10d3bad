//! A run, as the commits tell it.

use std::collections::BTreeMap;
use std::sync::Arc;

use couture_core::store::{RunRecord, TaskRecord};
use couture_core::trigger_rule::{UpstreamCounts, Verdict};
use couture_core::{Dag, Dialect, MapIndex, RunState, RunType, TaskIndex, TaskState, Timestamp};

/// A run, as the commits tell it.
pub(super) struct Run {
    pub(super) dag: Arc<Dag>,
    pub(super) state: RunState,
    pub(super) cancelled: bool,
    pub(super) logical_date: Timestamp,
    pub(super) run_type: RunType,
    pub(super) backfill: Option<i64>,
    pub(super) run_after: Option<Timestamp>,
    pub(super) tasks: BTreeMap<(TaskIndex, MapIndex), TaskRecord>,
    /// What was asked of it.
    pub(super) asked: Asked,
    /// How often it went on after its end.
    pub(super) reopened: u32,
    /// By instance: how often it was cleared, and what its number of tries was when it was cleared last.
    pub(super) cleared: BTreeMap<(TaskIndex, MapIndex), (u32, u32)>,
    /// By instance: how often it was marked after its end.
    pub(super) marked: BTreeMap<(TaskIndex, MapIndex), u32>,
}

/// How many changes of a run were asked for, whether anything came of them or not.
#[derive(Default, Clone, Copy)]
pub(super) struct Asked {
    /// Of all kinds: each may clear an instance once.
    pub(super) all: u32,
    /// Those that mark as success.
    pub(super) successes: u32,
    /// Those that mark as failed.
    pub(super) failures: u32,
    /// Those that mark as skipped.
    pub(super) skips: u32,
}

impl Run {
    pub(super) fn new(row: &RunRecord, dag: Arc<Dag>) -> Self {
        Self {
            dag,
            state: row.state,
            cancelled: row.cancelled,
            logical_date: row.logical_date,
            run_type: row.run_type,
            backfill: row.backfill,
            run_after: row.origin.run_after,
            tasks: BTreeMap::new(),
            asked: Asked::default(),
            reopened: 0,
            cleared: BTreeMap::new(),
            marked: BTreeMap::new(),
        }
    }
}

impl Run {
    pub(super) fn state(&self, task: TaskIndex, map_index: MapIndex) -> Option<TaskState> {
        self.tasks.get(&(task, map_index)).map(|row| row.state)
    }

    /// The states of a task: its own, or those of its instances.
    pub(super) fn states(&self, task: TaskIndex) -> Vec<Option<TaskState>> {
        match self.tasks.get(&(task, MapIndex::NONE)) {
            Some(row) if row.state == TaskState::Expanded => {
                (0..row.length.unwrap_or_default() as i32).map(|at| self.state(task, MapIndex(at))).collect()
            }
            row => vec![row.map(|row| row.state)],
        }
    }

    /// How many task instances are live.
    pub(super) fn live(&self) -> usize {
        self.tasks.values().filter(|row| row.state.is_live()).count()
    }

    pub(super) fn is_skipped_by_decision(&self, task: TaskIndex) -> bool {
        let decisions = self.tasks.iter().filter_map(|((of, _), row)| Some((of, row.decision.as_ref()?)));
        decisions.into_iter().any(|(of, decision)| self.dag.skipped_by(*of, decision).contains(&task))
    }

    pub(super) fn counts(&self, task: TaskIndex) -> UpstreamCounts {
        let states: Vec<_> = self.dag.task(task).upstream.iter().flat_map(|upstream| self.states(*upstream)).collect();
        let mut counts = UpstreamCounts { total: states.len() as u32, ..Default::default() };
        for state in states {
            match state {
                Some(TaskState::Success) => counts.success += 1,
                Some(TaskState::Failed) => counts.failed += 1,
                Some(TaskState::UpstreamFailed) => counts.upstream_failed += 1,
                Some(TaskState::Skipped) => counts.skipped += 1,
                _ => {}
            }
        }
        counts
    }

    /// What becomes of a task that has not begun.
    pub(super) fn verdict(&self, task: TaskIndex) -> Verdict {
        if self.is_skipped_by_decision(task) { Verdict::Skip } else { self.verdict_of_rule(task) }
    }

    pub(super) fn verdict_of_rule(&self, task: TaskIndex) -> Verdict {
        self.dag.task(task).options.trigger_rule.verdict(&self.counts(task), Dialect::V2)
    }
}
