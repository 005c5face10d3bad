//! What came of an import.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::bulk::Existing;

/// What happens to entries that are there already.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportHow {
    #[serde(default = "overwrite")]
    #[param(inline)]
    pub(super) action: Existing,
}

fn overwrite() -> Existing {
    Existing::Overwrite
}

/// What came of an import, which is done as a whole or not at all.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportedBody {
    /// How many are new.
    #[schema(example = 3)]
    pub(super) created: usize,
    /// How many were there, and are as the file has them now.
    pub(super) updated: usize,
    /// How many were there, and stay as they were.
    pub(super) skipped: usize,
    /// None, where this is answered.
    pub(super) failed: usize,
}

impl ImportedBody {
    /// Of `all` entries `existing` were there.
    pub(super) fn new(all: usize, existing: usize, action: Existing) -> Self {
        let (updated, skipped) = match action {
            Existing::Skip => (0, existing),
            Existing::Fail | Existing::Overwrite => (existing, 0),
        };
        Self { created: all - existing, updated, skipped, failed: 0 }
    }
}
