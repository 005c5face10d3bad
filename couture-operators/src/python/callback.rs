//! Calls a callback that is written in Python.

use async_trait::async_trait;
use couture_core::{Failure, Operator, TaskContext};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::greeting::Job;
use super::installation::PythonInstallation;
use super::operator::run;

/// Calls a callback of a Python DAG file, in a process of its own. Its input is [`facts`](crate::notify::facts).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PythonCallback {
    /// The hash of the files as they were when the DAG was parsed.
    pub bundle: String,
    /// The DAG file, by its path in the DAG folder.
    pub file: String,
    /// Whose callback it is.
    pub of: CallbackOwner,
    /// The DAG.
    pub dag_id: String,
    /// The task, where it is a task's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// The argument that it was given as, such as `on_failure_callback`.
    pub name: String,
    /// Its place in the list that was given there.
    #[serde(default)]
    pub index: u32,
}

/// What has a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CallbackOwner {
    /// A task.
    Task,
    /// A DAG.
    Dag,
}

#[async_trait]
impl Operator for PythonCallback {
    type Input = Value;
    type Output = ();

    async fn run(&self, mut facts: Value, cx: &TaskContext) -> Result<(), Failure> {
        if let Some(raised) = PythonInstallation::of(cx)?.raised.of(cx.token()) {
            facts["raised"] = raised;
        }
        let callback = json!({
            "of": self.of, "dag_id": self.dag_id, "task_id": self.task_id, "name": self.name, "index": self.index, "facts": facts,
        });
        let operator = serde_json::to_value(self)?;
        let task_id = self.task_id.as_deref();
        run(&self.bundle, &self.file, Job::Callback { callback, operator, task_id }, cx).await.map(drop)
    }
}

couture_core::operator!(PythonCallback, "python_callback");
