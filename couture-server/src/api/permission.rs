//! A permission, as the API writes it.

use couture_store::Permission;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A permission.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PermissionBody {
    /// What may be done, such as `can_read`.
    action: String,
    /// To what, such as `Variables`, `all_dags` or `DAG:x`.
    resource: String,
}

impl From<&Permission> for PermissionBody {
    fn from(permission: &Permission) -> Self {
        Self { action: permission.action.clone(), resource: permission.resource.clone() }
    }
}

impl From<PermissionBody> for Permission {
    fn from(body: PermissionBody) -> Self {
        Self::new(body.action, body.resource)
    }
}
