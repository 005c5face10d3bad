//! Runs a Rust function that is found by its name.

use std::any::TypeId;
use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use couture_core::dag::{Over, Wire};
use couture_core::{DagBuilder, DagError, Failure, Operator, Out, TaskContext, TaskId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Runs an async function registered by [`function!`](crate::function!): a stored DAG finds it again by its name.
///
/// ```
/// use couture_core::{DagBuilder, Failure, TaskContext};
/// use couture_operators::{FnOperator, function};
///
/// async fn two((): (), _cx: &TaskContext) -> Result<i64, Failure> {
///     Ok(2)
/// }
/// function!("doc.two", two);
///
/// async fn scale(factor: i64, input: i64, _cx: &TaskContext) -> Result<i64, Failure> {
///     Ok(factor * input)
/// }
/// function!("doc.scale", scale, params);
///
/// let dag = DagBuilder::new("functions");
/// let a = FnOperator::task(&dag, "two", two, ());
/// FnOperator::task_with(&dag, "ten", scale, 5, a);          // the types must fit
/// assert_eq!(dag.build().unwrap().tasks().len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FnOperator {
    /// The function's registered name.
    pub function: String,
    /// Its parameters, as JSON.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub params: Value,
}

/// What a registered function returns when called on JSON.
#[doc(hidden)]
pub type CallFuture<'a> = Pin<Box<dyn Future<Output = Result<Value, Failure>> + Send + 'a>>;

/// A function that [`function!`](crate::function!) registered.
pub struct RegisteredFunction {
    /// Its name.
    pub name: &'static str,
    #[doc(hidden)]
    pub type_id: fn() -> TypeId,
    #[doc(hidden)]
    pub call: for<'a> fn(Value, Value, &'a TaskContext) -> CallFuture<'a>,
}

inventory::collect!(RegisteredFunction);

impl fmt::Debug for RegisteredFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "function {:?}", self.name)
    }
}

impl RegisteredFunction {
    /// The function of this name; a failure for good that tells which there are.
    pub fn find(name: &str) -> Result<&'static Self, Failure> {
        match by_name().get(name) {
            Some(Some(function)) => Ok(function),
            Some(None) => Err(Failure::fatal(format!("two functions are registered as {name:?}"))),
            None => {
                let mut known: Vec<_> = by_name().keys().copied().collect();
                known.sort_unstable();
                let known = if known.is_empty() { "none are".to_owned() } else { known.join(", ") };
                Err(Failure::fatal(format!("no function is registered as {name:?}; known: {known}")))
            }
        }
    }
}

/// Registers an async function under a name: `function!("etl.load", load);`
///
/// The function takes its input and the context, `async fn(I, &TaskContext) -> Result<O, Failure>`; with
/// `function!("etl.load", load, params);` it takes parameters before them, `async fn(P, I, &TaskContext) -> …`.
///
/// Names are unique in a program and stable for ever: a stored DAG finds its functions by them. Two equal names are found at
/// start ([`Registered::check`](crate::Registered::check)).
#[macro_export]
macro_rules! function {
    (@submit $name:literal, $function:expr, |$params:ident, $input:ident, $cx:ident| $call:expr) => {
        const _: () = {
            fn call<'a>(
                $params: $crate::__private::Value,
                $input: $crate::__private::Value,
                $cx: &'a ::couture_core::TaskContext,
            ) -> $crate::__private::CallFuture<'a> {
                ::std::boxed::Box::pin(async move { $crate::__private::output($call) })
            }

            $crate::__private::inventory::submit! {
                $crate::RegisteredFunction {
                    name: $name,
                    type_id: || $crate::__private::type_id_of(&$function),
                    call,
                }
            }
        };
    };
    ($name:literal, $function:expr) => {
        $crate::function!(@submit $name, $function, |_params, input, cx| {
            ($function)($crate::__private::input("input", input)?, cx).await
        });
    };
    ($name:literal, $function:expr, params) => {
        $crate::function!(@submit $name, $function, |params, input, cx| {
            let params = $crate::__private::input("params", params)?;
            ($function)(params, $crate::__private::input("input", input)?, cx).await
        });
    };
}

#[doc(hidden)]
pub fn type_id_of<F: 'static>(_: &F) -> TypeId {
    TypeId::of::<F>()
}

#[doc(hidden)]
pub fn input<T: DeserializeOwned>(what: &str, value: Value) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(|error| {
        Failure::fatal(format!("the function's {what} does not fit {}: {error}", std::any::type_name::<T>()))
    })
}

#[doc(hidden)]
pub fn output<T: Serialize>(result: Result<T, Failure>) -> Result<Value, Failure> {
    serde_json::to_value(result?).map_err(|error| Failure::fatal(format!("the output cannot be held as JSON: {error}")))
}

/// All registered functions, by name. A name that is there twice has none.
fn by_name() -> &'static HashMap<&'static str, Option<&'static RegisteredFunction>> {
    static MAP: OnceLock<HashMap<&'static str, Option<&'static RegisteredFunction>>> = OnceLock::new();
    MAP.get_or_init(|| {
        let mut map = HashMap::new();
        for function in inventory::iter::<RegisteredFunction>() {
            map.entry(function.name).and_modify(|found| *found = None).or_insert(Some(function));
        }
        map
    })
}

fn name_of(function: TypeId) -> Option<&'static str> {
    static MAP: OnceLock<HashMap<TypeId, &'static str>> = OnceLock::new();
    let all =
        || inventory::iter::<RegisteredFunction>().map(|function| ((function.type_id)(), function.name)).collect();
    MAP.get_or_init(all).get(&function).copied()
}

impl FnOperator {
    /// Adds a task that runs `function`, which takes what `input` carries. A function that was never registered is refused when
    /// the DAG is built.
    pub fn task<'d, F, I, O, W>(dag: &'d DagBuilder, task_id: impl AsRef<str>, function: F, input: W) -> Out<'d, O>
    where
        F: AsyncFn(I, &TaskContext) -> Result<O, Failure> + 'static,
        W: Wire<I>,
    {
        Self::add(dag, task_id.as_ref(), &function, Ok(Value::Null), input)
    }

    /// The same, for a function registered with `params`.
    pub fn task_with<'d, F, P, I, O, W>(
        dag: &'d DagBuilder,
        task_id: impl AsRef<str>,
        function: F,
        params: P,
        input: W,
    ) -> Out<'d, O>
    where
        F: AsyncFn(P, I, &TaskContext) -> Result<O, Failure> + 'static,
        P: Serialize,
        W: Wire<I>,
    {
        Self::add(dag, task_id.as_ref(), &function, serde_json::to_value(params), input)
    }

    fn add<'d, F: 'static, I, O, W: Wire<I>>(
        dag: &'d DagBuilder,
        task_id: &str,
        function: &F,
        params: serde_json::Result<Value>,
        input: W,
    ) -> Out<'d, O> {
        let call = Self::registered(dag, task_id, function, params);
        dag.erased(task_id, Arc::new(call), input.sources(dag))
    }

    /// Adds a mapped task that runs `function` for each element of `over`, or for each combination where it is a tuple.
    pub fn expand<'d, F, I, O, W>(
        dag: &'d DagBuilder,
        task_id: impl AsRef<str>,
        function: F,
        over: W,
    ) -> Out<'d, Vec<O>>
    where
        F: AsyncFn(I, &TaskContext) -> Result<O, Failure> + 'static,
        W: Over<I>,
    {
        let call = Self::registered(dag, task_id.as_ref(), &function, Ok(Value::Null));
        dag.erased_expand(task_id, Arc::new(call), over.sources(dag))
    }

    /// The call of a registered function. One that is not makes `dag` refuse to be built.
    pub(crate) fn registered<F: 'static>(
        dag: &DagBuilder,
        task_id: &str,
        function: &F,
        params: serde_json::Result<Value>,
    ) -> Self {
        let refuse = |reason: String| match TaskId::new(task_id) {
            Ok(task) => dag.refuse(DagError::Option { task, reason }),
            Err(error) => dag.refuse(error.into()),
        };
        let name = name_of(type_id_of(function)).unwrap_or_else(|| {
            let function = std::any::type_name::<F>();
            refuse(format!("{function} is not registered; write function!(\"a.name\", {function}) beside it"));
            function
        });
        let params = params.unwrap_or_else(|error| {
            refuse(format!("its params cannot be held as JSON: {error}"));
            Value::Null
        });
        Self { function: name.to_owned(), params }
    }

    /// Calls the function.
    pub(crate) async fn call(function: &str, params: &Value, input: Value, cx: &TaskContext) -> Result<Value, Failure> {
        let call = Self { function: function.to_owned(), params: params.clone() };
        (call.find()?.call)(call.params, input, cx).await
    }

    fn find(&self) -> Result<&'static RegisteredFunction, Failure> {
        RegisteredFunction::find(&self.function)
    }
}

#[async_trait]
impl Operator for FnOperator {
    type Input = Value;
    type Output = Value;

    async fn run(&self, input: Value, cx: &TaskContext) -> Result<Value, Failure> {
        (self.find()?.call)(self.params.clone(), input, cx).await
    }
}

couture_core::operator!(FnOperator, "fn");
