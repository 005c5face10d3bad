//! An attempt to run operators in, with its folders.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use couture_core::schedule::DataInterval;
use couture_core::task::Cancellation;
use couture_core::values::EnvironmentValues;
use couture_core::{
    AttemptToken, Dag, DagBuilder, MapIndex, Operator, Processes, RunId, RunInfo, RunKey, RunType, Services, ShardId,
    TaskContext, TaskIndex, Timestamp,
};
use couture_operators::{BashOperator, FileTaskLogs};
use tempfile::TempDir;

/// Folders for logs and whatever else.
pub(crate) struct Folders {
    pub(crate) root: TempDir,
}

impl Folders {
    pub(crate) fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn live(&self) -> PathBuf {
        self.root.path().join("live")
    }

    /// The log of an attempt: its segments joined, without time stamps.
    pub(crate) fn log(&self, token: AttemptToken) -> String {
        let bytes = self.raw_log(token);
        let text = String::from_utf8_lossy(&bytes);
        text.lines().map(|line| format!("{}\n", line.get(30..).unwrap_or("(no time stamp)"))).collect()
    }

    pub(crate) fn raw_log(&self, token: AttemptToken) -> Vec<u8> {
        let Ok(entries) = fs::read_dir(self.live().join(token.to_string())) else { return Vec::new() };
        let mut segments: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        segments.sort();
        segments.into_iter().flat_map(|path| fs::read(path).unwrap()).collect()
    }
}

pub(crate) fn token(task: u32) -> AttemptToken {
    AttemptToken {
        run: RunKey::new(ShardId(3), 1),
        task: TaskIndex(task),
        map_index: MapIndex::NONE,
        try_number: 1,
        launch: 1,
    }
}

fn dag() -> Dag {
    let dag = DagBuilder::new("etl").owner("ada");
    for at in 0..1_000 {
        dag.task(format!("task_{at}"), BashOperator::new("true"), ());
    }
    dag.build().unwrap()
}

/// Contexts of attempts of one run.
pub(crate) struct Attempts {
    run: Arc<RunInfo>,
    services: Arc<Services>,
}

impl Attempts {
    pub(crate) fn new(folders: &Folders, processes: Arc<dyn Processes>) -> Self {
        Self::with_services(folders, Services { processes, ..Services::default() })
    }

    /// With these services, and logs in the folders.
    pub(crate) fn with_services(folders: &Folders, services: Services) -> Self {
        let run = RunInfo {
            key: token(0).run,
            dag: Arc::new(dag()),
            run_id: RunId::new("manual__2026").unwrap(),
            run_type: RunType::Manual,
            logical_date: Timestamp::parse("2026-01-01").unwrap(),
            data_interval: DataInterval::at(Timestamp::parse("2026-01-01").unwrap()),
            backfill: None,
            conf: serde_json::Value::Null,
        };
        let logs = Arc::new(FileTaskLogs::new(folders.live()));
        let environment = [("COUTURE_VAR_MY_TOKEN", "t0ken-value"), ("COUTURE_CONN_DB", "x://u:p%40ss%2Fword@h")];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let values = Arc::new(EnvironmentValues::new(environment));
        Self { run: Arc::new(run), services: Arc::new(Services { logs, values, ..services }) }
    }

    pub(crate) fn context(&self, task: u32) -> (TaskContext, Cancellation) {
        let cancellation = Cancellation::default();
        let cx = TaskContext::new(self.run.clone(), token(task), cancellation.clone(), self.services.clone());
        (cx, cancellation)
    }

    /// Runs a bash command as the attempt number `task`, and tells the outcome in one line.
    pub(crate) async fn bash(&self, task: u32, operator: BashOperator) -> String {
        let (cx, _) = self.context(task);
        outcome(operator.run((), &cx).await)
    }
}

pub(crate) fn outcome(result: Result<Option<String>, couture_core::Failure>) -> String {
    match result {
        Ok(Some(line)) => format!("ok {line}"),
        Ok(None) => "ok".into(),
        Err(couture_core::Failure::Retry(error)) => format!("retry {error}"),
        Err(couture_core::Failure::Fatal(error)) => format!("fatal {error}"),
        Err(couture_core::Failure::Skip(reason)) => format!("skip {reason}"),
        Err(couture_core::Failure::Lost(reason)) => format!("lost {reason}"),
        Err(other) => format!("{other:?}"),
    }
}
