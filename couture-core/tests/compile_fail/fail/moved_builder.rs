//! The handles of a DAG that is built already are no more.
#[path = "../operators.rs"]
mod operators;

use couture_core::DagBuilder;
use operators::Read;

fn main() {
    let dag = DagBuilder::new("dag");
    let a = dag.task("a", Read, ());
    let b = dag.task("b", Read, ());
    let _built = dag.build();
    a >> b;
}
