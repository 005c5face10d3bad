//! Files that people keep on the server: the DAG folder, code artifacts, code bricks, and archives, on real servers.

#[path = "../harness/mod.rs"]
mod harness;

mod archives;
mod artifacts;
mod command_line;
mod dag_files;
mod hostile_archives;
mod interrupted;
mod wire;
