//! The functions that the DAGs' Python callables become.

use couture_core::{Failure, TaskContext};
use couture_operators::function;
use serde_json::Value;

/// Gives its parameters.
pub async fn give(value: Value, (): (), _: &TaskContext) -> Result<Value, Failure> {
    Ok(value)
}
function!("states.give", give, params);

pub async fn fail((): (), _: &TaskContext) -> Result<String, Failure> {
    Err("boom".into())
}
function!("states.fail", fail);

pub async fn skip((): (), _: &TaskContext) -> Result<(), Failure> {
    Err(Failure::Skip("skip me".into()))
}
function!("states.skip", skip);

pub async fn numbers((): (), _: &TaskContext) -> Result<Vec<i64>, Failure> {
    Ok(vec![1, 2, 3])
}
function!("states.numbers", numbers);

pub async fn add_one(number: i64, _: &TaskContext) -> Result<i64, Failure> {
    Ok(number + 1)
}
function!("states.add_one", add_one);

pub async fn sum(numbers: Vec<i64>, _: &TaskContext) -> Result<(), Failure> {
    assert_eq!(numbers, [2, 3, 4]);
    Ok(())
}
function!("states.sum", sum);

pub async fn names((): (), _: &TaskContext) -> Result<Vec<String>, Failure> {
    Ok(["Linda", "Martha", "Thomas"].map(str::to_owned).into())
}
function!("states.names", names);

pub async fn greet(name: String, _: &TaskContext) -> Result<String, Failure> {
    Ok(format!("Hello {name}!"))
}
function!("states.greet", greet);

pub async fn print(greetings: (Vec<String>, Vec<String>, Vec<String>), cx: &TaskContext) -> Result<(), Failure> {
    cx.log([greetings.0, greetings.1, greetings.2].concat().join("\n"));
    Ok(())
}
function!("states.print", print);
