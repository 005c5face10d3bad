//! Couture's operators, and the supervision of their child processes.
//!
//! - [`BashOperator`], [`EmptyOperator`] and [`FnOperator`] are what tasks do.
//! - [`InProcess`] runs child processes as children of this process; [`Supervisor`] runs them under a process of
//!   their own that outlives this one.
//! - [`template`] fills in the templates of operators.
//! - [`log`] holds the format of live logs, with [`log::FileTaskLogs`] for native tasks.
//!
//! A binary calls [`link`] at its start, so that stored DAGs find the operators of this crate, and [`Registered::check`].
#![deny(unsafe_code)]

mod bash;
mod child;
mod empty;
mod full_disk;
mod function;
mod in_process;
pub mod log;
mod registered;
pub mod supervisor;
mod sys;
pub mod template;
mod wall;

pub use bash::BashOperator;
pub use empty::{DummyOperator, EmptyOperator};
pub use function::{FnOperator, RegisteredFunction};
pub use in_process::InProcess;
pub use log::FileTaskLogs;
pub use registered::{Registered, RegistrationError, link};
pub use supervisor::{Supervisor, SupervisorSettings};
pub use sys::raise_file_limit;
pub use template::JinjaTemplates;

/// What macros expand to.
#[doc(hidden)]
pub mod __private {
    pub use crate::function::{CallFuture, input, output, type_id_of};
    pub use inventory;
    pub use serde_json::Value;
}
