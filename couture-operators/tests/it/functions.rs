//! Functions by name.

use std::sync::Arc;

use couture_core::{Dag, DagBuilder, DynOperator, Failure, TaskContext};
use couture_operators::{FnOperator, InProcess, function};
use serde_json::{Value, json};

use crate::attempt::{Attempts, Folders};

async fn double(input: i64, cx: &TaskContext) -> Result<i64, Failure> {
    cx.log(format!("doubling {input}"));
    Ok(input * 2)
}
function!("test.double", double);

async fn source((): (), _: &TaskContext) -> Result<i64, Failure> {
    Ok(21)
}
function!("test.source", source);

async fn scale(factor: i64, input: Vec<i64>, _: &TaskContext) -> Result<Vec<i64>, Failure> {
    Ok(input.into_iter().map(|number| number * factor).collect())
}
function!("test.scale", scale, params);

async fn unregistered((): (), _: &TaskContext) -> Result<(), Failure> {
    Ok(())
}

function!("test.closure", async |(a, b): (String, i64), _: &TaskContext| Ok::<_, Failure>(format!("{a}{b}")));

async fn call(function: &str, params: Value, input: Value) -> String {
    let folders = Folders::new();
    let attempts = Attempts::new(&folders, Arc::new(InProcess::new(folders.live())));
    let (cx, _) = attempts.context(1);
    match (FnOperator { function: function.into(), params }).run_json(input, &cx).await {
        Ok(value) => format!("ok {value}{}", folders.log(cx.token())),
        Err(Failure::Fatal(error)) => format!("fatal {error}"),
        Err(other) => format!("{other:?}"),
    }
}

#[tokio::test]
async fn functions_are_called_by_name() {
    assert_eq!(call("test.double", Value::Null, json!(4)).await, "ok 8doubling 4\n");
    assert_eq!(call("test.scale", json!(3), json!([1, 2])).await, "ok [3,6]");
    assert_eq!(call("test.closure", Value::Null, json!(["a", 1])).await, "ok \"a1\"");
    let wrong = call("test.double", Value::Null, json!("four")).await;
    assert!(wrong.starts_with("fatal the function's input does not fit i64: invalid type"), "{wrong}");
    let unknown = call("test.dobule", Value::Null, json!(1)).await;
    let start = "fatal no function is registered as \"test.dobule\"; known: test.closure, test.double, ";
    assert!(unknown.starts_with(start), "{unknown}");
}

#[test]
fn a_dag_of_functions_survives_as_json() {
    let dag = DagBuilder::new("functions");
    let source = FnOperator::task(&dag, "source", self::source, ());
    let doubled = FnOperator::task(&dag, "double", double, source).retries(2);
    let scaled = FnOperator::task_with(&dag, "scale", scale, 3, [source, doubled]);
    let _: couture_core::Out<'_, Vec<i64>> = scaled;
    let json = dag.build().unwrap().to_json();
    let text = String::from_utf8(json.clone()).unwrap();
    assert!(text.contains(r#"{"type":"fn","function":"test.scale","params":3}"#), "{text}");
    assert_eq!(Dag::from_json(&json).unwrap().to_json(), json);
}

#[test]
fn a_function_that_was_never_registered_is_refused() {
    let dag = DagBuilder::new("functions");
    FnOperator::task(&dag, "oops", unregistered, ());
    let error = dag.build().unwrap_err().to_string();
    assert!(error.contains("\"oops\"") && error.contains("unregistered is not registered"), "{error}");
}
