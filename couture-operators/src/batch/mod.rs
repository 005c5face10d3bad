//! Running a DAG over a table in batches.

mod hdfs;
mod metadata;
mod operator;
mod table;

pub use operator::{CoutureLoopableBatchOperator, LoopableBatchOperator};
