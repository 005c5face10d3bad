//! `/eda/sources`: the data sets that are listed.

use axum::extract::State;
use axum::http::StatusCode;
use couture_core::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::door::Eda;
use crate::api::error::ApiError;
use crate::api::extract::{Args, Json};
use crate::api::routes::Routes;
use crate::api::state::ApiState;
use crate::api::web_state::WebState;
use crate::auth::{Permit, act, on};
use crate::eda::{Source, SourceWish};

/// What the handlers of this file say of themselves.
#[derive(OpenApi)]
#[openapi(paths(list, add, remove))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    Routes::new(state)
        .get("get_eda_sources", "/api/v2/eda/sources", list)
        .post("add_eda_source", "/api/v2/eda/sources", add)
        .delete("remove_eda_source", "/api/v2/eda/sources", remove)
}

/// A data set that is listed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EdaSource)]
pub(super) struct SourceBody {
    /// What names it elsewhere: its path or URL; of a connection `CONNECTION/TABLE`, or the first words of its query and a hash.
    #[schema(example = "shop/orders")]
    source: String,
    #[schema(example = "shop")]
    connection_id: Option<String>,
    query: Option<String>,
    #[schema(example = "orders")]
    table: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    added_at: Timestamp,
    #[schema(example = "ann")]
    added_by: String,
}

impl From<Source> for SourceBody {
    fn from(source: Source) -> Self {
        let Source { source, connection_id, query, table, added_at, added_by } = source;
        Self { source, connection_id, query, table, added_at, added_by }
    }
}

/// All data sets that are listed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EdaSourceList)]
pub(super) struct SourceList {
    sources: Vec<SourceBody>,
    total_entries: usize,
}

/// A data set to list: a source, or a connection with either a table or a query.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEdaSource)]
pub(super) struct NewSource {
    /// A whole path of the server's machine (a file, a folder, a pattern), or a URL: `s3:`, `gs:`, `az:`, `hdfs:`, or that of a database
    /// with its table behind a `#`. It holds no password.
    #[serde(default)]
    #[schema(example = "s3://bucket/flights.parquet", max_length = 16384)]
    source: Option<String>,
    #[serde(default)]
    connection_id: Option<String>,
    #[serde(default)]
    #[schema(max_length = 16384)]
    query: Option<String>,
    #[serde(default)]
    table: Option<String>,
}

/// Which data set.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichSource {
    /// As the list names it.
    #[param(example = "shop/orders")]
    source: String,
}

#[utoipa::path(
    get,
    path = "/api/v2/eda/sources",
    tag = "Exploratory Data Analysis",
    responses((status = 200, description = "The data sets, by their names", body = SourceList)),
)]
async fn list(_: Permit<act::Read, on::Eda>, Eda(room): Eda) -> Result<Json<SourceList>, ApiError> {
    let sources: Vec<SourceBody> = room.sources().await?.into_iter().map(SourceBody::from).collect();
    Ok(Json(SourceList { total_entries: sources.len(), sources }))
}

#[utoipa::path(
    post,
    path = "/api/v2/eda/sources",
    tag = "Exploratory Data Analysis",
    description = "Lists a data set. Whether it is there shows when it is looked at.",
    request_body = NewSource,
    responses((status = 201, description = "It is listed", body = SourceBody)),
)]
async fn add(
    permit: Permit<act::Create, on::Eda>,
    State(state): State<ApiState>,
    Eda(room): Eda,
    Json(body): Json<NewSource>,
) -> Result<(StatusCode, Json<SourceBody>), ApiError> {
    let NewSource { source, connection_id, query, table } = body;
    let wish = SourceWish { source, connection_id, query, table };
    let (own, now) = (room.own_folder().to_owned(), state.clock.now().wall);
    let sender = permit.principal().username().unwrap_or_default().to_owned();
    let checked = tokio::task::spawn_blocking(move || wish.check(&own, now, &sender)).await;
    let source = checked
        .map_err(|error| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()))?
        .map_err(|unfit| ApiError::invalid(unfit.to_string()))?;
    permit.note("source", &source.source);
    room.add(&source).await?;
    Ok((StatusCode::CREATED, Json(source.into())))
}

#[utoipa::path(
    delete,
    path = "/api/v2/eda/sources",
    tag = "Exploratory Data Analysis",
    description = "Takes a data set off the list. Neither it nor its reports change.",
    params(WhichSource),
    responses((status = 204, description = "It is off the list")),
)]
async fn remove(
    permit: Permit<act::Delete, on::Eda>,
    Eda(room): Eda,
    Args(which): Args<WhichSource>,
) -> Result<StatusCode, ApiError> {
    permit.note("source", &which.source);
    room.remove(&which.source).await?;
    Ok(StatusCode::NO_CONTENT)
}
