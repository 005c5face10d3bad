//! The variables and connections that a file was told.

use std::collections::BTreeMap;

use couture_core::values::{Connection, Values};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::python::digits;

/// What was looked up, by the hash of what was found. Two that are equal mean the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// Hashes of variables by key; none where there was none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    variables: BTreeMap<String, Option<String>>,
    /// Hashes of all connections of an id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    connections: BTreeMap<String, String>,
}

/// A question of a file that is parsed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Question {
    Variable { key: String },
    Connections { conn_id: String },
}

/// The most look-ups of one file.
const MAX: usize = 1_000;

fn hash(content: &[u8]) -> String {
    digits(&Sha256::digest(content))
}

fn connections_hash(found: &[Connection]) -> String {
    hash(&serde_json::to_vec(found).unwrap_or_default())
}

impl Inputs {
    /// Whether nothing was looked up.
    pub fn is_empty(&self) -> bool {
        self.variables.is_empty() && self.connections.is_empty()
    }

    /// Whether all of it would be found as it was. What cannot be looked up now counts as unchanged.
    pub async fn holds(&self, values: &dyn Values) -> bool {
        for (key, known) in &self.variables {
            match values.variable(key).await {
                Ok(found) if found.as_ref().map(|value| hash(value.as_bytes())) != *known => return false,
                _ => {}
            }
        }
        for (conn_id, known) in &self.connections {
            match values.connections(conn_id).await {
                Ok(found) if connections_hash(&found) != *known => return false,
                _ => {}
            }
        }
        true
    }

    /// Answers a question, and remembers what was found.
    pub(super) async fn answer(&mut self, question: Question, values: &dyn Values) -> Result<Value, String> {
        if self.variables.len() + self.connections.len() >= MAX {
            return Err(format!("a file looks up at most {MAX} variables and connections while it is parsed"));
        }
        match question {
            Question::Variable { key } => {
                let found = values.variable(&key).await.map_err(|error| error.to_string())?;
                self.variables.insert(key, found.as_ref().map(|value| hash(value.as_bytes())));
                Ok(found.map_or(Value::Null, |value| json!({ "value": value })))
            }
            Question::Connections { conn_id } => {
                let found = values.connections(&conn_id).await.map_err(|error| error.to_string())?;
                self.connections.insert(conn_id.clone(), connections_hash(&found));
                serde_json::to_value(found).map_err(|_| format!("the connection {conn_id:?} is no JSON"))
            }
        }
    }
}
