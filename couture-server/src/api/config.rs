//! `/config`: the settings of the server, without secrets.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;
use super::extract::{Args, Json, Names};
use crate::auth::{Permit, act, on};
use crate::settings::{Section, Settings};

/// Settings, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConfigBody {
    sections: Vec<SectionBody>,
}

#[derive(Debug, Serialize, ToSchema)]
struct SectionBody {
    name: String,
    options: Vec<OptionBody>,
}

#[derive(Debug, Serialize, ToSchema)]
struct OptionBody {
    key: String,
    /// As it is written in the file; `< hidden >` where it is secret.
    value: String,
    /// What it does.
    description: String,
    /// The default, as it is written in the file.
    default: String,
    /// The variable of the environment that sets it.
    environment: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// This section only.
    section: Option<String>,
}

const HIDDEN: &str = "< hidden >";

fn body(settings: &Settings, section: &Section) -> SectionBody {
    let option = |key: &crate::settings::Key| OptionBody {
        key: key.name.to_owned(),
        value: settings.shown(section.name, key.name).unwrap_or_else(|| HIDDEN.to_owned()),
        description: key.description(),
        default: (key.default)(),
        environment: key.environment(),
    };
    SectionBody { name: section.name.to_owned(), options: section.keys.iter().map(option).collect() }
}

fn unknown(what: &str) -> ApiError {
    ApiError::not_found(format!("there is no setting {what:?}"))
}

#[utoipa::path(
    get,
    path = "/api/v2/config",
    tag = "Config",
    params(Which),
    responses((status = 200, description = "As asked", body = ConfigBody)),
)]
pub(super) async fn list(
    _: Permit<act::Read, on::Configurations>,
    State(settings): State<Arc<Settings>>,
    Args(which): Args<Which>,
) -> Result<Json<ConfigBody>, ApiError> {
    let is_wanted = |section: &&Section| which.section.as_ref().is_none_or(|name| name == section.name);
    let sections: Vec<_> = Section::all().iter().filter(is_wanted).map(|section| body(&settings, section)).collect();
    match which.section {
        Some(name) if sections.is_empty() => Err(unknown(&name)),
        _ => Ok(Json(ConfigBody { sections })),
    }
}

#[utoipa::path(
    get,
    path = "/api/v2/config/section/{section}/option/{option}",
    tag = "Config",
    params(
        ("section" = String, Path, description = "The section.", example = "server"),
        ("option" = String, Path, description = "The setting.", example = "port"),
    ),
    responses((status = 200, description = "As asked", body = ConfigBody)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::Configurations>,
    State(settings): State<Arc<Settings>>,
    Names((section, option)): Names<(String, String)>,
) -> Result<Json<ConfigBody>, ApiError> {
    let found = Section::all().iter().find(|known| known.name == section).ok_or_else(|| unknown(&section))?;
    let mut section = body(&settings, found);
    section.options.retain(|known| known.key == option);
    if section.options.is_empty() {
        return Err(unknown(&option));
    }
    Ok(Json(ConfigBody { sections: vec![section] }))
}
