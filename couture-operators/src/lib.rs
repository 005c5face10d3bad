//! Couture's operators, and the supervision of their child processes.
//!
//! - [`BashOperator`], [`EmailOperator`], [`EmptyOperator`] and [`FnOperator`] are what tasks do.
//! - [`BranchOperator`], [`ShortCircuitOperator`], [`LatestOnlyOperator`], [`BranchDateTimeOperator`] and
//!   [`BranchDayOfWeekOperator`] decide which tasks come next.
//! - [`sensor`] holds what waits, [`dags`] and [`batch`] what runs other DAGs, [`http`] what asks servers.
//! - [`InProcess`] runs child processes as children of this process; [`Supervisor`] runs them under a process of
//!   their own that outlives this one.
//! - [`eda`] looks at data sets.
//! - [`email`] sends mail.
//! - [`notify`] calls callbacks and sends the mail that tasks ask for.
//! - [`python`] parses DAG files in Python and runs their tasks.
//! - [`template`] fills in the templates of operators.
//! - [`log`] holds the format of live logs, with [`log::FileTaskLogs`] for native tasks.
//!
//! A binary calls [`link`] at its start, so that stored DAGs find the operators of this crate, and [`Registered::check`].
#![deny(unsafe_code)]

mod bash;
pub mod batch;
mod branch;
mod branch_date_time;
mod branch_day_of_week;
mod child;
pub mod dags;
pub mod eda;
pub mod email;
mod empty;
mod frames;
mod full_disk;
mod function;
pub mod http;
mod in_process;
mod latest_only;
pub mod log;
pub mod notify;
pub mod python;
mod reach;
mod registered;
mod seconds;
pub mod sensor;
mod short_circuit;
mod sql;
pub mod supervisor;
mod sys;
pub mod template;
mod wall;

pub use bash::BashOperator;
pub use batch::LoopableBatchOperator;
pub use branch::{BranchOperator, Chosen};
pub use branch_date_time::{BranchDateTimeOperator, DateBound};
pub use branch_day_of_week::{BranchDayOfWeekOperator, WeekDay};
pub use dags::{DagOperator, SkippableDagOperator, SubDagOperator, TriggerDagRunOperator};
pub use eda::{EdaMergeOperator, EdaOperator};
pub use email::EmailOperator;
pub use empty::{DummyOperator, EmptyOperator};
pub use function::{FnOperator, RegisteredFunction};
pub use http::SimpleHttpOperator;
pub use in_process::InProcess;
pub use latest_only::LatestOnlyOperator;
pub use log::FileTaskLogs;
pub use python::PythonOperator;
pub use reach::{Unreached, reach};
pub use registered::{Registered, RegistrationError, link};
pub use short_circuit::ShortCircuitOperator;
pub use supervisor::{Supervisor, SupervisorSettings};
pub use sys::raise_file_limit;
pub use template::JinjaTemplates;

/// What macros expand to.
#[doc(hidden)]
pub mod __private {
    pub use crate::function::{CallFuture, input, output, type_id_of};
    pub use async_trait::async_trait;
    pub use inventory;
    pub use serde_json::Value;
}
