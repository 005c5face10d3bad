//! The input is two values, and three are wired to it.
#[path = "../operators.rs"]
mod operators;

use couture_core::DagBuilder;
use operators::{Count, Mean, Pi, Read};

fn main() {
    let dag = DagBuilder::new("dag");
    let count = dag.task("count", Count, dag.task("text", Read, ()));
    let pi = dag.task("pi", Pi, ());
    dag.task("mean", Mean, (count, pi, pi));
}
