//! Tasks at run time: operators, what they see, and how an attempt ends.

mod cancellation;
mod context;
mod dag_runs;
mod decision;
mod deferral;
mod extensions;
mod mail;
mod notice;
mod notifier;
mod operator;
mod outcome;
mod registry;
mod services;
mod templates;
mod xcoms;

pub use cancellation::Cancellation;
pub use context::{RunInfo, TaskContext};
pub use dag_runs::{DagRuns, LateDagRuns, MAX_RUNS_SEEN, NewRun, SeenDag, SeenRun, SeenTask, Triggered};
pub use decision::Decision;
pub use deferral::{Deferral, Waited};
pub use extensions::Extensions;
pub use mail::{Mail, Mailer};
pub use notice::{Notice, NoticeKind};
pub use notifier::{NoNotifier, Notifier};
pub use operator::{DynOperator, Operator, run_json, takes_input};
pub use outcome::{Outcome, XCom, XComValue};
pub use registry::{RegisteredTag, registered_tags};
pub use services::{
    Artifacts, Listener, ProcessCommand, ProcessEnd, ProcessError, Processes, Services, Speaker, TaskLogs, WarmParent,
};
pub use templates::Templates;
pub use xcoms::{PulledKey, PulledXCom, StoreXComs, XComQuery, XComs};
