//! Variables and connections.

use std::sync::Arc;

use couture_core::VariableKey;
use couture_core::values::{OnExisting, Values as _, Variable, Variables};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Asks;

/// The key of a variable.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    pub(super) key: String,
}

/// A variable to keep.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetVariable {
    key: String,
    value: String,
    #[serde(default)]
    description: Option<String>,
}

impl Asks<'_> {
    pub(super) async fn variable(&self, key: &str) -> Result<Value, String> {
        let found = self.cx.values().variable(key).await.map_err(|error| error.to_string())?;
        Ok(found.map_or(Value::Null, |value| json!({ "value": value })))
    }

    fn variables(&self) -> Result<&Arc<dyn Variables>, String> {
        self.python.variables.as_ref().ok_or_else(|| "variables cannot be changed here".into())
    }

    pub(super) async fn set_variable(&self, variable: SetVariable) -> Result<Value, String> {
        let key = VariableKey::new(variable.key).map_err(|error| error.to_string())?;
        let variable = Variable { key, value: variable.value, description: variable.description };
        for secret in variable.secrets() {
            self.cx.values().hide(secret).map_err(|error| error.to_string())?;
        }
        let kept = self.variables()?.set(&[variable], OnExisting::Overwrite).await;
        kept.map(|_| Value::Null).map_err(|error| error.to_string())
    }

    pub(super) async fn delete_variable(&self, key: &str) -> Result<Value, String> {
        let key = VariableKey::new(key).map_err(|error| error.to_string())?;
        self.variables()?.delete(&key).await.map(Value::Bool).map_err(|error| error.to_string())
    }

    /// All of the id, the passwords included; none where there is none.
    pub(super) async fn connections(&self, conn_id: &str) -> Result<Value, String> {
        let found = self.cx.values().connections(conn_id).await.map_err(|error| error.to_string())?;
        serde_json::to_value(found).map_err(|_| format!("the connection {conn_id:?} is no JSON"))
    }
}
