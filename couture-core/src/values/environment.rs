//! Values of the environment.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;

use super::Values;
use super::connection::Connection;
use super::error::ValueError;
use crate::ids::ConnId;

/// Variables and connections of an environment: see [`Values`] for their names. A connection is a URI, or a JSON object with the
/// fields of a [`Connection`].
#[derive(Clone, Default)]
pub struct EnvironmentValues {
    variables: BTreeMap<String, String>,
    connections: BTreeMap<String, String>,
}

/// In the order in which they count.
const PREFIXES: [&str; 2] = ["COUTURE", "AIRFLOW"];

impl EnvironmentValues {
    /// Those of this process, as they are now. What is not Unicode is left out.
    pub fn of_process() -> Self {
        Self::new(
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// Those of `environment`, which may hold other things too.
    pub fn new(environment: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut values = Self::default();
        let of_kind = |name: &str, kind: &str| {
            PREFIXES.iter().any(|prefix| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(kind)))
        };
        for (name, value) in environment {
            if of_kind(&name, "_VAR_") {
                values.variables.insert(name, value);
            } else if of_kind(&name, "_CONN_") {
                values.connections.insert(name, value);
            }
        }
        values
    }

    /// The value of a variable.
    pub(super) fn find_variable(&self, key: &str) -> Option<&str> {
        find(&self.variables, "VAR", key).map(|(_, value)| value)
    }

    /// The connection of an id.
    pub(super) fn find_connection(&self, conn_id: &str) -> Result<Option<Connection>, ValueError> {
        let Some((place, text)) = find(&self.connections, "CONN", conn_id) else { return Ok(None) };
        let connection = Connection::from_text(ConnId::new(conn_id)?, text);
        connection.map(Some).map_err(|reason| ValueError::Uri { place, reason })
    }
}

fn find<'m>(map: &'m BTreeMap<String, String>, kind: &str, name: &str) -> Option<(String, &'m str)> {
    if map.is_empty() {
        return None;
    }
    let name = name.to_uppercase();
    PREFIXES.iter().find_map(|prefix| {
        let name = format!("{prefix}_{kind}_{name}");
        map.get(&name).map(|value| (name, value.as_str()))
    })
}

#[async_trait]
impl Values for EnvironmentValues {
    async fn variable(&self, key: &str) -> Result<Option<String>, ValueError> {
        Ok(self.find_variable(key).map(String::from))
    }

    async fn connections(&self, conn_id: &str) -> Result<Vec<Connection>, ValueError> {
        Ok(self.find_connection(conn_id)?.into_iter().collect())
    }
}

impl fmt::Debug for EnvironmentValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.variables.keys().chain(self.connections.keys()).collect();
        f.debug_tuple("EnvironmentValues").field(&names).finish()
    }
}
