//! Names of the context that are about earlier runs.

use couture_core::store::RunRecord;
use couture_core::{RunState, StoreReader};
use serde_json::{Value, json};

use super::Asks;

/// How many runs are looked at, at most, for the last one that succeeded.
const MAX_RUNS: usize = 1_000;

impl Asks<'_> {
    /// The value of a name; null where it has none.
    pub(super) async fn name(&self, name: &str) -> Result<Value, String> {
        if !(name.starts_with("prev_") && name.ends_with("_success")) {
            return Err(format!("{name:?} is not known here"));
        }
        let Some(reader) = &self.python.reader else { return Ok(Value::Null) };
        let Some(run) = self.last_success(&**reader).await? else { return Ok(Value::Null) };
        let time = match name {
            "prev_execution_date_success" | "prev_logical_date_success" => Some(run.logical_date),
            "prev_start_date_success" => run.started_at,
            "prev_end_date_success" => run.ended_at,
            "prev_data_interval_start_success" => Some(run.data_interval.start),
            "prev_data_interval_end_success" => Some(run.data_interval.end),
            _ => return Err(format!("{name:?} is not known here")),
        };
        Ok(time.map_or(Value::Null, |time| json!(time.to_string())))
    }

    /// The newest run about an earlier moment that succeeded.
    async fn last_success(&self, reader: &dyn StoreReader) -> Result<Option<RunRecord>, String> {
        let runs = reader.runs(Some(self.cx.dag_id()), None, MAX_RUNS).await.map_err(|error| error.to_string())?;
        let own = self.cx.run().logical_date;
        let earlier = runs.into_iter().filter(|run| run.state == RunState::Success && run.logical_date < own);
        Ok(earlier.max_by_key(|run| run.logical_date))
    }
}
