//! Names of the context that are about earlier runs, and about the changes that started this one.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use couture_core::store::{AssetEvent, RunOrder, RunQuery, RunRecord, StoreError, StoreReader};
use couture_core::{RunKey, RunState, RunType, TaskContext, Timestamp};
use serde_json::{Map, Value, json};

/// How many runs are looked at, at most, for the last one that assets started.
const MAX_RUNS: usize = 1_000;
/// The most changes of assets that are told; the newest of each asset.
const MAX_EVENTS: usize = 1_000;
const PAGE: usize = 100;

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
        return triggering(reader, cx).await.map_err(|error| error.to_string());
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

/// As Airflow: the changes up to the run's moment, since the one of the last run before it that assets started.
async fn triggering(reader: &dyn StoreReader, cx: &TaskContext) -> Result<Value, StoreError> {
    let run = cx.run();
    let Some(condition) = run.dag.attributes.assets.as_ref().filter(|_| run.run_type == RunType::AssetTriggered) else {
        return Ok(json!({}));
    };
    let runs = reader.find_runs(&earlier(cx), 0, MAX_RUNS).await?;
    let last = runs.into_iter().find(|run| run.run_type == RunType::AssetTriggered);
    let since = last.map(|run| run.logical_date);
    let mut names = condition.names();
    names.sort_unstable();
    names.dedup();
    let mut found = Map::new();
    let mut sources = BTreeMap::new();
    let mut left = MAX_EVENTS;
    for asset in names {
        let mut events = Vec::new();
        for page in 0..MAX_EVENTS / PAGE {
            let all = reader.asset_events(Some(asset), true, page * PAGE, PAGE).await?;
            let is_last = all.len() < PAGE || all.iter().all(|event| is_before(event, since));
            events.extend(all.into_iter().filter(|event| event.at <= run.logical_date && !is_before(event, since)));
            if is_last || events.len() >= left {
                break;
            }
        }
        events.truncate(left);
        left -= events.len();
        events.reverse();
        let mut shown = Vec::with_capacity(events.len());
        for event in events {
            shown.push(told(event, &mut sources, reader).await?);
        }
        if !shown.is_empty() {
            found.insert(asset.to_string(), shown.into());
        }
    }
    Ok(found.into())
}

fn is_before(event: &AssetEvent, since: Option<Timestamp>) -> bool {
    since.is_some_and(|since| event.at <= since)
}

/// A change with Airflow's names.
async fn told(
    event: AssetEvent,
    sources: &mut BTreeMap<RunKey, Option<String>>,
    reader: &dyn StoreReader,
) -> Result<Value, StoreError> {
    let mut run_id = None;
    if let Some(key) = event.source.as_ref().map(|source| source.token.run) {
        if let Entry::Vacant(entry) = sources.entry(key) {
            let found = reader.runs(None, Some(RunKey(key.0.saturating_add(1))), 1).await?;
            let found = found.into_iter().find(|run| run.key == key);
            entry.insert(found.map(|run| run.run_id.to_string()));
        }
        run_id = sources.get(&key).cloned().flatten();
    }
    let source = event.source.as_ref();
    let extra = if event.extra.is_null() { json!({}) } else { event.extra };
    Ok(json!({
        "uri": event.asset,
        "timestamp": event.at.to_string(),
        "extra": extra,
        "source_dag_id": source.map(|source| source.dag_id.as_str()),
        "source_task_id": source.map(|source| source.task_id.as_str()),
        "source_run_id": run_id,
        "source_map_index": source.map_or(-1, |source| source.token.map_index.0),
    }))
}
