//! The command line `couture`.

mod args;
mod client;
mod dags;
mod follow;
mod print;
mod program;
mod runs;
mod table;
mod tasks;
mod test_run;
mod verdict;

pub use program::main;
