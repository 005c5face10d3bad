//! What Airflow answered.

use std::collections::BTreeMap;

use couture_core::{Dialect, RunType, Timestamp};
use serde::Deserialize;
use serde_json::Value;

/// One run on Airflow.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub dag_id: String,
    /// Which version ran it.
    pub source: String,
    pub dialect: Dialect,
    pub run_type: RunType,
    pub logical_date: Timestamp,
    /// The state of the run.
    pub state: String,
    /// The states of the tasks; of an instance of a mapped task under `id[index]`.
    pub tasks: BTreeMap<String, String>,
    /// What the DAG's `random.choice` was made to choose.
    #[serde(default)]
    pub choice: Option<String>,
    /// The outputs, where they were measured.
    #[serde(default)]
    pub outputs: Option<BTreeMap<String, Value>>,
}

/// How a run of ours ended.
#[derive(Debug)]
pub struct Ended {
    pub state: String,
    pub tasks: BTreeMap<String, String>,
    pub outputs: BTreeMap<String, Value>,
}

impl Case {
    pub fn all() -> Vec<Self> {
        serde_json::from_str(include_str!("../oracle/expected_states.json")).unwrap()
    }

    /// What is not as on Airflow.
    pub fn differences(&self, ended: &Ended) -> Vec<String> {
        let mut found = Vec::new();
        if ended.state != self.state {
            found.push(format!("the run is {}, not {}", ended.state, self.state));
        }
        let ids = self.tasks.keys().chain(ended.tasks.keys().filter(|id| !self.tasks.contains_key(*id)));
        for id in ids {
            let (ours, theirs) = (ended.tasks.get(id), self.tasks.get(id));
            if ours != theirs {
                found.push(format!("{id} is {ours:?}, not {theirs:?}"));
            }
        }
        let outputs = match self.dialect {
            Dialect::V1_10 => Some(BTreeMap::new()),
            Dialect::V2 => self.outputs.clone(),
        };
        if let Some(outputs) = outputs.filter(|_| self.dag_id.starts_with("p_"))
            && outputs != ended.outputs
        {
            found.push(format!("the outputs are {:?}, not {outputs:?}", ended.outputs));
        }
        found
    }
}
