//! The product's promises, checked at every commit and at every start of an attempt.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use couture_core::store::{Commit, Record, RunChange, RunRecord, TaskRecord};
use couture_core::task::Outcome;
use couture_core::trigger_rule::{UpstreamCounts, Verdict};
use couture_core::{
    AttemptToken, Dag, DagId, Dialect, PoolName, RunId, RunKey, RunState, ShardId, TaskIndex, TaskState,
};

use crate::plan::Plan;
use crate::world::Life;

pub struct Promises {
    plan: Arc<Plan>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    is_calm: bool,
    clocks_jump: bool,
    violations: Vec<String>,
    sequences: BTreeMap<ShardId, u64>,
    runs: BTreeMap<RunKey, Run>,
    run_ids: BTreeMap<(DagId, RunId), RunKey>,
    paused: BTreeSet<DagId>,
    used: BTreeMap<PoolName, i64>,
    launched: BTreeSet<AttemptToken>,
    executing: BTreeMap<AttemptToken, Life>,
    outcomes: BTreeMap<AttemptToken, Outcome>,
}

struct Run {
    dag: Arc<Dag>,
    state: RunState,
    cancelled: bool,
    tasks: Vec<Option<TaskRecord>>,
}

impl Run {
    fn counts(&self, task: TaskIndex) -> UpstreamCounts {
        let mut counts = UpstreamCounts { total: self.dag.task(task).upstream.len() as u32, ..Default::default() };
        for upstream in &self.dag.task(task).upstream {
            match self.tasks[upstream.at()].as_ref().map(|row| row.state) {
                Some(TaskState::Success) => counts.success += 1,
                Some(TaskState::Failed) => counts.failed += 1,
                Some(TaskState::UpstreamFailed) => counts.upstream_failed += 1,
                Some(TaskState::Skipped) => counts.skipped += 1,
                _ => {}
            }
        }
        counts
    }

    fn verdict(&self, task: TaskIndex) -> Verdict {
        self.dag.task(task).options.trigger_rule.verdict(&self.counts(task), Dialect::V2)
    }
}

impl Promises {
    pub fn new(plan: Arc<Plan>, clocks_jump: bool) -> Self {
        Self { plan, seen: Mutex::new(Seen { clocks_jump, ..Seen::default() }) }
    }

    pub fn violations(&self) -> Vec<String> {
        self.seen.lock().unwrap().violations.clone()
    }

    pub fn is_broken(&self) -> bool {
        !self.seen.lock().unwrap().violations.is_empty()
    }

    /// Trouble is over: from now on everything has to end.
    pub fn calm(&self) {
        self.seen.lock().unwrap().is_calm = true;
    }

    pub fn is_calm(&self) -> bool {
        self.seen.lock().unwrap().is_calm
    }

    pub fn run(&self, dag: &DagId, run: &RunId) -> Option<RunState> {
        let seen = self.seen.lock().unwrap();
        seen.run_ids.get(&(dag.clone(), run.clone())).map(|key| seen.runs[key].state)
    }

    pub fn unfinished(&self) -> usize {
        self.seen.lock().unwrap().runs.values().filter(|run| !run.state.is_finished()).count()
    }

    pub fn is_idle(&self) -> bool {
        self.seen.lock().unwrap().executing.is_empty()
    }

    /// An attempt begins to execute.
    pub fn started(&self, token: AttemptToken, life: Life) {
        let mut seen = self.seen.lock().unwrap();
        let seen = &mut *seen;
        if !seen.launched.contains(&token) {
            seen.violations.push(format!("{token} starts before its launch is recorded"));
        }
        let Some(run) = seen.runs.get(&token.run) else {
            return seen.violations.push(format!("{token} starts without a run"));
        };
        let twin = seen.executing.keys().find(|other| (other.run, other.task) == (token.run, token.task));
        if let Some(twin) = twin {
            seen.violations.push(format!("{token} starts while {twin} still runs"));
        }
        if run.verdict(token.task) != Verdict::Run {
            seen.violations
                .push(format!("{token} starts although its trigger rule says {:?}", run.verdict(token.task)));
        }
        if let Some(row) = &run.tasks[token.task.at()]
            && row.state.is_finished()
        {
            seen.violations.push(format!("{token} starts although its task is {}", row.state));
        }
        seen.executing.insert(token, life);
        let pool = &run.dag.task(token.task).options.pool;
        let held: u32 = seen
            .executing
            .keys()
            .map(|other| &seen.runs[&other.run].dag.task(other.task).options)
            .filter(|options| options.pool == *pool)
            .map(|options| options.pool_slots)
            .sum();
        if held > self.plan.pools[pool] {
            seen.violations.push(format!("{held} slots of pool {pool} are in use at the start of {token}"));
        }
    }

    /// An attempt has ended by itself, or because it was told to.
    pub fn ended(&self, token: AttemptToken, outcome: &Outcome) {
        let mut seen = self.seen.lock().unwrap();
        seen.executing.remove(&token);
        seen.outcomes.insert(token, outcome.clone());
    }

    /// Attempts have died with their server.
    pub fn died(&self, tokens: &BTreeSet<AttemptToken>) {
        let mut seen = self.seen.lock().unwrap();
        seen.executing.retain(|token, _| !tokens.contains(token));
    }

    /// A commit has been applied (for the first time, or again).
    pub fn committed(&self, commit: &Commit) {
        let mut seen = self.seen.lock().unwrap();
        let seen = &mut *seen;
        let mut is_repeat = false;
        for part in &commit.shards {
            let last = seen.sequences.entry(part.shard).or_default();
            if *last == part.sequence + part.records.len() as u64 {
                is_repeat = true;
            } else if *last == part.sequence {
                *last += part.records.len() as u64;
            } else {
                seen.violations.push(format!("journal {} goes from {last} to {}", part.shard, part.sequence));
            }
        }
        if is_repeat {
            return;
        }
        for record in commit.shards.iter().flat_map(|part| &part.records) {
            match record {
                Record::Dag(dag) if dag.paused => drop(seen.paused.insert(dag.dag_id.clone())),
                Record::Dag(dag) => drop(seen.paused.remove(&dag.dag_id)),
                Record::RunCreated(run) => seen.run_created(run, &self.plan),
                Record::RunChanged(change) => seen.run_changed(change),
                Record::Task(task) => seen.task_changed(task),
                Record::AssetChanged(_)
                | Record::SlaMissed(_)
                | Record::Backfill(_)
                | Record::HistoryDeleted(_)
                | Record::InboxDone(_)
                | Record::Withdrawn => {}
            }
        }
        for delta in &commit.pools {
            *seen.used.entry(delta.pool.clone()).or_default() += delta.slots;
        }
        seen.check_pools();
    }

    /// At the end of everything.
    pub fn finished(&self) {
        let mut seen = self.seen.lock().unwrap();
        let seen = &mut *seen;
        for (key, run) in &seen.runs {
            for (at, row) in run.tasks.iter().enumerate() {
                if !row.as_ref().is_some_and(|row| row.state.is_finished()) {
                    let state = row.as_ref().map(|row| row.state);
                    seen.violations.push(format!("task {at} of run {} is left in state {state:?}", key.0));
                }
            }
        }
        if let Some((pool, used)) = seen.used.iter().find(|(_, used)| **used != 0) {
            seen.violations.push(format!("{used} slots of pool {pool} were never given back"));
        }
        if let Some((token, life)) = seen.executing.iter().next() {
            seen.violations.push(format!("{token} still runs on {life:?}"));
        }
    }
}

impl Seen {
    fn run_created(&mut self, run: &RunRecord, plan: &Plan) {
        let dag = plan.dags.iter().find(|dag| dag.dag_id == run.dag_id).expect("a planned dag").clone();
        if self.run_ids.insert((run.dag_id.clone(), run.run_id.clone()), run.key).is_some() {
            self.violations.push(format!("run {} of {} is created twice", run.run_id, run.dag_id));
        }
        let tasks = vec![None; dag.tasks().len()];
        self.runs.insert(run.key, Run { dag, state: run.state, cancelled: run.cancelled, tasks });
    }

    fn run_changed(&mut self, change: &RunChange) {
        let Some(run) = self.runs.get_mut(&change.key) else {
            return self.violations.push(format!("run {} changes before it exists", change.key.0));
        };
        if run.state.is_finished() {
            self.violations.push(format!("run {} changes after its end", change.key.0));
        }
        if run.cancelled && !change.cancelled {
            self.violations.push(format!("run {} is no longer cancelled", change.key.0));
        }
        (run.state, run.cancelled) = (change.state, change.cancelled);
        if !run.state.is_finished() {
            return;
        }
        let state = |at: TaskIndex| run.tasks[at.at()].as_ref().map(|row| row.state);
        if run.tasks.iter().any(|row| !row.as_ref().is_some_and(|row| row.state.is_finished())) {
            self.violations.push(format!("run {} ends before its tasks", change.key.0));
        }
        let leaf_failed =
            run.dag.leaves().any(|leaf| matches!(state(leaf), Some(TaskState::Failed | TaskState::UpstreamFailed)));
        let expected = if leaf_failed || run.cancelled { RunState::Failed } else { RunState::Success };
        if run.state != expected {
            self.violations.push(format!("run {} ends as {} instead of {expected}", change.key.0, run.state));
        }
    }

    fn task_changed(&mut self, row: &TaskRecord) {
        let token = row.token;
        let Some(run) = self.runs.get_mut(&token.run) else {
            return self.violations.push(format!("{token} changes before its run exists"));
        };
        let before = run.tasks[token.task.at()].replace(row.clone());
        let options = run.dag.task(token.task).options.clone();
        let verdict = run.verdict(token.task);
        let mut broken = Vec::new();
        if before.as_ref().is_some_and(|before| before.state.is_finished()) {
            broken.push("changes after its end".to_owned());
        }
        if token.try_number > options.retries + 1 {
            broken.push(format!("is try {} with {} retries", token.try_number, options.retries));
        }
        match row.state {
            TaskState::Queued if before.as_ref().is_none_or(|before| before.token != token) => {
                if !self.launched.insert(token) {
                    broken.push("is launched twice".to_owned());
                }
                if verdict != Verdict::Run {
                    broken.push(format!("is launched although its trigger rule says {verdict:?}"));
                }
                if self.paused.contains(&run.dag.dag_id) {
                    broken.push("is launched while its DAG is paused".to_owned());
                }
                if run.cancelled {
                    broken.push("is launched after its run was ended".to_owned());
                }
                let wait = before.filter(|before| before.lost == 0).and_then(|before| before.retry_at);
                if let (Some(wait), Some(queued)) = (wait, row.queued_at)
                    && !self.clocks_jump
                    && queued < wait
                {
                    broken.push(format!("is tried again at {queued}, before {wait}"));
                }
            }
            TaskState::Success if !matches!(self.outcomes.get(&token), Some(Outcome::Succeeded { .. })) => {
                broken.push("is recorded as success, which it never reported".to_owned());
            }
            TaskState::Failed => {
                let fatal = matches!(self.outcomes.get(&token), Some(Outcome::Failed { retryable: false, .. }));
                if !fatal && !run.cancelled && token.try_number <= options.retries {
                    broken.push(format!("fails in try {} with {} retries", token.try_number, options.retries));
                }
            }
            TaskState::Skipped if token.try_number == 0 && !run.cancelled && verdict != Verdict::Skip => {
                broken.push(format!("is skipped although its trigger rule says {verdict:?}"));
            }
            TaskState::UpstreamFailed if verdict != Verdict::FailUpstream => {
                broken.push(format!("is upstream_failed although its trigger rule says {verdict:?}"));
            }
            _ => {}
        }
        self.violations.extend(broken.into_iter().map(|what| format!("{token} {what}")));
    }

    /// The slots counted in the store are those of the attempts that hold a lease.
    fn check_pools(&mut self) {
        let mut held: BTreeMap<&PoolName, i64> = BTreeMap::new();
        for run in self.runs.values() {
            let live = run.tasks.iter().flatten().filter(|row| row.state.is_live());
            for options in live.map(|row| &run.dag.task(row.token.task).options) {
                *held.entry(&options.pool).or_default() += i64::from(options.pool_slots);
            }
        }
        for (pool, used) in &self.used {
            let held = held.get(pool).copied().unwrap_or(0);
            if held != *used {
                self.violations.push(format!("pool {pool} counts {used} slots, but {held} are held"));
            }
        }
    }
}
