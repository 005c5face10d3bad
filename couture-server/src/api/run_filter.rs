//! Which runs a list shows.

use std::collections::BTreeSet;

use couture_core::store::{RunOrder, RunQuery, like};
use couture_core::{DagId, RunType};
use utoipa::IntoParams;

use super::error::ApiError;
use super::page_of::PageOf;
use super::pairs::Pairs;
use super::state::ApiState;
use crate::auth::DagFilter;

/// Which runs are listed. Times are RFC 3339; `_gte` and `_lte` include the moment, `_gt` and `_lt` do not.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `RunFilter` reads")]
pub(super) struct RunParams {
    /// In one of these states.
    #[param(style = Form, explode = true)]
    state: Option<Vec<String>>,
    /// Made by one of these.
    #[param(style = Form, explode = true)]
    run_type: Option<Vec<String>>,
    /// With this in their ids; `%` stands for anything, `_` for one character.
    run_id_pattern: Option<String>,
    /// Asked for by a user with this in the name.
    triggering_user_name_pattern: Option<String>,
    /// Of DAGs with this in their ids.
    dag_id_pattern: Option<String>,
    logical_date_gte: Option<String>,
    logical_date_gt: Option<String>,
    logical_date_lte: Option<String>,
    logical_date_lt: Option<String>,
    run_after_gte: Option<String>,
    run_after_gt: Option<String>,
    run_after_lte: Option<String>,
    run_after_lt: Option<String>,
    start_date_gte: Option<String>,
    start_date_gt: Option<String>,
    start_date_lte: Option<String>,
    start_date_lt: Option<String>,
    end_date_gte: Option<String>,
    end_date_gt: Option<String>,
    end_date_lte: Option<String>,
    end_date_lt: Option<String>,
    /// Seconds from start to end.
    duration_gte: Option<f64>,
    duration_gt: Option<f64>,
    duration_lte: Option<f64>,
    duration_lt: Option<f64>,
}

/// How runs may be ordered. They are created in the order of `id`; `run_id` and `dag_run_id` are their names.
const ORDERS: &[&str] = &[
    "id",
    "run_id",
    "dag_id",
    "dag_run_id",
    "logical_date",
    "run_after",
    "queued_at",
    "start_date",
    "end_date",
    "duration",
    "state",
];

/// The order that `page` asks for; the newest first by default.
pub(super) fn run_order(page: &PageOf) -> Result<(RunOrder, bool), ApiError> {
    let (by, descending) = page.order(ORDERS)?.unwrap_or(("id", true));
    let order = match by {
        "logical_date" => RunOrder::LogicalDate,
        "run_after" => RunOrder::RunAfter,
        "start_date" => RunOrder::Started,
        "end_date" => RunOrder::Ended,
        "duration" => RunOrder::Duration,
        "state" => RunOrder::State,
        "run_id" | "dag_run_id" => RunOrder::Id,
        "dag_id" => RunOrder::Dag,
        _ => RunOrder::Created,
    };
    Ok((order, descending))
}

/// The runs of `of`, or of all that `allowed` shows, which `pairs` ask for. `states` is the name of the states in `pairs`.
pub(super) async fn run_query(
    state: &ApiState,
    of: Option<DagId>,
    allowed: &DagFilter,
    pairs: &Pairs,
    states: &str,
) -> Result<RunQuery, ApiError> {
    let run_types = pairs.words("run_type").filter(|word| *word != "asset_materialization");
    let run_types: Vec<RunType> =
        run_types.map(|word| word.parse().map_err(ApiError::invalid)).collect::<Result<_, _>>()?;
    Ok(RunQuery {
        among: if of.is_some() { None } else { among(state, allowed, pairs).await? },
        dag_id: of,
        states: pairs.states(states)?,
        run_types,
        run_id: pairs.one("run_id_pattern").filter(|pattern| *pattern != "~").map(String::from),
        user: pairs.one("triggering_user_name_pattern").filter(|pattern| *pattern != "~").map(String::from),
        logical_date: pairs.span("logical_date")?,
        run_after: pairs.span("run_after")?,
        started: pairs.span("start_date")?,
        ended: pairs.span("end_date")?,
        duration: pairs.seconds("duration")?,
        ..RunQuery::default()
    })
}

/// The DAGs whose runs may be shown and are asked for; nothing where that is all of them.
pub(super) async fn among(
    state: &ApiState,
    allowed: &DagFilter,
    pairs: &Pairs,
) -> Result<Option<BTreeSet<DagId>>, ApiError> {
    let named: BTreeSet<&str> = pairs.all("dag_ids").chain(pairs.all("dag_id")).filter(|id| *id != "~").collect();
    let pattern = pairs.one("dag_id_pattern").filter(|pattern| *pattern != "~");
    if named.is_empty() && pattern.is_none() && allowed.ids().is_none() {
        return Ok(None);
    }
    let fits = |id: &str| {
        allowed.allows_id(id)
            && (named.is_empty() || named.contains(id))
            && pattern.is_none_or(|pattern| like(pattern, id))
    };
    let ids: Vec<String> = match (named.is_empty(), allowed.ids()) {
        (false, _) => named.iter().map(|id| (*id).to_owned()).collect(),
        (true, Some(ids)) => ids.iter().cloned().collect(),
        (true, None) => {
            let mut ids = Vec::new();
            let mut after: Option<DagId> = None;
            loop {
                let page = state.reader.dags(after.as_ref(), PageOf::MAX_LIMIT).await?;
                ids.extend(page.iter().map(|dag| dag.dag_id.to_string()));
                match page.last() {
                    Some(last) if page.len() == PageOf::MAX_LIMIT => after = Some(last.dag_id.clone()),
                    _ => break ids,
                }
            }
        }
    };
    Ok(Some(ids.into_iter().filter(|id| fits(id)).filter_map(|id| DagId::new(id).ok()).collect()))
}
