//! The command line `couture`.

mod args;
mod asking;
mod assets;
mod backfill;
mod clear;
mod client;
mod connections;
mod dags;
mod entries;
mod follow;
mod many_runs;
mod operation_args;
mod pools;
mod print;
mod program;
mod runs;
mod table;
mod tasks;
mod test_run;
mod variables;
mod verdict;

pub use program::main;
