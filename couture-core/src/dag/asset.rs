//! Assets: data that tasks write, and that DAGs wait for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::AssetName;

/// Something that a task writes: a file, a table. Two are the same if their names are.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "AssetForm")]
pub struct Asset {
    /// Unique in the installation; its URI where nothing else was given.
    pub name: AssetName,
    /// Where it is; not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// Facts for people.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub extra: Value,
    /// Whether it is no data itself, and the task that changes it says which assets it has changed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub alias: bool,
}

/// A name alone, or all of it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "an asset is its name, or {name, uri, extra, alias}")]
enum AssetForm {
    Name(AssetName),
    Whole {
        name: AssetName,
        #[serde(default)]
        uri: Option<String>,
        #[serde(default)]
        extra: Value,
        #[serde(default)]
        alias: bool,
    },
}

impl From<AssetForm> for Asset {
    fn from(form: AssetForm) -> Self {
        match form {
            AssetForm::Name(name) => Self { name, uri: None, extra: Value::Null, alias: false },
            AssetForm::Whole { name, uri, extra, alias } => Self { name, uri, extra, alias },
        }
    }
}

/// Which changes of assets start a run of a DAG.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetCondition {
    /// This one has changed since the last run.
    Asset(AssetName),
    /// All of these hold.
    All(Vec<AssetCondition>),
    /// One of these holds.
    Any(Vec<AssetCondition>),
}

impl AssetCondition {
    /// Whether it holds where `changed` says which assets have changed.
    pub fn holds(&self, changed: &impl Fn(&AssetName) -> bool) -> bool {
        match self {
            Self::Asset(name) => changed(name),
            Self::All(parts) => parts.iter().all(|part| part.holds(changed)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(changed)),
        }
    }

    /// The assets named in it, each once or more.
    pub fn names(&self) -> Vec<&AssetName> {
        match self {
            Self::Asset(name) => vec![name],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::names).collect(),
        }
    }
}
