//! The server and the command line as their users meet them: real processes on free ports.

#[path = "../harness/mod.rs"]
mod harness;

mod api;
mod assets;
mod command_line;
mod command_line_accounts;
mod dag_folder;
mod dags_test;
mod full_disk;
mod hostile;
mod lists;
mod many_runs;
mod mapped;
mod native;
mod operations;
mod page;
mod readme;
mod starting;
mod stopping;
mod values;
mod views;
mod waiting;
