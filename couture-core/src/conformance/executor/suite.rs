//! How the cases are run.

use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::cases::CASES;
use super::script::{Act, Script};
use crate::dag::DagBuilder;
use crate::executor::{Executor, Launch, Report};
use crate::ids::{AttemptToken, MapIndex, RunId, RunKey, ShardId, TaskIndex};
use crate::schedule::DataInterval;
use crate::state::RunType;
use crate::task::RunInfo;
use crate::time::Timestamp;

/// One executor under test, new and idle.
#[async_trait]
pub trait ExecutorFixture: Send {
    /// The executor. Its kill grace should be short, since the suite waits for it.
    fn executor(&self) -> &dyn Executor;
}

/// One case.
pub(super) type Case = for<'a> fn(&'a dyn Executor) -> BoxFuture<'a, ()>;

/// A run whose tasks act as told, and the launches of their first attempts.
pub(super) fn launches(acts: &[Act]) -> Vec<Launch> {
    let dag = DagBuilder::new("conformance");
    for (at, act) in acts.iter().enumerate() {
        dag.task(format!("t{at}"), Script(*act), ());
    }
    let run = RunInfo {
        key: RunKey::new(ShardId(0), 1),
        dag: Arc::new(dag.build().expect("a dag")),
        run_id: RunId::new("run").expect("a run id"),
        run_type: RunType::Manual,
        logical_date: Timestamp::from_micros(0),
        data_interval: DataInterval::at(Timestamp::from_micros(0)),
        backfill: None,
        conf: serde_json::Value::Null,
    };
    let run = Arc::new(run);
    (0..acts.len() as u32)
        .map(|task| Launch { token: token(&run, task), run: run.clone(), waited: None, elements: Box::default() })
        .collect()
}

fn token(run: &RunInfo, task: u32) -> AttemptToken {
    AttemptToken { run: run.key, task: TaskIndex(task), map_index: MapIndex::NONE, try_number: 1, launch: 1 }
}

/// Waits for reports until `count` attempts have ended; all of them, in order of arrival.
pub(super) async fn reports_until_ended(executor: &dyn Executor, count: usize) -> Vec<Report> {
    let mut all = Vec::new();
    while all.iter().filter(|report| matches!(report, Report::Ended { .. })).count() < count {
        let reports = executor.reports().await;
        assert!(!reports.is_empty(), "reports() gave an empty list");
        all.extend(reports);
    }
    all
}

/// Runs every case on an executor of its own, which `make` makes. Must be called on a tokio runtime.
///
/// # Panics
/// If a case fails; the message names all that failed.
pub async fn executor_suite<Make, Made, Fixture>(make: Make)
where
    Make: Fn() -> Made,
    Made: Future<Output = Fixture>,
    Fixture: ExecutorFixture,
{
    let mut failed = Vec::new();
    for (name, case) in CASES {
        let fixture = make().await;
        if std::panic::AssertUnwindSafe(case(fixture.executor())).catch_unwind().await.is_err() {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "these cases failed (their messages are above): {failed:#?}");
}
