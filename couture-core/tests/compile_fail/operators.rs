//! The operators of the cases.
#![allow(dead_code)]

use couture_core::{Failure, Operator, TaskContext, operator};
use serde::{Deserialize, Serialize};

macro_rules! operators {
    ($($name:ident: $input:ty => $output:ty;)*) => {$(
        #[derive(Serialize, Deserialize, Debug)]
        pub struct $name;

        #[couture_core::__private::async_trait]
        impl Operator for $name {
            type Input = $input;
            type Output = $output;
            async fn run(&self, _: $input, _: &TaskContext) -> Result<$output, Failure> {
                Err(Failure::fatal("only compiled"))
            }
        }
        operator!($name, "case");
    )*};
}

operators! {
    Read: () => String;
    Count: String => u64;
    Mean: (u64, f64) => f64;
    Pi: () => f64;
    Sum: Vec<u64> => u64;
}
