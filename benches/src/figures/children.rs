//! Tasks that are child processes, through the supervisor, durable.

use std::path::Path;
use std::sync::Arc;

use couture_core::{DagBuilder, Services};
use couture_operators::{BashOperator, FileTaskLogs, Supervisor, SupervisorSettings};

use crate::figure::{Figure, Target};
use crate::peers::{self, AIRFLOW, PREFECT};
use crate::rig::{Rig, median};
use crate::runtime::block_on;

/// Services with a supervisor of its own process, which is this program in another role.
fn supervised(folder: &Path) -> Services {
    let (live, home) = (folder.join("live"), folder.join("supervisor"));
    let program = std::env::current_exe().expect("this program");
    let args = ["supervise".into(), home.clone().into_os_string()];
    let supervisor = Supervisor::new(SupervisorSettings::new(&home, &live, program, args)).expect("a supervisor");
    Services { logs: Arc::new(FileTaskLogs::new(&live)), processes: Arc::new(supervisor), ..Services::default() }
}

/// A rig whose supervisor is started.
async fn rig(folder: &Path) -> Rig {
    let rig = Rig::on_sqlite(folder, supervised(folder)).await;
    let first = DagBuilder::new("first");
    first.task("true", BashOperator::new("true"), ());
    rig.median_run(first, 1).await;
    rig
}

pub(super) fn chain() -> Vec<Figure> {
    let dag = DagBuilder::new("bash_chain");
    let mut last = dag.task("t0", BashOperator::new("true"), ());
    for n in 1..40 {
        last = last >> dag.task(format!("t{n}"), BashOperator::new("true"), ());
    }
    let folder = tempfile::tempdir().expect("a folder");
    let ms = block_on(async { rig(folder.path()).await.median_run(dag, 9).await }).as_secs_f64() * 1e3;
    vec![Figure::new("chain of 40 BashOperator(\"true\")", ms, "ms", Target::AtMost(300.0))]
}

fn wide() -> DagBuilder {
    let dag = DagBuilder::new("bash_wide");
    for n in 0..200 {
        dag.task(format!("t{n}"), BashOperator::new("true"), ());
    }
    dag
}

/// The peers' tasks are no-ops in Python, which they start with less work than a child process.
pub(super) fn parallel() -> Vec<Figure> {
    let folder = tempfile::tempdir().expect("a folder");
    let (rounds, note) = block_on(async {
        let rig = rig(folder.path()).await;
        peers::alternate("parallel", &[PREFECT, AIRFLOW], async || rig.median_run(wide(), 3).await).await
    });
    let ms = median(rounds).as_secs_f64() * 1e3;
    vec![Figure::new("200 parallel BashOperator(\"true\")", ms, "ms", Target::AtMost(1_000.0)).note(note)]
}
