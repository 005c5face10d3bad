//! Which part of a list is wanted.

use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::error::ApiError;
use super::pairs::Pairs;

/// `?limit=…&offset=…&order_by=…`, as in Airflow.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageOf {
    /// The most entries of the answer.
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 1000, default = 50, example = 50)]
    limit: usize,
    /// How many entries are passed over first.
    #[serde(default)]
    #[param(minimum = 0, maximum = 2147483647, default = 0, example = 0)]
    offset: usize,
    /// A field of the entries, with a `-` before it for the greatest first. Each list says in its error by which it can be ordered.
    #[serde(default)]
    order_by: Option<String>,
}

fn default_limit() -> usize {
    50
}

impl PageOf {
    /// The most entries of one answer.
    pub(super) const MAX_LIMIT: usize = 1_000;
    /// The furthest that a list without a cheap count is walked.
    pub(super) const MAX_WALK: usize = 100_000;

    /// No list is longer.
    const MAX_OFFSET: usize = i32::MAX as usize;

    /// What `page_limit`, `page_offset` and `order_by` of a body say.
    pub(super) fn of_body(pairs: &Pairs) -> Result<Self, ApiError> {
        Ok(Self {
            limit: pairs.parsed("page_limit")?.unwrap_or(100),
            offset: pairs.parsed("page_offset")?.unwrap_or(0),
            order_by: pairs.one("order_by").map(String::from),
        })
    }

    /// How many entries; refused beyond [`Self::MAX_LIMIT`].
    pub(super) fn limit(&self) -> Result<usize, ApiError> {
        match self.limit {
            0 => Err(ApiError::invalid("limit is 0; ask for at least 1")),
            limit if limit > Self::MAX_LIMIT => {
                Err(ApiError::invalid(format!("limit is {limit}; at most {} are allowed", Self::MAX_LIMIT)))
            }
            _ if self.offset > Self::MAX_OFFSET => {
                Err(ApiError::invalid(format!("offset is {}; at most {} is allowed", self.offset, Self::MAX_OFFSET)))
            }
            limit => Ok(limit),
        }
    }

    /// How many entries are passed over first.
    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    /// By which of `names` the list is to be ordered, and whether the greatest comes first; nothing where that was not said.
    pub(super) fn order(&self, names: &[&'static str]) -> Result<Option<(&'static str, bool)>, ApiError> {
        let Some(wanted) = self.order_by.as_deref().filter(|wanted| !wanted.is_empty()) else { return Ok(None) };
        let (is_descending, name) = match wanted.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, wanted),
        };
        match names.iter().find(|known| **known == name) {
            Some(name) => Ok(Some((name, is_descending))),
            None => {
                let known = names.join(", ");
                let detail =
                    format!("order_by is {wanted:?}; it may be {known}, each with a - before it for descending");
                Err(ApiError::new(StatusCode::BAD_REQUEST, detail))
            }
        }
    }

    /// For a list that has one order only, ascending by `name`.
    pub(super) fn fixed_order(&self, name: &'static str) -> Result<(), ApiError> {
        match self.order_by.as_deref() {
            None | Some("") => Ok(()),
            Some(wanted) if wanted == name => Ok(()),
            Some(wanted) => {
                let detail = format!("order_by is {wanted:?}; this list can only be ordered by {name}");
                Err(ApiError::new(StatusCode::BAD_REQUEST, detail))
            }
        }
    }
}
