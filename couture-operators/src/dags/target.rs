//! The DAG that a task runs, and whether it does.

use std::time::Duration;

use couture_core::{Failure, RunId, TaskContext};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::child_run::{ChildRuns, LOOK};
use crate::{RegisteredFunction, seconds};

/// Which DAG is run, under which condition, with which configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DagTarget {
    /// The DAG to run.
    pub run_dag_id: String,
    /// The name of a function registered by [`function!`](crate::function!): from `params` to the run's configuration, or to nothing
    /// (null) where there is to be no run. `true` means a run with `conf`, and `false` means none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What the condition is asked with; a template.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub params: Value,
    /// The run's configuration where the condition gives none: a JSON object; a template.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub conf: Value,
    /// How often to look at a run that another scheduler has; seconds in JSON. The end of one of this scheduler's is known at once.
    #[serde(default = "look", with = "seconds", skip_serializing_if = "is_look")]
    pub poke_interval: Duration,
}

fn look() -> Duration {
    LOOK
}

fn is_look(interval: &Duration) -> bool {
    *interval == LOOK
}

/// The fields of a target that are templates.
pub(super) const TEMPLATE_FIELDS: &[&str] = &["params", "conf"];

/// What a condition says.
pub(super) async fn asked(
    condition: Option<&str>,
    params: &Value,
    conf: &Value,
    cx: &TaskContext,
) -> Result<Option<Value>, Failure> {
    let Some(name) = condition else { return Ok(Some(conf.clone())) };
    match (RegisteredFunction::find(name)?.call)(params.clone(), Value::Null, cx).await? {
        Value::Null | Value::Bool(false) => Ok(None),
        Value::Bool(true) => Ok(Some(conf.clone())),
        payload @ Value::Object(_) => Ok(Some(payload)),
        _ => Err(Failure::fatal(format!("the condition {name:?} must give a JSON object, or nothing for no run"))),
    }
}

impl DagTarget {
    /// Runs `dag_id` whenever it is asked to.
    pub fn new(dag_id: impl Into<String>) -> Self {
        let run_dag_id = dag_id.into();
        Self { run_dag_id, condition: None, params: Value::Null, conf: Value::Null, poke_interval: LOOK }
    }

    /// Runs the DAG about the same moment and waits for its end; a run that fails is a failure. `None` where the condition declines.
    pub(super) async fn run(&self, cx: &TaskContext) -> Result<Option<RunId>, Failure> {
        let runs = ChildRuns::new(&self.run_dag_id, self.poke_interval, cx)?;
        let run_id = runs.run_id("dag", None, cx.try_number())?;
        if runs.seen(&run_id).await?.is_none() {
            let Some(conf) = asked(self.condition.as_deref(), &self.params, &self.conf, cx).await? else {
                return Ok(None);
            };
            runs.start(&run_id, Some(cx.run().logical_date), conf).await?;
        }
        runs.succeeded(&run_id).await?;
        Ok(Some(run_id))
    }
}
