//! An operator without a tag cannot be part of a DAG: nobody would find it again.
use couture_core::{DagBuilder, Failure, Operator, TaskContext};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Debug)]
struct Forgotten;

#[couture_core::__private::async_trait]
impl Operator for Forgotten {
    type Input = ();
    type Output = ();
    async fn run(&self, _: (), _: &TaskContext) -> Result<(), Failure> {
        Ok(())
    }
}

fn main() {
    let dag = DagBuilder::new("dag");
    dag.task("forgotten", Forgotten, ());
}
