//! Starts a run of another DAG.

use std::time::Duration;

use async_trait::async_trait;
use couture_core::task::{DagRuns as _, Triggered};
use couture_core::{Failure, Operator, RunId, TaskContext, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::child_run::ChildRuns;
use super::target::asked;
use crate::seconds;

/// Starts a run of another DAG, and waits for its end only where it is told to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TriggerDagRunOperator {
    /// The DAG; a template.
    pub trigger_dag_id: String,
    /// The run's id; a template. Made of this run's and this task's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger_run_id: Option<String>,
    /// The run's configuration: a JSON object; a template.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub conf: Value,
    /// The moment the run is about; a template. Now where absent.
    #[serde(default, alias = "execution_date", skip_serializing_if = "Option::is_none")]
    pub logical_date: Option<String>,
    /// Whether a run with that id that there is already begins again; where it does not, it is an error.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reset_dag_run: bool,
    /// Whether this task ends as the run does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wait_for_completion: bool,
    /// How often to look at a run that another scheduler has; seconds in JSON.
    #[serde(default = "minute", with = "seconds", skip_serializing_if = "is_minute")]
    pub poke_interval: Duration,
    /// The states of the run with which this task succeeds; `success` where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_states: Vec<String>,
    /// The states of the run with which this task fails; `failed` where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_states: Vec<String>,
    /// Airflow 1.10's `python_callable`: the name of a function registered by [`function!`](crate::function!), from `params` to the run's
    /// configuration, or to nothing (null) where there is to be no run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What the condition is asked with; a template.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub params: Value,
}

const MINUTE: Duration = Duration::from_secs(60);

fn minute() -> Duration {
    MINUTE
}

fn is_minute(interval: &Duration) -> bool {
    *interval == MINUTE
}

impl TriggerDagRunOperator {
    /// The key of the XCom that holds the id of the run that was started.
    pub const XCOM_RUN_ID: &'static str = "trigger_run_id";

    /// Starts a run of `dag_id`.
    pub fn new(dag_id: impl Into<String>) -> Self {
        Self {
            trigger_dag_id: dag_id.into(),
            trigger_run_id: None,
            conf: Value::Null,
            logical_date: None,
            reset_dag_run: false,
            wait_for_completion: false,
            poke_interval: MINUTE,
            allowed_states: Vec::new(),
            failed_states: Vec::new(),
            condition: None,
            params: Value::Null,
        }
    }

    /// Whether the run is this attempt's own, or may be: that of an earlier launch of the same try.
    async fn start(&self, runs: &ChildRuns<'_>, run_id: &RunId) -> Result<bool, Failure> {
        let cx = runs.cx;
        if cx.waited().is_some() {
            return Ok(true);
        }
        let date = self.logical_date.as_deref().map(Timestamp::parse).transpose().map_err(Failure::fatal)?;
        let Some(conf) = asked(self.condition.as_deref(), &self.params, &self.conf, cx).await? else {
            cx.log("the condition declined, so there is no run");
            return Ok(false);
        };
        let triggered = runs.start(run_id, date, conf).await?;
        // A later launch of a try finds the run that the try has started.
        if triggered == Triggered::Exists && self.trigger_run_id.is_some() && cx.token().launch == 1 {
            if !self.reset_dag_run {
                let how = "give another trigger_run_id, or set reset_dag_run to let it begin again";
                return Err(Failure::retry(format!("dag {} has a run {run_id} already; {how}", runs.dag_id)));
            }
            cx.services().dag_runs.clear(&runs.dag_id, run_id).await?;
            cx.log(format!("run {run_id} of dag {} begins again", runs.dag_id));
        }
        Ok(true)
    }
}

#[async_trait]
impl Operator for TriggerDagRunOperator {
    type Input = ();
    type Output = ();

    async fn run(&self, (): (), cx: &TaskContext) -> Result<(), Failure> {
        let runs = ChildRuns::new(&self.trigger_dag_id, self.poke_interval, cx)?;
        let run_id = match &self.trigger_run_id {
            Some(given) => RunId::new(given).map_err(|error| Failure::fatal(error.to_string()))?,
            None => runs.run_id("trig", None, cx.try_number())?,
        };
        if !self.start(&runs, &run_id).await? {
            return Ok(());
        }
        cx.xcom_push(Self::XCOM_RUN_ID, run_id.as_str())?;
        if !self.wait_for_completion {
            return Ok(());
        }
        let state = runs.finished(&run_id).await?.as_str();
        let is_in = |list: &[String], default: &str| match list {
            [] => state == default,
            list => list.iter().any(|it| it == state),
        };
        if is_in(&self.failed_states, "failed") || !is_in(&self.allowed_states, "success") {
            return Err(Failure::retry(format!("run {run_id} of dag {} is {state}", runs.dag_id)));
        }
        Ok(())
    }

    fn template_fields(&self) -> &'static [&'static str] {
        &["trigger_dag_id", "trigger_run_id", "conf", "logical_date", "params"]
    }

    fn waits_for_dag(&self) -> Option<&str> {
        Some(&*self.trigger_dag_id).filter(|id| self.wait_for_completion && !id.contains('{'))
    }
}

couture_core::operator!(TriggerDagRunOperator, "trigger_dag_run");
