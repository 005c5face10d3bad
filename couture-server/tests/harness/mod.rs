//! Real server processes for tests: starts them, waits until they answer, asks them, stops and kills them.
//!
//! Include it with `#[path = "../harness/mod.rs"] mod harness;`.
#![allow(dead_code, unused_imports, unreachable_pub, reason = "each test program uses a part of it")]

mod dag_file;
mod patience;
mod programs;
mod request;
mod runs;
mod server;

pub use dag_file::write_dag_file;
pub use patience::{PATIENCE, eventually};
pub use programs::{couture_command, server_command};
pub use request::Answer;
pub use server::TestServer;
