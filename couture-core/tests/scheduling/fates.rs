//! What becomes of tasks, given what became of those before them: against a slow, obvious model.

use std::collections::BTreeMap;

use couture_core::dag::TaskRole;
use couture_core::store::{Commit, Record, Request, RunRecord, ShardCommit, Store, StoreReader, TaskRecord, Trigger};
use couture_core::trigger_rule::{UpstreamCounts, Verdict, verdict_after_setups, verdict_in_scope};
use couture_core::{
    AttemptToken, Dag, DagId, MapIndex, Outcome, RunId, RunState, TaskIndex, TaskState, Timestamp, TriggerRule,
};
use futures_util::FutureExt;
use proptest::prelude::*;

use crate::bench::Bench;
use crate::drawn::{Drawn, Skips, drawn};

type States = BTreeMap<(TaskIndex, MapIndex), TaskState>;

fn begin(bench: &mut Bench, dag: Dag) -> RunRecord {
    let dag = bench.add(dag);
    bench.request(Request::Trigger(Trigger {
        run_id: Some(RunId::new("run").unwrap()),
        ..Trigger::of(dag.dag_id.clone())
    }));
    run(bench)
}

fn run(bench: &Bench) -> RunRecord {
    bench.run(&DagId::new("drawn").unwrap(), &RunId::new("run").unwrap())
}

fn states(bench: &Bench, run: &RunRecord) -> States {
    let rows = bench.store.tasks(run.key, None, 10_000).now_or_never().unwrap().unwrap();
    rows.iter().map(|row: &TaskRecord| ((row.token.task, row.token.map_index), row.state)).collect()
}

fn all_tasks(dag: &Dag) -> impl Iterator<Item = TaskIndex> + use<> {
    (0..dag.tasks().len() as u32).map(TaskIndex)
}

/// What these tasks came to, each instance of a mapped one for itself.
fn counts(
    states: &States,
    lengths: &BTreeMap<TaskIndex, u32>,
    tasks: impl Iterator<Item = TaskIndex>,
) -> UpstreamCounts {
    let mut counts = UpstreamCounts::default();
    for task in tasks {
        let instances: Vec<MapIndex> = match states.get(&(task, MapIndex::NONE)) {
            Some(TaskState::Expanded) => (0..lengths[&task] as i32).map(MapIndex).collect(),
            _ => vec![MapIndex::NONE],
        };
        for map_index in instances {
            counts.total += 1;
            states.get(&(task, map_index)).into_iter().for_each(|state| counts.add(*state));
        }
    }
    counts
}

/// Every setup above a task whose scope it is in, found by walking.
fn setups_in_scope(dag: &Dag, task: TaskIndex) -> Vec<TaskIndex> {
    let above = dag.with_upstream(vec![task]);
    let below = dag.with_downstream(vec![task]);
    let is_teardown = |task: &TaskIndex| dag.task(*task).options.role.is_teardown();
    let is_in_scope = |setup: &TaskIndex| {
        let teardowns: Vec<_> = dag.task(*setup).downstream.iter().copied().filter(is_teardown).collect();
        teardowns.is_empty() || teardowns.iter().any(|teardown| below[teardown.at()])
    };
    all_tasks(dag)
        .filter(|setup| *setup != task && above[setup.at()] && dag.task(*setup).options.role == TaskRole::Setup)
        .filter(|setup| is_in_scope(setup) && !dag.task(task).upstream.contains(setup))
        .collect()
}

/// What the states say about a task: by its setups, and by its rule.
fn verdicts(dag: &Dag, task: TaskIndex, states: &States, lengths: &BTreeMap<TaskIndex, u32>) -> [Verdict; 2] {
    let node = dag.task(task);
    let direct = || node.upstream.iter().copied();
    if node.trigger_rule() == TriggerRule::Always || node.upstream.is_empty() {
        return [Verdict::Run; 2];
    }
    if node.options.role.is_teardown() {
        let rule = node.trigger_rule().verdict(&counts(states, lengths, direct()), dag.attributes.dialect);
        let setups = direct().filter(|task| dag.task(*task).options.role == TaskRole::Setup);
        return match rule {
            Verdict::Run => [Verdict::Run, verdict_after_setups(&counts(states, lengths, setups))],
            other => [Verdict::Run, other],
        };
    }
    let setups = setups_in_scope(dag, task);
    let scope = verdict_in_scope(&counts(states, lengths, setups.into_iter()));
    let rule = node.trigger_rule().verdict(&counts(states, lengths, direct()), dag.attributes.dialect);
    // Its direct setups are looked at when all in whose scope it is are done.
    let is_their_turn = rule == Verdict::Run && scope != Verdict::Wait;
    if node.trigger_rule() == TriggerRule::AllDoneSetupSuccess && is_their_turn {
        let setups = direct().filter(|task| dag.task(*task).options.role == TaskRole::Setup);
        return [scope, verdict_after_setups(&counts(states, lengths, setups))];
    }
    [scope, rule]
}

/// What the states of the tasks that a task is mapped over say about it.
fn verdict_by_sources(dag: &Dag, task: TaskIndex, states: &States, lengths: &BTreeMap<TaskIndex, u32>) -> Verdict {
    let Some(expand) = &dag.task(task).expand else { return Verdict::Run };
    let mut verdict = Verdict::Run;
    for source in expand.upstream() {
        let counts = counts(states, lengths, std::iter::once(source));
        if counts.done() < counts.total {
            return Verdict::Wait;
        }
        match states.get(&(source, MapIndex::NONE)) {
            Some(TaskState::Failed | TaskState::UpstreamFailed) => verdict = Verdict::FailUpstream,
            Some(TaskState::Skipped) if verdict == Verdict::Run => verdict = Verdict::Skip,
            _ => {}
        }
    }
    verdict
}

/// What is wrong with the states after an event, if anything.
fn check_step(
    dag: &Dag,
    before: &States,
    after: &States,
    lengths: &BTreeMap<TaskIndex, u32>,
    skips: &Skips,
) -> Result<(), TestCaseError> {
    for task in all_tasks(dag) {
        let key = (task, MapIndex::NONE);
        let is_decided = skips.values().any(|skipped| skipped.contains(&task));
        let [by_setups, by_rule] = verdicts(dag, task, after, lengths);
        let found = [by_setups, by_rule, verdict_by_sources(dag, task, after, lengths)];
        let is_new = !before.contains_key(&key);
        let is_fine = match after.get(&key) {
            None => {
                let settled = [Verdict::Skip, Verdict::FailUpstream];
                let rule_waits = found[..2].contains(&Verdict::Wait);
                let waits = rule_waits || found[2] == Verdict::Wait;
                !is_decided && waits && !found[..2].iter().any(|verdict| settled.contains(verdict))
            }
            Some(_) if !is_new => true,
            Some(TaskState::Queued | TaskState::Expanded) => !is_decided && found == [Verdict::Run; 3],
            // Nothing to map over, a list that is none, or a decision.
            Some(TaskState::Skipped) if is_decided || dag.task(task).expand.is_some() => true,
            Some(TaskState::Failed) => dag.task(task).expand.is_some(),
            Some(TaskState::Skipped) => found.contains(&Verdict::Skip) || found.contains(&Verdict::FailUpstream),
            Some(TaskState::UpstreamFailed) => found.contains(&Verdict::FailUpstream),
            Some(_) => false,
        };
        prop_assert!(is_fine, "t{}: {:?} where its verdicts are {found:?}; {after:?}", task.0, after.get(&key));
    }
    Ok(())
}

/// The state in which the run ends: that of the tasks that nothing but teardowns waits for.
fn run_state(dag: &Dag, states: &States) -> RunState {
    let ignored = |task: TaskIndex| dag.task(task).options.role == TaskRole::Teardown;
    let decides = |task: &TaskIndex| !ignored(*task) && dag.task(*task).downstream.iter().all(|next| ignored(*next));
    let mut leaves: Vec<TaskIndex> = all_tasks(dag).filter(decides).collect();
    if leaves.is_empty() {
        leaves = dag.leaves().collect();
    }
    let failed = states.iter().any(|((task, _), state)| {
        leaves.contains(task) && matches!(state, TaskState::Failed | TaskState::UpstreamFailed)
    });
    if failed { RunState::Failed } else { RunState::Success }
}

/// Ends one attempt after the other, in the order drawn, and checks each step.
fn play(drawn: &Drawn, dag: Dag, restart_at: usize) -> Result<(), TestCaseError> {
    let mut bench = Bench::new(Timestamp::from_micros(0));
    let run = begin(&mut bench, dag);
    let dag = bench.dags[0].clone();
    let (mut seen, mut skips) = (States::new(), Skips::new());
    for step in 0.. {
        let after = states(&bench, &run);
        let mut lengths = BTreeMap::new();
        for (task, map_index) in after.keys() {
            let length: &mut u32 = lengths.entry(*task).or_default();
            *length = (*length).max((map_index.0 + 1) as u32);
        }
        check_step(&dag, &seen, &after, &lengths, &skips)?;
        prop_assert!(bench.is_counted_right(&run));
        seen = after;
        if bench.live.is_empty() {
            break;
        }
        if step == restart_at {
            bench.restart();
            prop_assert!(bench.is_counted_right(&run), "after a restart");
        }
        let pick = drawn.order[step % drawn.order.len()].index(bench.live.len());
        let token: AttemptToken = bench.live[pick];
        let outcome = drawn.outcome(token.task, token.map_index, true);
        if let (Outcome::Succeeded { decision: Some(decision), .. }, MapIndex::NONE) = (&outcome, token.map_index) {
            skips.insert(token.task, dag.skipped_by(token.task, decision));
        }
        bench.end(token, outcome);
    }
    let run = self::run(&bench);
    prop_assert_eq!(run.state, run_state(&dag, &seen), "{:?}", seen);
    Ok(())
}

/// The final states of a DAG in whose rules the order of events has no part: task by task, each from the final states above it.
fn final_states(drawn: &Drawn, dag: &Dag) -> States {
    let (mut states, mut lengths) = (States::new(), BTreeMap::new());
    let mut outputs: BTreeMap<TaskIndex, u32> = BTreeMap::new();
    for task in all_tasks(dag) {
        let own = (task, MapIndex::NONE);
        let [_, verdict] = verdicts(dag, task, &states, &lengths);
        let by_sources = verdict_by_sources(dag, task, &states, &lengths);
        let instances = match if verdict == Verdict::Run { by_sources } else { verdict } {
            Verdict::Run => instances(dag, task, &lengths, &outputs),
            Verdict::Skip => Err(TaskState::Skipped),
            Verdict::FailUpstream => Err(TaskState::UpstreamFailed),
            Verdict::Wait => panic!("{task:?} waits although all above it has ended"),
        };
        let instances = match instances {
            Ok(instances) => instances,
            Err(state) => {
                states.insert(own, state);
                continue;
            }
        };
        if dag.task(task).expand.is_some() {
            states.insert(own, TaskState::Expanded);
            lengths.insert(task, instances.len() as u32);
        }
        for map_index in instances {
            let state = match drawn.outcome(task, map_index, false) {
                Outcome::Succeeded { length, .. } => {
                    outputs.extend(length.filter(|_| map_index == MapIndex::NONE).map(|length| (task, length)));
                    TaskState::Success
                }
                Outcome::Skipped { .. } => TaskState::Skipped,
                _ => TaskState::Failed,
            };
            states.insert((task, map_index), state);
        }
    }
    states
}

/// The instances of a task that runs, or how it ends without any.
fn instances(
    dag: &Dag,
    task: TaskIndex,
    lengths: &BTreeMap<TaskIndex, u32>,
    outputs: &BTreeMap<TaskIndex, u32>,
) -> Result<Vec<MapIndex>, TaskState> {
    use couture_core::dag::ExpandSource::{Literal, Output};
    let Some(expand) = &dag.task(task).expand else { return Ok(vec![MapIndex::NONE]) };
    let length = match &expand.sources[0] {
        Literal(list) => Some(list.len() as u32),
        Output(source) if dag.task(*source).expand.is_some() => Some(lengths.get(source).copied().unwrap_or_default()),
        Output(source) => outputs.get(source).copied(),
    };
    match length {
        None => Err(TaskState::Failed),
        Some(0) => Err(TaskState::Skipped),
        Some(length) => Ok((0..length as i32).map(MapIndex).collect()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    /// All rules, roles, decisions and mapping: each step is what the states say, and nothing is left out.
    #[test]
    fn each_step_follows_from_the_states(drawn in drawn(), restart_at in 0..20_usize) {
        play(&drawn, drawn.dag(true), restart_at)?;
    }

    /// Where no rule looks at who ends first, the final states are the same whatever the order.
    #[test]
    fn final_states_do_not_depend_on_the_order(drawn in drawn(), restart_at in 0..20_usize) {
        let mut bench = Bench::new(Timestamp::from_micros(0));
        let run = begin(&mut bench, drawn.dag(false));
        for step in 0.. {
            if bench.live.is_empty() {
                break;
            }
            if step == restart_at {
                bench.restart();
            }
            let token = bench.live[drawn.order[step % drawn.order.len()].index(bench.live.len())];
            bench.end(token, drawn.outcome(token.task, token.map_index, false));
        }
        let found = states(&bench, &run);
        let dag = bench.dags[0].clone();
        prop_assert_eq!(&found, &final_states(&drawn, &dag));
        prop_assert_eq!(self::run(&bench).state, run_state(&dag, &found));
    }
}

/// A task that is gone keeps those after it waiting for ever: the run ends all the same.
#[test]
fn a_run_in_which_nothing_can_happen_fails() {
    let mut bench = Bench::new(Timestamp::from_micros(0));
    let dag = couture_core::DagBuilder::new("drawn");
    let [gone, after] = ["gone", "after"].map(|id| dag.task(id, crate::operators::Idle, ()));
    gone.set_downstream(&after);
    let run = begin(&mut bench, dag.build().unwrap());
    let store = bench.store.clone();
    let journal = store.journal(run.key.shard(), 0, 100).now_or_never().unwrap().unwrap();
    let mut row = store.tasks(run.key, None, 10).now_or_never().unwrap().unwrap().remove(0);
    row.state = TaskState::Removed;
    let shard = run.key.shard();
    let epoch = store.shards().now_or_never().unwrap().unwrap()[0].epoch;
    let sequence = journal.len() as u64;
    let shards = vec![ShardCommit { shard, epoch, sequence, records: vec![Record::Task(Box::new(row))] }];
    store.commit(&Commit { at: bench.now.wall, shards, pools: Vec::new() }).now_or_never().unwrap().unwrap();
    bench.live.clear();
    bench.restart();
    assert_eq!(self::run(&bench).state, RunState::Failed);
    let after = states(&bench, &run)[&(TaskIndex(1), MapIndex::NONE)];
    assert_eq!(after, TaskState::Cleared, "the task after it never began, and its row says why");
}
