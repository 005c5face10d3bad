//! The product's promises, checked at every commit and at every start of an attempt.

mod assets;
mod backfills;
mod changes;
mod run;
mod slas;
mod turns;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use couture_core::store::{
    BackfillState, Commit, InboxId, MarkedRunState, MarkedState, Message, Operation, Record, Request,
};
use couture_core::task::Outcome;
use couture_core::trigger_rule::Verdict;
use couture_core::{AttemptToken, DagId, PoolName, RunId, RunKey, RunState, RunType, ShardId, TaskIndex, TaskState};

use assets::Assets;
use backfills::{Backfills, may_clear};
use run::Run;
use slas::Slas;
use turns::Turns;

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
    assets: Assets,
    backfills: Backfills,
    slas: Slas,
    /// Where one scheduler has all shards.
    turns: Option<Turns>,
}

impl Promises {
    pub fn new(plan: Arc<Plan>, clocks_jump: bool, is_exclusive: bool) -> Self {
        let turns = is_exclusive.then(Turns::default);
        Self { plan, seen: Mutex::new(Seen { clocks_jump, turns, ..Seen::default() }) }
    }

    /// Something is asked of the schedulers.
    pub fn asked(&self, request: &Request) {
        let mut seen = self.seen.lock().unwrap();
        let Request::Operate { run, operation, .. } = request else { return };
        let Some(run) = seen.runs.get_mut(run) else { return };
        run.asked.all += 1;
        match operation {
            Operation::MarkTasks { state, .. } => match state {
                MarkedState::Success => run.asked.successes += 1,
                MarkedState::Failed => run.asked.failures += 1,
                MarkedState::Skipped => run.asked.skips += 1,
            },
            Operation::MarkRun { state: MarkedRunState::Success } => run.asked.successes += 1,
            Operation::MarkRun { state: MarkedRunState::Failed } => run.asked.failures += 1,
            Operation::ClearTasks { .. } | Operation::RunTask { .. } => {}
        }
    }

    /// A change of an asset is about to be announced.
    pub fn announced(&self) {
        self.seen.lock().unwrap().assets.asked += 1;
    }

    /// Messages were read, and are dealt with from now on.
    pub fn read(&self, messages: &[(InboxId, Result<Message, String>)]) {
        let mut seen = self.seen.lock().unwrap();
        for (id, message) in messages {
            if let Ok(message) = message {
                seen.assets.read(*id, message);
            }
        }
    }

    /// A scheduler is gone.
    pub fn scheduler_died(&self) {
        if let Some(turns) = &mut self.seen.lock().unwrap().turns {
            turns.begin_anew();
        }
    }

    /// The runs there are.
    pub fn runs(&self) -> Vec<(DagId, RunKey)> {
        self.seen.lock().unwrap().runs.iter().map(|(key, run)| (run.dag.dag_id.clone(), *key)).collect()
    }

    /// The backfills that are paused.
    pub fn paused_backfills(&self) -> Vec<(DagId, i64)> {
        let seen = self.seen.lock().unwrap();
        let paused = seen.backfills.rows.values().filter(|row| row.state == BackfillState::Paused);
        paused.map(|row| (row.dag_id.clone(), row.number)).collect()
    }

    /// The backfills there are.
    pub fn backfills(&self) -> Vec<(DagId, i64)> {
        let seen = self.seen.lock().unwrap();
        seen.backfills.rows.values().map(|row| (row.dag_id.clone(), row.number)).collect()
    }

    pub fn backfills_are_over(&self) -> bool {
        self.seen.lock().unwrap().backfills.is_over()
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

    pub fn nobody_is_paused(&self) -> bool {
        self.seen.lock().unwrap().paused.is_empty()
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
        // What was decided after its launch comes too late; so does what was changed by hand.
        let verdict = run.verdict_of_rule(token.task);
        if verdict != Verdict::Run && run.asked.all == 0 {
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
        // A success may be reported late, when somebody has looked again, and failed to.
        if !matches!(seen.outcomes.get(&token), Some(Outcome::Succeeded { .. })) {
            seen.outcomes.insert(token, outcome.clone());
        }
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
        let records = || commit.shards.iter().flat_map(|part| &part.records);
        for row in records() {
            let Record::Backfill(row) = row else { continue };
            if !seen.backfills.is_known(row) {
                seen.runs.values_mut().filter(|run| may_clear(row, run)).for_each(|run| run.asked.all += 1);
            }
        }
        for record in records() {
            match record {
                Record::Dag(dag) if dag.paused => drop(seen.paused.insert(dag.dag_id.clone())),
                Record::Dag(dag) => drop(seen.paused.remove(&dag.dag_id)),
                Record::RunCreated(run) => {
                    seen.run_created(run, &self.plan);
                    seen.check_beginning(run.key, commit.at);
                }
                Record::RunChanged(change) => {
                    seen.run_changed(change);
                    seen.check_beginning(change.key, commit.at);
                }
                Record::Task(task) => seen.task_changed(task),
                Record::SlaMissed(miss) => {
                    let broken = seen.slas.missed(miss, &seen.runs);
                    seen.violations.extend(broken);
                }
                Record::AssetChanged(_)
                | Record::Backfill(_)
                | Record::HistoryDeleted(_)
                | Record::RunDeleted { .. }
                | Record::Posted { .. }
                | Record::InboxDone(_)
                | Record::Withdrawn => {}
            }
        }
        for delta in &commit.pools {
            *seen.used.entry(delta.pool.clone()).or_default() += delta.slots;
        }
        let violations = &mut seen.violations;
        seen.assets.committed(commit, &self.plan, violations);
        seen.backfills.committed(commit, &mut seen.runs, &self.plan, violations);
        if let Some(turns) = &mut seen.turns {
            turns.committed(commit, &seen.runs, &seen.paused, violations);
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
        seen.assets.finished(&self.plan, &mut seen.violations);
        if !seen.backfills.is_over() {
            seen.violations.push("a backfill does not end".into());
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
            // Those of backfills have a limit of their own, and what is opened again is let in.
            *running += u32::from(run.backfill.is_none());
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
