//! Variables, connections and pools of a server, for what is run without it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use couture_core::values::{
    Connection, Connections, EnvironmentValues, MemoryValues, OnExisting, PoolError, PoolSettings, Pools as _,
    StoredValues, ValueError, Values, Variable, Variables,
};
use couture_core::{ConnId, PoolName, VariableKey};
use couture_store::{FernetKeys, sqlite_file};
use serde_json::{Map, Value};

use super::client::{Client, Known, path};
use super::dags::all;
use super::print::complain;
use super::table::{cell, printable};
use super::verdict::CliError;
use crate::backend::KeptValues;
use crate::fernet_key::FernetKey;
use crate::settings::Settings;

/// The biggest database that is copied to be looked at.
const MAX_DATABASE_BYTES: u64 = 512 << 20;
const MASK: &str = "***";
/// What the API tells of a connection, besides its id.
const FIELDS: [&str; 8] = ["conn_type", "description", "host", "login", "password", "schema", "port", "extra"];
/// What to do about what is not there.
const INSTEAD: &str = "set AIRFLOW_VAR_… and AIRFLOW_CONN_…";

/// A copy of what a server keeps for its tasks: what is done to it stays here.
#[derive(Debug, Default)]
pub(super) struct LentValues {
    variables: Vec<Variable>,
    connections: Vec<Connection>,
    pools: Vec<PoolSettings>,
}

impl LentValues {
    /// Those of the data folder here, whether its server runs or not; of a server elsewhere, those that it shows. What cannot be had is told
    /// of on standard error, and is no reason to stop: it may not be needed.
    pub(super) async fn find(settings: &Settings, client: &Client) -> Self {
        let is_elsewhere = client.known() == Known::Named && !client.is_local();
        let found = match database(settings) {
            Some(file) if !is_elsewhere && file.is_file() => match Self::of_file(&file, &settings.data.dir).await {
                Err(_) if client.known() != Known::Guessed => Self::of_server(client).await,
                other => other,
            },
            _ if client.known() != Known::Guessed => Self::of_server(client).await,
            None => Err(CliError::message("the database is none of SQLite, and no server is named")),
            Some(_) => return Self::default(),
        };
        found.unwrap_or_else(|error| {
            let error = printable(&error.to_string());
            complain(&format!("variables and connections of the server are not used here; {INSTEAD} ({error})"));
            Self::default()
        })
    }

    /// Those in the database `file`, which a server may be using, with the key in `data`.
    async fn of_file(file: &Path, data: &Path) -> Result<Self, CliError> {
        let size = file.metadata().map_err(crate::StartError::from)?.len();
        if size > MAX_DATABASE_BYTES {
            let most = MAX_DATABASE_BYTES >> 20;
            return Err(CliError::message(format!("{} is bigger than {most} MiB", file.display())));
        }
        let keys = match data.join("fernet.key").is_file() || std::env::var_os("COUTURE_FERNET_KEY").is_some() {
            true => FernetKeys::clone(FernetKey::find(data)?.keys()),
            // A new one would decrypt nothing.
            false => FernetKeys::parse("").map_err(|error| CliError::message(error.to_string()))?,
        };
        let failed = |error: couture_store::ConnectError| CliError::message(error.to_string());
        let folder = tempfile::tempdir().map_err(crate::StartError::from)?;
        let copy = folder.path().join("couture.db");
        // A server has its database for itself, so that only a copy can be opened as a whole.
        sqlite_file::copy(file, &copy).await.map_err(failed)?;
        let store = couture_store::connect(&format!("sqlite://{}", copy.display())).await.map_err(failed)?;
        let values = store.values(keys);
        let mut lent = Self { pools: store.list().await.map_err(of_pools)?, ..Self::default() };
        for (_, variable) in Variables::list(&values, None, 0, usize::MAX).await.map_err(of_values)? {
            lent.variables.extend(variable.map_err(|error| complain(&error.to_string())));
        }
        for (_, connection) in Connections::list(&values, None, 0, usize::MAX).await.map_err(of_values)? {
            lent.connections.extend(connection.map_err(|error| complain(&error.to_string())));
        }
        store.close().await;
        Ok(lent)
    }

    /// Those that the API of a server shows. Secrets it shows to nobody.
    async fn of_server(client: &Client) -> Result<Self, CliError> {
        let (mut lent, mut hidden) = (Self::default(), Vec::new());
        for one in all(client, &path(&["variables"]), "variables").await? {
            let key = cell(&one["key"]);
            match variable(&one) {
                Some(variable) => lent.variables.push(variable),
                None => hidden.push(format!("variable {key}")),
            }
        }
        for one in all(client, &path(&["connections"]), "connections").await? {
            let conn_id = cell(&one["connection_id"]);
            match connection(&one) {
                Some(connection) => lent.connections.push(connection),
                None => hidden.push(format!("connection {conn_id}")),
            }
        }
        for one in all(client, &path(&["pools"]), "pools").await? {
            lent.pools.extend(pool(&one));
        }
        if !hidden.is_empty() {
            let hidden = printable(&hidden.join(", "));
            complain(&format!("the server shows no secrets, so these are not there here; {INSTEAD}: {hidden}"));
        }
        Ok(lent)
    }

    /// What DAG files and tasks look up: the environment goes first.
    pub(super) async fn into_values(self) -> Result<Arc<dyn Values>, CliError> {
        let kept = Arc::new(MemoryValues::new());
        kept_in(&self, &*kept, &*kept).await?;
        Ok(Arc::new(StoredValues::new(EnvironmentValues::of_process(), kept.clone(), kept)))
    }

    /// Puts them to what is kept in a data folder of one's own.
    pub(super) async fn lend_to(&self, kept: &KeptValues) -> Result<(), CliError> {
        kept_in(self, &*kept.variables, &*kept.connections).await?;
        for pool in &self.pools {
            let (slots, description) = (i64::from(pool.slots), pool.description.as_deref());
            match kept.pools.create(&pool.name, slots, description).await {
                Err(PoolError::Exists(_)) => kept.pools.set(&pool.name, slots, description).await,
                other => other,
            }
            .map_err(of_pools)?;
        }
        Ok(())
    }
}

async fn kept_in(lent: &LentValues, variables: &dyn Variables, connections: &dyn Connections) -> Result<(), CliError> {
    variables.set(&lent.variables, OnExisting::Overwrite).await.map_err(of_values)?;
    connections.set(&lent.connections, OnExisting::Overwrite).await.map_err(of_values)?;
    Ok(())
}

fn of_values(error: ValueError) -> CliError {
    CliError::message(error.to_string())
}

fn of_pools(error: PoolError) -> CliError {
    CliError::message(error.to_string())
}

/// The file of the database; none where it is no SQLite database.
fn database(settings: &Settings) -> Option<PathBuf> {
    match settings.database.url.split_once("://") {
        None if settings.database.url.is_empty() => Some(settings.data.dir.join("couture.db")),
        Some(("sqlite", path)) => Some(path.into()),
        _ => None,
    }
}

fn variable(shown: &Value) -> Option<Variable> {
    let value = shown["value"].as_str().filter(|value| !value.contains(MASK))?;
    let description = shown["description"].as_str().map(String::from);
    Some(Variable { description, ..Variable::new(VariableKey::new(cell(&shown["key"])).ok()?, value) })
}

fn connection(shown: &Value) -> Option<Connection> {
    if !shown["error"].is_null() {
        return None;
    }
    let conn_id = ConnId::new(cell(&shown["connection_id"])).ok()?;
    let mut fields = Map::from_iter([("conn_id".to_owned(), conn_id.as_str().into())]);
    for name in FIELDS {
        match &shown[name] {
            Value::String(text) if text.contains(MASK) => return None,
            value => drop(fields.insert(name.into(), value.clone())),
        }
    }
    serde_json::from_value(Value::Object(fields)).ok()
}

fn pool(shown: &Value) -> Option<PoolSettings> {
    Some(PoolSettings {
        name: PoolName::new(cell(&shown["name"])).ok()?,
        slots: u32::try_from(shown["slots"].as_u64()?).ok()?,
        used: 0,
        description: shown["description"].as_str().map(String::from),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_masked_is_not_lent() {
        let value = |text: &str| variable(&json!({ "key": "k", "value": text, "description": null }));
        assert_eq!(value("v").unwrap().value, "v");
        assert!(value("{\"token\": \"***\"}").is_none());
        assert!(variable(&json!({ "key": "k", "value": null, "error": "no key" })).is_none());
        let shown = |password: Value| {
            let shown =
                json!({ "connection_id": "c", "conn_type": "http", "host": "h", "port": 80, "password": password });
            connection(&shown)
        };
        assert_eq!(shown(Value::Null).unwrap().port, Some(80));
        assert!(shown(json!("***")).is_none());
    }
}
