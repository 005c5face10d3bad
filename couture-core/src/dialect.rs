//! Which version of Airflow a DAG was written for.

use serde::{Deserialize, Serialize};

/// Whose rules a DAG follows, where the versions of Airflow differ.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum Dialect {
    /// Airflow 1.10.
    #[serde(rename = "1.10")]
    V1_10,
    /// Airflow 2. Native DAGs follow it.
    #[default]
    #[serde(rename = "2")]
    V2,
}
