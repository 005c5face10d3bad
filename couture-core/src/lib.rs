//! Couture's engine: DAGs of tasks, a scheduler that is a value, and the loop that drives it.
#![forbid(unsafe_code)]

pub mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod dag;
pub mod dialect;
pub mod driver;
pub mod engine;
pub mod executor;
pub mod failure;
pub mod ids;
pub mod retry;
pub mod schedule;
pub mod scheduler;
pub mod state;
pub mod store;
pub mod task;
pub mod time;
pub mod trigger_rule;
pub mod values;

pub use clock::{Clock, SystemClock};
pub use dag::{Dag, DagBuilder, DagError, Out, TaskOptions};
pub use dialect::Dialect;
pub use engine::{
    Affected, Engine, EngineDagRuns, EngineError, EngineSettings, EngineStatus, PlannedRun, PlannedStep, RunScope,
    Scope, WeakEngine,
};
pub use executor::{Executor, Launch, LocalExecutor, LocalSettings, Report, SPANS};
pub use failure::{BoxError, Failure, error_chain};
pub use ids::*;
pub use schedule::{DataInterval, NextRun, Restriction, Schedule, ScheduleError, Timetable, Zone};
pub use state::{RunState, RunType, TaskState};
pub use store::{Store, StoreReader};
pub use task::{
    DynOperator, Operator, Outcome, ProcessCommand, ProcessEnd, ProcessError, Processes, RunInfo, Services,
    TaskContext, registered_tags,
};
pub use time::{Now, Timestamp};
pub use trigger_rule::TriggerRule;
pub use values::{Connection, Values, Variable};

/// What macros expand to.
#[doc(hidden)]
pub mod __private {
    pub use async_trait::async_trait;
    pub use inventory;
    pub use serde_json::Value;
    pub use typetag;

    pub use crate::task::{RegisteredTag, run_json, takes_input};
}

/// The code in the README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
