//! Marks that a task of another DAG waits for this one.

use async_trait::async_trait;
use couture_core::{Failure, Operator, TaskContext};
use serde::{Deserialize, Serialize};

/// Does nothing. It tells that a task of another DAG, mostly an [`ExternalTaskSensor`](super::ExternalTaskSensor), waits for this DAG, so
/// that who clears this task may clear that one, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalTaskMarker {
    /// The other DAG; a template.
    pub external_dag_id: String,
    /// The task that waits; a template.
    pub external_task_id: String,
    /// The logical date of the other run; a template.
    #[serde(default = "same_date", alias = "execution_date", skip_serializing_if = "is_same_date")]
    pub logical_date: String,
    /// How many markers may follow each other.
    #[serde(default = "ten", skip_serializing_if = "is_ten")]
    pub recursion_depth: u32,
}

impl ExternalTaskMarker {
    /// Marks that this task of this DAG waits.
    pub fn new(external_dag_id: impl Into<String>, external_task_id: impl Into<String>) -> Self {
        Self {
            external_dag_id: external_dag_id.into(),
            external_task_id: external_task_id.into(),
            logical_date: same_date(),
            recursion_depth: ten(),
        }
    }
}

fn same_date() -> String {
    "{{ logical_date.isoformat() }}".into()
}

fn is_same_date(date: &str) -> bool {
    date == same_date()
}

fn ten() -> u32 {
    10
}

fn is_ten(depth: &u32) -> bool {
    *depth == ten()
}

#[async_trait]
impl Operator for ExternalTaskMarker {
    type Input = ();
    type Output = ();

    async fn run(&self, (): (), _: &TaskContext) -> Result<(), Failure> {
        Ok(())
    }

    fn template_fields(&self) -> &'static [&'static str] {
        &["external_dag_id", "external_task_id", "logical_date"]
    }
}

couture_core::operator!(ExternalTaskMarker, "external_task_marker");
