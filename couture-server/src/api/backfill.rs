//! `/backfills`: runs for a range of dates.

use axum::extract::State;
use axum::http::StatusCode;
use couture_core::store::{Backfill, BackfillChange, BackfillState, NewBackfill, Reprocess};
use couture_core::{Dag, DagId, DataInterval, PlannedStep, RunKey, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;
use super::extract::{Args, Json, Names};
use super::page_of::PageOf;
use super::schema;
use super::state::ApiState;
use crate::auth::{Action, ActionKind, Permit, Resource, act, on};

/// A backfill, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BackfillBody {
    id: i64,
    #[schema(value_type = String)]
    dag_id: DagId,
    dag_display_name: String,
    /// When it ended, or else was made.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    from_date: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    to_date: Timestamp,
    dag_run_conf: Value,
    is_paused: bool,
    run_backwards: bool,
    #[schema(value_type = schema::ReprocessName)]
    reprocess_behavior: Reprocess,
    max_active_runs: u32,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    completed_at: Option<Timestamp>,
    #[schema(value_type = schema::BackfillStateName)]
    state: BackfillState,
    /// The last logical date that was dealt with.
    #[schema(value_type = Option<String>, format = DateTime)]
    reached: Option<Timestamp>,
}

impl From<Backfill> for BackfillBody {
    fn from(row: Backfill) -> Self {
        Self {
            id: row.number,
            dag_display_name: row.dag_id.to_string(),
            updated_at: row.ended_at.unwrap_or(row.created_at),
            dag_id: row.dag_id,
            from_date: row.from,
            to_date: row.to,
            dag_run_conf: row.conf,
            is_paused: row.state == BackfillState::Paused,
            run_backwards: row.reverse,
            reprocess_behavior: row.reprocess,
            max_active_runs: row.max_active_runs,
            created_at: row.created_at,
            completed_at: row.ended_at,
            state: row.state,
            reached: row.reached,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BackfillList {
    backfills: Vec<BackfillBody>,
    total_entries: usize,
}

/// What a backfill would do about a date.
#[derive(Debug, Serialize, ToSchema)]
struct PlannedBody {
    #[schema(value_type = String, format = DateTime)]
    logical_date: Timestamp,
    #[schema(value_type = schema::IntervalBody)]
    data_interval: DataInterval,
    /// `create`, `clear` or `leave`.
    #[schema(value_type = String)]
    step: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlanList {
    backfills: Vec<PlannedBody>,
    total_entries: usize,
}

/// A backfill to begin, in Airflow's words and with its defaults.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BackfillPost {
    #[schema(value_type = String)]
    dag_id: DagId,
    #[schema(value_type = String, format = DateTime)]
    from_date: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    to_date: Timestamp,
    #[serde(default)]
    run_backwards: bool,
    #[serde(default)]
    dag_run_conf: Value,
    #[serde(default)]
    #[schema(value_type = schema::ReprocessName)]
    reprocess_behavior: Reprocess,
    #[serde(default = "default_max_active_runs")]
    max_active_runs: u32,
}

fn default_max_active_runs() -> u32 {
    NewBackfill::DEFAULT_MAX_ACTIVE_RUNS
}

impl BackfillPost {
    fn read(self) -> Result<NewBackfill, ApiError> {
        if i32::try_from(self.max_active_runs).is_err() {
            return Err(ApiError::invalid(format!(
                "max_active_runs is {}; it may be up to {}",
                self.max_active_runs,
                i32::MAX
            )));
        }
        Ok(NewBackfill {
            dag_id: self.dag_id,
            from: self.from_date,
            to: self.to_date,
            max_active_runs: self.max_active_runs,
            reprocess: self.reprocess_behavior,
            reverse: self.run_backwards,
            conf: self.dag_run_conf,
        })
    }
}

/// Whose backfills.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Of {
    #[param(value_type = Option<String>)]
    dag_id: Option<DagId>,
}

async fn find(state: &ApiState, number: i64) -> Result<Backfill, ApiError> {
    let rows = state.reader.backfills(None, Some(number.saturating_add(1)), 1).await?;
    let unknown = || ApiError::not_found(format!("there is no backfill {number}"));
    rows.into_iter().find(|row| row.number == number).ok_or_else(unknown)
}

fn number(text: &str) -> Result<i64, ApiError> {
    text.parse().map_err(|_| ApiError::not_found(format!("{text:?} is not the number of a backfill")))
}

#[utoipa::path(
    get,
    path = "/api/v2/backfills",
    tag = "Backfill",
    params(PageOf, Of),
    responses((status = 200, description = "As asked", body = BackfillList)),
)]
pub(super) async fn list(
    permit: Permit<act::Read, on::Backfills>,
    State(state): State<ApiState>,
    Args(page): Args<PageOf>,
    Args(of): Args<Of>,
) -> Result<Json<BackfillList>, ApiError> {
    page.fixed_order("-id")?;
    let limit = page.limit()?;
    let wanted = page.offset().saturating_add(limit);
    if wanted > PageOf::MAX_WALK {
        return Err(ApiError::invalid(format!("offset is {}; at most {} is allowed", page.offset(), PageOf::MAX_WALK)));
    }
    let rows = state.reader.backfills(of.dag_id.as_ref(), None, wanted).await?;
    let rows: Vec<_> = rows.into_iter().filter(|row| permit.dags().allows(&row.dag_id)).collect();
    let total_entries = rows.len();
    let backfills = rows.into_iter().skip(page.offset()).map(Into::into).collect();
    Ok(Json(BackfillList { backfills, total_entries }))
}

#[utoipa::path(
    get,
    path = "/api/v2/backfills/{backfill_id}",
    tag = "Backfill",
    params(("backfill_id" = i64, Path, description = "The backfill.")),
    responses((status = 200, description = "As asked", body = BackfillBody)),
)]
pub(super) async fn get(
    permit: Permit<act::Read, on::Backfills>,
    State(state): State<ApiState>,
    Names(id): Names<String>,
) -> Result<Json<BackfillBody>, ApiError> {
    Ok(Json(permitted(&permit, find(&state, number(&id)?).await?)?.into()))
}

/// The backfill, where the sender may do that to backfills of its DAG.
fn permitted<A: ActionKind>(permit: &Permit<A, on::Backfills>, row: Backfill) -> Result<Backfill, ApiError> {
    permit.principal().check_dag(A::ACTION, Resource::Backfills, &row.dag_id)?;
    permit.note("dag_id", &row.dag_id);
    Ok(row)
}

#[utoipa::path(
    post,
    path = "/api/v2/backfills",
    tag = "Backfill",
    request_body = BackfillPost,
    responses((status = 200, description = "As asked", body = BackfillBody)),
)]
pub(super) async fn create(
    permit: Permit<act::Create, on::Backfills>,
    State(state): State<ApiState>,
    Json(post): Json<BackfillPost>,
) -> Result<Json<BackfillBody>, ApiError> {
    permit.principal().check_dag(Action::Create, Resource::Backfills, &post.dag_id)?;
    permit.note("dag_id", &post.dag_id);
    state.dag(&post.dag_id).await?;
    let new = post.read()?;
    match state.carry_out(state.engine.backfill(new)).await? {
        Some(number) => Ok(Json(find(&state, number).await?.into())),
        None => {
            let detail = "the request is on its way to the scheduler that owns the dag; look for the backfill there";
            Err(ApiError::new(StatusCode::ACCEPTED, detail))
        }
    }
}

#[utoipa::path(
    post,
    path = "/api/v2/backfills/dry_run",
    tag = "Backfill",
    request_body = BackfillPost,
    responses((status = 200, description = "As asked", body = PlanList)),
)]
pub(super) async fn dry_run(
    permit: Permit<act::Create, on::Backfills>,
    State(state): State<ApiState>,
    Json(post): Json<BackfillPost>,
) -> Result<Json<PlanList>, ApiError> {
    permit.principal().check_dag(Action::Create, Resource::Backfills, &post.dag_id)?;
    let new = post.read()?;
    let record = state.dag(&new.dag_id).await?;
    let json = state.store.version(&record.version).await?;
    let unreadable = |error: String| ApiError::new(StatusCode::CONFLICT, format!("the dag cannot be read: {error}"));
    let json = json.ok_or_else(|| unreadable(format!("version {} is missing from the store", record.version)))?;
    let dag = Dag::from_json(&json).map_err(|error| unreadable(error.to_string()))?;
    let runs = new.runs(&dag, state.clock.now().wall).map_err(ApiError::invalid)?;
    let planned = state.carry_out(state.engine.plan_backfill(&new, &runs)).await?;
    let body = |one: &couture_core::PlannedRun| PlannedBody {
        logical_date: one.run.logical_date,
        data_interval: one.run.data_interval,
        step: match one.step {
            PlannedStep::Create => "create",
            PlannedStep::Clear => "clear",
            PlannedStep::Leave => "leave",
        },
    };
    let backfills: Vec<_> = planned.iter().map(body).collect();
    Ok(Json(PlanList { total_entries: backfills.len(), backfills }))
}

#[utoipa::path(
    put,
    path = "/api/v2/backfills/{backfill_id}/{change}",
    tag = "Backfill",
    params(("backfill_id" = i64, Path, description = "The backfill."), ("change" = String, Path, description = "What becomes of it: `pause`, `unpause` or `cancel`.")),
    responses((status = 200, description = "As asked", body = BackfillBody)),
)]
pub(super) async fn change(
    permit: Permit<act::Edit, on::Backfills>,
    State(state): State<ApiState>,
    Names((id, change)): Names<(String, String)>,
) -> Result<Json<BackfillBody>, ApiError> {
    let change = match change.as_str() {
        "pause" => BackfillChange::Pause,
        "unpause" => BackfillChange::Unpause,
        "cancel" => BackfillChange::Cancel,
        other => {
            let detail = format!("a backfill can be paused, unpaused and cancelled: there is no {other:?}");
            return Err(ApiError::not_found(detail));
        }
    };
    let number = number(&id)?;
    let row = permitted(&permit, find(&state, number).await?)?;
    if row.state.is_over() {
        let detail = format!("backfill {} of dag {:?} is over already", RunKey(number).0, row.dag_id.as_str());
        return Err(ApiError::new(StatusCode::CONFLICT, detail));
    }
    state.carry_out(state.engine.set_backfill(row.dag_id, number, change)).await?;
    Ok(Json(find(&state, number).await?.into()))
}
