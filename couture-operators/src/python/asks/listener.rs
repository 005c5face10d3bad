//! Hears the questions of one process.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use couture_core::TaskContext;
use couture_core::task::{Listener, Speaker};
use serde_json::{Value, json};

use super::super::installation::PythonInstallation;
use super::ask::{Ask, Numbered};
use super::calls::Calls;
use crate::template::changes;

/// The most bytes of an answer.
const MAX_ANSWER_BYTES: usize = 12 << 20;

/// Answers what one process asks.
pub(in crate::python) struct Asks<'a> {
    pub(super) python: &'a Arc<PythonInstallation>,
    /// The folder of the bundle.
    pub(super) bundle: PathBuf,
    /// The DAG file, by its path in the DAG folder.
    pub(super) file: &'a str,
    pub(super) cx: &'a TaskContext,
    pub(super) calls: Calls,
}

impl<'a> Asks<'a> {
    pub(in crate::python) fn new(
        python: &'a Arc<PythonInstallation>,
        bundle: &Path,
        file: &'a str,
        cx: &'a TaskContext,
    ) -> Self {
        Self { python, bundle: bundle.to_owned(), file, cx, calls: Calls::new(cx) }
    }

    async fn answer(&self, id: u64, ask: Ask, child: &dyn Speaker) -> Result<Value, String> {
        match ask {
            Ask::XcomPull(pull) => self.xcom_pull(pull).await,
            Ask::Variable(key) => self.variable(&key.key).await,
            Ask::SetVariable(variable) => self.set_variable(variable).await,
            Ask::DeleteVariable(key) => self.delete_variable(&key.key).await,
            Ask::Connections { conn_id } => self.connections(&conn_id).await,
            Ask::Render(render) => self.render(*render, child).await,
            Ask::TriggerDagRun(trigger) => self.trigger(id, trigger).await,
            Ask::RunState(run) => self.run_state(run).await,
            Ask::ExternalStates(external) => self.external_states(external).await,
            Ask::Name { name } if name == "task_instances" => self.task_instances().await,
            Ask::Name { name } if name == "run_dates" => self.run_dates().await,
            Ask::Name { name } => self.name(&name).await,
            Ask::AssetEvents { asset, offset, limit } => {
                changes::of_asset(&asset, offset, limit, self.python.reader.as_deref(), self.cx).await
            }
            Ask::Mask { secret } => {
                self.cx.values().hide(secret).map(|()| Value::Null).map_err(|error| error.to_string())
            }
        }
    }
}

#[async_trait]
impl Listener for Asks<'_> {
    async fn heard(&self, mut frame: Value, child: &dyn Speaker) {
        if let Some(result) = frame.get_mut("result") {
            return self.calls.answered(result.take());
        }
        let Ok(Numbered { id, ask }) = serde_json::from_value(frame) else { return };
        let answer = match serde_json::from_value::<Ask>(ask) {
            Ok(ask) => self.answer(id, ask, child).await,
            Err(error) => Err(format!("this is not a question that can be answered: {error}")),
        };
        let answer = match answer {
            Ok(value) if value.to_string().len() > MAX_ANSWER_BYTES => {
                let error =
                    format!("the answer has more than {MAX_ANSWER_BYTES} bytes of JSON: pass a file's name instead");
                json!({ "error": error })
            }
            Ok(value) => json!({ "value": value }),
            Err(error) => json!({ "error": self.cx.values().masked(error) }),
        };
        child.say(json!({"id": id, "answer": answer}), self.cx.secrets());
    }
}
