//! `/variables/import` and `/variables/~/export`: variables as a JSON file.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use couture_core::VariableKey;
use couture_core::values::{ValueError, Variable};
use futures_util::stream;
use serde_json::{Value, json};
use utoipa::OpenApi;

use super::bulk::{Existing, MAX_IMPORT_BYTES};
use super::error::ApiError;
use super::extract::{Args, Json};
use super::imported::{ImportHow, ImportedBody};
use super::page_of::PageOf;
use super::routes::{Routes, Words};
use super::state::ApiState;
use super::variable::{shown, text};
use super::web_state::WebState;
use crate::auth::{Action, Permit, Resource, act, on};

#[derive(OpenApi)]
#[openapi(paths(import, export))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    let words = Words::new(state).post("import_variables", "/api/v2/variables/import", import);
    Routes::new(state)
        .with_words("/api/v2/variables/{key}", words)
        .get("export_variables", "/api/v2/variables/~/export", export)
        .map(|router| router.layer(DefaultBodyLimit::max(MAX_IMPORT_BYTES)))
}

/// An entry of a file: a value, or an object of value and description, as in Airflow.
fn entry(key: String, value: Value) -> Result<Variable, ApiError> {
    let key = VariableKey::new(key).map_err(ValueError::from)?;
    match value {
        Value::Object(mut fields)
            if fields.contains_key("value") && fields.keys().all(|name| name == "value" || name == "description") =>
        {
            let description = fields.remove("description").filter(|text| !text.is_null()).map(text);
            Ok(Variable { key, value: text(fields.remove("value").unwrap_or_default()), description })
        }
        value => Ok(Variable { key, value: text(value), description: None }),
    }
}

/// Sets all variables of a file, or none: `{"key": value, …}` or `{"key": {"value": …, "description": …}, …}`.
#[utoipa::path(
    post, path = "/api/v2/variables/import", tag = "Variable", params(ImportHow),
    request_body(content = BTreeMap<String, Value>, example = json!({"region": "eu", "limits": {"value": [1, 2], "description": "of the day"}})),
    responses((status = 200, description = "What came of it", body = ImportedBody)),
)]
async fn import(
    permit: Permit<act::Create, on::Variables>,
    State(state): State<ApiState>,
    Args(ImportHow { action }): Args<ImportHow>,
    Json(entries): Json<BTreeMap<String, Value>>,
) -> Result<Json<ImportedBody>, ApiError> {
    if matches!(action, Existing::Overwrite) {
        permit.principal().check(Action::Edit, Resource::Variables, None)?;
    }
    let variables = entries.into_iter().map(|(key, value)| entry(key, value)).collect::<Result<Vec<_>, _>>()?;
    permit.note("variables", variables.len());
    let mut existing = 0;
    for variable in &variables {
        match state.kept.variables.get(&variable.key).await {
            Ok(Some(_)) | Err(ValueError::Undecryptable { .. }) => existing += 1,
            Ok(None) => {}
            Err(error) => return Err(error.into()),
        }
    }
    state.kept.variables.set(&variables, action.into()).await?;
    Ok(Json(ImportedBody::new(variables.len(), existing, action)))
}

/// All variables as a file that can be imported. Those that hold what is hidden from people are left out.
#[utoipa::path(
    get, path = "/api/v2/variables/~/export", tag = "Variable",
    responses((status = 200, description = "The file", body = BTreeMap<String, Value>)),
)]
async fn export(_: Permit<act::Read, on::Variables>, State(state): State<ApiState>) -> Result<Response, ApiError> {
    let first = part(&state, None).await?;
    let rest = stream::try_unfold((state, first, ""), |(state, now, comma)| async move {
        let Some((text, last)) = now else { return Ok::<_, ValueError>(None) };
        let next = part(&state, Some(&last)).await?;
        let (written, comma) = if text.is_empty() { (String::new(), comma) } else { (format!("{comma}{text}"), ",") };
        Ok(Some((Bytes::from(written), (state, next, comma))))
    });
    let edge = |text: &'static str| stream::once(async move { Ok(Bytes::from_static(text.as_bytes())) });
    let whole = futures_util::StreamExt::chain(edge("{"), rest);
    let whole = futures_util::StreamExt::chain(whole, edge("\n}\n"));
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"variables.json\""),
    ];
    Ok((headers, Body::from_stream(whole)).into_response())
}

/// The next entries as text with commas between them, and the last key.
async fn part(state: &ApiState, after: Option<&VariableKey>) -> Result<Option<(String, VariableKey)>, ValueError> {
    let rows = state.kept.variables.list(after, 0, PageOf::MAX_LIMIT).await?;
    let Some(last) = rows.last().map(|(key, _)| key.clone()) else { return Ok(None) };
    let mut entries = Vec::new();
    for (key, variable) in rows {
        // What cannot be decrypted is shown in the list, with the reason.
        let Ok(variable) = variable else { continue };
        if shown(state, key.as_str(), &variable.value) != variable.value {
            continue;
        }
        let value = match variable.description {
            Some(description) => json!({ "value": variable.value, "description": description }),
            None => Value::from(variable.value),
        };
        entries.push(format!("\n  {}: {value}", Value::from(key.as_str())));
    }
    Ok(Some((entries.join(","), last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_values_or_objects_of_value_and_description() {
        let check = |value: Value, expected: &str, description: Option<&str>| {
            let variable = entry("k".into(), value).unwrap();
            assert_eq!((variable.value.as_str(), variable.description.as_deref()), (expected, description));
        };
        check(json!("v"), "v", None);
        check(json!({"a": 1}), "{\"a\":1}", None);
        check(json!({"value": 1}), "1", None);
        check(json!({"value": "v", "description": "d"}), "v", Some("d"));
        check(json!({"value": 1, "x": 2}), "{\"value\":1,\"x\":2}", None);
        assert!(entry(String::new(), json!(1)).is_err());
    }
}
