//! Runs another DAG and waits for it.

use async_trait::async_trait;
use couture_core::{Failure, Operator, TaskContext};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::target::{DagTarget, TEMPLATE_FIELDS};

/// Runs another DAG about the same moment, waits for its end without holding a slot, and ends as it does. Where the condition declines,
/// it succeeds without a run. While the other DAG is paused, it waits, and says so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DagOperator {
    /// What is run.
    #[serde(flatten)]
    pub target: DagTarget,
}

impl DagOperator {
    /// Runs `dag_id`.
    pub fn new(dag_id: impl Into<String>) -> Self {
        Self { target: DagTarget::new(dag_id) }
    }

    /// Runs it only where the function of this name says so; see [`DagTarget::condition`].
    pub fn condition(mut self, function: impl Into<String>, params: Value) -> Self {
        self.target.condition = Some(function.into());
        self.target.params = params;
        self
    }
}

#[async_trait]
impl Operator for DagOperator {
    type Input = ();
    type Output = Option<String>;

    async fn run(&self, (): (), cx: &TaskContext) -> Result<Option<String>, Failure> {
        let run = self.target.run(cx).await?;
        if run.is_none() {
            cx.log("the condition declined, so there is no run");
        }
        Ok(run.map(|run_id| run_id.to_string()))
    }

    fn template_fields(&self) -> &'static [&'static str] {
        TEMPLATE_FIELDS
    }

    fn waits_for_dag(&self) -> Option<&str> {
        Some(&self.target.run_dag_id)
    }
}

couture_core::operator!(DagOperator, "dag");
