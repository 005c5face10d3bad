//! What a run takes from the one before it: `depends_on_past` and `wait_for_downstream`.

use std::sync::Arc;

use super::event::{Command, FindRun, FoundRun};
use super::machine::Scheduler;
use super::run::Run;
use super::slots::Slot;
use crate::dag::{Dag, TaskOptions};
use crate::dialect::Dialect;
use crate::ids::{MapIndex, RunKey, TaskId, TaskIndex};
use crate::state::{RunState, TaskState};
use crate::store::TaskRecord;
use crate::time::Now;

/// What a run knows of the one before it.
#[derive(Debug)]
pub(super) struct Past {
    /// By task: whether the run before lets it run.
    allowed: Vec<bool>,
    /// The run before, where it is known.
    before: Option<RunKey>,
}

/// What all instances of a task came to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Other,
    Skipped,
    Success,
}

impl End {
    fn of(state: Option<TaskState>) -> Self {
        match state {
            Some(TaskState::Success) => Self::Success,
            Some(TaskState::Skipped) => Self::Skipped,
            _ => Self::Other,
        }
    }
}

fn needs_past(options: &TaskOptions) -> bool {
    options.depends_on_past || options.wait_for_downstream
}

impl Past {
    /// Nothing where no task of the DAG looks at the past. At first, those that do wait.
    pub(super) fn of(dag: &Dag) -> Option<Box<Self>> {
        let needs = dag.tasks().iter().map(|task| needs_past(&task.options));
        needs
            .clone()
            .any(|needs| needs)
            .then(|| Box::new(Self { allowed: needs.map(|needs| !needs).collect(), before: None }))
    }
}

impl Run {
    /// Whether the run before lets a task run.
    pub(super) fn past_allows(&self, task: TaskIndex) -> bool {
        self.past.as_ref().is_none_or(|past| past.allowed[task.at()])
    }

    /// Lets those tasks run that the run before lets run, which `end` tells of; nothing of a task that it does not have.
    fn learn_past(&mut self, end: &impl Fn(&TaskId) -> Option<End>) -> Vec<TaskIndex> {
        let dag = self.info.dag.clone();
        let Some(past) = &mut self.past else { return Vec::new() };
        let is_settled = |task: &TaskId, least: End| end(task).is_none_or(|end| end >= least);
        let least = if dag.attributes.dialect == Dialect::V1_10 { End::Success } else { End::Skipped };
        let mut news = Vec::new();
        for (at, task) in dag.tasks().iter().enumerate().filter(|(_, task)| needs_past(&task.options)) {
            let children = || task.downstream.iter().all(|child| is_settled(&dag.task(*child).task_id, least));
            let is_allowed =
                is_settled(&task.task_id, End::Skipped) && (!task.options.wait_for_downstream || children());
            if is_allowed && !past.allowed[at] {
                news.push(TaskIndex(at as u32));
            }
            past.allowed[at] = is_allowed;
        }
        news
    }

    fn end_of(&self, task_id: &TaskId) -> Option<End> {
        let task = self.info.dag.find(task_id.as_str())?;
        let end = |slot: Slot| End::of(self.tasks[slot.at()].state);
        if self.tasks[task.at()].state == Some(TaskState::Expanded) {
            let of_instances = self.slots.block(task).filter(|slot| {
                let state = self.tasks[slot.at()].state;
                state != Some(TaskState::Removed)
            });
            return of_instances.map(end).min();
        }
        Some(end(task.into()))
    }
}

impl Scheduler {
    /// Asks for the run before, which decides about tasks of this one.
    pub(super) fn look_at_past(&mut self, key: RunKey, now: Now) {
        let Some(run) = self.runs.get_mut(&key) else { return };
        let Some(past) = &mut run.past else { return };
        past.before = None;
        let dag = run.info.dag.clone();
        let (attributes, date) = (&dag.attributes, run.info.logical_date);
        let catchup = self.ledger.settings.catches_up(attributes);
        let find = if attributes.dialect == Dialect::V1_10 && catchup {
            // In 1.10 it must be the run of the date before, whatever made it.
            match dag.timetable.previous(date) {
                Some(before) if attributes.start_date.is_none_or(|start| before >= start) => FindRun::At(before),
                _ => return self.allow_all(key, now),
            }
        } else {
            FindRun::Before { date, scheduled_only: catchup }
        };
        self.ledger.out.push(Command::Find { of: key, dag_id: dag.dag_id.clone(), find });
    }

    fn allow_all(&mut self, key: RunKey, now: Now) {
        self.teach(key, &|_| Some(End::Success), now);
    }

    /// The store has told which run is the one before.
    pub(super) fn found(&mut self, of: RunKey, found: Option<FoundRun>, now: Now) {
        let Some(run) = self.runs.get_mut(&of) else { return };
        let attributes = &run.info.dag.attributes;
        let Some(found) = found else {
            let is_blocked = attributes.dialect == Dialect::V1_10 && self.ledger.settings.catches_up(attributes);
            if !is_blocked {
                self.allow_all(of, now);
            }
            return;
        };
        let key = found.key();
        if let Some(past) = &mut run.past {
            past.before = Some(key);
        }
        let followers = self.followers.entry(key).or_default();
        if !followers.contains(&of) {
            followers.push(of);
        }
        if self.runs.contains_key(&key) {
            return self.tell_followers(key, now);
        }
        match found {
            FoundRun::Finished { tasks, dag, .. } => {
                self.teach(of, &|task_id| end_in_rows(&dag, &tasks, task_id), now);
            }
            // It has ended meanwhile.
            FoundRun::Unfinished(_) => self.look_at_past(of, now),
        }
    }

    /// A run goes on that was over: those that come after it look at it again.
    pub(super) fn rejoin_followers(&mut self, key: RunKey, now: Now) {
        let Some(run) = self.runs.get(&key) else { return };
        let Some(entry) = self.dags.get(&run.info.dag.dag_id) else { return };
        let follows = |other: &&RunKey| {
            let past = self.runs.get(other).and_then(|other| other.past.as_ref());
            past.is_some_and(|past| past.before == Some(key))
        };
        let followers: Vec<RunKey> = entry.runs.values().filter(follows).copied().collect();
        if !followers.is_empty() {
            self.followers.insert(key, followers);
            self.tell_followers(key, now);
        }
    }

    /// Something has happened in a run: those that come after it learn of it.
    pub(super) fn tell_followers(&mut self, key: RunKey, now: Now) {
        for follower in self.followers.get(&key).cloned().unwrap_or_default() {
            let Some(mut run) = self.runs.remove(&follower) else { continue };
            let news = self.runs.get(&key).map(|before| run.learn_past(&|task_id| before.end_of(task_id)));
            let has_news = news.as_ref().is_some_and(|news| !news.is_empty());
            for task in news.unwrap_or_default() {
                run.evaluate(task, &mut self.ledger, now);
            }
            run.propagate(&mut self.ledger, now);
            self.runs.insert(follower, run);
            if has_news {
                self.end_if_over(follower, now);
            }
        }
    }

    fn teach(&mut self, key: RunKey, end: &impl Fn(&TaskId) -> Option<End>, now: Now) {
        let Some(run) = self.runs.get_mut(&key) else { return };
        for task in run.learn_past(end) {
            run.evaluate(task, &mut self.ledger, now);
        }
        run.propagate(&mut self.ledger, now);
        if run.state == RunState::Running {
            self.end_if_over(key, now);
        }
    }
}

/// What a task of a finished run came to; nothing where its DAG had no such task.
fn end_in_rows(dag: &Arc<Dag>, rows: &[TaskRecord], task_id: &TaskId) -> Option<End> {
    let task = dag.find(task_id.as_str())?;
    let rows = || rows.iter().filter(move |row| row.token.task == task);
    let is_mapped = rows().any(|row| row.state == TaskState::Expanded);
    let counts =
        |row: &&TaskRecord| !is_mapped || (row.token.map_index != MapIndex::NONE && row.state != TaskState::Removed);
    Some(rows().filter(counts).map(|row| End::of(Some(row.state))).min().unwrap_or(End::Other))
}
