//! The product's promises, checked at every commit and at every start of an attempt.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use couture_core::dag::ExpandSource;
use couture_core::store::{Commit, Record, RunChange, RunRecord, TaskRecord};
use couture_core::task::Outcome;
use couture_core::trigger_rule::{UpstreamCounts, Verdict};
use couture_core::{
    AttemptToken, Dag, DagId, Dialect, MapIndex, PoolName, RunId, RunKey, RunState, RunType, ShardId, TaskIndex,
    TaskState, Timestamp,
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
    logical_date: Timestamp,
    run_type: RunType,
    tasks: BTreeMap<(TaskIndex, MapIndex), TaskRecord>,
}

impl Run {
    fn state(&self, task: TaskIndex, map_index: MapIndex) -> Option<TaskState> {
        self.tasks.get(&(task, map_index)).map(|row| row.state)
    }

    /// The states of a task: its own, or those of its instances.
    fn states(&self, task: TaskIndex) -> Vec<Option<TaskState>> {
        match self.tasks.get(&(task, MapIndex::NONE)) {
            Some(row) if row.state == TaskState::Expanded => {
                (0..row.length.unwrap_or_default() as i32).map(|at| self.state(task, MapIndex(at))).collect()
            }
            row => vec![row.map(|row| row.state)],
        }
    }

    /// How many task instances are live.
    fn live(&self) -> usize {
        self.tasks.values().filter(|row| row.state.is_live()).count()
    }

    fn is_skipped_by_decision(&self, task: TaskIndex) -> bool {
        let decisions = self.tasks.iter().filter_map(|((of, _), row)| Some((of, row.decision.as_ref()?)));
        decisions.into_iter().any(|(of, decision)| self.dag.skipped_by(*of, decision).contains(&task))
    }

    fn counts(&self, task: TaskIndex) -> UpstreamCounts {
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
    fn verdict(&self, task: TaskIndex) -> Verdict {
        if self.is_skipped_by_decision(task) { Verdict::Skip } else { self.verdict_of_rule(task) }
    }

    fn verdict_of_rule(&self, task: TaskIndex) -> Verdict {
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

    /// Whether the schedules have made all their runs, as far as clocks that jump let one say.
    pub fn all_scheduled(&self) -> bool {
        let seen = self.seen.lock().unwrap();
        let made = seen.runs.values().filter(|run| run.run_type == RunType::Scheduled).count();
        seen.clocks_jump || made == self.plan.dags.iter().map(|dag| Plan::scheduled_dates(dag).len()).sum::<usize>()
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
        let is_twin = |other: &&AttemptToken| {
            (other.run, other.task, other.map_index) == (token.run, token.task, token.map_index)
        };
        let twin = seen.executing.keys().find(is_twin);
        if let Some(twin) = twin {
            seen.violations.push(format!("{token} starts while {twin} still runs"));
        }
        // What was decided after its launch comes too late.
        let verdict = run.verdict_of_rule(token.task);
        if verdict != Verdict::Run {
            seen.violations.push(format!("{token} starts although its trigger rule says {verdict:?}"));
        }
        let state = run.state(token.task, token.map_index);
        if let Some(state) = state.filter(|state| state.is_finished()) {
            seen.violations.push(format!("{token} starts although its task is {state}"));
        }
        seen.executing.insert(token, life);
        let pool = &run.dag.task(token.task).options.pool;
        let held: u32 = seen
            .executing
            .keys()
            .filter(|other| {
                // What is looked at while it waits holds nothing.
                seen.runs[&other.run].state(other.task, other.map_index) != Some(TaskState::Deferred)
            })
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
                | Record::Posted { .. }
                | Record::InboxDone(_)
                | Record::Withdrawn => {}
            }
        }
        for delta in &commit.pools {
            *seen.used.entry(delta.pool.clone()).or_default() += delta.slots;
        }
        seen.check_pools();
        seen.check_limits();
    }

    /// At the end of everything.
    pub fn finished(&self) {
        let mut seen = self.seen.lock().unwrap();
        let seen = &mut *seen;
        for (key, run) in &seen.runs {
            for at in (0..run.dag.tasks().len() as u32).map(TaskIndex) {
                for state in run.states(at).into_iter().filter(|state| !state.is_some_and(TaskState::is_finished)) {
                    seen.violations.push(format!("task {} of run {} is left in state {state:?}", at.0, key.0));
                }
            }
        }
        seen.check_schedules(&self.plan);
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
        let (logical_date, run_type, tasks) = (run.logical_date, run.run_type, BTreeMap::new());
        let run_of = Run { dag, state: run.state, cancelled: run.cancelled, logical_date, run_type, tasks };
        self.runs.insert(run.key, run_of);
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

    fn task_changed(&mut self, row: &TaskRecord) {
        let token = row.token;
        let Some(run) = self.runs.get_mut(&token.run) else {
            return self.violations.push(format!("{token} changes before its run exists"));
        };
        let before = run.tasks.insert((token.task, token.map_index), row.clone());
        let options = run.dag.task(token.task).options.clone();
        let is_first = token.try_number <= 1 && token.launch <= 1;
        let verdict = if is_first { run.verdict(token.task) } else { run.verdict_of_rule(token.task) };
        let expand = run.dag.task(token.task).expand.as_ref();
        let is_empty_map =
            expand.is_some_and(|expand| matches!(&expand.sources[0], ExpandSource::Literal(list) if list.is_empty()));
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
            TaskState::Skipped
                if token.try_number == 0 && !run.cancelled && !is_empty_map && verdict != Verdict::Skip =>
            {
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
            let live = run.tasks.values().filter(|row| row.state.is_live());
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

    /// No more runs and task instances are under way than their DAG allows.
    fn check_limits(&mut self) {
        let mut running: BTreeMap<&DagId, u32> = BTreeMap::new();
        let mut live: BTreeMap<&DagId, usize> = BTreeMap::new();
        let mut live_of: BTreeMap<(&DagId, TaskIndex), u32> = BTreeMap::new();
        for run in self.runs.values().filter(|run| run.state == RunState::Running) {
            let attributes = &run.dag.attributes;
            let running = running.entry(&run.dag.dag_id).or_default();
            *running += 1;
            if *running > attributes.max_active_runs.unwrap_or(16) {
                self.violations.push(format!("{running} runs of {} are running", run.dag.dag_id));
            }
            let live = live.entry(&run.dag.dag_id).or_default();
            *live += run.live();
            if attributes.max_active_tasks.is_some_and(|limit| *live > limit as usize) {
                self.violations.push(format!("{live} task instances of {} are live", run.dag.dag_id));
            }
            for row in run.tasks.values().filter(|row| row.state.is_live()) {
                let live = live_of.entry((&run.dag.dag_id, row.token.task)).or_default();
                *live += 1;
                let limit = run.dag.task(row.token.task).options.max_active_tis_per_dag;
                if limit.is_some_and(|limit| *live > limit) {
                    self.violations.push(format!("{live} instances of task {} are live", row.token.task.0));
                }
            }
        }
    }

    /// The runs of each schedule were created in order, without gaps; all of them, unless clocks jump.
    fn check_schedules(&mut self, plan: &Plan) {
        for dag in &plan.dags {
            let of_dag =
                self.runs.values().filter(|run| run.dag.dag_id == dag.dag_id && run.run_type == RunType::Scheduled);
            let dates: Vec<_> = of_dag.map(|run| run.logical_date).collect();
            let expected = Plan::scheduled_dates(dag);
            let is_right = if self.clocks_jump { expected.starts_with(&dates) } else { dates == expected };
            if !is_right {
                self.violations.push(format!("the schedule of {} made {dates:?} instead of {expected:?}", dag.dag_id));
            }
        }
    }
}
