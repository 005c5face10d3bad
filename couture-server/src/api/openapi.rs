//! The description of the API: OpenAPI 3.1, at `/openapi.json`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr, Response as Described, ResponseBuilder,
    SecurityRequirement,
};
use utoipa::{PartialSchema as _, ToSchema};

use super::answered;
use super::routes::{Needs, Route};
use super::web_state::WebState;
use crate::auth::{Permit, act, on};

/// What every error looks like.
#[derive(Debug, ToSchema)]
#[schema(as = Error, example = json!({"detail": "there is no dag \"etl\""}))]
#[expect(dead_code, reason = "it describes what ApiError writes")]
struct ErrorBody {
    /// What is wrong, and what to do.
    detail: String,
}

/// What the error 422 looks like, in Airflow's shape.
#[derive(Debug, ToSchema)]
#[schema(
    as = HTTPValidationError,
    example = json!({"detail": [{"loc": ["request"], "msg": "limit is 0; ask for at least 1", "type": "value_error"}]})
)]
#[expect(dead_code, reason = "it describes what ApiError writes")]
struct Unfit {
    detail: Vec<Misfit>,
}

/// What does not fit.
#[derive(Debug, ToSchema)]
#[schema(as = ValidationError)]
#[expect(dead_code, reason = "it describes what ApiError writes")]
struct Misfit {
    /// Where: always `["request"]`, and `msg` says more.
    loc: Vec<String>,
    /// What is wrong, and what to do.
    msg: String,
    /// Always `value_error`.
    r#type: String,
}

/// What opens to everybody may besides not wait for its body.
const TOO_SLOW: (&str, &str) = ("408", "The body did not arrive in time");

/// Errors that any request may meet.
const ERRORS: [(&str, &str); 10] = [
    ("400", "The request makes no sense as it is"),
    ("401", "Nobody is logged in, or the token does not count"),
    ("403", "The sender has no such permission"),
    ("404", "There is no such thing"),
    ("409", "What exists is in the way"),
    ("413", "The body is too big"),
    ("415", "The body is of another type"),
    ("422", "The request does not fit"),
    ("429", "Too much at a time"),
    ("503", "The store takes nothing at the moment; try again"),
];

const BEARER: &str = "bearer";

/// The description of `routes`, from what their handlers say of themselves in `parts`.
pub(super) fn describe(routes: &[Route], parts: impl IntoIterator<Item = OpenApi>) -> OpenApi {
    let info = InfoBuilder::new().title("Couture").version(env!("CARGO_PKG_VERSION")).description(Some(
        "Workflows: DAGs, their runs, and everything around them, in the shapes of Airflow's API v2.",
    ));
    let mut all = OpenApiBuilder::new().info(info).build();
    for part in parts {
        if let (Some(known), Some(more)) = (&all.components, &part.components) {
            let other =
                more.schemas.iter().find(|(name, schema)| known.schemas.get(*name).is_some_and(|one| one != *schema));
            debug_assert!(other.is_none(), "two shapes are called {:?}", other.map(|(name, _)| name));
        }
        all.merge(part);
    }
    let mut components = all.components.take().unwrap_or_default();
    components.schemas.insert("Error".into(), ErrorBody::schema());
    components.responses.extend(
        ERRORS.into_iter().chain([TOO_SLOW]).map(|(status, said)| (error_name(status), RefOr::T(error(status, said)))),
    );
    components.schemas.insert("HTTPValidationError".into(), Unfit::schema());
    components.schemas.insert("ValidationError".into(), Misfit::schema());
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.security_schemes.insert(BEARER.into(), SecurityScheme::Http(bearer));
    all.components = Some(components);
    for route in routes {
        let item = all.paths.paths.get_mut(&described_path(&route.path));
        match item.and_then(|item| operation_of(item, route)) {
            Some(operation) => complete(operation, route),
            // What is no file of the page has a description, or nobody would know how to use it.
            None => {
                debug_assert!(
                    !route.path.starts_with("/api/") && !route.path.starts_with("/auth/"),
                    "{route:?} is not described"
                )
            }
        }
    }
    all
}

/// A parameter that takes the rest of the address is written as any other.
fn described_path(path: &str) -> String {
    path.replace("{*", "{")
}

fn operation_of<'i>(item: &'i mut PathItem, route: &Route) -> Option<&'i mut Operation> {
    match route.method.as_str() {
        "GET" => item.get.as_mut(),
        "POST" => item.post.as_mut(),
        "PUT" => item.put.as_mut(),
        "PATCH" => item.patch.as_mut(),
        "DELETE" => item.delete.as_mut(),
        _ => None,
    }
}

/// Adds what follows from the route: its name, what it needs, and the errors that it may answer.
fn complete(operation: &mut Operation, route: &Route) {
    operation.operation_id = Some(route.operation.to_owned());
    let needs = match route.needs {
        Needs::Nothing => {
            operation.security = Some(Vec::new());
            "Open to everybody.".to_owned()
        }
        Needs::Permission(action, resource) => {
            let none: [&str; 0] = [];
            operation.security = Some(vec![SecurityRequirement::new(BEARER, none)]);
            format!("Needs `{action}` on `{resource}`.")
        }
    };
    let said = operation.description.take().filter(|said| !said.is_empty());
    operation.description = Some(said.map_or(needs.clone(), |said| format!("{said}\n\n{needs}")));
    let slow = (route.needs == Needs::Nothing && route.method != "GET").then_some(TOO_SLOW);
    for (status, _) in ERRORS.into_iter().chain(slow) {
        let error = RefOr::Ref(Ref::from_response_name(error_name(status)));
        operation.responses.responses.entry(status.to_owned()).or_insert(error);
    }
}

fn error_name(status: &str) -> String {
    format!("Error{status}")
}

fn error(status: &str, description: &str) -> Described {
    let shape = if status == "422" { "HTTPValidationError" } else { "Error" };
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(shape))).build();
    ResponseBuilder::new().description(description).content("application/json", content).build()
}

/// The description, as it is answered.
#[derive(Clone, Debug)]
pub struct ApiDocument(Arc<str>);

impl ApiDocument {
    pub(super) fn new(document: &OpenApi) -> Self {
        // A document of strings and numbers can be written.
        let mut document =
            serde_json::to_value(document).unwrap_or_else(|error| json!({ "detail": error.to_string() }));
        answered::require(&mut document);
        Self(document.to_string().into())
    }
}

pub(super) async fn get(_: Permit<act::Read, on::Website>, State(state): State<WebState>) -> Response {
    let text = state.document.get().map(|document| document.0.to_string()).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}
