//! The serialised form of a DAG: what the store keeps, what `.json` and `.yaml` files hold, and what its version is the hash of.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::de::{Error as _, IgnoredAny};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::attributes::DagAttributes;
use super::error::DagError;
use super::expand::{Expand, ExpandSource};
use super::model::{Dag, Input, Task, TaskDraft};
use super::options::TaskOptions;
use crate::ids::{DagId, TaskId, TaskIndex};
use crate::task::DynOperator;

/// A DAG as text. [`SerialDag::into_dag`] checks it.
#[derive(Debug, Deserialize)]
pub struct SerialDag {
    dag_id: DagId,
    #[serde(flatten)]
    attributes: DagAttributes,
    tasks: Vec<SerialTask>,
    #[serde(flatten, deserialize_with = "nothing_else_of_dag")]
    _rest: (),
}

#[derive(Debug, Deserialize)]
struct SerialTask {
    task_id: TaskId,
    operator: Box<dyn DynOperator>,
    #[serde(default)]
    input: SerialInput,
    #[serde(default)]
    expand: Option<SerialExpand>,
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

/// What a task is mapped over.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged, expecting = "expand is {list: […]}, {output: task_id}, or a list of these")]
enum SerialExpand {
    One(SerialSource),
    Many(Vec<SerialSource>),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SerialSource {
    List(Arc<[Value]>),
    Output(String),
}

impl SerialExpand {
    fn of(expand: &Expand, dag: &Dag) -> Self {
        let source = |source: &ExpandSource| match source {
            ExpandSource::Literal(list) => SerialSource::List(list.clone()),
            ExpandSource::Output(task) => SerialSource::Output(dag.task(*task).task_id.as_str().to_owned()),
        };
        match &*expand.sources {
            [one] => Self::One(source(one)),
            many => Self::Many(many.iter().map(source).collect()),
        }
    }

    fn into_sources(self) -> Vec<SerialSource> {
        match self {
            Self::One(source) => vec![source],
            Self::Many(sources) => sources,
        }
    }
}

fn nothing_else_of_dag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    match BTreeMap::<String, IgnoredAny>::deserialize(deserializer)?.into_keys().next() {
        Some(key) => Err(D::Error::custom(format_args!("{key:?} is no setting of a DAG"))),
        None => Ok(()),
    }
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
            let expand = match task.expand.map(SerialExpand::into_sources) {
                None => None,
                Some(sources) => {
                    let source = |source| match source {
                        SerialSource::List(list) => Ok(ExpandSource::Literal(list)),
                        SerialSource::Output(name) => find(&task.task_id, name).map(ExpandSource::Output),
                    };
                    let sources: Vec<_> = sources.into_iter().map(source).collect::<Result<_, DagError>>()?;
                    Some(Box::new(Expand { sources: sources.into() }))
                }
            };
            let options =
                if task.options == *default_options { default_options.clone() } else { Arc::new(task.options) };
            drafts.push(TaskDraft { task_id: task.task_id, operator: task.operator.into(), input, expand, options });
        }
        Dag::assemble(self.dag_id, self.attributes, drafts, edges)
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
            #[serde(flatten)]
            attributes: &'a DagAttributes,
            tasks: Tasks<'a>,
        }
        Out { dag_id: &self.dag_id, attributes: &self.attributes, tasks: Tasks(self) }.serialize(serializer)
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
    #[serde(skip_serializing_if = "Option::is_none")]
    expand: Option<SerialExpand>,
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
        let is_source = |upstream: &TaskIndex| {
            task.input.sources().contains(upstream)
                || task.expand.as_ref().is_some_and(|expand| expand.upstream().any(|source| source == *upstream))
        };
        Self {
            task_id: &task.task_id,
            operator: &*task.operator,
            input: match &task.input {
                Input::None => OutInput::None,
                Input::One(source) => OutInput::One(id(source)),
                Input::Many(sources) => OutInput::Many(sources.iter().map(id).collect()),
            },
            expand: task.expand.as_ref().map(|expand| SerialExpand::of(expand, dag)),
            upstream: task.upstream.iter().filter(|upstream| !is_source(upstream)).map(id).collect(),
            options: &task.options,
        }
    }
}
