//! Limits on how many task instances of a DAG, or of a task, are live at a time.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use rustc_hash::FxHashMap;

use super::ledger::{Ledger, SchedulerSettings};
use super::machine::Scheduler;
use super::pools::Waiting;
use super::run::Run;
use super::slots::Slot;
use crate::dag::Dag;
use crate::ids::{DagId, TaskId};

/// The DAGs that have limits, and what waits for them. DAGs without limits cost nothing here.
#[derive(Default, Debug)]
pub(super) struct Limits {
    dags: FxHashMap<DagId, Limited>,
    /// DAGs and tasks of which an instance is not live any more.
    freed: BTreeSet<(DagId, TaskId)>,
}

#[derive(Default, Debug)]
struct Limited {
    live: usize,
    tasks: FxHashMap<TaskId, usize>,
    /// Those that wait until the DAG has room.
    held: BinaryHeap<Waiting>,
    /// Those that wait until their task has room.
    held_by_task: BTreeMap<TaskId, BinaryHeap<Waiting>>,
}

/// What keeps a task instance from being launched.
enum Obstacle {
    Dag,
    Task,
}

impl Limits {
    /// One more instance of a task is live, or one less.
    pub(super) fn count(&mut self, dag_id: &DagId, task_id: &TaskId, is_live: bool) {
        if !is_live {
            self.freed.insert((dag_id.clone(), task_id.clone()));
        }
        let Some(limited) = self.dags.get_mut(dag_id) else {
            if is_live {
                let limited =
                    Limited { live: 1, tasks: [(task_id.clone(), 1)].into_iter().collect(), ..Limited::default() };
                self.dags.insert(dag_id.clone(), limited);
            }
            return;
        };
        let task = limited.tasks.entry(task_id.clone()).or_default();
        if is_live {
            limited.live += 1;
            *task += 1;
        } else {
            limited.live -= 1;
            *task -= 1;
        }
    }
}

impl Limited {
    fn room(&self, dag: &Dag, settings: &SchedulerSettings) -> usize {
        let limit = dag.attributes.max_active_tasks.or(settings.max_active_tasks);
        limit.map_or(usize::MAX, |limit| (limit as usize).saturating_sub(self.live))
    }

    fn room_of(&self, task_id: &TaskId, limit: Option<u32>) -> usize {
        let live = self.tasks.get(task_id).copied().unwrap_or_default();
        limit.map_or(usize::MAX, |limit| (limit as usize).saturating_sub(live))
    }
}

impl Run {
    /// Whether limits hold for its task instances.
    pub(super) fn has_limits(dag: &Dag, settings: &SchedulerSettings) -> bool {
        settings.max_active_tasks.is_some()
            || dag.attributes.max_active_tasks.is_some()
            || dag.tasks().iter().any(|task| {
                task.options.max_active_tis_per_dag.is_some() || task.options.max_active_tis_per_dagrun.is_some()
            })
    }

    /// Keeps a task instance back whose DAG (in its newest version, if that is known) or task has as many live ones as it may. Returns
    /// whether it does.
    pub(super) fn hold_back(&self, waiting: Waiting, newest: Option<&Dag>, ledger: &mut Ledger) -> bool {
        let task = self.task(waiting.slot);
        let limited = ledger.limits.dags.entry(self.info.dag.dag_id.clone()).or_default();
        let obstacle = if limited.room(newest.unwrap_or(&self.info.dag), &ledger.settings) == 0 {
            Some(Obstacle::Dag)
        } else if limited.room_of(&task.task_id, task.options.max_active_tis_per_dag) == 0
            || task
                .options
                .max_active_tis_per_dagrun
                .is_some_and(|limit| self.live_instances(waiting.slot) >= limit as usize)
        {
            Some(Obstacle::Task)
        } else {
            None
        };
        match obstacle {
            None => return false,
            Some(Obstacle::Dag) => limited.held.push(waiting),
            Some(Obstacle::Task) => {
                limited.held_by_task.entry(task.task_id.clone()).or_default().push(waiting);
            }
        }
        true
    }

    /// How many instances of the task at `slot` are live in this run.
    fn live_instances(&self, slot: Slot) -> usize {
        let task = self.slots.owner(slot).0;
        let own = std::iter::once(Slot::from(task));
        own.chain(self.slots.block(task)).filter(|slot| self.tasks[slot.at()].is_live()).count()
    }
}

impl Scheduler {
    /// Puts those back into the queues of their pools that limits kept back, as far as there is room now. Returns whether there were
    /// any.
    pub(super) fn release_held(&mut self) -> bool {
        let mut any = false;
        let freed = std::mem::take(&mut self.ledger.limits.freed);
        for (dag_id, task_id) in freed {
            let Some(limited) = self.ledger.limits.dags.get_mut(&dag_id) else { continue };
            let Some(dag) = self.dags.get(&dag_id).and_then(|entry| entry.dag.clone()) else { continue };
            let limit = dag.find(task_id.as_str()).and_then(|task| dag.task(task).options.max_active_tis_per_dag);
            let mut released = Vec::new();
            let task_room = limited.room_of(&task_id, limit);
            if let Some(held) = limited.held_by_task.get_mut(&task_id) {
                take(held, task_room, &self.runs, &mut released);
                if held.is_empty() {
                    limited.held_by_task.remove(&task_id);
                }
            }
            let room = limited.room(&dag, &self.ledger.settings).saturating_sub(released.len());
            take(&mut limited.held, room, &self.runs, &mut released);
            // What is released may be kept back again for another reason, while others could go: look again.
            if !released.is_empty() && !limited.held.is_empty() {
                self.ledger.limits.freed.insert((dag_id.clone(), task_id));
            }
            for waiting in released {
                any = true;
                if let Some(run) = self.runs.get_mut(&waiting.run) {
                    run.enqueue(waiting.slot, &mut self.ledger);
                }
            }
        }
        any
    }
}

/// Moves at most `room` of those that still wait.
fn take(
    held: &mut BinaryHeap<Waiting>,
    room: usize,
    runs: &FxHashMap<crate::ids::RunKey, Run>,
    released: &mut Vec<Waiting>,
) {
    let mut left = room;
    while left > 0
        && let Some(waiting) = held.pop()
    {
        if runs.get(&waiting.run).is_some_and(|run| run.waits(waiting.slot)) {
            released.push(waiting);
            left -= 1;
        }
    }
}
