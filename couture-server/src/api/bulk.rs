//! Many entries in one request, all of them or none; new keys for old.

use axum::extract::State;
use axum::http::StatusCode;
use couture_core::values::OnExisting;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ApiError;
use super::extract::Json;
use super::state::ApiState;
use crate::auth::{Permit, act, on};

/// The biggest body of a request that writes values.
pub(super) const MAX_IMPORT_BYTES: usize = 64 << 20;

/// Airflow's bulk request. One action in a request, which makes entries; it is done as a whole or not at all.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Bulk<T> {
    actions: Vec<Action<T>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Action<T> {
    action: Kind,
    entities: Vec<T>,
    #[serde(default)]
    action_on_existence: Existing,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Create,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Existing {
    #[default]
    Fail,
    Overwrite,
    Skip,
}

impl From<Existing> for OnExisting {
    fn from(existing: Existing) -> Self {
        match existing {
            Existing::Fail => Self::Fail,
            Existing::Overwrite => Self::Overwrite,
            Existing::Skip => Self::Skip,
        }
    }
}

/// What came of it, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BulkBody {
    create: Created,
}

#[derive(Debug, Serialize, ToSchema)]
struct Created {
    /// How many were written.
    written: usize,
    success: Vec<String>,
    errors: Vec<String>,
}

impl<T> Bulk<T> {
    /// The entries, and what happens to those that exist.
    pub(super) fn into_create(self) -> Result<(Vec<T>, OnExisting), ApiError> {
        let one: Result<[Action<T>; 1], _> = self.actions.try_into();
        let Ok([Action { action: Kind::Create, entities, action_on_existence }]) = one else {
            return Err(ApiError::invalid("a bulk request has one action, since it is done as a whole or not at all"));
        };
        Ok((entities, action_on_existence.into()))
    }
}

impl BulkBody {
    /// `written` entries were; these are the names of all.
    pub(super) fn new(written: usize, success: Vec<String>) -> Self {
        Self { create: Created { written, success, errors: Vec::new() } }
    }
}

/// What a rotation did.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RotationBody {
    variables: usize,
    connections: usize,
    /// What stays as it is, and why.
    errors: Vec<String>,
}

/// Encrypts everything with the first Fernet key.
#[utoipa::path(
    post,
    path = "/api/v2/fernetKey/rotate",
    tag = "Connection",
    responses((status = 200, description = "As asked", body = RotationBody)),
)]
pub(super) async fn rotate(
    _: Permit<act::Edit, on::FernetKey>,
    State(state): State<ApiState>,
) -> Result<Json<RotationBody>, ApiError> {
    let Some(encrypted) = &state.kept.encrypted else {
        let detail = "this server keeps its values without a Fernet key; set COUTURE_FERNET_KEY, and start it again";
        return Err(ApiError::new(StatusCode::CONFLICT, detail));
    };
    let done = encrypted.rotate().await?;
    let errors = done.left.iter().map(ToString::to_string).collect();
    Ok(Json(RotationBody { variables: done.variables, connections: done.connections, errors }))
}
