//! What an operator gets from upstream tasks.

use serde_json::Value;

use crate::dag::{Expand, ExpandSource, Input};
use crate::failure::Failure;
use crate::ids::{MapIndex, TaskIndex};
use crate::store::Store;
use crate::task::{TaskContext, XCom, XComValue};

/// The input of an attempt. `elements` says which element of each source a mapped task's instance is for.
pub(super) async fn of(cx: &TaskContext, elements: &[u32], store: &dyn Store) -> Result<Value, Failure> {
    let source = Source { cx, store };
    match (&cx.task().expand, &cx.task().input) {
        (Some(expand), _) => source.element(expand, elements).await,
        (None, Input::None) => Ok(Value::Null),
        (None, Input::One(task)) => source.output(*task).await,
        (None, Input::Many(tasks)) => {
            let mut values = Vec::with_capacity(tasks.len());
            for task in tasks {
                values.push(source.output(*task).await?);
            }
            Ok(Value::Array(values))
        }
    }
}

/// Where values come from.
struct Source<'a> {
    cx: &'a TaskContext,
    store: &'a dyn Store,
}

impl Source<'_> {
    /// The output of an upstream task, `null` where it gave none; of a mapped one, what its instances gave, in order.
    async fn output(&self, task: TaskIndex) -> Result<Value, Failure> {
        if self.cx.run().dag.task(task).expand.is_none() {
            return self.one(task, MapIndex::NONE).await;
        }
        let mut list = Vec::new();
        for (_, value) in self.store.xcoms(self.cx.run().key, task, XCom::RETURN_VALUE).await? {
            list.push(self.read(value).await?);
        }
        Ok(Value::Array(list))
    }

    /// What belongs to one instance of a mapped task.
    async fn element(&self, expand: &Expand, elements: &[u32]) -> Result<Value, Failure> {
        let mut values = Vec::with_capacity(expand.sources.len());
        for (source, at) in expand.sources.iter().zip(elements) {
            values.push(match source {
                ExpandSource::Literal(list) => list.get(*at as usize).cloned().ok_or_else(|| missing(*at))?,
                ExpandSource::Output(task) if self.cx.run().dag.task(*task).expand.is_some() => {
                    self.one(*task, MapIndex(*at as i32)).await?
                }
                ExpandSource::Output(task) => nth(self.one(*task, MapIndex::NONE).await?, *at)?,
            });
        }
        match values.pop() {
            Some(value) if values.is_empty() => Ok(value),
            Some(value) => {
                values.push(value);
                Ok(Value::Array(values))
            }
            None => Err(missing(0)),
        }
    }

    async fn one(&self, task: TaskIndex, map_index: MapIndex) -> Result<Value, Failure> {
        match self.store.xcom(self.cx.run().key, task, map_index, XCom::RETURN_VALUE).await? {
            None => Ok(Value::Null),
            Some(value) => self.read(value).await,
        }
    }

    async fn read(&self, value: XComValue) -> Result<Value, Failure> {
        Ok(match value {
            XComValue::Json(json) => serde_json::from_str(&json)?,
            XComValue::Artifact(key) => serde_json::from_slice(&self.cx.services().artifacts.get(&key).await?)?,
        })
    }
}

/// An element of a list, or a pair of an object.
fn nth(value: Value, at: u32) -> Result<Value, Failure> {
    let found = match value {
        Value::Array(mut list) => ((at as usize) < list.len()).then(|| list.swap_remove(at as usize)),
        Value::Object(map) => {
            map.into_iter().nth(at as usize).map(|(key, value)| Value::Array(vec![key.into(), value]))
        }
        _ => None,
    };
    found.ok_or_else(|| missing(at))
}

/// The list is not what it was when the task was expanded.
fn missing(at: u32) -> Failure {
    Failure::fatal(format!("there is no element {at} to map over any more; clear the whole task to expand it anew"))
}
