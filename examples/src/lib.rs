//! Examples of Couture, each of them a test with checked output.
//!
//! - `embed`: DAGs inside another program, in under 40 lines.
//! - [`etl`]: a typed pipeline from CSV to Parquet.

pub mod etl;
pub mod runner;
