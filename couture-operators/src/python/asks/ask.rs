//! The questions.

use serde::Deserialize;
use serde_json::Value;

use super::external::ExternalStates;
use super::render::Render;
use super::runs::{RunState, TriggerDagRun};
use super::values::{Key, SetVariable};
use super::xcoms::XComPull;

/// A question of a process.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Ask {
    /// What tasks gave.
    XcomPull(XComPull),
    /// A variable.
    Variable(Key),
    /// Keep a variable.
    SetVariable(SetVariable),
    /// Forget a variable.
    DeleteVariable(Key),
    /// All connections of an id.
    Connections { conn_id: String },
    /// Fill in templates.
    Render(Box<Render>),
    /// Start a run.
    TriggerDagRun(TriggerDagRun),
    /// How a run is.
    RunState(RunState),
    /// The states of what another DAG does.
    ExternalStates(ExternalStates),
    /// A rare name of the context.
    Name { name: String },
    /// Changes of an asset.
    AssetEvents { asset: String, offset: usize, limit: usize },
    /// Show a text as `***` from now on.
    Mask { secret: String },
}

/// A question with its number.
#[derive(Debug, Deserialize)]
pub(super) struct Numbered {
    pub(super) id: u64,
    pub(super) ask: Value,
}
