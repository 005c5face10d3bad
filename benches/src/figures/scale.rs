//! A huge DAG, and a great many DAGs.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use couture_core::{Dag, DagBuilder, Services};

use crate::figure::{Figure, Target};
use crate::noop::Noop;
use crate::process::resident_bytes;
use crate::rig::{Rig, median, now};
use crate::runtime::block_on;

/// A million tasks in a process of its own, so that nothing else counts.
pub(super) fn million() -> Vec<Figure> {
    let this = std::env::current_exe().expect("this program");
    let output = Command::new(this).arg("--million").output().expect("a run of this program");
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    let &[gigabytes, build, store, run] = &numbers[..] else {
        panic!("{text}{}", String::from_utf8_lossy(&output.stderr))
    };
    let note = format!("built in {build:.1} s, stored in {store:.1} s, run in {run:.1} s");
    vec![Figure::new("DAG of 1,000,000 tasks, durable, peak memory", gigabytes, "GB", Target::AtMost(2.0)).note(note)]
}

/// What [`million`] runs: a thousand layers of a thousand tasks, each after one of the layer before.
pub fn run_million() {
    let folder = tempfile::tempdir().expect("a folder");
    let begun = now();
    let builder = DagBuilder::new("million");
    let mut layer = Vec::new();
    for row in 0..1_000 {
        let next: Vec<_> = (0..1_000).map(|column| builder.task(format!("r{row}_c{column}"), Noop, ())).collect();
        for (upstream, downstream) in layer.iter().zip(&next) {
            downstream.set_upstream(upstream);
        }
        layer = next;
    }
    let dag = Arc::new(builder.build().expect("a dag"));
    let built = begun.elapsed();
    let (stored, ran) = block_on(async {
        let rig = Rig::on_sqlite(folder.path(), Services::default()).await;
        let begun = now();
        rig.engine.register(dag.clone()).await.expect("a known dag");
        let stored = begun.elapsed();
        let (ran, key) = rig.time_run(&dag).await;
        rig.check(key, 1_000_000).await;
        (stored, ran)
    });
    let seconds = |duration: Duration| duration.as_secs_f64();
    println!("{} {} {} {}", resident_bytes("self").1 as f64 / 1e9, seconds(built), seconds(stored), seconds(ran));
}

const CHAIN: usize = 20;

fn chain(id: String) -> Arc<Dag> {
    let dag = DagBuilder::new(id);
    let mut last = dag.task("t0", Noop, ());
    for n in 1..CHAIN {
        last = last >> dag.task(format!("t{n}"), Noop, ());
    }
    Arc::new(dag.build().expect("a dag"))
}

/// The time of a step with 100 running DAGs, beside few idle ones and beside many.
fn step_us(idle: usize) -> f64 {
    block_on(async {
        let rig = Rig::in_memory().await;
        for n in 0..idle {
            rig.engine.register(chain(format!("idle_{n}"))).await.expect("a known dag");
        }
        let mut running = Vec::new();
        for n in 0..100 {
            let dag = chain(format!("running_{n}"));
            rig.engine.register(dag.clone()).await.expect("a known dag");
            running.push(dag);
        }
        let mut times = Vec::new();
        for _ in 0..31 {
            let begun = now();
            let runs = running.iter().map(|dag| {
                let (rig, dag) = (&rig, dag.clone());
                async move { rig.time_run(&dag).await }
            });
            futures_util::future::join_all(runs).await;
            times.push(begun.elapsed());
        }
        median(times).as_secs_f64() * 1e6 / (100 * CHAIN) as f64
    })
}

pub(super) fn idle_dags() -> Vec<Figure> {
    let (few, many) = (step_us(0), step_us(9_900));
    let note = format!("{few:.2} µs a task beside 0 idle DAGs, {many:.2} µs beside 9,900");
    vec![Figure::new("100 running DAGs: cost beside 9,900 idle ones", many / few, "×", Target::AtMost(1.15)).note(note)]
}
