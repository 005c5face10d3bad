//! Limits on what may be live at a time.

use std::collections::BTreeMap;

use couture_core::dag::TaskOptions;
use couture_core::store::{Request, Trigger};
use couture_core::{Dag, DagBuilder, DagId, Outcome, RunId, RunState, Timestamp};
use proptest::prelude::*;

use crate::bench::Bench;
use crate::operators::Idle;

fn dag(max_active_tasks: Option<u32>, tasks: u32, option: impl Fn(&mut TaskOptions) + Copy) -> Dag {
    let builder = DagBuilder::new("limited").attributes(|of| {
        of.max_active_tasks = max_active_tasks;
        of.max_active_runs = Some(100);
    });
    for task in 0..tasks {
        builder.task(format!("t{task}"), Idle, ()).options(option);
    }
    builder.build().unwrap()
}

fn trigger(bench: &mut Bench, n: usize) {
    bench.request(Request::Trigger(Trigger {
        run_id: Some(RunId::new(format!("r{n}")).unwrap()),
        ..Trigger::of(DagId::new("limited").unwrap())
    }));
}

fn live_by_task(bench: &Bench) -> BTreeMap<u32, usize> {
    let mut counts = BTreeMap::new();
    bench.live.iter().for_each(|token| *counts.entry(token.task.0).or_default() += 1);
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// No limit is ever exceeded, none is left unused while somebody waits, and all runs end.
    #[test]
    fn limits_are_kept_and_used(
        of_dag in prop::option::of(1..6_u32),
        of_task in prop::option::of(1..4_u32),
        tasks in 1..5_u32,
        runs in 1..6_usize,
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        restart_at in 0..60_usize,
    ) {
        let mut bench = Bench::new(Timestamp::from_micros(0));
        bench.add(dag(of_dag, tasks, |options| options.max_active_tis_per_dag = of_task));
        for n in 0..runs {
            trigger(&mut bench, n);
        }
        let all = runs * tasks as usize;
        for (n, pick) in picks.iter().enumerate() {
            if bench.live.is_empty() {
                break;
            }
            let limit = of_dag.map_or(usize::MAX, |limit| limit as usize);
            prop_assert!(bench.live.len() <= limit);
            let by_task = live_by_task(&bench);
            prop_assert!(by_task.values().all(|live| of_task.is_none_or(|limit| *live <= limit as usize)));
            let possible = (of_task.map_or(usize::MAX, |limit| limit as usize).saturating_mul(tasks as usize)).min(limit);
            let wanted = possible.min(all - n);
            // With a limit by task, what is left may all be of one task.
            prop_assert!(bench.live.len() == wanted || of_task.is_some(), "{} live, {wanted} possible", bench.live.len());
            prop_assert!(!bench.live.is_empty());
            if n == restart_at {
                let live = bench.live.clone();
                bench.restart();
                prop_assert_eq!(&bench.live, &live);
            }
            let token = bench.live[pick.index(bench.live.len())];
            bench.end(token, Outcome::succeeded(Vec::new()));
        }
        bench.finish_all();
        prop_assert_eq!(bench.count(RunState::Success), runs);
    }
}

#[test]
fn a_limit_of_the_installation_holds_where_a_dag_has_none() {
    for (own, expected) in [(None, 2), (Some(3), 3)] {
        let mut bench = Bench::new(Timestamp::from_micros(0));
        bench.settings.max_active_tasks = Some(2);
        bench.restart();
        bench.add(dag(own, 5, |_| {}));
        trigger(&mut bench, 0);
        assert_eq!(bench.live.len(), expected);
        bench.finish_all();
        assert_eq!(bench.count(RunState::Success), 1);
    }
}
