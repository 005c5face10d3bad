//! The operator takes nothing, and something is wired to it.
#[path = "../operators.rs"]
mod operators;

use couture_core::DagBuilder;
use operators::{Pi, Read};

fn main() {
    let dag = DagBuilder::new("dag");
    let text = dag.task("text", Read, ());
    dag.task("pi", Pi, text);
}
