//! The answer that carries the page.

use std::sync::LazyLock;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use sha2::{Digest, Sha256};

use super::contents::Contents;
use crate::api::{ApiError, ApiState};
use crate::auth::{Permit, act, on};

static STYLE: &str = include_str!("style.css");

/// Nothing may be loaded, run, framed or submitted; the page's own style is known by its hash.
static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// Answers with the page.
pub(crate) async fn get(
    permit: Permit<act::Read, on::Website>,
    State(state): State<ApiState>,
) -> Result<Response, ApiError> {
    let contents = Contents::gather(&state, permit.principal()).await?;
    let html = contents.html(STYLE);
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, &CONTENT_SECURITY_POLICY),
    ];
    Ok((headers, html).into_response())
}
