//! `/ui/history/{dag_id}`: the last runs of a DAG for charts.

use std::collections::HashMap;

use axum::extract::State;
use couture_core::store::{RunOrder, RunQuery};
use couture_core::{RunState, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cell::cells;
use crate::api::error::ApiError;
use crate::api::extract::{Args, Json, Names, dag_id};
use crate::api::schema;
use crate::api::state::ApiState;
use crate::auth::{Permit, act, on};

/// The most runs of one answer.
const MAX_RUNS: usize = 500;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// So many runs at most, 1 to 500; 25 where absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

#[derive(Debug, Serialize, ToSchema)]
struct HistoryRun {
    run_id: String,
    #[schema(value_type = String, format = DateTime)]
    logical_date: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    data_interval_end: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    start_date: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    end_date: Option<Timestamp>,
    #[schema(value_type = schema::RunStateName)]
    state: RunState,
}

/// Run, task, state, start and end (milliseconds since 1970), try, and seconds from the end of the data interval to the end.
type HistoryCell = (usize, usize, Option<&'static str>, Option<i64>, Option<i64>, u32, Option<f64>);

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct History {
    /// The oldest first.
    runs: Vec<HistoryRun>,
    /// The ids of all tasks that the cells are about.
    tasks: Vec<String>,
    /// Each `[run, task, state, start ms, end ms, try, landing s]`, run and task by their places.
    #[schema(value_type = Vec<Vec<serde_json::Value>>)]
    cells: Vec<HistoryCell>,
}

/// The last runs of a DAG, and what became of each task in each: for charts of durations, tries, landing times and the like.
#[utoipa::path(
    get,
    path = "/api/v2/ui/history/{dag_id}",
    tag = "Views",
    params(("dag_id" = String, Path, description = "The DAG."), Which),
    responses((status = 200, description = "The history", body = History)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::TaskInstances>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Args(which): Args<Which>,
) -> Result<Json<History>, ApiError> {
    let limit = which.limit.unwrap_or(25);
    if limit == 0 || limit > MAX_RUNS {
        return Err(ApiError::invalid(format!("limit is {limit}; it may be 1 to {MAX_RUNS}")));
    }
    let record = state.dag(&dag_id(&name)?).await?;
    let query = RunQuery { order: RunOrder::RunAfter, descending: true, ..RunQuery::of(record.dag_id.clone()) };
    let mut runs = state.reader.find_runs(&query, 0, limit).await?;
    runs.reverse();
    let mut of_runs = cells(&state, &runs).await?;
    let shape = state.shape(&record.version).await?;
    let mut tasks: Vec<String> = shape.tasks.iter().map(|task| task.task_id.to_string()).collect();
    let mut places: HashMap<String, usize> = tasks.iter().cloned().zip(0..).collect();
    let mut found = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let own = state.shape(&run.version).await?;
        let mut of_run: Vec<_> = of_runs.remove(&run.key).unwrap_or_default().into_iter().collect();
        of_run.sort_unstable_by_key(|(task, _)| *task);
        let due = run.data_interval.end.as_micros() / 1_000;
        for (task, cell) in of_run {
            let Some(task) = own.tasks.get(task) else { continue };
            let place = *places.entry(task.task_id.to_string()).or_insert_with(|| {
                tasks.push(task.task_id.to_string());
                tasks.len() - 1
            });
            let landing = cell.3.filter(|_| cell.0 == Some("success")).map(|end| (end - due) as f64 / 1e3);
            found.push((at, place, cell.0, cell.2, cell.3, cell.1, landing));
        }
    }
    let run = |run: &couture_core::store::RunRecord| HistoryRun {
        run_id: run.run_id.to_string(),
        logical_date: run.logical_date,
        data_interval_end: run.data_interval.end,
        start_date: run.started_at,
        end_date: run.ended_at,
        state: run.state,
    };
    Ok(Json(History { runs: runs.iter().map(run).collect(), tasks, cells: found }))
}
