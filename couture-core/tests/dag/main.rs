//! The DAG model from outside: building, refusing, serialising, and its limits.

mod big;
mod errors;
mod operators;
mod random;
mod serial;
mod weights;
