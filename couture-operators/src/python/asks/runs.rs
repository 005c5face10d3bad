//! Runs of DAGs.

use std::time::Duration;

use couture_core::task::{DagRuns as _, Triggered};
use couture_core::{DagId, Failure, RunId, Timestamp, error_chain};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Asks;
use crate::dags::ChildRuns;

/// A run to start.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TriggerDagRun {
    dag_id: String,
    #[serde(default)]
    run_id: Option<String>,
    #[serde(default)]
    conf: Value,
    #[serde(default)]
    logical_date: Option<String>,
}

/// A run to look at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RunState {
    dag_id: DagId,
    run_id: RunId,
}

/// The reason of a failure.
fn reason(failure: Failure) -> String {
    match failure {
        Failure::Retry(error) | Failure::Fatal(error) => error_chain(&*error),
        other => format!("{other:?}"),
    }
}

impl Asks<'_> {
    /// Question number `id` of this attempt starts one run, also where it is heard twice.
    pub(super) async fn trigger(&self, id: u64, trigger: TriggerDagRun) -> Result<Value, String> {
        let runs = ChildRuns::new(&trigger.dag_id, Duration::ZERO, self.cx).map_err(reason)?;
        let run_id = match &trigger.run_id {
            Some(given) => RunId::new(given).map_err(|error| error.to_string())?,
            None => runs.run_id("trig", Some(id as usize), self.cx.try_number()).map_err(reason)?,
        };
        let date = trigger.logical_date.as_deref().map(Timestamp::parse).transpose()?;
        let triggered = runs.start(&run_id, date, trigger.conf).await.map_err(reason)?;
        if triggered == Triggered::Exists && trigger.run_id.is_some() && self.cx.token().launch == 1 {
            return Err(format!("dag {} has a run {run_id} already", trigger.dag_id));
        }
        Ok(json!({ "run_id": run_id }))
    }

    pub(super) async fn run_state(&self, run: RunState) -> Result<Value, String> {
        let seen =
            self.cx.services().dag_runs.run(&run.dag_id, &run.run_id).await.map_err(|error| error.to_string())?;
        Ok(seen.map_or(Value::Null, |run| json!({ "state": run.state })))
    }
}
