//! What an operator gives is kept as JSON, so it must be serialisable.
use couture_core::{Failure, Operator, TaskContext};
use serde::{Deserialize, Serialize};

struct Handle;

#[derive(Serialize, Deserialize, Debug)]
struct Open;

#[couture_core::__private::async_trait]
impl Operator for Open {
    type Input = ();
    type Output = Handle;
    async fn run(&self, _: (), _: &TaskContext) -> Result<Handle, Failure> {
        Ok(Handle)
    }
}

fn main() {}
