//! Which part of a list is wanted.

use serde::Deserialize;

use super::error::ApiError;

/// `?limit=…&offset=…`, as in Airflow.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct PageOf {
    #[serde(default = "default_limit")]
    limit: usize,
    #[serde(default)]
    offset: usize,
}

fn default_limit() -> usize {
    50
}

impl PageOf {
    /// The most entries of one answer.
    pub(super) const MAX_LIMIT: usize = 1_000;
    /// The furthest that a list without a cheap count is walked.
    pub(super) const MAX_WALK: usize = 100_000;

    /// How many entries; refused beyond [`Self::MAX_LIMIT`].
    pub(super) fn limit(self) -> Result<usize, ApiError> {
        match self.limit {
            0 => Err(ApiError::invalid("limit is 0; ask for at least 1")),
            limit if limit > Self::MAX_LIMIT => {
                Err(ApiError::invalid(format!("limit is {limit}; at most {} are allowed", Self::MAX_LIMIT)))
            }
            limit => Ok(limit),
        }
    }

    /// How many entries are passed over first.
    pub(super) fn offset(self) -> usize {
        self.offset
    }
}
