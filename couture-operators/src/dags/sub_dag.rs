//! Runs a task's sub-DAG.

use async_trait::async_trait;
use couture_core::task::DagRuns as _;
use couture_core::{Failure, Operator, TaskContext};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::child_run::{ChildRuns, LOOK};

/// Runs the sub-DAG of this task, whose id is the DAG's, a dot and the task's, for the same logical date; waits for its end without
/// holding a slot, and ends as it does. A sub-DAG that is paused goes on with this run: its parent decides when it runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubDagOperator {
    /// The sub-DAG's id as the DAG file gave it; always the id said above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subdag_id: Option<String>,
    /// The run's configuration: a JSON object; a template. The parent run's own where absent.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub conf: Value,
}

#[async_trait]
impl Operator for SubDagOperator {
    type Input = ();
    type Output = ();

    async fn run(&self, (): (), cx: &TaskContext) -> Result<(), Failure> {
        let dag_id = format!("{}.{}", cx.dag_id(), cx.task_id());
        if let Some(given) = self.subdag_id.as_ref().filter(|given| **given != dag_id) {
            return Err(Failure::fatal(format!("the sub-dag's id is {given:?}; it must be {dag_id:?}")));
        }
        let runs = ChildRuns::new(&dag_id, LOOK, cx)?;
        let run_id = runs.run_id("subdag", None, cx.try_number())?;
        if runs.seen(&run_id).await?.is_none() {
            let conf = if self.conf.is_null() { cx.run().conf.clone() } else { self.conf.clone() };
            cx.services().dag_runs.unpause(&runs.dag_id).await?;
            runs.start(&run_id, Some(cx.run().logical_date), conf).await?;
        }
        runs.succeeded(&run_id).await
    }

    fn template_fields(&self) -> &'static [&'static str] {
        &["conf"]
    }

    fn waits_for_dag(&self) -> Option<&str> {
        self.subdag_id.as_deref()
    }
}

couture_core::operator!(SubDagOperator, "sub_dag");
