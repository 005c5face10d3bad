//! Telling what has happened, where somebody wants to know.

use super::event::Command;
use super::ledger::Ledger;
use super::run::{Details, Run};
use super::slots::Slot;
use crate::state::{RunState, TaskState};
use crate::task::{Notice, NoticeKind};
use crate::time::Timestamp;

impl Run {
    /// Tells what a task instance has come to. An attempt that was lost with its worker is no failure of the task.
    pub(super) fn tell(&self, slot: Slot, state: TaskState, details: &Details, ledger: &mut Ledger) {
        let options = &self.task(slot).options;
        let has_mail = !options.email.is_empty();
        let is_wanted = match state {
            TaskState::Success => !options.on_success_callback.is_empty(),
            TaskState::Failed => !options.on_failure_callback.is_empty() || (has_mail && options.email_on_failure),
            TaskState::UpForRetry if self.tasks[slot.at()].lost == 0 => {
                !options.on_retry_callback.is_empty() || (has_mail && options.email_on_retry)
            }
            _ => false,
        };
        let Some(at) = details.ended_at.filter(|_| is_wanted) else { return };
        let (token, error) = (self.token(slot), details.error.clone().unwrap_or_default());
        let kind = match state {
            TaskState::Success => NoticeKind::TaskSucceeded { token },
            TaskState::Failed => NoticeKind::TaskFailed { token, error },
            _ => NoticeKind::TaskRetried { token, error },
        };
        self.notify(kind, at, ledger);
    }

    /// Tells how the run has ended.
    pub(super) fn tell_end(&self, at: Timestamp, ledger: &mut Ledger) {
        let attributes = &self.info.dag.attributes;
        let kind = match self.state {
            RunState::Success if !attributes.on_success_callback.is_empty() => NoticeKind::RunSucceeded,
            RunState::Failed if !attributes.on_failure_callback.is_empty() => {
                NoticeKind::RunFailed { reason: self.failure_reason() }
            }
            _ => return,
        };
        self.notify(kind, at, ledger);
    }

    pub(super) fn notify(&self, kind: NoticeKind, at: Timestamp, ledger: &mut Ledger) {
        ledger.out.push(Command::Notify(Notice { run: self.info.clone(), kind, at }));
    }
}
