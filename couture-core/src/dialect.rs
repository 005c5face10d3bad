//! Which version of Airflow's rules a DAG follows.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The rules of Airflow 1.10 or of Airflow 2, where they differ. A DAG carries it; native DAGs follow `2`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Dialect {
    /// As Airflow 1.10.15 does it.
    #[serde(rename = "1.10")]
    V1_10,
    /// As Airflow 2.10.5 does it.
    #[default]
    #[serde(rename = "2")]
    V2,
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_10 => "1.10",
            Self::V2 => "2",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_text_is_its_json() {
        for dialect in [Dialect::V1_10, Dialect::V2] {
            let json = format!("\"{dialect}\"");
            assert_eq!(serde_json::to_string(&dialect).unwrap(), json);
            assert_eq!(serde_json::from_str::<Dialect>(&json).unwrap(), dialect);
        }
        assert_eq!(Dialect::default(), Dialect::V2);
    }
}
