//! The operator that chooses which tasks come next.

use std::sync::Arc;

use async_trait::async_trait;
use couture_core::dag::{Dag, Wire};
use couture_core::task::Decision;
use couture_core::{DagBuilder, Dialect, Failure, Operator, Out, TaskContext, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::function::FnOperator;

/// Calls a function registered by [`function!`](crate::function!) that names the tasks to go on with (Airflow's
/// `BranchPythonOperator`): one id, a list of ids, or none. Of the direct downstream tasks, those are skipped that are neither named nor
/// downstream of a named one. The id of a task group stands for its first tasks.
///
/// No id at all skips all of them; in dialect 1.10, `null` (but not an empty list) fails the task. A name that is no task of the DAG fails
/// it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BranchOperator {
    /// The function's registered name.
    pub function: String,
    /// Its parameters, as JSON.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub params: Value,
}

/// What a function gives that names tasks.
#[diagnostic::on_unimplemented(
    message = "a branch names tasks, and `{Self}` does not",
    note = "a text, an `Option` or a list of texts does"
)]
pub trait Chosen: Serialize {}

impl Chosen for String {}
impl Chosen for &'static str {}
impl Chosen for () {}
impl<T: Chosen> Chosen for Option<T> {}
impl<T: Chosen> Chosen for Vec<T> {}

impl BranchOperator {
    /// Adds a branch: `function` takes what `input` carries, and names the tasks to go on with.
    pub fn task<'d, F, I, O, W>(dag: &'d DagBuilder, task_id: impl AsRef<str>, function: F, input: W) -> Out<'d, O>
    where
        F: AsyncFn(I, &TaskContext) -> Result<O, Failure> + 'static,
        O: Chosen,
        W: Wire<I>,
    {
        let call = FnOperator::registered(dag, task_id.as_ref(), &function, Ok(Value::Null));
        let operator = Self { function: call.function, params: call.params };
        dag.erased(task_id, Arc::new(operator), input.sources(dag))
    }
}

#[async_trait]
impl Operator for BranchOperator {
    type Input = Value;
    type Output = Value;

    async fn run(&self, input: Value, cx: &TaskContext) -> Result<Value, Failure> {
        let chosen = FnOperator::call(&self.function, &self.params, input, cx).await?;
        let is_old = cx.run().dag.attributes.dialect == Dialect::V1_10;
        let names = match &chosen {
            Value::String(name) => vec![name.clone()],
            Value::Null if is_old => {
                return Err("the branch named no task (an empty list would skip all of them)".into());
            }
            Value::Null => Vec::new(),
            Value::Array(names) => names.iter().map(name).collect::<Result<_, _>>()?,
            other => return Err(no_name(other)),
        };
        follow(&names, cx)?;
        Ok(if is_old { Value::Null } else { chosen })
    }
}

couture_core::operator!(BranchOperator, "branch");

fn name(value: &Value) -> Result<String, Failure> {
    value.as_str().map(str::to_owned).ok_or_else(|| no_name(value))
}

fn no_name(value: &Value) -> Failure {
    Failure::fatal(format!("the branch gave {value}, which is no task id and no list of task ids"))
}

/// Goes on with these tasks alone, among the direct downstream ones.
pub(crate) fn follow(names: &[String], cx: &TaskContext) -> Result<(), Failure> {
    let dag = &cx.run().dag;
    let mut tasks = Vec::with_capacity(names.len());
    for name in names {
        if dag.find(name).is_none() && dag.attributes.groups.iter().any(|group| group.group_id == *name) {
            tasks.extend(first_of_group(name, dag));
        } else {
            tasks.push(
                TaskId::new(name).map_err(|error| Failure::fatal(format!("the branch names {name:?}: {error}")))?,
            );
        }
    }
    cx.log(match names {
        [] => "the branch goes on with no task".to_owned(),
        _ => format!("the branch goes on with {}", names.join(", ")),
    });
    cx.decide(Decision::Follow(tasks))
}

/// The tasks of a group that wait for none of it.
fn first_of_group(group: &str, dag: &Dag) -> Vec<TaskId> {
    let is_inside = |of: &Option<String>| {
        let rest = of.as_deref().and_then(|of| of.strip_prefix(group));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let inside = dag.tasks().iter().filter(|task| is_inside(&task.options.group));
    let first = inside.filter(|task| !task.upstream.iter().any(|up| is_inside(&dag.task(*up).options.group)));
    first.map(|task| task.task_id.clone()).collect()
}
