//! Variables and connections: what tasks are told besides their DAG, kept under names, secrets among them.

mod address;
mod choice;
mod connection;
mod environment;
mod error;
mod memory;
mod pools;
mod recorded;
mod secret_forms;
mod secret_name;
mod stored;
mod uri;
mod variable;

pub use address::{mask_addresses, mask_host};
pub use connection::{Connection, Connections};
pub use environment::EnvironmentValues;
pub use error::{Kept, ValueError};
pub use memory::MemoryValues;
pub use pools::{PoolError, PoolSettings, Pools};
pub use recorded::RecordedValues;
pub use secret_name::is_secret_name;
pub use stored::StoredValues;
pub use uri::UriError;
pub use variable::{OnExisting, Variable, Variables};

use std::fmt::Debug;

use async_trait::async_trait;

/// The longest value of a variable, and the longest text of a connection, in bytes of UTF-8.
pub const MAX_VALUE_BYTES: usize = 1 << 20;

/// What operators and templates look up.
///
/// The environment goes before what is kept: `COUTURE_VAR_KEY`, then `AIRFLOW_VAR_KEY`, for the variable `key`;
/// `COUTURE_CONN_ID`, then `AIRFLOW_CONN_ID`, for the connection `id`, each with the name in capitals, as in Airflow.
#[async_trait]
pub trait Values: Debug + Send + Sync {
    /// The value of a variable, if there is one.
    async fn variable(&self, key: &str) -> Result<Option<String>, ValueError>;

    /// All connections that share `conn_id`, in the order in which they were added; none where there is none.
    async fn connections(&self, conn_id: &str) -> Result<Vec<Connection>, ValueError>;

    /// The value of a variable that must be there.
    async fn required_variable(&self, key: &str) -> Result<String, ValueError> {
        let found = self.variable(key).await?;
        found.ok_or_else(|| ValueError::missing(Kept::Variable, key))
    }

    /// A connection that must be there; of several with this id one at random, as in Airflow.
    async fn connection(&self, conn_id: &str) -> Result<Connection, ValueError> {
        let found = self.connections(conn_id).await?;
        choice::any_of(found).ok_or_else(|| ValueError::missing(Kept::Connection, conn_id))
    }
}
