//! `/parseDagFile`, `/dags/{dag_id}/variablesUsed`, and lists that are empty here.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use axum::extract::State;
use axum::http::StatusCode;
use couture_core::{ConnId, DagId, VariableKey};

use regex::Regex;
use serde::Serialize;
use serde_json::Value;
use utoipa::{OpenApi, ToSchema};

use super::dag_body::file_token;
use super::error::ApiError;
use super::extract::{Json, Names, dag_id};
use super::page_of::PageOf;
use super::routes::Routes;
use super::state::ApiState;
use super::web_state::WebState;
use crate::auth::{Action, Permit, Resource, act, on};
use crate::dags::{DagSource, written_in};

/// What was begun.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Reparsed {
    /// The file, by its path in the DAG folder.
    path: String,
}

/// Parses a DAG file again, soon.
#[utoipa::path(
    post,
    path = "/api/v2/parseDagFile/{file_token}",
    tag = "DAG Parsing",
    params(("file_token" = String, Path, description = "The `file_token` of a DAG in the file.")),
    responses((status = 201, description = "It will be parsed", body = Reparsed)),
)]
pub(super) async fn parse(
    permit: Permit<act::Edit, on::Dags>,
    State(state): State<ApiState>,
    Names(token): Names<String>,
) -> Result<(StatusCode, Json<Reparsed>), ApiError> {
    let unknown = || ApiError::not_found("there is no dag file with this token");
    let mut after: Option<DagId> = None;
    loop {
        let page = state.reader.dags(after.as_ref(), PageOf::MAX_LIMIT).await?;
        for record in &page {
            let Some(facts) = state.catalog.facts(&record.dag_id) else { continue };
            let DagSource::File(path) = facts.source else { continue };
            if file_token(Some(&DagSource::File(path.clone()))) != token {
                continue;
            }
            permit.principal().check_dag(Action::Edit, Resource::Dags, &record.dag_id)?;
            let file = state.catalog.folder().join(&path);
            let now = std::time::UNIX_EPOCH
                + std::time::Duration::from_micros(state.clock.now().wall.as_micros().unsigned_abs());
            // A file with another time is another file to whoever watches the folder.
            let touched = tokio::task::spawn_blocking(move || std::fs::File::open(file)?.set_modified(now)).await;
            let touched = touched.unwrap_or_else(|error| Err(std::io::Error::other(error)));
            let failed = |error| ApiError::new(StatusCode::CONFLICT, format!("the file cannot be touched: {error}"));
            touched.map_err(failed)?;
            return Ok((StatusCode::CREATED, Json(Reparsed { path: path.display().to_string() })));
        }
        match page.last() {
            Some(last) if page.len() == PageOf::MAX_LIMIT => after = Some(last.dag_id.clone()),
            _ => return Err(unknown()),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct VariableUsed {
    key: String,
    is_set: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct ConnectionUsed {
    conn_id: String,
    is_set: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Used {
    variables: Vec<VariableUsed>,
    connections: Vec<ConnectionUsed>,
}

/// How variables are named: by a call, or in a template.
static VARIABLES: LazyLock<Regex> = LazyLock::new(|| {
    let text = r#"Variable\.(?:get|set)\(\s*(?:key\s*=\s*)?["']([^"'\\]+)["']|\bvar\.(?:value|json)\.(?:get\(\s*["'])?([\w-]+)"#;
    Regex::new(text).expect("a pattern of ours")
});

/// How connections are named: by an argument, a call, or in a template.
static CONNECTIONS: LazyLock<Regex> = LazyLock::new(|| {
    let text = r#"\b\w*conn_id["']?\s*[=:]\s*["']?([\w.-]+)|get_connection(?:_from_secrets)?\(\s*["']([^"'\\]+)["']|\{\{[^}]*\bconn\.([\w-]+)"#;
    Regex::new(text).expect("a pattern of ours")
});

/// The most names of each kind.
const MAX_NAMES: usize = 500;

fn named(pattern: &Regex, text: &str) -> BTreeSet<String> {
    let names = pattern.captures_iter(text).filter_map(|found| found.iter().skip(1).flatten().next());
    let reserved = ["get", "None", "null"];
    names.map(|name| name.as_str().to_owned()).filter(|name| !reserved.contains(&&**name)).take(MAX_NAMES).collect()
}

/// The variables and connections that a DAG names, as far as its text tells.
#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/variablesUsed",
    tag = "DAG",
    params(("dag_id" = String, Path, description = "The DAG.")),
    responses((status = 200, description = "The names", body = Used)),
)]
pub(super) async fn variables_used(
    _: Permit<act::Read, on::DagCode>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
) -> Result<Json<Used>, ApiError> {
    let record = state.dag(&dag_id(&name)?).await?;
    let source = state.catalog.facts(&record.dag_id).map(|facts| facts.source);
    let folder = state.catalog.folder().to_owned();
    let text = tokio::task::spawn_blocking(move || written_in(&folder, &source?)).await.unwrap_or_default();
    let mut texts = vec![text.unwrap_or_default()];
    if let Some(json) = state.store.version(&record.version).await? {
        texts.push(String::from_utf8_lossy(&json).into_owned());
    }
    let all = |pattern: &Regex| texts.iter().flat_map(|text| named(pattern, text)).collect::<BTreeSet<_>>();
    let (mut variables, mut connections) = (Vec::new(), Vec::new());
    for key in all(&VARIABLES) {
        let is_set = match VariableKey::new(key.as_str()) {
            Ok(key) => state.kept.variables.get(&key).await?.is_some(),
            Err(_) => false,
        };
        variables.push(VariableUsed { key, is_set });
    }
    for conn_id in all(&CONNECTIONS) {
        let is_set = match ConnId::new(conn_id.as_str()) {
            Ok(conn_id) => !state.kept.connections.get(&conn_id).await?.is_empty(),
            Err(_) => false,
        };
        connections.push(ConnectionUsed { conn_id, is_set });
    }
    Ok(Json(Used { variables, connections }))
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PluginList {
    #[schema(value_type = Vec<Object>)]
    plugins: Vec<Value>,
    total_entries: usize,
}

/// There are no plugins: operators are part of programs, and of Python files.
#[utoipa::path(
    get,
    path = "/api/v2/plugins",
    tag = "Plugin",
    responses((status = 200, description = "None", body = PluginList)),
)]
pub(super) async fn plugins(_: Permit<act::Read, on::Website>) -> Json<PluginList> {
    Json(PluginList { plugins: Vec::new(), total_entries: 0 })
}

#[derive(Debug, Serialize, ToSchema)]
struct Provider {
    package_name: String,
    description: String,
    version: String,
    documentation_url: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProviderList {
    providers: Vec<Provider>,
    total_entries: usize,
}

/// What brings operators along.
#[utoipa::path(
    get,
    path = "/api/v2/providers",
    tag = "Provider",
    responses((status = 200, description = "The one that is built in", body = ProviderList)),
)]
pub(super) async fn providers(_: Permit<act::Read, on::Website>) -> Json<ProviderList> {
    let own = Provider {
        package_name: "couture-operators".to_owned(),
        description: "The operators that are built in".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        documentation_url: None,
    };
    Json(ProviderList { providers: vec![own], total_entries: 1 })
}

#[derive(OpenApi)]
#[openapi(paths(parse, variables_used, plugins, providers))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    Routes::new(state)
        .post("reparse_dag_file", "/api/v2/parseDagFile/{file_token}", parse)
        .get("get_variables_used", "/api/v2/dags/{dag_id}/variablesUsed", variables_used)
        .get("get_plugins", "/api/v2/plugins", plugins)
        .get("get_providers", "/api/v2/providers", providers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_texts() {
        let check = |pattern: &Regex, text: &str, expected: &[&str]| {
            assert_eq!(named(pattern, text).iter().map(String::as_str).collect::<Vec<_>>(), expected, "{text}");
        };
        check(&VARIABLES, r#"Variable.get("a"), Variable.get(key='b.c', default_var=1)"#, &["a", "b.c"]);
        check(
            &VARIABLES,
            "{{ var.value.bucket }} {{ var.json.conf.x }} {{ var.value.get('k', 1) }}",
            &["bucket", "conf", "k"],
        );
        check(&VARIABLES, "myvar.values.x Variable.get(name)", &[]);
        check(&CONNECTIONS, r#"http_conn_id="web", conn_id: 'db'"#, &["db", "web"]);
        check(&CONNECTIONS, r#"BaseHook.get_connection("s3") {{ conn.api.host }}"#, &["api", "s3"]);
        check(&CONNECTIONS, "connect(x) conn_id=None", &[]);
    }
}
