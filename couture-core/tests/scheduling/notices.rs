//! Who is told of what.

use std::sync::Arc;
use std::time::Duration;

use couture_core::dag::{Callback, DagAttributes, TaskOptions};
use couture_core::dialect::Dialect;
use couture_core::store::{Request, Trigger};
use couture_core::task::NoticeKind;
use couture_core::{DagBuilder, DagId, Outcome, RunId, Timestamp};
use serde_json::json;

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
        dag_id: DagId::new("told").unwrap(),
        run_id: Some(RunId::new("r").unwrap()),
        logical_date: None,
        conf: json!({}),
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
