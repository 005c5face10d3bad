//! What the routes of the server work on.

use std::sync::{Arc, OnceLock};

use axum::extract::FromRef;

use super::openapi::ApiDocument;
use super::state::ApiState;
use crate::auth::Authority;

/// What the routes of the server work on. Clones share it.
#[derive(Clone, Debug)]
pub struct WebState {
    /// Engine, store and what is defined.
    pub api: ApiState,
    /// Who somebody is, and what they may do.
    pub authority: Arc<Authority>,
    /// What the API says of itself, once its routes are known.
    pub document: Arc<OnceLock<ApiDocument>>,
}

impl FromRef<WebState> for ApiState {
    fn from_ref(state: &WebState) -> Self {
        state.api.clone()
    }
}

impl FromRef<WebState> for Arc<Authority> {
    fn from_ref(state: &WebState) -> Self {
        state.authority.clone()
    }
}
