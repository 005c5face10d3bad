//! Couture's server, its headless scheduler and its command line.
//!
//! A program that defines DAGs in Rust has a server of its own in three lines; see [`ServerBuilder`].
#![forbid(unsafe_code)]

mod admission;
pub mod api;
pub mod archive;
mod audit_retention;
pub mod auth;
mod backend;
pub mod cli;
mod command_line;
pub mod dags;
pub mod data_folder;
mod durable_file;
pub mod eda;
#[cfg(feature = "eda")]
pub mod eda_role;
mod error;
mod fernet_key;
pub mod files;
mod free_space;
mod listen;
pub mod live;
mod mail;
mod measures;
mod node;
mod page;
mod python;
mod server;
mod serving;
pub mod settings;
mod shipping;
mod shown_settings;
pub mod supervise;
mod telemetry;
mod tls;

pub use backend::KeptValues;
pub use error::StartError;
pub use measures::Measures;
pub use node::{Children, Node};
pub use server::{Server, ServerBuilder};
