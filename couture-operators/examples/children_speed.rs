//! Measures child processes: `cargo run --release -p couture-operators --example children_speed [supervised|in-process]`.
//!
//! Prints the time of 200 parallel `true`, of 40 in a row, and the throughput of a log, each with the supervisor's memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use couture_core::clock::SystemClock;
use couture_core::schedule::DataInterval;
use couture_core::task::Cancellation;
use couture_core::{
    AttemptToken, Clock, DagBuilder, MapIndex, Operator, Processes, RunId, RunInfo, RunKey, RunType, Services, ShardId,
    TaskContext, TaskIndex, Timestamp,
};
use couture_operators::{BashOperator, FileTaskLogs, InProcess, Supervisor, SupervisorSettings};

type AnyError = Box<dyn std::error::Error + Send + Sync>;

struct Bench {
    run: Arc<RunInfo>,
    services: Arc<Services>,
    clock: SystemClock,
    live: PathBuf,
    supervisor: PathBuf,
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let supervised = std::env::args().nth(1).is_none_or(|mode| mode == "supervised");
    let folder = tempfile::tempdir()?;
    let bench = Bench::new(folder.path(), supervised)?;
    bench.bash(0, "true").await?;
    for round in 0..3 {
        let first = round * 1_000 + 1;
        let took = bench.timed(bench.parallel(first, 200)).await?;
        println!("200 parallel: {took:?}");
        let took = bench.timed(bench.chain(first + 200, 40)).await?;
        println!("40 in a row:  {took:?}");
    }
    let line = "x".repeat(99);
    for (task, command, megabytes) in [
        (5_000, format!("yes {line} | head -c 1000000000; echo"), 1_000),
        (5_001, "yes | head -c 1000000000".into(), 1_000),
    ] {
        let took = bench.timed(bench.bash(task, &command)).await?;
        println!("{command:.20}…: {megabytes} MB in {took:?}: {:.0} MB/s", f64::from(megabytes) / took.as_secs_f64());
        println!("supervisor: {}", bench.memory());
        std::fs::remove_dir_all(bench.live.join(token(task).to_string()))?;
    }
    Ok(())
}

fn token(task: u32) -> AttemptToken {
    AttemptToken {
        run: RunKey::new(ShardId(0), 1),
        task: TaskIndex(task),
        map_index: MapIndex::NONE,
        try_number: 1,
        launch: 1,
    }
}

impl Bench {
    fn new(folder: &Path, supervised: bool) -> Result<Self, AnyError> {
        let dag = DagBuilder::new("speed");
        for at in 0..6_000 {
            dag.task(format!("task_{at}"), BashOperator::new("true"), ());
        }
        let run = RunInfo {
            key: token(0).run,
            dag: Arc::new(dag.build()?),
            run_id: RunId::new("manual")?,
            run_type: RunType::Manual,
            logical_date: Timestamp::from_micros(0),
            data_interval: DataInterval::at(Timestamp::from_micros(0)),
            backfill: None,
            conf: serde_json::Value::Null,
        };
        let (live, supervisor) = (folder.join("live"), folder.join("supervisor"));
        let processes: Arc<dyn Processes> = if supervised {
            let program = std::env::current_exe()?.with_file_name("../couture-supervisor");
            let args = ["--dir".into(), supervisor.clone().into_os_string()];
            Arc::new(Supervisor::new(SupervisorSettings::new(&supervisor, &live, program, args))?)
        } else {
            Arc::new(InProcess::new(&live))
        };
        let logs = Arc::new(FileTaskLogs::new(&live));
        let services = Arc::new(Services { logs, processes, ..Services::default() });
        Ok(Self { run: Arc::new(run), services, clock: SystemClock::new(), live, supervisor })
    }

    async fn bash(&self, task: u32, command: &str) -> Result<(), AnyError> {
        let cx = TaskContext::new(self.run.clone(), token(task), Cancellation::default(), self.services.clone());
        let ended = BashOperator::new(command).run((), &cx).await;
        self.services.processes.settled(&[token(task)]).await;
        ended.map(|_| ()).map_err(|failure| format!("{failure:?}").into())
    }

    async fn parallel(&self, first: u32, count: u32) -> Result<(), AnyError> {
        futures_util::future::try_join_all((first..first + count).map(|task| self.bash(task, "true"))).await?;
        Ok(())
    }

    async fn chain(&self, first: u32, count: u32) -> Result<(), AnyError> {
        for task in first..first + count {
            self.bash(task, "true").await?;
        }
        Ok(())
    }

    async fn timed(&self, work: impl Future<Output = Result<(), AnyError>>) -> Result<Duration, AnyError> {
        let begin = self.clock.now().mono;
        work.await?;
        Ok(self.clock.now().mono - begin)
    }

    /// The memory of the supervisor now and at most.
    fn memory(&self) -> String {
        let read = || {
            let pid = std::fs::read_to_string(self.supervisor.join("lock")).ok()?;
            std::fs::read_to_string(format!("/proc/{}/status", pid.trim())).ok()
        };
        let status = read().unwrap_or_default();
        status
            .lines()
            .filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"))
            .collect::<Vec<_>>()
            .join(" ")
    }
}
