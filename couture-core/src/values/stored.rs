//! Values of the environment, then those that are kept.

use std::sync::Arc;

use async_trait::async_trait;

use super::Values;
use super::connection::{Connection, Connections};
use super::environment::EnvironmentValues;
use super::error::ValueError;
use super::variable::Variables;
use crate::ids::{ConnId, VariableKey};

/// What a server offers to its tasks.
#[derive(Clone, Debug)]
pub struct StoredValues {
    environment: EnvironmentValues,
    variables: Arc<dyn Variables>,
    connections: Arc<dyn Connections>,
}

impl StoredValues {
    /// Looks in `environment` first.
    pub fn new(
        environment: EnvironmentValues,
        variables: Arc<dyn Variables>,
        connections: Arc<dyn Connections>,
    ) -> Self {
        Self { environment, variables, connections }
    }
}

#[async_trait]
impl Values for StoredValues {
    async fn variable(&self, key: &str) -> Result<Option<String>, ValueError> {
        if let Some(value) = self.environment.find_variable(key) {
            return Ok(Some(value.to_owned()));
        }
        Ok(self.variables.get(&VariableKey::new(key)?).await?.map(|variable| variable.value))
    }

    async fn connections(&self, conn_id: &str) -> Result<Vec<Connection>, ValueError> {
        if let Some(connection) = self.environment.find_connection(conn_id)? {
            return Ok(vec![connection]);
        }
        self.connections.get(&ConnId::new(conn_id)?).await
    }
}
