//! The input is a text, and a number is wired to it.
#[path = "../operators.rs"]
mod operators;

use couture_core::DagBuilder;
use operators::{Count, Read};

fn main() {
    let dag = DagBuilder::new("dag");
    let text = dag.task("text", Read, ());
    let count = dag.task("count", Count, text);
    dag.task("again", Count, count);
}
