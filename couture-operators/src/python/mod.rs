//! DAG files in Python: they are parsed in processes of their own, and so are their tasks run.
//!
//! [`PythonInstallation`] says which Python that is and where its files are; an executor offers it in
//! [`Extensions`](couture_core::task::Extensions). [`parser`] makes DAGs of files. [`PythonOperator`] runs a task: what its process asks is
//! answered in [`asks`].

mod asks;
mod callback;
mod digits;
mod greeting;
mod installation;
mod operator;
mod outcome;
mod package;
pub mod parser;
mod raised;

pub use callback::{CallbackOwner, PythonCallback};
pub(crate) use digits::digits;
pub use installation::{PythonError, PythonInstallation};
pub use operator::PythonOperator;
pub use package::{package_hash, unpack};
