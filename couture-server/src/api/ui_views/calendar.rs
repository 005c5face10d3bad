//! `/ui/calendar/{dag_id}`: how the runs of each day ended.

use std::collections::BTreeMap;

use axum::extract::State;
use couture_core::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::error::ApiError;
use crate::api::extract::{Args, Json, Names, dag_id};
use crate::api::pairs::Pairs;
use crate::api::state::ApiState;
use crate::auth::{Permit, act, on};

/// The most runs that are counted.
const MAX_RUNS: usize = 200_000;

#[derive(Debug, Serialize, ToSchema)]
struct Day {
    /// In UTC.
    #[schema(format = Date, example = "2026-01-31")]
    date: String,
    /// How many runs are in each state.
    states: BTreeMap<&'static str, usize>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Calendar {
    days: Vec<Day>,
}

/// How many runs of each day, by their logical dates, are in each state. Days without runs are left out.
#[utoipa::path(
    get,
    path = "/api/v2/ui/calendar/{dag_id}",
    tag = "Views",
    params(
        ("dag_id" = String, Path, description = "The DAG."),
        ("from" = Option<String>, Query, description = "From this time on."),
        ("to" = Option<String>, Query, description = "Up to this time."),
    ),
    responses((status = 200, description = "The days", body = Calendar)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::DagRuns>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Args(pairs): Args<Pairs>,
) -> Result<Json<Calendar>, ApiError> {
    let dag_id = dag_id(&name)?;
    state.dag(&dag_id).await?;
    let first = pairs.time("from")?.unwrap_or(Timestamp::from_micros(i64::MIN));
    let mut last = pairs.time("to")?.unwrap_or(Timestamp::from_micros(i64::MAX));
    if pairs.one("to").is_some_and(|text| text.len() == "2026-01-31".len()) {
        // All of the day that is named.
        last = Timestamp::from_micros(last.as_micros().saturating_add(86_400_000_000 - 1));
    }
    let mut days: BTreeMap<String, BTreeMap<&'static str, usize>> = BTreeMap::new();
    for (at, run_state) in state.reader.run_dates(&dag_id, first, last, MAX_RUNS).await? {
        let date: String = at.to_string().chars().take_while(|letter| *letter != 'T').collect();
        *days.entry(date).or_default().entry(run_state.as_str()).or_default() += 1;
    }
    Ok(Json(Calendar { days: days.into_iter().map(|(date, states)| Day { date, states }).collect() }))
}
