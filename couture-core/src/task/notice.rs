//! What callbacks and mail are about.

use std::sync::Arc;

use crate::ids::{AttemptToken, TaskId};
use crate::time::Timestamp;

use super::context::RunInfo;

/// Something that has happened, and is durable. Each is told at most once: one is lost where the process dies before it has told it.
#[derive(Clone, Debug)]
pub struct Notice {
    /// In which run.
    pub run: Arc<RunInfo>,
    /// What.
    pub kind: NoticeKind,
    /// When.
    pub at: Timestamp,
}

/// What has happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoticeKind {
    /// A task instance has succeeded.
    TaskSucceeded {
        /// Its last attempt.
        token: AttemptToken,
    },
    /// A task instance has failed for good.
    TaskFailed {
        /// Its last attempt.
        token: AttemptToken,
        /// Why.
        error: Box<str>,
    },
    /// A task instance has failed and is tried again.
    TaskRetried {
        /// The attempt that failed.
        token: AttemptToken,
        /// Why.
        error: Box<str>,
    },
    /// The run has succeeded.
    RunSucceeded,
    /// The run has failed.
    RunFailed {
        /// Why: `task_failure`, `timed_out` (in dialect 1.10 `dagrun_timeout`), `all_tasks_deadlocked`, or `ended` by somebody.
        reason: &'static str,
    },
    /// Tasks have missed their SLA.
    SlaMissed {
        /// The tasks that are not done. Those that miss at the same moment are told of together.
        tasks: Vec<TaskId>,
        /// As in Airflow, all tasks of the run that something has happened to, but not their success; the late ones may be among them.
        blocking: Vec<TaskId>,
    },
}
