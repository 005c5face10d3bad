//! `/dagWarnings`: what is odd about DAGs that are otherwise all right.

use axum::extract::State;
use couture_core::store::Pool;
use couture_core::{DagId, Restriction, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;
use super::extract::{Args, Json, dag_id};
use super::page_of::PageOf;
use super::shortage::shortage;
use super::state::ApiState;
use super::version_shape::VersionShape;
use crate::auth::{Permit, act, on};
use crate::dags::{NEVER_RUNS, never_runs};

/// The words of Airflow that fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DagWarningType)]
enum WarningType {
    #[serde(rename = "non-existent pool")]
    NoPool,
    #[serde(rename = "runtime varying value")]
    Other,
}

/// What is odd about a DAG.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct DagWarning {
    /// In Airflow's words, of which its clients take no others: `runtime varying value` stands for what it has no word for.
    warning_type: WarningType,
    /// What it is in our own words.
    #[schema(value_type = String, example = "schedule without start date")]
    kind: &'static str,
    message: String,
}

/// A warning, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WarningBody {
    #[schema(value_type = String)]
    dag_id: DagId,
    #[schema(value_type = String)]
    dag_display_name: DagId,
    #[serde(flatten)]
    warning: DagWarning,
    /// When it was looked at: now.
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WarningList {
    dag_warnings: Vec<WarningBody>,
    total_entries: usize,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    dag_id: Option<String>,
}

/// The most warnings about one DAG; more would say the same.
const MAX_OF_ONE: usize = 10;

impl DagWarning {
    /// What is odd about a DAG now, while the pools are these. `catchup` is the setting for DAGs that do not say.
    pub(super) fn of(shape: &VersionShape, pools: &[Pool], catchup: bool, now: Timestamp) -> Vec<Self> {
        let mut found = Vec::new();
        let catchup = shape.catchup.unwrap_or(catchup);
        let restriction = Restriction { earliest: shape.start_date, latest: shape.end_date, catchup };
        if shape.timetable().is_some_and(|timetable| never_runs(&*timetable, &restriction, now)) {
            found.push(Self {
                warning_type: WarningType::Other,
                kind: "schedule without start date",
                message: NEVER_RUNS.to_owned(),
            });
        }
        let short = shape.tasks.iter().filter_map(|task| Some((&task.task_id, shortage(pools, &task.options)?)));
        found.extend(short.take(MAX_OF_ONE).map(|(task_id, reason)| Self {
            warning_type: WarningType::NoPool,
            kind: "non-existent pool",
            message: format!("task {task_id:?} {reason}"),
        }));
        found
    }
}

#[utoipa::path(
    get,
    path = "/api/v2/dagWarnings",
    tag = "DagWarning",
    params(PageOf, Which),
    responses((status = 200, description = "As asked", body = WarningList)),
)]
pub(super) async fn list(
    permit: Permit<act::Read, on::DagWarnings>,
    State(state): State<ApiState>,
    Args(page): Args<PageOf>,
    Args(which): Args<Which>,
) -> Result<Json<WarningList>, ApiError> {
    page.fixed_order("dag_id")?;
    let limit = page.limit()?;
    let only = which.dag_id.as_deref().map(dag_id).transpose()?;
    let pools = state.store.pools().await?;
    let timestamp = state.clock.now().wall;
    let catchup = state.engine.settings().catchup;
    let mut all = Vec::new();
    let mut after: Option<DagId> = None;
    loop {
        let dags = match &only {
            Some(dag_id) => vec![state.dag(dag_id).await?],
            None => state.reader.dags(after.as_ref(), PageOf::MAX_LIMIT).await?,
        };
        let is_last = dags.len() < PageOf::MAX_LIMIT;
        after = dags.last().map(|dag| dag.dag_id.clone());
        for dag in dags.into_iter().filter(|dag| dag.active && permit.dags().allows(&dag.dag_id)) {
            let Ok(shape) = state.shape(&dag.version).await else { continue };
            all.extend(DagWarning::of(&shape, &pools, catchup, timestamp).into_iter().map(|warning| WarningBody {
                dag_display_name: dag.dag_id.clone(),
                dag_id: dag.dag_id.clone(),
                warning,
                timestamp,
            }));
        }
        if is_last {
            break;
        }
    }
    let total_entries = all.len();
    let dag_warnings = all.into_iter().skip(page.offset()).take(limit).collect();
    Ok(Json(WarningList { dag_warnings, total_entries }))
}
