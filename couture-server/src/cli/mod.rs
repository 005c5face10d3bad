//! The command line `couture`.

mod archives;
mod args;
mod asking;
mod assets;
mod backfill;
mod bricks;
mod clear;
mod client;
mod connections;
mod dag_file;
mod dags;
mod entries;
mod follow;
mod form;
mod kept_files;
mod many_runs;
mod operation_args;
mod parse;
mod pools;
mod print;
mod program;
mod runs;
mod table;
mod task_test;
mod tasks;
mod test_run;
mod variables;
mod verdict;

pub use program::main;
