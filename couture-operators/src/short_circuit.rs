//! The operator that ends a run's way early.

use std::sync::Arc;

use async_trait::async_trait;
use couture_core::dag::Wire;
use couture_core::task::Decision;
use couture_core::{DagBuilder, Dialect, Failure, Operator, Out, TaskContext};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::function::FnOperator;

/// Calls a function registered by [`function!`](crate::function!), and goes on only where it gives something that Python takes for true:
/// not `null`, `false`, 0, nor an empty text, list or object. Else all downstream tasks are skipped, direct or not, but
/// teardowns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShortCircuitOperator {
    /// The function's registered name.
    pub function: String,
    /// Its parameters, as JSON.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub params: Value,
    /// Whether all downstream tasks are skipped, and not only the direct ones, after which trigger rules decide. Dialect 1.10 knows
    /// nothing else.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub ignore_downstream_trigger_rules: bool,
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

impl ShortCircuitOperator {
    /// Adds a task that goes on where `function`, which takes what `input` carries, gives something.
    pub fn task<'d, F, I, O, W>(dag: &'d DagBuilder, task_id: impl AsRef<str>, function: F, input: W) -> Out<'d, O>
    where
        F: AsyncFn(I, &TaskContext) -> Result<O, Failure> + 'static,
        W: Wire<I>,
    {
        Self::add(dag, task_id.as_ref(), &function, true, input)
    }

    /// The same, but where it goes on with nothing, only the direct downstream tasks are skipped.
    pub fn direct_task<'d, F, I, O, W>(
        dag: &'d DagBuilder,
        task_id: impl AsRef<str>,
        function: F,
        input: W,
    ) -> Out<'d, O>
    where
        F: AsyncFn(I, &TaskContext) -> Result<O, Failure> + 'static,
        W: Wire<I>,
    {
        Self::add(dag, task_id.as_ref(), &function, false, input)
    }

    fn add<'d, F: 'static, I, O, W: Wire<I>>(
        dag: &'d DagBuilder,
        task_id: &str,
        function: &F,
        ignore_downstream_trigger_rules: bool,
        input: W,
    ) -> Out<'d, O> {
        let FnOperator { function, params } = FnOperator::registered(dag, task_id, function, Ok(Value::Null));
        let operator = Self { function, params, ignore_downstream_trigger_rules };
        dag.erased(task_id, Arc::new(operator), input.sources(dag))
    }
}

#[async_trait]
impl Operator for ShortCircuitOperator {
    type Input = Value;
    type Output = Value;

    async fn run(&self, input: Value, cx: &TaskContext) -> Result<Value, Failure> {
        let condition = FnOperator::call(&self.function, &self.params, input, cx).await?;
        let is_old = cx.run().dag.attributes.dialect == Dialect::V1_10;
        if is_truthy(&condition) {
            cx.log("the condition holds: going on");
        } else {
            let decision = match is_old || self.ignore_downstream_trigger_rules {
                true => Decision::SkipAll,
                false => Decision::SkipDirect,
            };
            cx.log("the condition does not hold: skipping what comes after");
            cx.decide(decision)?;
        }
        Ok(if is_old { Value::Null } else { condition })
    }
}

couture_core::operator!(ShortCircuitOperator, "short_circuit");

/// Whether Python takes a value for true.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}
