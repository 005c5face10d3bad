//! Runs that a task starts, and waits for without holding anything.

use std::time::Duration;

use couture_core::task::{DagRuns as _, Deferral, NewRun, SeenRun, Triggered};
use couture_core::{DagId, Failure, MapIndex, RunId, RunState, TaskContext, Timestamp};
use serde_json::Value;

/// Runs of one DAG, started by one attempt.
pub(crate) struct ChildRuns<'c> {
    pub(crate) cx: &'c TaskContext,
    pub(crate) dag_id: DagId,
    /// How often to look where no news of a run's end comes: it may belong to another scheduler.
    pub(crate) interval: Duration,
}

/// How often to look at a run that another scheduler may have.
pub(crate) const LOOK: Duration = Duration::from_secs(15);

impl<'c> ChildRuns<'c> {
    pub(crate) fn new(dag_id: &str, interval: Duration, cx: &'c TaskContext) -> Result<Self, Failure> {
        let dag_id = DagId::new(dag_id).map_err(|error| Failure::fatal(error.to_string()))?;
        Ok(Self { cx, dag_id, interval: interval.max(Duration::from_millis(100)) })
    }

    /// The id of the run that this task instance starts in its try number `number`, `part` of it where it starts several. The same try
    /// finds its run again when its worker was lost.
    pub(crate) fn run_id(&self, prefix: &str, part: Option<usize>, number: u32) -> Result<RunId, Failure> {
        let cx = self.cx;
        let mut tail = String::new();
        if cx.token().map_index != MapIndex::NONE {
            tail.push_str(&format!("[{}]", cx.token().map_index.0));
        }
        if let Some(part) = part {
            tail.push_str(&format!("__{part}"));
        }
        if number > 1 {
            tail.push_str(&format!("__try{number}"));
        }
        let long = format!("{prefix}__{}__{}.{}{tail}", cx.run().run_id, cx.dag_id(), cx.task_id());
        let short = || format!("{prefix}__{}__{}{tail}", cx.token().run.0, cx.token().task.0);
        RunId::new(long).or_else(|_| RunId::new(short())).map_err(|error| Failure::fatal(error.to_string()))
    }

    pub(crate) async fn seen(&self, run_id: &RunId) -> Result<Option<SeenRun>, Failure> {
        Ok(self.cx.services().dag_runs.run(&self.dag_id, run_id).await?)
    }

    pub(crate) async fn start(
        &self,
        run_id: &RunId,
        date: Option<Timestamp>,
        conf: Value,
    ) -> Result<Triggered, Failure> {
        let run = NewRun { dag_id: self.dag_id.clone(), run_id: run_id.clone(), logical_date: date, conf };
        let triggered = self.cx.services().dag_runs.trigger(run).await?;
        if triggered != Triggered::Exists {
            self.cx.log(format!("started run {run_id} of dag {}", self.dag_id));
        }
        Ok(triggered)
    }

    /// The state that a run has come to. Until it has, the attempt is deferred.
    pub(crate) async fn finished(&self, run_id: &RunId) -> Result<RunState, Failure> {
        let seen = self.seen(run_id).await?;
        if let Some(run) = seen.as_ref().filter(|run| run.state.is_finished()) {
            return Ok(run.state);
        }
        let dag = self.cx.services().dag_runs.dag(&self.dag_id).await?;
        let dag_id = &self.dag_id;
        let reason = match dag.is_some_and(|dag| dag.paused) {
            true => format!("dag {dag_id} is paused: unpause it, and its run {run_id} goes on"),
            false => format!("for run {run_id} of dag {dag_id}"),
        };
        let on_run = Some((dag_id.clone(), run_id.clone()));
        Err(Failure::Defer(Deferral { after: self.interval, on_run, reason }))
    }

    /// The same, where a run that has failed is a failure of this task.
    pub(crate) async fn succeeded(&self, run_id: &RunId) -> Result<(), Failure> {
        match self.finished(run_id).await? {
            RunState::Success => Ok(()),
            state => Err(Failure::retry(format!("run {run_id} of dag {} is {state}", self.dag_id))),
        }
    }
}
