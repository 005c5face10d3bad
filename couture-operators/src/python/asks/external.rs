//! What another DAG does about some moments.

use couture_core::task::{DagRuns as _, SeenTask};
use couture_core::{DagId, TaskState, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Asks;

/// Which runs, and which of their tasks; the runs themselves where no task is named.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExternalStates {
    dag_id: DagId,
    logical_dates: Vec<String>,
    #[serde(default)]
    task_ids: Vec<String>,
    #[serde(default)]
    task_group_id: Option<String>,
}

/// The most moments of one question.
const MAX_DATES: usize = 1_000;

impl ExternalStates {
    /// The tasks that are meant, of all of a DAG.
    fn means(&self, task_id: &str) -> bool {
        let is_in_group = |group: &String| task_id.strip_prefix(&**group).is_some_and(|rest| rest.starts_with('.'));
        self.task_ids.iter().any(|wanted| wanted == task_id) || self.task_group_id.as_ref().is_some_and(is_in_group)
    }

    /// The states of the tasks of one run that are meant; one that is not there has none.
    fn states(&self, tasks: &[SeenTask]) -> Vec<Option<&'static str>> {
        let meant = tasks.iter().filter(|task| self.means(task.task_id.as_str()));
        let mut states: Vec<_> = meant.map(|task| task.state.map(TaskState::as_str)).collect();
        let is_absent = |id: &&String| !tasks.iter().any(|task| task.task_id.as_str() == **id);
        states.extend(self.task_ids.iter().filter(is_absent).map(|_| None));
        states
    }
}

impl Asks<'_> {
    /// The states; null for what is not there. Null where there is no such DAG.
    pub(super) async fn external_states(&self, external: ExternalStates) -> Result<Value, String> {
        if external.logical_dates.len() > MAX_DATES {
            return Err(format!("at most {MAX_DATES} moments are looked at"));
        }
        let (runs, text) = (&self.cx.services().dag_runs, |error: couture_core::BoxError| error.to_string());
        if runs.dag(&external.dag_id).await.map_err(text)?.is_none() {
            return Ok(Value::Null);
        }
        let mut states = Vec::new();
        for date in &external.logical_dates {
            let date = Timestamp::parse(date)?;
            let Some(run) = runs.runs_at(&external.dag_id, date).await.map_err(text)?.pop() else {
                states.push(None);
                continue;
            };
            if external.task_ids.is_empty() && external.task_group_id.is_none() {
                states.push(Some(run.state.as_str()));
                continue;
            }
            let tasks = runs.tasks(&external.dag_id, &run.run_id).await.map_err(text)?;
            states.extend(external.states(&tasks));
        }
        Ok(json!({ "states": states }))
    }
}
