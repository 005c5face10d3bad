//! What may happen to runs and to task instances, one after the other.

use couture_core::dag::ExpandSource;
use couture_core::store::{RunChange, RunRecord, TaskRecord};
use couture_core::task::Outcome;
use couture_core::trigger_rule::Verdict;
use couture_core::{RunKey, RunState, TaskIndex, TaskState, Timestamp};

use super::Seen;
use super::run::Run;
use crate::plan::Plan;

impl Seen {
    pub(super) fn run_created(&mut self, run: &RunRecord, plan: &Plan) {
        let dag = plan.dags.iter().find(|dag| dag.dag_id == run.dag_id).expect("a planned dag").clone();
        if self.run_ids.insert((run.dag_id.clone(), run.run_id.clone()), run.key).is_some() {
            self.violations.push(format!("run {} of {} is created twice", run.run_id, run.dag_id));
        }
        let mut created = Run::new(run, dag);
        created.asked.all = self.backfills.reprocessing(&created) as u32;
        self.runs.insert(run.key, created);
    }

    pub(super) fn run_changed(&mut self, change: &RunChange) {
        let Some(run) = self.runs.get_mut(&change.key) else {
            return self.violations.push(format!("run {} changes before it exists", change.key.0));
        };
        if run.state.is_finished() {
            run.reopened += 1;
            if run.reopened > run.asked.all {
                self.violations.push(format!("run {} changes after its end", change.key.0));
            }
        }
        if run.cancelled && !change.cancelled && run.asked.all == 0 {
            self.violations.push(format!("run {} is no longer cancelled", change.key.0));
        }
        (run.state, run.cancelled) = (change.state, change.cancelled);
        if !run.state.is_finished() {
            return;
        }
        let all = (0..run.dag.tasks().len() as u32).map(TaskIndex).flat_map(|task| run.states(task));
        if all.into_iter().any(|state| !state.is_some_and(TaskState::is_finished)) {
            self.violations.push(format!("run {} ends before its tasks", change.key.0));
        }
        let leaf_failed = run
            .dag
            .leaves()
            .flat_map(|leaf| run.states(leaf))
            .any(|state| matches!(state, Some(TaskState::Failed | TaskState::UpstreamFailed)));
        let expected = if leaf_failed || run.cancelled { RunState::Failed } else { RunState::Success };
        if run.state != expected {
            self.violations.push(format!("run {} ends as {} instead of {expected}", change.key.0, run.state));
        }
    }

    /// No run begins before its time, unless somebody wants it to.
    pub(super) fn check_beginning(&mut self, key: RunKey, at: Timestamp) {
        let Some(run) = self.runs.get(&key).filter(|run| run.state == RunState::Running && run.asked.all == 0) else {
            return;
        };
        if let Some(run_after) = run.run_after.filter(|run_after| at < *run_after) {
            self.violations.push(format!("run {} begins at {at}, before {run_after}", key.0));
        }
    }

    pub(super) fn task_changed(&mut self, row: &TaskRecord) {
        let token = row.token;
        let Some(run) = self.runs.get_mut(&token.run) else {
            return self.violations.push(format!("{token} changes before its run exists"));
        };
        let before = run.tasks.insert((token.task, token.map_index), row.clone());
        let mut broken = run.changed_after_end(row, before.as_ref());
        broken.extend(wish_broken(row, before.as_ref(), run));
        let outcome = self.outcomes.get(&token);
        if row.state == TaskState::Queued && before.as_ref().is_none_or(|before| before.token != token) {
            if !self.launched.insert(token) {
                broken.push("is launched twice".to_owned());
            }
            if self.paused.contains(&run.dag.dag_id) {
                broken.push("is launched while its DAG is paused".to_owned());
            }
            broken.extend(run.launch_broken(row, before.as_ref(), self.clocks_jump));
        } else {
            broken.extend(run.end_broken(row, before.as_ref(), outcome));
        }
        self.violations.extend(broken.into_iter().map(|what| format!("{token} {what}")));
    }
}

impl Run {
    /// What ends may change by clearing and marking alone, and as often as that was asked for.
    fn changed_after_end(&mut self, row: &TaskRecord, before: Option<&TaskRecord>) -> Vec<String> {
        let mut broken = Vec::new();
        let (token, at) = (row.token, (row.token.task, row.token.map_index));
        if row.state == TaskState::Cleared {
            let (times, _) = self.cleared.get(&at).copied().unwrap_or_default();
            self.cleared.insert(at, (times + 1, token.try_number));
            if times + 1 > self.asked.all {
                broken.push(format!("is cleared {} times, which was asked for {} times", times + 1, self.asked.all));
            }
        } else if before.is_some_and(|before| before.state.is_finished()) {
            let marks = self.marked.entry(at).or_default();
            *marks += 1;
            let is_marked = match row.state {
                TaskState::Success => *marks <= self.asked.all && self.asked.successes > 0,
                TaskState::Failed => *marks <= self.asked.all && self.asked.failures > 0,
                TaskState::Skipped => *marks <= self.asked.all && self.asked.skips > 0,
                // A mapped task goes on where one of its instances does; an instance that was removed, where the list is that long again.
                TaskState::Expanded => self.asked.all > 0,
                _ => before.is_some_and(|before| before.state == TaskState::Removed),
            };
            if !is_marked {
                broken.push(format!("changes after its end to {}", row.state));
            }
        }
        let (_, tries_before) = self.cleared.get(&at).copied().unwrap_or_default();
        let retries = self.dag.task(token.task).options.retries;
        if token.try_number - tries_before.min(token.try_number) > retries + 1 {
            broken
                .push(format!("is try {} with {retries} retries, cleared after try {tries_before}", token.try_number));
        }
        broken
    }

    fn launch_broken(&self, row: &TaskRecord, before: Option<&TaskRecord>, clocks_jump: bool) -> Vec<String> {
        let mut broken = Vec::new();
        let is_fresh = before.is_none_or(|before| before.state == TaskState::Cleared);
        // What was decided after a first launch comes too late; so does what was changed by hand.
        let verdict = if is_fresh { self.verdict(row.token.task) } else { self.verdict_of_rule(row.token.task) };
        if verdict != Verdict::Run && (is_fresh || self.asked.all == 0) {
            broken.push(format!("is launched although its trigger rule says {verdict:?}"));
        }
        if self.cancelled {
            broken.push("is launched after its run was ended".to_owned());
        }
        let wait = before.filter(|before| before.lost == 0).and_then(|before| before.retry_at);
        if let (Some(wait), Some(queued)) = (wait, row.queued_at)
            && !clocks_jump
            && queued < wait
        {
            broken.push(format!("is tried again at {queued}, before {wait}"));
        }
        broken
    }

    fn end_broken(&self, row: &TaskRecord, before: Option<&TaskRecord>, outcome: Option<&Outcome>) -> Option<String> {
        let token = row.token;
        let options = &self.dag.task(token.task).options;
        let is_first = token.try_number <= 1 && token.launch <= 1;
        let is_fresh = before.is_none_or(|before| before.state == TaskState::Cleared);
        let verdict = if is_first || is_fresh { self.verdict(token.task) } else { self.verdict_of_rule(token.task) };
        let expand = self.dag.task(token.task).expand.as_ref();
        let is_empty_map =
            expand.is_some_and(|expand| matches!(&expand.sources[0], ExpandSource::Literal(list) if list.is_empty()));
        match row.state {
            TaskState::Success if !matches!(outcome, Some(Outcome::Succeeded { .. })) && self.asked.successes == 0 => {
                Some("is recorded as success, which it never reported".to_owned())
            }
            TaskState::Failed => {
                let fatal = matches!(outcome, Some(Outcome::Failed { retryable: false, .. }));
                let (_, tries_before) = self.cleared.get(&(token.task, token.map_index)).copied().unwrap_or_default();
                let has_retries = token.try_number - tries_before.min(token.try_number) <= options.retries;
                (!fatal && !self.cancelled && has_retries && self.asked.failures == 0 && !was_ended_with_run(row))
                    .then(|| format!("fails in try {} with {} retries", token.try_number, options.retries))
            }
            TaskState::Skipped
                if is_fresh
                    && !self.cancelled
                    && !is_empty_map
                    && self.asked.skips == 0
                    && verdict != Verdict::Skip =>
            {
                Some(format!("is skipped although its trigger rule says {verdict:?}"))
            }
            TaskState::UpstreamFailed if verdict != Verdict::FailUpstream => {
                Some(format!("is upstream_failed although its trigger rule says {verdict:?}"))
            }
            _ => None,
        }
    }
}

/// What was wanted of a live instance is what becomes of it, unless its run is ended.
fn wish_broken(row: &TaskRecord, before: Option<&TaskRecord>, run: &Run) -> Option<String> {
    let is_under_way = |state: TaskState| state.is_live() || matches!(state, TaskState::Deferred | TaskState::Expanded);
    let before = before.filter(|before| is_under_way(before.state))?;
    let wish = before.error.as_deref()?;
    let wanted = match wish.split_once(':')?.0 {
        "cleared" => TaskState::Cleared,
        "marked as success" => TaskState::Success,
        "marked as failed" => TaskState::Failed,
        "marked as skipped" => TaskState::Skipped,
        _ => return None,
    };
    let is_kept = row.state == wanted
        || was_ended_with_run(row)
        || run.cancelled
        || (is_under_way(row.state) && row.token == before.token);
    (!is_kept).then(|| format!("was {wish:?}, and is {}", row.state))
}

/// Whether it was ended with its run, which may go on since then.
fn was_ended_with_run(row: &TaskRecord) -> bool {
    row.state == TaskState::Failed && row.error.as_deref() == Some("ended with its run")
}
