//! Who is told of what.

use std::sync::Arc;
use std::time::Duration;

use couture_core::conformance::store::sample_task;
use couture_core::dag::{Callback, DagAttributes, TaskOptions};
use couture_core::dialect::Dialect;
use couture_core::store::{PoolDelta, Record, Request, Store, Trigger};
use couture_core::task::NoticeKind;
use couture_core::{DagBuilder, DagId, Outcome, PoolName, RunId, RunState, TaskIndex, TaskState, Timestamp};
use futures_util::FutureExt;

use crate::bench::Bench;
use crate::operators::Idle;

fn callback() -> Vec<Callback> {
    vec![Callback(Arc::new(Idle))]
}

fn bench(attributes: impl FnOnce(&mut DagAttributes), options: impl FnOnce(&mut TaskOptions)) -> Bench {
    let builder = DagBuilder::new("told").attributes(attributes);
    builder.task("first", Idle, ()).options(options);
    let mut bench = Bench::new(Timestamp::from_micros(0));
    bench.add(builder.build().unwrap());
    bench.request(Request::Trigger(Trigger {
        run_id: Some(RunId::new("r").unwrap()),
        ..Trigger::of(DagId::new("told").unwrap())
    }));
    bench
}

fn failed(error: &str) -> Outcome {
    Outcome::Failed { error: error.into(), retryable: true }
}

fn told(bench: &Bench) -> Vec<String> {
    let kind = |kind: &NoticeKind| match kind {
        NoticeKind::TaskSucceeded { token } => format!("success {}", token.try_number),
        NoticeKind::TaskFailed { token, error } => format!("failed {} {error}", token.try_number),
        NoticeKind::TaskRetried { token, error } => format!("retry {} {error}", token.try_number),
        NoticeKind::RunSucceeded => "run success".into(),
        NoticeKind::RunFailed { reason } => format!("run {reason}"),
        NoticeKind::SlaMissed { .. } => "sla".into(),
    };
    bench.notices.iter().map(|notice| kind(&notice.kind)).collect()
}

#[test]
fn each_end_is_told_to_those_who_want_to_know() {
    let all = |options: &mut TaskOptions| {
        options.retries = 1;
        options.retry_delay_ms = 0;
        options.on_success_callback = callback();
        options.on_failure_callback = callback();
        options.on_retry_callback = callback();
    };
    let both = |attributes: &mut DagAttributes| {
        attributes.on_success_callback = callback();
        attributes.on_failure_callback = callback();
    };
    let check = |mut bench: Bench, outcomes: Vec<Outcome>, expected: &[&str]| {
        for outcome in outcomes {
            bench.pass(Duration::from_secs(1));
            bench.end(bench.live[0], outcome);
        }
        bench.restart();
        assert_eq!(told(&bench), expected);
    };
    let done = || Outcome::succeeded(Vec::new());
    check(bench(both, all), vec![failed("a"), done()], &["retry 1 a", "success 2", "run success"]);
    check(bench(both, all), vec![failed("a"), failed("b")], &["retry 1 a", "failed 2 b", "run task_failure"]);
    let lost = Outcome::Lost { reason: "gone".into() };
    check(bench(both, all), vec![lost, done()], &["success 1", "run success"]);
    check(bench(|_| {}, |_| {}), vec![failed("a")], &[]);
    let mail = |options: &mut TaskOptions| {
        options.retries = 1;
        options.retry_delay_ms = 0;
        options.email = vec!["ada@example.com".into()];
    };
    check(bench(|_| {}, mail), vec![failed("a"), failed("b")], &["retry 1 a", "failed 2 b"]);
    let quiet = |options: &mut TaskOptions| {
        mail(options);
        options.email_on_retry = false;
    };
    check(bench(|_| {}, quiet), vec![failed("a"), failed("b")], &["failed 2 b"]);
}

#[test]
fn the_end_of_a_run_says_why() {
    let check = |dialect: Dialect, timeout: bool, expected: &str| {
        let mut bench = bench(
            |attributes| {
                attributes.dialect = dialect;
                attributes.on_failure_callback = callback();
                attributes.dagrun_timeout_ms = timeout.then_some(5_000);
            },
            |_| {},
        );
        if !timeout {
            let (dag_id, run_id) = (DagId::new("told").unwrap(), RunId::new("r").unwrap());
            bench.request(Request::CancelRun { dag_id, run_id });
        }
        bench.pass(Duration::from_secs(10));
        assert_eq!(told(&bench), [format!("run {expected}")]);
    };
    check(Dialect::V2, true, "timed_out");
    check(Dialect::V1_10, true, "dagrun_timeout");
    check(Dialect::V2, false, "ended");
}

/// What an upstream task has come to that is gone is known to nobody: who waits for it waits in vain.
#[test]
fn a_run_that_nothing_can_happen_to_fails_and_says_why() {
    let check = |depends_on_past: bool, expected: RunState| {
        let both = |attributes: &mut DagAttributes| attributes.on_failure_callback = callback();
        let builder = DagBuilder::new("told").attributes(both);
        let gone = builder.task("gone", Idle, ());
        builder
            .task("waits", Idle, ())
            .options(|options| options.depends_on_past = depends_on_past)
            .set_upstream(&gone);
        let mut bench = Bench::new(Timestamp::from_micros(0));
        bench.add(builder.build().unwrap());
        let run_id = RunId::new("r").unwrap();
        let dag_id = DagId::new("told").unwrap();
        bench.request(Request::Trigger(Trigger { run_id: Some(run_id.clone()), ..Trigger::of(dag_id.clone()) }));
        let run = bench.run(&dag_id, &run_id);
        let mut row = sample_task(run.key, 0, TaskState::Removed);
        row.token = bench.live.pop().unwrap();
        let pools = vec![PoolDelta { pool: PoolName::default(), slots: -1 }];
        bench.put(Record::Task(Box::new(row)), pools);
        bench.restart();
        bench.pass(Duration::from_secs(1));
        assert_eq!(bench.run(&dag_id, &run_id).state, expected);
        let rows = bench.store.run_snapshot(run.key).now_or_never().unwrap().unwrap().unwrap().tasks;
        let why = rows.iter().filter(|row| row.token.task == TaskIndex(1)).find_map(|row| row.error.clone());
        match expected {
            RunState::Failed => {
                assert_eq!(told(&bench), ["run all_tasks_deadlocked"]);
                assert!(why.as_deref().is_some_and(|why| why.starts_with("deadlock: ")), "{rows:?}");
            }
            _ => assert_eq!((told(&bench), why), (Vec::new(), None)),
        }
    };
    check(false, RunState::Failed);
    // It may wait for another run.
    check(true, RunState::Running);
}
