//! DAGs that are much bigger than people write by hand. The bounds are about ten times what was measured, in a build without
//! optimisation on a slow machine, so that they only catch work that grows faster than the DAG.

use std::time::Duration;

use couture_core::{Dag, DagBuilder, DagError};

use crate::operators::{Double, Emit, edges};

/// How long `work` takes, and what it gives.
#[allow(clippy::disallowed_methods, reason = "a test of speed asks the clock")]
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = std::time::Instant::now();
    let result = work();
    (start.elapsed(), result)
}

fn within(limit: Duration, what: &str, spent: Duration) {
    println!("{what}: {spent:?}");
    assert!(spent < limit, "{what} took {spent:?}; {limit:?} is allowed");
}

/// A tree with `tasks` nodes in which each one is wired to the one at half its place.
fn tree(tasks: u32) -> Dag {
    let dag = DagBuilder::new("tree");
    let mut outs = vec![dag.task("t0", Emit { value: 1 }, ())];
    for at in 1..tasks {
        let above = outs[at as usize / 2];
        outs.push(dag.task(format!("t{at}"), Double, above));
    }
    dag.build().unwrap()
}

#[test]
fn a_hundred_thousand_tasks() {
    let (spent, dag) = timed(|| tree(100_000));
    within(Duration::from_secs(3), "building", spent);
    let (spent, json) = timed(|| dag.to_json());
    within(Duration::from_secs(3), "writing", spent);
    let (spent, read) = timed(|| Dag::from_json(&json).unwrap());
    within(Duration::from_secs(10), "reading", spent);
    assert_eq!(read.tasks().len(), 100_000);
    assert_eq!(edges(&read), edges(&dag));
    let (spent, at) = timed(|| read.find("t99999"));
    within(Duration::from_secs(1), "finding", spent);
    assert_eq!(at.map(couture_core::TaskIndex::at), Some(99_999));
}

/// One task that all wait for, and one that waits for all.
#[test]
fn a_wide_one() {
    let (spent, dag) = timed(|| {
        let dag = DagBuilder::new("wide");
        let first = dag.task("first", Emit { value: 1 }, ());
        let wide: Vec<_> = (0..100_000).map(|at| dag.task(format!("t{at}"), Double, first)).collect();
        dag.task("last", Emit { value: 1 }, ()).set_upstream(&wide);
        dag.build().unwrap()
    });
    within(Duration::from_secs(3), "building", spent);
    assert_eq!((edges(&dag).len(), dag.leaves().count()), (200_000, 1));
}

/// A search that calls itself for each task would end the program here.
#[test]
fn a_cycle_through_all_tasks() {
    let (spent, error) = timed(|| {
        let dag = DagBuilder::new("ring");
        let first = dag.task("t0", Emit { value: 1 }, ());
        let last = (1..200_000).fold(first, |above, at| dag.task(format!("t{at}"), Double, above));
        last.set_downstream(&first);
        dag.build().unwrap_err()
    });
    within(Duration::from_secs(5), "refusing", spent);
    assert!(matches!(&error, DagError::Cycle { tasks } if tasks.len() == 200_000));
    assert!(error.to_string().len() < 200, "{error}");
}
