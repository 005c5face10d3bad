//! Nobody is starved: the stated bound on how many launches of a pool pass one by.

use couture_core::store::{Request, Trigger};
use couture_core::{Dag, DagBuilder, DagId, Outcome, PoolName, RunId, Timestamp};
use proptest::prelude::*;

use crate::bench::Bench;
use crate::operators::Idle;

fn dag(name: &str, tasks: usize, priority: i32, pool: &str) -> Dag {
    let builder = DagBuilder::new(name);
    for task in 0..tasks {
        builder.task(format!("t{task}"), Idle, ()).priority_weight(priority).pool(pool);
    }
    builder.build().unwrap()
}

fn trigger(bench: &mut Bench, name: &str) -> usize {
    let dag_id = DagId::new(name).unwrap();
    let run_id = Some(RunId::new("run").unwrap());
    bench.request(Request::Trigger(Trigger { run_id, ..Trigger::of(dag_id) }));
    bench.launched.len()
}

/// Where in the order of launches the first attempt of a DAG's run is.
fn first_launch(bench: &Bench, name: &str) -> usize {
    let run = bench.run(&DagId::new(name).unwrap(), &RunId::new("run").unwrap());
    bench.launched.iter().position(|token| token.run == run.key).expect("it was launched")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A DAG of low priority gets a launch within 4 x (lanes) launches of its pool, however many tasks of higher priority wait.
    #[test]
    fn no_dag_is_starved_in_its_pool(floods in 1..6_usize, slots in 1..4_u32, before in 0..40_usize) {
        let mut bench = Bench::new(Timestamp::from_micros(0));
        bench.set_slots(slots);
        for n in 0..floods {
            bench.add(dag(&format!("flood{n}"), 200, 100, PoolName::DEFAULT));
            trigger(&mut bench, &format!("flood{n}"));
        }
        for _ in 0..before {
            bench.end(bench.live[0], Outcome::succeeded(Vec::new()));
        }
        bench.add(dag("quiet", 1, 1, PoolName::DEFAULT));
        let asked = trigger(&mut bench, "quiet");
        while bench.launched.len() < asked + 4 * (floods + 1) {
            bench.end(bench.live[0], Outcome::succeeded(Vec::new()));
        }
        prop_assert!(first_launch(&bench, "quiet") <= asked + 4 * (floods + 1));
    }

    /// Room in the executor goes to the pools in turns.
    #[test]
    fn no_pool_is_starved_of_the_executor(floods in 1..5_usize, capacity in 1..4_usize) {
        let mut bench = Bench::new(Timestamp::from_micros(0));
        bench.settings.capacity = capacity;
        bench.restart();
        for n in 0..floods {
            let pool = format!("pool{n}");
            bench.set_pool(&pool, 100);
            bench.add(dag(&format!("flood{n}"), 100, 100, &pool));
            trigger(&mut bench, &format!("flood{n}"));
        }
        bench.set_pool("quiet", 1);
        bench.add(dag("quiet", 1, 1, "quiet"));
        let asked = trigger(&mut bench, "quiet");
        while bench.launched.len() < asked + floods + 1 {
            bench.end(bench.live[0], Outcome::succeeded(Vec::new()));
        }
        prop_assert!(first_launch(&bench, "quiet") <= asked + floods);
    }
}

/// By priority, as long as it is nobody else's turn; within one DAG always.
#[test]
fn priorities_count() {
    let mut bench = Bench::new(Timestamp::from_micros(0));
    bench.set_slots(1);
    let builder = DagBuilder::new("one");
    for (task, priority) in [("low", 1), ("high", 3), ("middle", 2)] {
        builder.task(task, Idle, ()).priority_weight(priority);
    }
    bench.add(builder.build().unwrap());
    trigger(&mut bench, "one");
    bench.finish_all();
    let order: Vec<u32> = bench.launched.iter().map(|token| token.task.0).collect();
    assert_eq!(order, [1, 2, 0]);
}
