//! What can be wrong with a DAG.

use crate::ids::{IdError, TaskId};

/// Why a DAG was refused. Each names the offenders.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DagError {
    /// An id is not one.
    #[error(transparent)]
    Id(#[from] IdError),
    /// Two tasks have one id.
    #[error("task id {:?} is used twice", .task.as_str())]
    DuplicateTask {
        /// That id.
        task: TaskId,
    },
    /// A task names one that is not there.
    #[error("task {:?} depends on {unknown:?}, which is not a task of this DAG", .task.as_str())]
    UnknownTask {
        /// The task.
        task: TaskId,
        /// What it names.
        unknown: String,
    },
    /// A task is wired to one that was added to another DAG.
    #[error("task {:?} belongs to the DAG {of:?}; tasks of two DAGs cannot be wired", .task.as_str())]
    ForeignTask {
        /// The other DAG's task.
        task: TaskId,
        /// The other DAG.
        of: String,
    },
    /// A dependency is stated twice.
    #[error("the dependency {upstream} >> {downstream} is stated twice (an input is a dependency already)")]
    DuplicateEdge {
        /// Its upstream task.
        upstream: TaskId,
        /// Its downstream task.
        downstream: TaskId,
    },
    /// Tasks wait for each other.
    #[error("these tasks wait for each other: {}", cycle_text(.tasks))]
    Cycle {
        /// In the order of their edges; the last one leads to the first.
        tasks: Vec<TaskId>,
    },
    /// A setting of a task is wrong.
    #[error("task {:?}: {reason}", .task.as_str())]
    Option {
        /// The task.
        task: TaskId,
        /// What is wrong.
        reason: String,
    },
    /// A setting of the DAG itself is wrong.
    #[error("{0}")]
    Attribute(String),
    /// More than [`Dag::MAX_TASKS`](super::Dag::MAX_TASKS).
    #[error("{tasks} tasks; at most {} are allowed", super::Dag::MAX_TASKS)]
    TooManyTasks {
        /// How many.
        tasks: usize,
    },
    /// The serialised form cannot be read.
    #[error("{0}")]
    Decode(String),
}

fn cycle_text(tasks: &[TaskId]) -> String {
    let shown = tasks.len().min(10);
    let mut text: String = tasks[..shown].iter().map(|task| format!("{task} >> ")).collect();
    if shown < tasks.len() {
        text.push_str(&format!("… ({} more) >> ", tasks.len() - shown));
    }
    text + tasks.first().map_or("", TaskId::as_str)
}
