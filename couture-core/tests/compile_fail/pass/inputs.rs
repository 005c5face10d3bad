//! Every shape of an input.
#[path = "../operators.rs"]
mod operators;

use couture_core::DagBuilder;
use operators::{Count, Mean, Pi, Read, Sum};

fn main() {
    let dag = DagBuilder::new("inputs");
    let text = dag.task("text", Read, ());
    let one = dag.task("one", Count, text);
    let two = dag.task("two", Count, text);
    let pi = dag.task("pi", Pi, ());
    dag.task("mean", Mean, (one, pi));
    dag.task("array", Sum, [one, two]);
    dag.task("vec", Sum, vec![one, two, two]);
    assert_eq!(dag.build().unwrap().tasks().len(), 7);
}
