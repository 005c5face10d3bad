//! How many tasks a second, and how little time between them.

use couture_core::{DagBuilder, Services};

use crate::figure::{Figure, Target};
use crate::noop::Noop;
use crate::peers::{self, AIRFLOW, LUIGI, PREFECT};
use crate::rig::{Rig, median};
use crate::runtime::block_on;

fn wide(tasks: usize) -> DagBuilder {
    let dag = DagBuilder::new(format!("wide_{tasks}"));
    for n in 0..tasks {
        dag.task(format!("t{n}"), Noop, ());
    }
    dag
}

/// A chain of `tasks`.
fn chain_of(tasks: usize) -> DagBuilder {
    let dag = DagBuilder::new(format!("chain_{tasks}"));
    let mut last = dag.task("t0", Noop, ());
    for n in 1..tasks {
        last = last >> dag.task(format!("t{n}"), Noop, ());
    }
    dag
}

pub(super) fn wide_in_memory() -> Vec<Figure> {
    let took = block_on(async { Rig::in_memory().await.median_run(wide(100_000), 5).await });
    let rate = 100_000.0 / took.as_secs_f64();
    vec![Figure::new("100,000 native tasks, wide, in memory", rate, "tasks/s", Target::AtLeast(400_000.0))]
}

pub(super) fn wide_on_sqlite() -> Vec<Figure> {
    let folder = tempfile::tempdir().expect("a folder");
    let took =
        block_on(async { Rig::on_sqlite(folder.path(), Services::default()).await.median_run(wide(100_000), 5).await });
    let rate = 100_000.0 / took.as_secs_f64();
    let note = format!("{:.0} transitions/s, each a state row and a journal row", 2.0 * rate);
    vec![Figure::new("100,000 native tasks, wide, durable", rate, "tasks/s", Target::AtLeast(50_000.0)).note(note)]
}

pub(super) fn chain() -> Vec<Figure> {
    let folder = tempfile::tempdir().expect("a folder");
    let (rounds, note) = block_on(async {
        let rig = Rig::on_sqlite(folder.path(), Services::default()).await;
        peers::alternate("chain", &[PREFECT, LUIGI, AIRFLOW], async || rig.median_run(chain_of(40), 7).await).await
    });
    let ms = median(rounds).as_secs_f64() * 1e3;
    vec![Figure::new("chain of 40 native tasks, durable", ms, "ms", Target::AtMost(40.0)).note(note)]
}
