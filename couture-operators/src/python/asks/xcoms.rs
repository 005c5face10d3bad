//! `xcom_pull`: what tasks gave.

use couture_core::RunId;
use couture_core::task::{PulledKey, XCom, XComQuery};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Asks;

/// Which values.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct XComPull {
    task_ids: Vec<String>,
    /// Any where it is null or empty.
    #[serde(default = "return_value")]
    key: Option<String>,
    /// Where any key is meant: whether all are.
    #[serde(default)]
    every: bool,
    #[serde(default)]
    dag_id: Option<String>,
    #[serde(default)]
    run_id: Option<RunId>,
    #[serde(default)]
    include_prior_dates: bool,
}

fn return_value() -> Option<String> {
    Some(XCom::RETURN_VALUE.into())
}

/// The most tasks of one question.
const MAX_TASKS: usize = 10_000;

impl Asks<'_> {
    /// For each task a list of `[map_index, value]`.
    pub(super) async fn xcom_pull(&self, pull: XComPull) -> Result<Value, String> {
        if pull.task_ids.len() > MAX_TASKS {
            return Err(format!("xcom_pull takes at most {MAX_TASKS} tasks"));
        }
        if pull.run_id.as_ref().is_some_and(|run_id| *run_id != self.cx.run().run_id) {
            return Err("xcom_pull of another run by its run_id is not possible: name its DAG, and the run of the same logical date is \
                        taken"
                .into());
        }
        let XComPull { task_ids, key, every, dag_id, include_prior_dates, .. } = pull;
        let key = match key.filter(|key| !key.is_empty()) {
            Some(key) => PulledKey::Named(key),
            None if every => PulledKey::Every,
            None => PulledKey::Newest,
        };
        let query = XComQuery { dag_id, task_ids, key, include_prior_dates };
        let pulled = self.cx.services().xcoms.pull(&query, self.cx).await.map_err(|error| error.to_string())?;
        let of_task = |values: Vec<_>| values.into_iter().map(|(map_index, value)| json!([map_index, value])).collect();
        Ok(pulled.into_iter().map(of_task).collect::<Vec<Value>>().into())
    }
}
