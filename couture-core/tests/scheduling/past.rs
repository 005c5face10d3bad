//! `depends_on_past` and `wait_for_downstream`.

use std::time::Duration;

use couture_core::dag::TaskOptions;
use couture_core::schedule::Schedule;
use couture_core::store::{Request, RunRecord, Trigger};
use couture_core::{Dag, DagBuilder, DagId, Dialect, Outcome, RunId, Timestamp};

use crate::bench::Bench;
use crate::operators::Idle;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// `first` looks at the past, and `second` comes after it.
fn dag(dialect: Dialect, catchup: bool, option: impl Fn(&mut TaskOptions)) -> Dag {
    let builder = DagBuilder::new("past").attributes(|of| {
        of.schedule = Schedule::cron("@daily");
        of.start_date = Some(at("2026-01-01"));
        of.catchup = Some(catchup);
        of.dialect = dialect;
    });
    let first = builder.task("first", Idle, ()).options(option);
    let second = builder.task("second", Idle, ());
    first.set_downstream(&second);
    builder.build().unwrap()
}

fn depends(options: &mut TaskOptions) {
    options.depends_on_past = true;
}

fn waits(options: &mut TaskOptions) {
    options.wait_for_downstream = true;
}

/// The live attempts of a run, by task.
fn live(bench: &Bench, run: &RunRecord) -> Vec<u32> {
    bench.live.iter().filter(|token| token.run == run.key).map(|token| token.task.0).collect()
}

fn end(bench: &mut Bench, run: &RunRecord, task: u32, outcome: Outcome) {
    let token = *bench.live.iter().find(|token| token.run == run.key && token.task.0 == task).expect("it is live");
    bench.end(token, outcome);
}

fn success() -> Outcome {
    Outcome::succeeded(Vec::new())
}

fn failure() -> Outcome {
    Outcome::Failed { error: "no".into(), retryable: false }
}

fn skip() -> Outcome {
    Outcome::Skipped { reason: "no".into() }
}

#[test]
fn a_task_waits_for_itself_in_the_run_before() {
    let mut bench = Bench::new(at("2026-01-03T00:00:00Z"));
    bench.add(dag(Dialect::V2, true, depends));
    let [one, two] = [0, 1].map(|n| bench.created[n].clone());
    assert_eq!((live(&bench, &one), live(&bench, &two)), (vec![0], vec![]));
    bench.restart();
    assert_eq!(live(&bench, &two), [0; 0]);
    end(&mut bench, &one, 0, success());
    assert_eq!((live(&bench, &one), live(&bench, &two)), (vec![1], vec![0]));
}

#[test]
fn a_failure_blocks_and_a_skip_does_not() {
    for (outcome, expected) in [(failure(), vec![]), (skip(), vec![0])] {
        let mut bench = Bench::new(at("2026-01-02T00:00:00Z"));
        bench.add(dag(Dialect::V2, true, depends));
        let one = bench.created[0].clone();
        end(&mut bench, &one, 0, outcome);
        bench.finish_all();
        // The run before is over, and only the store knows of it.
        bench.restart();
        bench.pass(Duration::from_secs(24 * 3_600));
        let two = bench.created[1].clone();
        assert_eq!(live(&bench, &two), expected);
        bench.restart();
        assert_eq!(live(&bench, &two), expected);
    }
}

#[test]
fn downstream_tasks_are_waited_for() {
    for (dialect, outcome, expected) in [
        (Dialect::V2, success(), vec![0]),
        (Dialect::V2, skip(), vec![0]),
        (Dialect::V1_10, success(), vec![0]),
        (Dialect::V1_10, skip(), vec![]),
        (Dialect::V2, failure(), vec![]),
    ] {
        let mut bench = Bench::new(at("2026-01-03T00:00:00Z"));
        bench.add(dag(dialect, true, waits));
        let [one, two] = [0, 1].map(|n| bench.created[n].clone());
        end(&mut bench, &one, 0, success());
        assert_eq!(live(&bench, &two), [0; 0], "{dialect}");
        end(&mut bench, &one, 1, outcome.clone());
        assert_eq!(live(&bench, &two), expected, "{dialect} {outcome:?}");
    }
}

/// With two runs by hand, 1.10 blocks the second, and 2 looks at scheduled runs alone while it makes up for missed ones.
#[test]
fn runs_by_hand() {
    for (dialect, catchup, expected) in
        [(Dialect::V1_10, true, vec![]), (Dialect::V2, true, vec![0]), (Dialect::V2, false, vec![])]
    {
        let mut bench = Bench::new(at("2026-02-01T06:00:00Z"));
        let mut dag = dag(dialect, catchup, depends);
        dag.attributes.is_paused_upon_creation = Some(false);
        dag.attributes.start_date = Some(at("2026-01-01"));
        dag.attributes.end_date = Some(at("2026-01-01"));
        // No scheduled run is in the way.
        dag.attributes.schedule = Schedule::cron("@yearly");
        let dag = Dag::from_json(&dag.to_json()).unwrap();
        bench.add(dag);
        for (n, date) in ["2026-01-20", "2026-01-21"].into_iter().enumerate() {
            bench.request(Request::Trigger(Trigger {
                run_id: Some(RunId::new(format!("hand{n}")).unwrap()),
                logical_date: Some(at(date)),
                ..Trigger::of(DagId::new("past").unwrap())
            }));
        }
        let two = bench.run(&DagId::new("past").unwrap(), &RunId::new("hand1").unwrap());
        assert_eq!(live(&bench, &two), expected, "{dialect} catchup={catchup}");
    }
}
