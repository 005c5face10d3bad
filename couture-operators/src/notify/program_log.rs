//! Logs of callbacks that are about no task.

use couture_core::TaskContext;
use couture_core::task::TaskLogs;

/// Puts what a callback logs into the program's own log.
#[derive(Debug)]
pub(super) struct ProgramLog;

impl TaskLogs for ProgramLog {
    fn write(&self, cx: &TaskContext, message: &str) {
        let message = cx.values().masked(message.to_owned());
        tracing::info!(dag = %cx.dag_id(), run = %cx.run().run_id, "a callback says: {message}");
    }
}
