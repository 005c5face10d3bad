//! SLA misses: tasks that were not done in time.

use std::time::Duration;

use super::ledger::Ledger;
use super::machine::Scheduler;
use super::run::Run;
use super::slots::Slot;
use super::timers::WallTimer;
use crate::ids::{RunKey, TaskId, TaskIndex};
use crate::schedule::Schedule;
use crate::state::{RunType, TaskState};
use crate::store::{Record, SlaMiss};
use crate::task::NoticeKind;
use crate::time::Now;

impl Run {
    /// Sets the timer for the first SLA of a scheduled run, whose `missed` ones are recorded already. Other runs have none, as in
    /// Airflow, nor have those of schedules that do not go on.
    pub(super) fn arm_slas(&mut self, missed: &[TaskId], ledger: &mut Ledger) {
        let dag = &self.info.dag;
        let goes_on = !matches!(dag.attributes.schedule, Schedule::None | Schedule::Once);
        if !ledger.settings.check_slas || self.info.run_type != RunType::Scheduled || !goes_on {
            return;
        }
        let end = self.info.data_interval.end;
        let tasks = dag.tasks().iter().enumerate();
        let slas = tasks.filter(|(_, task)| task.options.sla_ms.is_some() && !missed.contains(&task.task_id));
        let deadline = |ms: u64| end + Duration::from_millis(ms);
        self.slas =
            slas.map(|(at, task)| (deadline(task.options.sla_ms.unwrap_or_default()), TaskIndex(at as u32))).collect();
        // The next one is the last.
        self.slas.sort_unstable_by(|one, other| other.cmp(one));
        self.set_sla_timer(ledger);
    }

    /// An SLA is missed when its deadline has passed, not when it is reached.
    fn set_sla_timer(&self, ledger: &mut Ledger) {
        if let Some((deadline, _)) = self.slas.last() {
            ledger.timers.set_wall(*deadline + Duration::from_micros(1), WallTimer::Sla(self.info.key));
        }
    }

    /// Records the tasks whose deadline has passed and that are not done.
    fn check_slas(&mut self, ledger: &mut Ledger, now: Now) {
        let passed = self.slas.iter().rposition(|(deadline, _)| *deadline >= now.wall).map_or(0, |at| at + 1);
        let passed = self.slas.split_off(passed);
        self.miss(passed.into_iter().map(|(_, task)| task).collect(), ledger, now);
    }

    /// The run is over: what is not done now will not be done in time, and nobody looks at it any more when its deadline passes.
    pub(super) fn close_slas(&mut self, ledger: &mut Ledger, now: Now) {
        if !self.slas.is_empty() {
            let left = std::mem::take(&mut self.slas);
            self.miss(left.into_iter().map(|(_, task)| task).collect(), ledger, now);
        }
    }

    /// Records once, and tells once, that those of `tasks` that are not done have missed their SLA.
    fn miss(&mut self, mut tasks: Vec<TaskIndex>, ledger: &mut Ledger, now: Now) {
        tasks.retain(|task| !self.is_done(*task));
        if tasks.is_empty() {
            return;
        }
        tasks.sort_unstable();
        let dag = self.info.dag.clone();
        for task in &tasks {
            let miss = SlaMiss {
                dag_id: dag.dag_id.clone(),
                task_id: dag.task(*task).task_id.clone(),
                logical_date: self.info.logical_date,
                run: self.info.key,
                at: now.wall,
            };
            ledger.record(self.shard(), Record::SlaMissed(Box::new(miss)), None);
        }
        let has_mail = |task: &TaskIndex| !dag.task(*task).options.email.is_empty();
        if dag.attributes.sla_miss_callback.is_empty() && !tasks.iter().any(has_mail) {
            return;
        }
        let blocking = (0..dag.tasks().len()).map(|at| TaskIndex(at as u32)).filter(|task| self.is_blocking(*task));
        let name = |task: TaskIndex| dag.task(task).task_id.clone();
        let kind = NoticeKind::SlaMissed {
            tasks: tasks.into_iter().map(name).collect(),
            blocking: blocking.map(name).collect(),
        };
        self.notify(kind, now.wall, ledger);
    }

    /// Whether all instances of a task have come to a good end.
    fn is_done(&self, task: TaskIndex) -> bool {
        let is_good = |slot: Slot| {
            matches!(self.tasks[slot.at()].state, Some(TaskState::Success | TaskState::Skipped | TaskState::Removed))
        };
        if self.tasks[task.at()].state == Some(TaskState::Expanded) {
            return self.slots.block(task).all(is_good);
        }
        is_good(task.into())
    }

    /// Whether something has happened to a task, but not its success: what Airflow calls blocking.
    fn is_blocking(&self, task: TaskIndex) -> bool {
        let blocks = |slot: Slot| {
            let instance = &self.tasks[slot.at()];
            let is_none = matches!(
                instance.state,
                None | Some(TaskState::Cleared | TaskState::Success | TaskState::Removed | TaskState::Expanded)
            );
            instance.ready || !is_none
        };
        blocks(task.into()) || self.slots.block(task).any(blocks)
    }
}

impl Scheduler {
    /// The deadline of an SLA has passed.
    pub(super) fn sla_due(&mut self, key: RunKey, now: Now) {
        if let Some(run) = self.runs.get_mut(&key) {
            run.check_slas(&mut self.ledger, now);
            run.set_sla_timer(&mut self.ledger);
        }
    }
}
