//! The operator takes a text, and nothing is wired to it.
#[path = "../operators.rs"]
mod operators;

use couture_core::DagBuilder;
use operators::Count;

fn main() {
    let dag = DagBuilder::new("dag");
    dag.task("count", Count, ());
}
