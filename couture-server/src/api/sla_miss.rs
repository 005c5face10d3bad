//! `/slaMisses`: tasks that were late.

use axum::extract::State;
use couture_core::store::SlaMiss;
use couture_core::{DagId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;
use super::extract::{Args, Json, dag_id};
use super::page_of::PageOf;
use super::state::ApiState;
use crate::auth::{Permit, act, on};

/// A task that was not done when its SLA said so.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SlaMissBody {
    #[schema(value_type = String)]
    dag_id: DagId,
    #[schema(value_type = String)]
    task_id: TaskId,
    /// The logical date of the run.
    #[schema(value_type = String, format = DateTime)]
    logical_date: Timestamp,
    /// When that was found.
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SlaMissList {
    sla_misses: Vec<SlaMissBody>,
    total_entries: usize,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Of this DAG only.
    dag_id: Option<String>,
}

impl From<SlaMiss> for SlaMissBody {
    fn from(miss: SlaMiss) -> Self {
        Self { dag_id: miss.dag_id, task_id: miss.task_id, logical_date: miss.logical_date, timestamp: miss.at }
    }
}

/// The newest logical date first.
#[utoipa::path(
    get,
    path = "/api/v2/slaMisses",
    tag = "SLA Miss",
    params(PageOf, Which),
    responses((status = 200, description = "As asked", body = SlaMissList)),
)]
pub(super) async fn list(
    permit: Permit<act::Read, on::SlaMisses>,
    State(state): State<ApiState>,
    Args(page): Args<PageOf>,
    Args(which): Args<Which>,
) -> Result<Json<SlaMissList>, ApiError> {
    page.fixed_order("-logical_date")?;
    let limit = page.limit()?;
    let of = which.dag_id.as_deref().map(dag_id).transpose()?;
    let misses = state.reader.sla_misses(of.as_ref(), PageOf::MAX_WALK).await?;
    let shown: Vec<_> = misses.into_iter().filter(|miss| permit.dags().allows(&miss.dag_id)).collect();
    let total_entries = shown.len();
    let sla_misses = shown.into_iter().skip(page.offset()).take(limit).map(Into::into).collect();
    Ok(Json(SlaMissList { sla_misses, total_entries }))
}
