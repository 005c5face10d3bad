//! Changes of assets, as the installation knows them.

use std::collections::{BTreeMap, BTreeSet};

use couture_core::dag::Asset;
use couture_core::store::{AssetEvent, RunOrder, RunQuery, RunRecord, StoreError, StoreReader};
use couture_core::{AssetName, RunKey, RunType, TaskContext, Timestamp};
use serde_json::{Map, Value, json};

/// How many runs are looked at, at most, for the last one that assets started.
const MAX_RUNS: usize = 1_000;
/// The most changes of assets that are told as those that started a run; the newest of each asset.
const MAX_EVENTS: usize = 1_000;
/// How many pages of an asset's changes are looked through, at most, for those that started a run.
const MAX_PAGES: usize = 200;
/// How many changes are looked up at a time.
pub(crate) const PAGE: usize = 500;

/// The changes that started the run of `cx`, oldest first, by the names of assets. As Airflow: those up to the run's moment, since the
/// one of the last run before it that assets started.
pub(super) async fn triggering(reader: &dyn StoreReader, cx: &TaskContext) -> Result<Value, StoreError> {
    let run = cx.run();
    let Some(condition) = run.dag.attributes.assets.as_ref().filter(|_| run.run_type == RunType::AssetTriggered) else {
        return Ok(json!({}));
    };
    let earlier = RunQuery {
        before: Some(run.logical_date),
        order: RunOrder::LogicalDate,
        descending: true,
        ..RunQuery::of(cx.dag_id().clone())
    };
    let runs = reader.find_runs(&earlier, 0, MAX_RUNS).await?;
    let last = runs.into_iter().find(|run| run.run_type == RunType::AssetTriggered);
    let since = last.map(|run| run.logical_date);
    let mut found = Map::new();
    let mut left = MAX_EVENTS;
    for asset in condition.names().into_iter().collect::<BTreeSet<_>>() {
        let mut events = Vec::new();
        for page in 0..MAX_PAGES {
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
        if !events.is_empty() {
            found.insert(asset.to_string(), told(asset, events, reader, cx).await?.into());
        }
    }
    Ok(found.into())
}

fn is_before(event: &AssetEvent, since: Option<Timestamp>) -> bool {
    since.is_some_and(|since| event.at <= since)
}

/// `{"total": how many changes of the asset there are, "events": at most limit after the first offset, oldest first}`. More than
/// [`PAGE`] are not told at a time.
pub(crate) async fn of_asset(
    asset: &str,
    offset: usize,
    limit: usize,
    reader: Option<&dyn StoreReader>,
    cx: &TaskContext,
) -> Result<Value, String> {
    let reader = reader.ok_or("changes of assets cannot be looked up here")?;
    let asset = AssetName::new(asset).map_err(|error| error.to_string())?;
    let look = async {
        let total = reader.count_asset_events(Some(&asset)).await?;
        let events = match limit.min(PAGE) {
            0 => Vec::new(),
            limit => reader.asset_events(Some(&asset), false, offset, limit).await?,
        };
        Ok::<_, StoreError>(json!({ "total": total, "events": told(&asset, events, reader, cx).await? }))
    };
    look.await.map_err(|error| error.to_string())
}

/// What the DAG of `cx` knows of an asset; the one that says most where it is named often.
fn known<'c>(asset: &AssetName, cx: &'c TaskContext) -> Option<&'c Asset> {
    let dag = &cx.run().dag;
    let own = &cx.task().options;
    let others = dag.tasks().iter().flat_map(|task| task.options.inlets.iter().chain(&task.options.outlets));
    let all = own.inlets.iter().chain(&own.outlets).chain(&dag.attributes.known_assets).chain(others);
    let mut named = all.filter(|it| it.name == *asset);
    let first = named.next();
    first.filter(|it| it.uri.is_some()).or_else(|| named.find(|it| it.uri.is_some())).or(first)
}

/// Changes of an asset, with Airflow's names.
async fn told(
    name: &AssetName,
    events: Vec<AssetEvent>,
    reader: &dyn StoreReader,
    cx: &TaskContext,
) -> Result<Vec<Value>, StoreError> {
    let keys: BTreeSet<RunKey> = events.iter().filter_map(|event| Some(event.source.as_ref()?.token.run)).collect();
    let runs = match keys.is_empty() {
        true => Vec::new(),
        false => reader.runs_of(&keys.into_iter().collect::<Vec<_>>()).await?,
    };
    let runs: BTreeMap<RunKey, RunRecord> = runs.into_iter().map(|run| (run.key, run)).collect();
    let or_empty = |facts: &Value| if facts.is_null() { json!({}) } else { facts.clone() };
    let asset = known(name, cx);
    let uri = asset.and_then(|asset| asset.uri.as_deref()).unwrap_or(name.as_str());
    let asset_extra = or_empty(asset.map_or(&Value::Null, |asset| &asset.extra));
    let event = |event: AssetEvent| {
        let source = event.source.as_ref();
        let run = source.and_then(|source| runs.get(&source.token.run));
        json!({
            "name": name,
            "uri": uri,
            "asset_extra": asset_extra,
            "timestamp": event.at.to_string(),
            "extra": or_empty(&event.extra),
            "source_dag_id": source.map(|source| source.dag_id.as_str()),
            "source_task_id": source.map(|source| source.task_id.as_str()),
            "source_run_id": run.map(|run| &run.run_id),
            "source_map_index": source.map_or(-1, |source| source.token.map_index.0),
            "source_dag_run": run.map(source_run),
        })
    };
    Ok(events.into_iter().map(event).collect())
}

/// The run that made a change; what Airflow calls `source_dag_run`.
fn source_run(run: &RunRecord) -> Value {
    json!({
        "dag_id": run.dag_id,
        "run_id": run.run_id,
        "run_type": run.run_type,
        "conf": run.conf,
        "state": run.state,
        "logical_date": run.logical_date.to_string(),
        "data_interval_start": run.data_interval.start.to_string(),
        "data_interval_end": run.data_interval.end.to_string(),
        "start_date": run.started_at.map(|at| at.to_string()),
        "end_date": run.ended_at.map(|at| at.to_string()),
    })
}
