//! Names of the context that are about earlier runs, and about the changes that started this one.

use couture_core::store::{RunOrder, RunQuery, RunRecord, StoreError, StoreReader};
use couture_core::{RunState, TaskContext};
use serde_json::{Value, json};

use super::changes;

/// Whether [`value`] knows this name.
pub(crate) fn knows(name: &str) -> bool {
    (name.starts_with("prev_") && name.ends_with("_success")) || is_triggering(name)
}

fn is_triggering(name: &str) -> bool {
    matches!(name, "triggering_dataset_events" | "triggering_asset_events")
}

/// What a name stands for in the attempt of `cx`: of a `prev_…_success` the moment as text, or null where no run about an earlier moment
/// succeeded; of `triggering_…_events` an object of lists, by asset.
pub(crate) async fn value(name: &str, reader: Option<&dyn StoreReader>, cx: &TaskContext) -> Result<Value, String> {
    if !knows(name) {
        return Err(format!("{name:?} is not known here"));
    }
    let none = if is_triggering(name) { json!({}) } else { Value::Null };
    let Some(reader) = reader else { return Ok(none) };
    if is_triggering(name) {
        return changes::triggering(reader, cx).await.map_err(|error| error.to_string());
    }
    let run = last_success(reader, cx).await.map_err(|error| error.to_string())?;
    let Some(run) = run else { return Ok(none) };
    let time = match name {
        "prev_execution_date_success" | "prev_logical_date_success" => Some(run.logical_date),
        "prev_start_date_success" => run.started_at,
        "prev_end_date_success" => run.ended_at,
        "prev_data_interval_start_success" => Some(run.data_interval.start),
        "prev_data_interval_end_success" => Some(run.data_interval.end),
        _ => return Err(format!("{name:?} is not known here")),
    };
    Ok(time.map_or(none, |time| json!(time.to_string())))
}

/// Runs of the DAG about earlier moments, the latest first.
fn earlier(cx: &TaskContext) -> RunQuery {
    let before = Some(cx.run().logical_date);
    RunQuery { before, order: RunOrder::LogicalDate, descending: true, ..RunQuery::of(cx.dag_id().clone()) }
}

async fn last_success(reader: &dyn StoreReader, cx: &TaskContext) -> Result<Option<RunRecord>, StoreError> {
    let query = RunQuery { states: vec![RunState::Success], ..earlier(cx) };
    Ok(reader.find_runs(&query, 0, 1).await?.pop())
}
