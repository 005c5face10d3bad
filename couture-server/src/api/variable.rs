//! `/variables`. Their secrets are never answered.

use axum::extract::State;
use axum::http::StatusCode;
use couture_core::VariableKey;
use couture_core::values::{Kept, OnExisting, ValueError, Variable};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::bulk::{Bulk, BulkBody};
use super::error::ApiError;
use super::extract::{Args, Json, Names, given};
use super::masked;
use super::page_of::PageOf;
use super::state::ApiState;
use crate::auth::{Action, Permit, Resource, act, on};

/// A variable, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VariableBody {
    #[schema(value_type = String)]
    key: VariableKey,
    /// `***` for a secret, unless the server is set to show them; absent where it cannot be decrypted.
    value: Option<String>,
    description: Option<String>,
    /// Whether it is encrypted on disk.
    is_encrypted: bool,
    /// Why it has no value, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VariableList {
    variables: Vec<VariableBody>,
    total_entries: usize,
}

/// A variable to keep. A value that is no text is kept as its JSON.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewVariable {
    key: String,
    value: Value,
    #[serde(default)]
    description: Option<String>,
}

/// What is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VariablePatch {
    #[serde(default)]
    key: Option<String>,
    #[serde(default, deserialize_with = "given")]
    value: Option<Value>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
}

pub(super) fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

impl TryFrom<NewVariable> for Variable {
    type Error = ApiError;
    fn try_from(new: NewVariable) -> Result<Self, ApiError> {
        let key = VariableKey::new(new.key).map_err(ValueError::from)?;
        Ok(Self { key, value: text(new.value), description: new.description })
    }
}

/// The value as people see it.
pub(super) fn shown(state: &ApiState, key: &str, value: &str) -> String {
    if state.hides_secrets { masked::variable(key, value) } else { value.to_owned() }
}

fn body(state: &ApiState, key: VariableKey, variable: Result<Variable, ValueError>) -> VariableBody {
    let is_encrypted = state.kept.encrypted.is_some();
    match variable {
        Ok(variable) => {
            let value = Some(shown(state, key.as_str(), &variable.value));
            VariableBody { key, value, description: variable.description, is_encrypted, error: None }
        }
        Err(error) => {
            VariableBody { key, value: None, description: None, is_encrypted: true, error: Some(error.to_string()) }
        }
    }
}

/// The variable in an address.
async fn find(state: &ApiState, name: &str) -> Result<Variable, ValueError> {
    let missing = || ValueError::missing(Kept::Variable, name);
    let key = VariableKey::new(name).map_err(|_| missing())?;
    state.kept.variables.get(&key).await?.ok_or_else(missing)
}

#[utoipa::path(
    get,
    path = "/api/v2/variables",
    tag = "Variable",
    params(PageOf),
    responses((status = 200, description = "As asked", body = VariableList)),
)]
pub(super) async fn list(
    _: Permit<act::Read, on::Variables>,
    State(state): State<ApiState>,
    Args(page): Args<PageOf>,
) -> Result<Json<VariableList>, ApiError> {
    page.fixed_order("key")?;
    let variables = state.kept.variables.list(None, page.offset(), page.limit()?).await?;
    let variables = variables.into_iter().map(|(key, variable)| body(&state, key, variable)).collect();
    Ok(Json(VariableList { variables, total_entries: state.kept.variables.count().await? }))
}

#[utoipa::path(
    get,
    path = "/api/v2/variables/{key}",
    tag = "Variable",
    params(("key" = String, Path, description = "The key.")),
    responses((status = 200, description = "As asked", body = VariableBody)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::Variables>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
) -> Result<Json<VariableBody>, ApiError> {
    let variable = find(&state, &name).await?;
    Ok(Json(body(&state, variable.key.clone(), Ok(variable))))
}

#[utoipa::path(
    post,
    path = "/api/v2/variables",
    tag = "Variable",
    request_body = NewVariable,
    responses((status = 201, description = "As asked", body = VariableBody)),
)]
pub(super) async fn create(
    _: Permit<act::Create, on::Variables>,
    State(state): State<ApiState>,
    Json(new): Json<NewVariable>,
) -> Result<(StatusCode, Json<VariableBody>), ApiError> {
    let variable = Variable::try_from(new)?;
    state.kept.variables.set(std::slice::from_ref(&variable), OnExisting::Fail).await?;
    Ok((StatusCode::CREATED, Json(body(&state, variable.key.clone(), Ok(variable)))))
}

#[utoipa::path(
    patch,
    path = "/api/v2/variables",
    tag = "Variable",
    request_body = Bulk<NewVariable>,
    responses((status = 200, description = "As asked", body = BulkBody)),
)]
pub(super) async fn bulk(
    permit: Permit<act::Create, on::Variables>,
    State(state): State<ApiState>,
    Json(bulk): Json<Bulk<NewVariable>>,
) -> Result<Json<BulkBody>, ApiError> {
    let (new, existing) = bulk.into_create()?;
    if existing == OnExisting::Overwrite {
        permit.principal().check(Action::Edit, Resource::Variables, None)?;
    }
    let variables = new.into_iter().map(Variable::try_from).collect::<Result<Vec<_>, _>>()?;
    let written = state.kept.variables.set(&variables, existing).await?;
    Ok(Json(BulkBody::new(written, variables.iter().map(|variable| variable.key.to_string()).collect())))
}

#[utoipa::path(
    patch,
    path = "/api/v2/variables/{key}",
    tag = "Variable",
    params(("key" = String, Path, description = "The key.")),
    request_body = VariablePatch,
    responses((status = 200, description = "As asked", body = VariableBody)),
)]
pub(super) async fn patch(
    _: Permit<act::Edit, on::Variables>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Json(patch): Json<VariablePatch>,
) -> Result<Json<VariableBody>, ApiError> {
    if patch.key.is_some_and(|key| key != name) {
        return Err(ApiError::invalid("the key in the body is another than that in the address; a key is not changed"));
    }
    let found = find(&state, &name).await;
    let mut variable = match (found, patch.value) {
        // What cannot be read any more can still be set again.
        (Err(ValueError::Undecryptable { .. }), Some(value)) => {
            Variable::new(VariableKey::new(&name).map_err(ValueError::from)?, text(value))
        }
        (found, Some(value)) => {
            let found = found?;
            Variable { value: masked::variable_again(&name, text(value), &found.value), ..found }
        }
        (found, None) => found?,
    };
    if let Some(description) = patch.description {
        variable.description = description;
    }
    state.kept.variables.set(std::slice::from_ref(&variable), OnExisting::Overwrite).await?;
    Ok(Json(body(&state, variable.key.clone(), Ok(variable))))
}

#[utoipa::path(
    delete,
    path = "/api/v2/variables/{key}",
    tag = "Variable",
    params(("key" = String, Path, description = "The key.")),
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(
    _: Permit<act::Delete, on::Variables>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
) -> Result<StatusCode, ApiError> {
    let missing = || ValueError::missing(Kept::Variable, &name);
    let key = VariableKey::new(&name).map_err(|_| missing())?;
    if state.kept.variables.delete(&key).await? { Ok(StatusCode::NO_CONTENT) } else { Err(missing().into()) }
}
