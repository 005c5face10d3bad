//! Runs a task that is written in Python.

use std::time::Duration;

use async_trait::async_trait;
use couture_core::task::WarmParent;
use couture_core::{Failure, Operator, ProcessCommand, TaskContext};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::asks::Asks;
use super::greeting::{Job, greeting};
use super::installation::{PythonInstallation, environment};
use super::outcome;
use crate::bash::process_failure;

/// Runs a task of a Python DAG file: an operator of any class, in a process of its own. What it does is in the file, where the process
/// finds the task again by the ids of its DAG and its own. Of a mapped task, an instance gets its element as input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PythonOperator {
    /// The hash of the files as they were when the DAG was parsed.
    pub bundle: String,
    /// The DAG file, by its path in the DAG folder.
    pub file: String,
    /// The name of the operator's class, for people.
    pub class: String,
    /// The template fields as they are in the file, for people.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Value>,
    /// Why it cannot be run here, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stub: Option<String>,
}

impl PythonOperator {
    /// From TERM to KILL when the attempt is cancelled: the time for `on_kill`.
    pub const KILL_GRACE: Duration = Duration::from_secs(5);
}

/// Runs a process of `couture.run` for `job`, answers what it asks, and tells how it ended.
pub(super) async fn run(bundle: &str, file: &str, job: Job<'_>, cx: &TaskContext) -> Result<Value, Failure> {
    let python = PythonInstallation::of(cx)?;
    if let Err(error) = python.version().await {
        cx.log(format!("failed: {error}"));
        return Err(Failure::retry(error.to_string()));
    }
    python
        .restore_packages()
        .await
        .map_err(|error| Failure::retry(format!("the Python packages are missing: {error}")))?;
    let folder = python.bundle(bundle);
    let greeting = greeting(&python, &folder, file, job, cx);
    let folder_name = folder.to_string_lossy().into_owned();
    let command = ProcessCommand {
        program: python.executable.clone(),
        args: ["-m", "couture.run"].map(String::from).into(),
        env: environment(&python.packages, std::env::var("PYTHONPATH").ok()),
        clear_env: false,
        cwd: None,
        secrets: Vec::new(),
        kill_grace: PythonOperator::KILL_GRACE,
        greeting: Some(greeting),
        warm: Some(WarmParent {
            program: python.executable.clone(),
            args: vec!["-m".into(), "couture.run.warm".into(), folder_name, file.to_owned()],
        }),
    };
    let asks = Asks::new(&python, &folder, file, cx);
    match cx.services().processes.converse(command, cx, &asks).await {
        Ok(end) => {
            python.raised.keep(&end, cx);
            outcome::of(end, cx)
        }
        Err(error) => Err(process_failure(error)),
    }
}

#[async_trait]
impl Operator for PythonOperator {
    type Input = Value;
    type Output = Value;

    async fn run(&self, element: Value, cx: &TaskContext) -> Result<Value, Failure> {
        if let Some(reason) = &self.stub {
            cx.log(format!("failed: {reason}"));
            return Err(Failure::fatal(reason.clone()));
        }
        let operator = serde_json::to_value(self)?;
        run(&self.bundle, &self.file, Job::Execute { element, operator }, cx).await
    }

    fn resumable(&self) -> bool {
        true
    }
}

couture_core::operator!(PythonOperator, "python");
