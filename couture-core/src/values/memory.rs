//! Variables and connections in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::connection::{Connection, Connections};
use super::error::{Kept, ValueError};
use super::variable::{OnExisting, Variable, Variables};
use crate::ids::{ConnId, VariableKey};

/// Variables and connections of one process, for tests and for programs without a store. Clones share them.
#[derive(Clone, Default)]
pub struct MemoryValues(Arc<Mutex<Contents>>);

#[derive(Default)]
struct Contents {
    variables: BTreeMap<VariableKey, Variable>,
    connections: BTreeMap<ConnId, Vec<Connection>>,
}

impl MemoryValues {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bounds<K>(after: Option<&K>) -> (Bound<&K>, Bound<&K>) {
    (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded)
}

#[async_trait]
impl Variables for MemoryValues {
    async fn get(&self, key: &VariableKey) -> Result<Option<Variable>, ValueError> {
        Ok(self.contents().variables.get(key).cloned())
    }

    async fn set(&self, variables: &[Variable], existing: OnExisting) -> Result<usize, ValueError> {
        variables.iter().try_for_each(Variable::check)?;
        let kept = &mut self.contents().variables;
        if existing == OnExisting::Fail
            && let Some(variable) = variables.iter().find(|variable| kept.contains_key(&variable.key))
        {
            return Err(ValueError::variable_exists(&variable.key));
        }
        let mut new: BTreeMap<_, _> =
            variables.iter().map(|variable| (variable.key.clone(), variable.clone())).collect();
        if existing == OnExisting::Skip {
            new.retain(|key, _| !kept.contains_key(key));
        }
        let written = new.len();
        kept.append(&mut new);
        Ok(written)
    }

    async fn delete(&self, key: &VariableKey) -> Result<bool, ValueError> {
        Ok(self.contents().variables.remove(key).is_some())
    }

    async fn list(
        &self,
        after: Option<&VariableKey>,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<(VariableKey, Result<Variable, ValueError>)>, ValueError> {
        let contents = self.contents();
        let page = contents.variables.range::<VariableKey, _>(bounds(after)).skip(skip).take(limit);
        Ok(page.map(|(key, variable)| (key.clone(), Ok(variable.clone()))).collect())
    }

    async fn count(&self) -> Result<usize, ValueError> {
        Ok(self.contents().variables.len())
    }
}

#[async_trait]
impl Connections for MemoryValues {
    async fn get(&self, conn_id: &ConnId) -> Result<Vec<Connection>, ValueError> {
        Ok(self.contents().connections.get(conn_id).cloned().unwrap_or_default())
    }

    async fn set(&self, connections: &[Connection], existing: OnExisting) -> Result<usize, ValueError> {
        let mut new = Connection::by_id(connections)?;
        let kept = &mut self.contents().connections;
        match existing {
            OnExisting::Fail => {
                if let Some(conn_id) = new.keys().find(|conn_id| kept.contains_key(*conn_id)) {
                    return Err(ValueError::connection_exists(conn_id));
                }
            }
            OnExisting::Skip => new.retain(|conn_id, _| !kept.contains_key(conn_id)),
            OnExisting::Overwrite => {}
        }
        let written = new.values().map(Vec::len).sum();
        kept.append(&mut new);
        Ok(written)
    }

    async fn add(&self, connection: &Connection) -> Result<(), ValueError> {
        connection.check()?;
        let kept = &mut self.contents().connections;
        let rows = kept.get(&connection.conn_id).map_or(0, Vec::len);
        if rows >= Connection::MAX_ROWS {
            return Err(ValueError::too_many_rows(&connection.conn_id));
        }
        kept.entry(connection.conn_id.clone()).or_default().push(connection.clone());
        Ok(())
    }

    async fn delete(&self, conn_id: &ConnId) -> Result<usize, ValueError> {
        Ok(self.contents().connections.remove(conn_id).map_or(0, |rows| rows.len()))
    }

    async fn list(
        &self,
        after: Option<&ConnId>,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<(ConnId, Result<Connection, ValueError>)>, ValueError> {
        let contents = self.contents();
        let page = contents.connections.range::<ConnId, _>(bounds(after)).skip(skip).take(limit);
        Ok(page.flat_map(|(conn_id, rows)| rows.iter().map(|row| (conn_id.clone(), Ok(row.clone())))).collect())
    }

    async fn count(&self) -> Result<usize, ValueError> {
        Ok(self.contents().connections.len())
    }
}

impl Connection {
    /// Checked, and those of one id together, in their order.
    pub fn by_id(connections: &[Self]) -> Result<BTreeMap<ConnId, Vec<Self>>, ValueError> {
        let mut by_id: BTreeMap<ConnId, Vec<Self>> = BTreeMap::new();
        for connection in connections {
            connection.check()?;
            by_id.entry(connection.conn_id.clone()).or_default().push(connection.clone());
        }
        match by_id.iter().find(|(_, rows)| rows.len() > Self::MAX_ROWS) {
            Some((conn_id, _)) => Err(ValueError::too_many_rows(conn_id)),
            None => Ok(by_id),
        }
    }
}

impl ValueError {
    /// One id has no room for another connection.
    pub fn too_many_rows(conn_id: &ConnId) -> Self {
        let reason = format!("at most {} connections share one id", Connection::MAX_ROWS);
        Self::Invalid { kind: Kept::Connection, name: conn_id.to_string(), reason }
    }
}

impl fmt::Debug for MemoryValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryValues").finish_non_exhaustive()
    }
}
