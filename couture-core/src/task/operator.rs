//! Operators: what a task does.

use std::fmt::Debug;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::context::TaskContext;
use crate::failure::Failure;

/// What a task does, with its parameters as fields.
///
/// Implement it, then register it once with [`operator!`](crate::operator!) under a tag that never changes: the tag is how
/// a stored DAG finds its operator again.
///
/// `run` may be called again for the same task instance after a failure or a lost worker, so it should be idempotent. It must
/// not block its thread; what blocks belongs into `tokio::task::spawn_blocking`. It should watch
/// [`TaskContext::cancelled`] if it takes long; its future is dropped a grace period after cancellation.
#[async_trait]
pub trait Operator: Serialize + DeserializeOwned + Debug + Send + Sync + 'static {
    /// What it takes from upstream tasks: `()`, one output, a tuple of outputs, or a `Vec` of equal ones.
    type Input: DeserializeOwned + Send + 'static;
    /// What it gives to downstream tasks. Small: larger data is an artifact's reference.
    type Output: Serialize + Send + 'static;

    /// Does the work of one attempt.
    async fn run(&self, input: Self::Input, cx: &TaskContext) -> Result<Self::Output, Failure>;

    /// Whether `run` does nothing but one call of [`crate::Processes::run`], so that it can be run again in a new server to
    /// take over a child process that is still alive.
    fn resumable(&self) -> bool {
        false
    }

    /// The fields, by their names in JSON, that are templates: [`Templates`](crate::task::Templates) renders every text in them,
    /// however deep, before `run`.
    fn template_fields(&self) -> &'static [&'static str] {
        &[]
    }

    /// Endings such as `.sh`: a text in a template field that ends so is the name of a template file.
    fn template_ext(&self) -> &'static [&'static str] {
        &[]
    }

    /// The DAG of which it starts a run and waits for its end, where it does and knows that before it runs. DAGs that wait for each
    /// other in a cycle are refused.
    fn waits_for_dag(&self) -> Option<&str> {
        None
    }
}

/// An [`Operator`] with its types erased: what a DAG stores, what JSON carries under the key `type`, and what a worker runs.
/// [`operator!`](crate::operator!) implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a registered operator",
    label = "no tag is known for this operator",
    note = "implement `Operator` for it, then write `couture_core::operator!({Self}, \"a.tag\");` beside it; the tag never changes"
)]
#[typetag::serde(tag = "type")]
#[async_trait]
pub trait DynOperator: Debug + Send + Sync + 'static {
    /// [`Operator::run`], with input and output as JSON.
    async fn run_json(&self, input: Value, cx: &TaskContext) -> Result<Value, Failure>;

    /// [`Operator::resumable`].
    fn is_resumable(&self) -> bool;

    /// Whether it takes anything from upstream tasks.
    fn takes_input(&self) -> bool {
        true
    }

    /// [`Operator::template_fields`].
    fn templated_fields(&self) -> &'static [&'static str];

    /// [`Operator::template_ext`].
    fn templated_ext(&self) -> &'static [&'static str];

    /// [`Operator::waits_for_dag`].
    fn waits_for_dag(&self) -> Option<&str>;

    /// The tag under which it is registered.
    fn tag(&self) -> &'static str {
        self.typetag_name()
    }
}

/// Runs a typed operator on JSON. What [`operator!`](crate::operator!) expands to calls this.
#[doc(hidden)]
pub async fn run_json<O: Operator>(operator: &O, input: Value, cx: &TaskContext) -> Result<Value, Failure> {
    let input = serde_json::from_value(input).map_err(|error| {
        Failure::fatal(format!("the input does not fit {}: {error}", std::any::type_name::<O::Input>()))
    })?;
    let output = operator.run(input, cx).await?;
    serde_json::to_value(output).map_err(|error| Failure::fatal(format!("the output cannot be held as JSON: {error}")))
}

/// Whether the operator's input is anything but `()`. What [`operator!`](crate::operator!) expands to calls this.
#[doc(hidden)]
pub fn takes_input<O: Operator>() -> bool {
    std::any::TypeId::of::<O::Input>() != std::any::TypeId::of::<()>()
}

/// Registers an [`Operator`] under a tag: `couture_core::operator!(Count, "etl.count");`
///
/// Tags are unique in a program and stable for ever. Two equal tags in one program are found at start
/// ([`registered_tags`](crate::registered_tags)).
#[macro_export]
macro_rules! operator {
    ($operator:ty, $tag:literal) => {
        const _: () = {
            use $crate::__private::typetag;

            $crate::__private::inventory::submit! { $crate::__private::RegisteredTag($tag) }

            #[typetag::serde(name = $tag)]
            #[$crate::__private::async_trait]
            impl $crate::DynOperator for $operator {
                async fn run_json(
                    &self,
                    input: $crate::__private::Value,
                    cx: &$crate::TaskContext,
                ) -> ::core::result::Result<$crate::__private::Value, $crate::Failure> {
                    $crate::__private::run_json(self, input, cx).await
                }

                fn is_resumable(&self) -> bool {
                    $crate::Operator::resumable(self)
                }

                fn takes_input(&self) -> bool {
                    $crate::__private::takes_input::<Self>()
                }

                fn templated_fields(&self) -> &'static [&'static str] {
                    $crate::Operator::template_fields(self)
                }

                fn templated_ext(&self) -> &'static [&'static str] {
                    $crate::Operator::template_ext(self)
                }

                fn waits_for_dag(&self) -> ::core::option::Option<&str> {
                    $crate::Operator::waits_for_dag(self)
                }
            }
        };
    };
}
