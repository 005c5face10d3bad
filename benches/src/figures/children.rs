//! Tasks that are child processes, through the supervisor, durable.

use std::path::Path;
use std::sync::Arc;

use couture_core::{DagBuilder, Services};
use couture_operators::{BashOperator, FileTaskLogs, Supervisor, SupervisorSettings};

use crate::figure::{Figure, Target};
use crate::rig::Rig;
use crate::runtime::block_on;

/// Services with a supervisor of its own process, which is this program in another role.
fn supervised(folder: &Path) -> Services {
    let (live, home) = (folder.join("live"), folder.join("supervisor"));
    let program = std::env::current_exe().expect("this program");
    let args = ["supervise".into(), home.clone().into_os_string()];
    let supervisor = Supervisor::new(SupervisorSettings::new(&home, &live, program, args)).expect("a supervisor");
    Services { logs: Arc::new(FileTaskLogs::new(&live)), processes: Arc::new(supervisor), ..Services::default() }
}

fn measure(dag: DagBuilder, runs: usize) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    block_on(async {
        let rig = Rig::on_sqlite(folder.path(), supervised(folder.path())).await;
        // Starts the supervisor.
        let first = DagBuilder::new("first");
        first.task("true", BashOperator::new("true"), ());
        rig.median_run(first, 1).await;
        rig.median_run(dag, runs).await.as_secs_f64() * 1e3
    })
}

pub(super) fn chain() -> Vec<Figure> {
    let dag = DagBuilder::new("bash_chain");
    let mut last = dag.task("t0", BashOperator::new("true"), ());
    for n in 1..40 {
        last = last >> dag.task(format!("t{n}"), BashOperator::new("true"), ());
    }
    vec![Figure::new("chain of 40 BashOperator(\"true\")", measure(dag, 9), "ms", Target::AtMost(300.0))]
}

pub(super) fn parallel() -> Vec<Figure> {
    let dag = DagBuilder::new("bash_wide");
    for n in 0..200 {
        dag.task(format!("t{n}"), BashOperator::new("true"), ());
    }
    vec![Figure::new("200 parallel BashOperator(\"true\")", measure(dag, 5), "ms", Target::AtMost(1_000.0))]
}
