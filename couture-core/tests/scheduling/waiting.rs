//! Attempts that wait without holding anything.

use std::collections::BTreeSet;
use std::time::Duration;

use couture_core::store::{Request, StoreReader, Trigger};
use couture_core::task::Deferral;
use couture_core::{DagBuilder, DagId, Outcome, RunId, ShardId, Timestamp};
use futures_util::FutureExt;

use crate::bench::Bench;
use crate::operators::Idle;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

fn id(dag_id: &str) -> DagId {
    DagId::new(dag_id).unwrap()
}

/// A bench with a run `r` of a DAG `waits`, all of whose tasks are live.
fn bench(tasks: usize) -> Bench {
    let mut bench = Bench::new(Timestamp::from_micros(0));
    bench.set_slots(10_000);
    for (dag_id, tasks) in [("waits", tasks), ("child", 1)] {
        let dag = DagBuilder::new(dag_id);
        for task in 0..tasks {
            dag.task(format!("t{task}"), Idle, ());
        }
        bench.add(dag.build().unwrap());
    }
    trigger(&mut bench, "waits");
    assert_eq!(bench.live.len(), tasks);
    bench
}

fn trigger(bench: &mut Bench, dag_id: &str) {
    let run_id = Some(RunId::new("r").unwrap());
    bench.request(Request::Trigger(Trigger { run_id, ..Trigger::of(id(dag_id)) }));
}

fn for_child() -> Outcome {
    let on_run = Some((id("child"), RunId::new("r").unwrap()));
    Outcome::Deferred(Deferral { after: HOUR, on_run, reason: "for child".into() })
}

fn defer_all(bench: &mut Bench) {
    for token in std::mem::take(&mut bench.live) {
        bench.end(token, Outcome::Deferred(Deferral::after(MINUTE)));
    }
}

#[test]
fn a_poke_that_finds_nothing_leaves_no_trace() {
    let mut bench = bench(100);
    defer_all(&mut bench);
    let entries = |bench: &Bench| bench.store.journal(ShardId(0), 0, 10_000).now_or_never().unwrap().unwrap().len();
    let before = (entries(&bench), bench.launched.len());
    for _ in 0..10 {
        bench.pass(MINUTE);
        defer_all(&mut bench);
    }
    assert_eq!((entries(&bench), bench.launched.len()), (before.0, before.1 + 1_000));
}

/// After a long pause, those that should have looked long ago do not all do so at once.
#[test]
fn what_is_overdue_is_spread() {
    let mut bench = bench(2_000);
    defer_all(&mut bench);
    bench.launched.clear();
    bench.now.wall = bench.now.wall + HOUR;
    bench.now.mono += HOUR;
    bench.restart();
    let mut counts = vec![bench.launched.len()];
    for _ in 0..10 {
        bench.pass(Duration::from_millis(100));
        counts.push(bench.launched.len());
    }
    let most = counts.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap().max(counts[0]);
    assert!(most <= 201, "{counts:?}");
    let tokens: BTreeSet<_> = bench.launched.iter().collect();
    assert_eq!((bench.launched.len(), tokens.len()), (2_000, 2_000), "each once");
}

#[test]
fn the_end_of_a_run_is_known_at_once() {
    let mut bench = bench(1);
    let token = bench.live[0];
    trigger(&mut bench, "child");
    let child = *bench.live.iter().find(|live| **live != token).unwrap();
    bench.end(token, for_child());
    bench.pass(MINUTE);
    assert_eq!(bench.live, [child]);
    bench.end(child, Outcome::succeeded(Vec::new()));
    assert_eq!(bench.live, [token], "woken by the end of the run");
}

#[test]
fn a_run_that_ends_while_its_waiter_looks_is_not_missed() {
    let mut bench = bench(1);
    let token = bench.live[0];
    trigger(&mut bench, "child");
    let child = *bench.live.iter().find(|live| **live != token).unwrap();
    bench.end(token, for_child());
    bench.pass(HOUR);
    assert!(bench.live.contains(&token), "it looks again at the latest after an hour");
    bench.end(child, Outcome::succeeded(Vec::new()));
    bench.end(token, for_child());
    bench.pass(Duration::ZERO);
    assert_eq!(bench.live, [token]);
}

#[test]
fn a_run_that_was_over_before_is_looked_for_once_more_and_not_for_ever() {
    let mut bench = bench(1);
    let token = bench.live[0];
    bench.end(token, for_child());
    assert_eq!(bench.live, [token]);
    bench.end(token, for_child());
    bench.pass(MINUTE);
    assert_eq!(bench.live, []);
}
