//! The right side is an id, not a task.
#[path = "../operators.rs"]
mod operators;

use couture_core::DagBuilder;
use operators::Read;

fn main() {
    let dag = DagBuilder::new("dag");
    let text = dag.task("text", Read, ());
    text >> "other";
}
