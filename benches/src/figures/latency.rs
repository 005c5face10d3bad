//! From the end of a task to the start of the next, at a steady 1,000 tasks a second.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use couture_core::{DagBuilder, Failure, Operator, Services, TaskContext, operator};
use serde::{Deserialize, Serialize};

use crate::figure::{Figure, Target};
use crate::rig::Rig;
use crate::runtime::block_on;

/// Waits.
#[derive(Serialize, Deserialize, Debug, Clone, Copy)]
struct Wait {
    ms: u64,
}

#[async_trait]
impl Operator for Wait {
    type Input = ();
    type Output = ();
    async fn run(&self, (): (), _: &TaskContext) -> Result<(), Failure> {
        tokio::time::sleep(Duration::from_millis(self.ms)).await;
        Ok(())
    }
}
operator!(Wait, "benches.wait");

const CHAINS: usize = 25;
const LENGTH: usize = 200;

/// 25 chains of tasks of 24 ms each, side by side: about 1,000 tasks a second.
pub(super) fn next_start() -> Vec<Figure> {
    let dag = DagBuilder::new("latency");
    for chain in 0..CHAINS {
        // Chains begin one after the other, so that they do not move in step.
        let mut last = dag.task(format!("c{chain}_start"), Wait { ms: chain as u64 }, ());
        for n in 0..LENGTH {
            last = last >> dag.task(format!("c{chain}_{n}"), Wait { ms: 24 }, ());
        }
    }
    let dag = Arc::new(dag.build().expect("a dag"));
    let folder = tempfile::tempdir().expect("a folder");
    let (gaps, rate) = block_on(async {
        let rig = Rig::on_sqlite(folder.path(), Services::default()).await;
        rig.engine.register(dag.clone()).await.expect("a known dag");
        let (took, key) = rig.time_run(&dag).await;
        let rows = rig.store.tasks(key, None, dag.tasks().len()).await.expect("rows");
        let gap = |task: &couture_core::store::TaskRecord| {
            let upstream = dag.task(task.token.task).upstream.first()?;
            Some(task.started_at?.since(rows[upstream.at()].ended_at?))
        };
        let mut gaps: Vec<Duration> = rows.iter().filter_map(gap).collect();
        gaps.sort_unstable();
        (gaps, dag.tasks().len() as f64 / took.as_secs_f64())
    });
    let at = |share: f64| gaps[((gaps.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    let note = format!("median {:.2} ms, worst {:.1} ms, at {rate:.0} tasks/s", at(0.5), at(1.0));
    vec![Figure::new("task finished → next one started, p99", at(0.99), "ms", Target::AtMost(5.0)).note(note)]
}
