//! `/eda/runs`: looking at a data set.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use couture_core::store::{RunOrigin, Trigger};
use couture_core::{DagId, RunId};
use couture_operators::eda::{EdaKind, OutputPlace};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{OpenApi, ToSchema};

use super::door::Eda;
use crate::api::error::ApiError;
use crate::api::extract::Json;
use crate::api::routes::Routes;
use crate::api::state::ApiState;
use crate::api::trigger::origin;
use crate::api::web_state::WebState;
use crate::auth::{Permit, act, on};
use crate::eda::{DAG_ID, TASK_ID};

/// What the handlers of this file say of themselves.
#[derive(OpenApi)]
#[openapi(paths(start))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    Routes::new(state).post("start_eda_run", "/api/v2/eda/runs", start)
}

/// What is to be found out.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EdaKind)]
pub(super) enum WantedKind {
    Preliminary,
    DataImportance,
}

/// What is to be found out, of which data set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEdaRun)]
pub(super) struct NewRun {
    /// As the list names it.
    #[schema(example = "shop/orders")]
    source: String,
    kind: WantedKind,
    /// For `data_importance`: the column that the others are to tell about, or a comparison; one is proposed where it is null.
    #[serde(default)]
    #[schema(example = "delay > 15", max_length = 1000)]
    target: Option<String>,
}

/// A run that was started.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StartedEdaRun)]
pub(super) struct StartedRun {
    #[schema(example = "exploratory_data_analysis")]
    dag_id: &'static str,
    #[schema(example = "eda__2026-11-23T04-13-37-042__1f3a9c04d2b86e75")]
    dag_run_id: String,
    #[schema(example = "profile")]
    task_id: &'static str,
    /// Where the report will be; where there is one already, beside it, as the run's log and its `return_value` tell.
    #[schema(example = "outputs/shop.orders/preliminary/2026-11-23T04-13-37-042/data_info.html")]
    output_path: String,
    /// The same in words.
    #[schema(example = "The report will be at outputs/shop.orders/preliminary/2026-11-23T04-13-37-042/data_info.html")]
    message: String,
}

/// What a run is called, which no other is.
#[derive(Debug)]
pub(super) struct RunName {
    timestamp: String,
    pub(super) run_id: String,
}

impl RunName {
    /// A new one, of now.
    pub(super) fn new(state: &ApiState) -> Result<Self, ApiError> {
        let timestamp = OutputPlace::timestamp(state.clock.now().wall);
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes)
            .map_err(|error| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, format!("no random number: {error}")))?;
        let random: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { run_id: format!("eda__{timestamp}__{random}"), timestamp })
    }
}

/// What a run is about.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) kind: EdaKind,
    /// What the run is called.
    pub(super) run: RunName,
    /// What its data set is called among outputs.
    pub(super) name: String,
    /// The other parameters of the run, but for the time.
    pub(super) params: Vec<(&'static str, String)>,
    /// Who asks.
    pub(super) origin: RunOrigin,
}

const MAX_TARGET_CHARS: usize = 1_000;

#[utoipa::path(
    post,
    path = "/api/v2/eda/runs",
    tag = "Exploratory Data Analysis",
    description = "Starts a run that looks at a data set of the list.",
    request_body = NewRun,
    responses((status = 201, description = "The run is on its way", body = StartedRun)),
)]
async fn start(
    permit: Permit<act::Create, on::Eda>,
    State(state): State<ApiState>,
    Eda(room): Eda,
    headers: HeaderMap,
    Json(body): Json<NewRun>,
) -> Result<(StatusCode, Json<StartedRun>), ApiError> {
    let source = room.source(&body.source).await?;
    permit.note("source", &source.source);
    let target = body.target.unwrap_or_default();
    if target.chars().count() > MAX_TARGET_CHARS {
        return Err(ApiError::invalid(format!("target has more than {MAX_TARGET_CHARS} characters")));
    }
    let kind = match body.kind {
        WantedKind::Preliminary if !target.is_empty() => {
            return Err(ApiError::invalid("a target is for the kind data_importance; leave it out"));
        }
        WantedKind::Preliminary => EdaKind::Preliminary,
        WantedKind::DataImportance => EdaKind::DataImportance,
    };
    let name = source.name();
    let mut params = vec![("target", target)];
    match source.connection_id {
        None => params.push(("source", source.source)),
        Some(connection) => {
            params.push(("conn_id", connection));
            params.push(("table", source.table.unwrap_or_default()));
            params.push(("query", source.query.unwrap_or_default()));
        }
    }
    let run = RunName::new(&state)?;
    order(&state, Order { kind, run, name, params, origin: origin(permit.principal(), &headers) }).await
}

/// Starts a run.
pub(super) async fn order(state: &ApiState, order: Order) -> Result<(StatusCode, Json<StartedRun>), ApiError> {
    let Order { kind, run: RunName { timestamp, run_id: dag_run_id }, name, params, origin } = order;
    let place = OutputPlace { outputs: OutputPlace::ROOT.to_owned(), name, kind, timestamp };
    let output_path = place.report();
    let given = [("kind", kind.name().to_owned()), ("name", place.name), ("timestamp", place.timestamp)];
    let conf: Map<String, Value> = given
        .into_iter()
        .chain(params)
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect();
    let unfit = |error: couture_core::IdError| ApiError::invalid(error.to_string());
    let dag_id = DagId::new(DAG_ID).map_err(unfit)?;
    let run_id = Some(RunId::new(&dag_run_id).map_err(unfit)?);
    let trigger =
        Trigger { dag_id: dag_id.clone(), run_id, logical_date: None, data_interval: None, conf: conf.into(), origin };
    state.trigger(trigger).await?;
    let mut message = format!("The report will be at {output_path}");
    if state.dag(&dag_id).await?.paused {
        message.push_str(&format!(", once the dag {DAG_ID}, which is paused, is resumed"));
    }
    let run = StartedRun { dag_id: DAG_ID, dag_run_id, task_id: TASK_ID, output_path, message };
    Ok((StatusCode::CREATED, Json(run)))
}
