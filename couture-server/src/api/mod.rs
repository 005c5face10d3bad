//! The REST API under `/api/v2`, in Airflow 3's shapes where it has one, and what guards it.

mod affected;
mod asset_event;
mod backfill;
mod bulk;
mod clear;
mod connection;
mod dag;
mod dag_run;
mod error;
mod extract;
mod guard;
mod import_error;
mod log;
mod mark;
mod masked;
mod monitor;
mod page_of;
mod pool;
mod recent_runs;
mod router;
mod shortage;
mod state;
mod task_instance;
mod variable;
mod version_shape;
mod xcom;

pub(crate) use dag_run::run_body;
pub use error::ApiError;
pub use guard::{AllowedHosts, Guard};
pub(crate) use recent_runs::recent_runs;
pub use router::router;
pub(crate) use shortage::shortage;
pub use state::ApiState;
pub(crate) use task_instance::all_task_instances;
pub use version_shape::{TaskShape, VersionShape, VersionShapes};
