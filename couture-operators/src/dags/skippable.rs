//! Runs another DAG and waits for it, or is skipped.

use async_trait::async_trait;
use couture_core::{Failure, Operator, TaskContext};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::target::{DagTarget, TEMPLATE_FIELDS};

/// As [`DagOperator`](super::DagOperator), but where the condition declines, it is skipped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkippableDagOperator {
    /// What is run.
    #[serde(flatten)]
    pub target: DagTarget,
}

impl SkippableDagOperator {
    /// Runs `dag_id` where the function of this name says so; see [`DagTarget::condition`].
    pub fn new(dag_id: impl Into<String>, condition: impl Into<String>, params: Value) -> Self {
        Self { target: DagTarget { condition: Some(condition.into()), params, ..DagTarget::new(dag_id) } }
    }
}

#[async_trait]
impl Operator for SkippableDagOperator {
    type Input = ();
    type Output = String;

    async fn run(&self, (): (), cx: &TaskContext) -> Result<String, Failure> {
        match self.target.run(cx).await? {
            Some(run_id) => Ok(run_id.to_string()),
            None => Err(Failure::Skip("the condition declined, so there is no run".into())),
        }
    }

    fn template_fields(&self) -> &'static [&'static str] {
        TEMPLATE_FIELDS
    }

    fn waits_for_dag(&self) -> Option<&str> {
        Some(&self.target.run_dag_id)
    }
}

couture_core::operator!(SkippableDagOperator, "skippable_dag");
