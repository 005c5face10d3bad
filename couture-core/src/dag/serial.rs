//! The serialised form of a DAG: what the store keeps, what `.json` and `.yaml` files hold, and what its version is the hash of.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;
use serde::de::{Error as _, IgnoredAny};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::error::DagError;
use super::model::{Dag, DagAttributes, Input, Task, TaskDraft};
use super::options::TaskOptions;
use crate::ids::{DagId, TaskId, TaskIndex};
use crate::task::DynOperator;

/// A DAG as text. [`SerialDag::into_dag`] checks it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SerialDag {
    dag_id: DagId,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    params: BTreeMap<String, Value>,
    #[serde(default)]
    dagrun_timeout_ms: Option<u64>,
    tasks: Vec<SerialTask>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SerialTask {
    task_id: TaskId,
    operator: Box<dyn DynOperator>,
    #[serde(default)]
    input: SerialInput,
    #[serde(default)]
    upstream: Vec<String>,
    #[serde(flatten)]
    options: TaskOptions,
    /// Refuses what the others left, because a misspelt setting would be one that is not set.
    #[serde(flatten, deserialize_with = "nothing_else")]
    _rest: (),
}

#[derive(Debug, Deserialize, Default)]
#[serde(untagged, expecting = "an input is a task id or a list of task ids")]
enum SerialInput {
    #[default]
    None,
    One(String),
    Many(Vec<String>),
}

fn nothing_else<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    match BTreeMap::<String, IgnoredAny>::deserialize(deserializer)?.into_keys().next() {
        Some(key) => Err(D::Error::custom(format_args!("{key:?} is no setting of a task"))),
        None => Ok(()),
    }
}

impl SerialDag {
    /// Checks the DAG.
    pub fn into_dag(self) -> Result<Dag, DagError> {
        let by_id: FxHashMap<TaskId, TaskIndex> =
            self.tasks.iter().enumerate().map(|(at, task)| (task.task_id.clone(), TaskIndex(at as u32))).collect();
        let find = |task: &TaskId, name: String| match by_id.get(name.as_str()) {
            Some(index) => Ok(*index),
            None => Err(DagError::UnknownTask { task: task.clone(), unknown: name }),
        };
        let default_options = Arc::new(TaskOptions::default());
        let mut edges = Vec::new();
        let mut drafts = Vec::with_capacity(self.tasks.len());
        for (at, task) in self.tasks.into_iter().enumerate() {
            for name in task.upstream {
                edges.push((find(&task.task_id, name)?, TaskIndex(at as u32)));
            }
            let input = match task.input {
                SerialInput::None => Input::None,
                SerialInput::One(name) => Input::One(find(&task.task_id, name)?),
                SerialInput::Many(names) => {
                    Input::Many(names.into_iter().map(|name| find(&task.task_id, name)).collect::<Result<_, _>>()?)
                }
            };
            let options =
                if task.options == *default_options { default_options.clone() } else { Arc::new(task.options) };
            drafts.push(TaskDraft { task_id: task.task_id, operator: task.operator.into(), input, options });
        }
        let attributes = DagAttributes {
            description: self.description,
            owner: self.owner,
            tags: self.tags,
            params: self.params,
            dagrun_timeout: self.dagrun_timeout_ms.map(Duration::from_millis),
        };
        Dag::assemble(self.dag_id, attributes, drafts, edges)
    }
}

impl Dag {
    /// Reads and checks the serialised form.
    pub fn from_json(json: &[u8]) -> Result<Self, DagError> {
        serde_json::from_slice::<SerialDag>(json).map_err(|error| DagError::Decode(error.to_string()))?.into_dag()
    }

    /// The serialised form: the same DAG gives the same bytes, on every machine.
    ///
    /// # Panics
    /// Where an operator's own `Serialize` fails, which is a broken invariant of that operator.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_else(|error| panic!("an operator of {} has no JSON: {error}", self.dag_id))
    }

    /// The version of a DAG with this serialised form: the first 128 bits of its SHA-256, in hexadecimal.
    pub fn version_of(json: &[u8]) -> String {
        Sha256::digest(json)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Serialize for Dag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Out<'a> {
            dag_id: &'a DagId,
            #[serde(skip_serializing_if = "Option::is_none")]
            description: &'a Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            owner: &'a Option<String>,
            #[serde(skip_serializing_if = "<[String]>::is_empty")]
            tags: &'a [String],
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            params: &'a BTreeMap<String, Value>,
            #[serde(skip_serializing_if = "Option::is_none")]
            dagrun_timeout_ms: Option<u64>,
            tasks: Tasks<'a>,
        }
        Out {
            dag_id: &self.dag_id,
            description: &self.attributes.description,
            owner: &self.attributes.owner,
            tags: &self.attributes.tags,
            params: &self.attributes.params,
            dagrun_timeout_ms: self.attributes.dagrun_timeout.map(|timeout| timeout.as_millis() as u64),
            tasks: Tasks(self),
        }
        .serialize(serializer)
    }
}

struct Tasks<'a>(&'a Dag);

impl Serialize for Tasks<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.tasks().len()))?;
        for task in self.0.tasks() {
            list.serialize_element(&OutTask::new(self.0, task))?;
        }
        list.end()
    }
}

#[derive(Serialize)]
struct OutTask<'a> {
    task_id: &'a TaskId,
    operator: &'a dyn DynOperator,
    #[serde(skip_serializing_if = "OutInput::is_none")]
    input: OutInput<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    upstream: Vec<&'a TaskId>,
    #[serde(flatten)]
    options: &'a TaskOptions,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OutInput<'a> {
    None,
    One(&'a TaskId),
    Many(Vec<&'a TaskId>),
}

impl OutInput<'_> {
    fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl<'a> OutTask<'a> {
    fn new(dag: &'a Dag, task: &'a Task) -> Self {
        let id = |index: &TaskIndex| &dag.task(*index).task_id;
        let sources = task.input.sources();
        Self {
            task_id: &task.task_id,
            operator: &*task.operator,
            input: match &task.input {
                Input::None => OutInput::None,
                Input::One(source) => OutInput::One(id(source)),
                Input::Many(sources) => OutInput::Many(sources.iter().map(id).collect()),
            },
            upstream: task.upstream.iter().filter(|upstream| !sources.contains(upstream)).map(id).collect(),
            options: &task.options,
        }
    }
}
