//! Files that people keep on the server: the DAG folder, code artifacts, code bricks, and whole trees as archives.

mod archive_answer;
mod archives;
mod code_artifacts;
mod code_bricks;
mod dag_file_changes;
mod dag_files;
mod download;
mod refusal;
mod routing;
mod shapes;
mod upload;

pub(super) use routing::{docs, routes};
