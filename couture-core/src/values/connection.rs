//! Connections, and where they are kept.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::address::passwords_in_host;
use super::error::{Kept, ValueError};
use super::secret_forms::base64;
use super::secret_name::{address_passwords_in, secrets_in};
use super::variable::{OnExisting, check_texts};
use crate::ids::ConnId;

/// How to reach a system outside: a database, a bucket, a service. `Debug` shows no login, password or extra.
///
/// Several may share one `conn_id`; whoever asks gets one of them at random, which spreads the load.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// The name that tasks ask for.
    pub conn_id: ConnId,
    /// What it connects to, such as `postgres`. Texts have at most [`MAX_VALUE_BYTES`](super::MAX_VALUE_BYTES) bytes, none NUL.
    pub conn_type: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Name or address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// The password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The database, or whatever the system calls a part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Everything else: mostly a JSON object, which is for its user to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<String>,
}

impl Connection {
    /// The most connections that share one id.
    pub const MAX_ROWS: usize = 100;

    /// A connection with nothing but its id and type.
    pub fn new(conn_id: ConnId, conn_type: impl Into<String>) -> Self {
        Self {
            conn_id,
            conn_type: conn_type.into(),
            description: None,
            host: None,
            login: None,
            password: None,
            schema: None,
            port: None,
            extra: None,
        }
    }

    /// Whether it can be kept. Every implementation of [`Connections`] asks this first.
    pub fn check(&self) -> Result<(), ValueError> {
        if self.conn_type.trim().is_empty() {
            let reason = "it has no conn_type, such as postgres or http".to_owned();
            return Err(ValueError::Invalid { kind: Kept::Connection, name: self.conn_id.to_string(), reason });
        }
        let texts = [
            ("the conn_type", Some(&self.conn_type)),
            ("the description", self.description.as_ref()),
            ("the host", self.host.as_ref()),
            ("the login", self.login.as_ref()),
            ("the password", self.password.as_ref()),
            ("the schema", self.schema.as_ref()),
            ("the extra", self.extra.as_ref()),
        ];
        check_texts(Kept::Connection, self.conn_id.as_str(), texts)
    }

    /// What must be masked where the connection was used: the password, alone and with the login as HTTP has it, what the extra holds
    /// under secret names, and the passwords of addresses in the host and the extra. An extra that is not JSON is a secret as a whole.
    pub fn secrets(&self) -> Vec<String> {
        let mut found: Vec<String> = self.password.iter().cloned().collect();
        match self.extra.as_deref().map(serde_json::from_str::<serde_json::Value>) {
            Some(Ok(json)) => {
                secrets_in(&json, false, &mut found);
                address_passwords_in(&json, &mut found);
            }
            Some(Err(_)) => found.extend(self.extra.clone()),
            None => {}
        }
        found.extend(self.host.iter().flat_map(|host| passwords_in_host(host)).map(str::to_owned));
        let pair = self.password.iter().map(|password| format!("{}:{password}", self.login.as_deref().unwrap_or("")));
        found.extend(pair.map(|pair| base64(&pair)));
        found.retain(|text| !text.is_empty());
        found.sort();
        found.dedup();
        found
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("conn_id", &self.conn_id)
            .field("conn_type", &self.conn_type)
            .finish_non_exhaustive()
    }
}

/// Where connections are kept. Every implementation passes the conformance suite.
#[async_trait]
pub trait Connections: fmt::Debug + Send + Sync {
    /// All connections with this id, in the order in which they were added.
    async fn get(&self, conn_id: &ConnId) -> Result<Vec<Connection>, ValueError>;

    /// Keeps all of `connections` or nothing, durable when it returns; tells how many were written. Those with one id go together:
    /// with [`OnExisting::Overwrite`] they replace all that were there under it. At most [`Connection::MAX_ROWS`] of one id.
    async fn set(&self, connections: &[Connection], existing: OnExisting) -> Result<usize, ValueError>;

    /// Adds another connection beside those that share its id.
    async fn add(&self, connection: &Connection) -> Result<(), ValueError>;

    /// Forgets all connections with this id, and tells how many there were.
    async fn delete(&self, conn_id: &ConnId) -> Result<usize, ValueError>;

    /// The connections of at most `limit` ids, ascending, that come after `after`, the first `skip` ids left out. All of one id come
    /// together. One that cannot be decrypted comes as its error.
    async fn list(
        &self,
        after: Option<&ConnId>,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<(ConnId, Result<Connection, ValueError>)>, ValueError>;

    /// How many ids there are.
    async fn count(&self) -> Result<usize, ValueError>;
}
