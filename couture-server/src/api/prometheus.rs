//! `/metrics`: what is measured, for Prometheus.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use super::web_state::WebState;
use crate::auth::{Permit, act, on};

/// What is measured, in Prometheus' text format. Give the scraper a personal API token.
pub(super) async fn get(_: Permit<act::Read, on::Jobs>, State(state): State<WebState>) -> Result<Response, ApiError> {
    let Some(measures) = &state.measures else {
        let detail = "the program that embeds this server gathers the measures itself";
        return Err(ApiError::new(StatusCode::NOT_FOUND, detail));
    };
    let pools = state.api.kept.pools.list().await?;
    let text = measures.text(&state.api.engine.status(), &pools);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
