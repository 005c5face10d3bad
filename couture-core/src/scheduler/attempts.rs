//! What executors tell of attempts.

use super::bug::Bug;
use super::event::Command;
use super::instance::KillReason;
use super::ledger::Ledger;
use super::machine::Scheduler;
use super::run::{Details, Run};
use super::timers::{Timer, left};
use crate::executor::Report;
use crate::ids::{AttemptToken, TaskIndex};
use crate::state::TaskState;
use crate::task::Outcome;
use crate::time::{Now, Timestamp};
use std::time::Duration;

impl Scheduler {
    pub(super) fn reported(&mut self, report: Report, now: Now) {
        let token = report.token();
        if !self.ledger.shards.contains_key(&token.run.shard()) {
            if !self.ledger.settings.planted.has(Bug::ForwardForgotten) {
                self.ledger.out.push(Command::Forward(report));
            }
            return;
        }
        let is_end = matches!(report, Report::Ended { .. });
        self.believe(report, now);
        if is_end {
            self.ledger.out.push(Command::Settle(token));
        }
    }

    /// Takes in a report, if it is about the current attempt.
    pub(super) fn believe(&mut self, report: Report, now: Now) {
        let token = report.token();
        let planted = self.ledger.settings.planted;
        let Some(run) = self.runs.get_mut(&token.run) else { return };
        let Some(instance) = run.tasks.get(token.task.at()) else { return };
        let is_current = run.token(token.task) == token || planted.has(Bug::NoFence);
        if !is_current || !instance.is_live() {
            return;
        }
        match report {
            Report::Started { at, .. } => run.started(token.task, at, &mut self.ledger, now),
            Report::Ended { started_at, ended_at, outcome, .. } => {
                if started_at.is_some() {
                    run.tasks[token.task.at()].started_at = started_at;
                }
                run.ended(token.task, ended_at, outcome, &mut self.ledger, now);
                run.propagate(&mut self.ledger, now);
                self.end_if_over(token.run, now);
            }
        }
    }

    pub(super) fn retry_due(&mut self, token: AttemptToken) {
        let Some(run) = self.runs.get_mut(&token.run) else { return };
        let instance = &run.tasks[token.task.at()];
        let is_current = run.token(token.task) == token && instance.state == Some(TaskState::UpForRetry);
        if is_current && !instance.ready {
            run.enqueue(token.task, &mut self.ledger);
        }
    }

    pub(super) fn execution_timed_out(&mut self, token: AttemptToken) {
        let Some(run) = self.runs.get_mut(&token.run) else { return };
        let is_current = run.token(token.task) == token;
        let instance = &mut run.tasks[token.task.at()];
        let timed_out = is_current && instance.is_live() && instance.killing.is_none();
        if timed_out && !self.ledger.settings.planted.has(Bug::TimeoutForgotten) {
            instance.killing = Some(KillReason::TimedOut);
            self.ledger.out.push(Command::Kill(token));
        }
    }
}

impl Run {
    fn started(&mut self, task: TaskIndex, at: Timestamp, ledger: &mut Ledger, now: Now) {
        let instance = &mut self.tasks[task.at()];
        if instance.state != Some(TaskState::Queued) {
            return;
        }
        instance.started_at = Some(at);
        self.transition(task, TaskState::Running, Details::default(), ledger);
        self.arm_execution_timeout(task, Duration::ZERO, ledger, now);
    }

    /// Sets the timer of the execution timeout, `elapsed` after the operator began.
    pub(super) fn arm_execution_timeout(&self, task: TaskIndex, elapsed: Duration, ledger: &mut Ledger, now: Now) {
        if let Some(timeout) = self.task(task).options.execution_timeout() {
            let timer = Timer::ExecutionTimeout(self.token(task));
            ledger.timers.set(now, timeout.saturating_sub(elapsed), timer);
        }
    }

    fn ended(&mut self, task: TaskIndex, at: Timestamp, outcome: Outcome, ledger: &mut Ledger, now: Now) {
        let killing = self.tasks[task.at()].killing;
        match (outcome, killing) {
            (Outcome::Succeeded { xcoms }, _) => {
                self.transition(task, TaskState::Success, Details { xcoms, ..Details::ended(at) }, ledger);
            }
            (Outcome::Skipped { reason }, _) => {
                self.transition(task, TaskState::Skipped, Details::ended(at).because(reason), ledger);
            }
            (_, Some(KillReason::RunEnded)) => {
                let details = Details::ended(at).because("ended with its run");
                self.transition(task, TaskState::Failed, details, ledger);
            }
            (_, Some(KillReason::TimedOut)) => {
                let timeout = self.task(task).options.execution_timeout().unwrap_or_default();
                self.failed(
                    task,
                    at,
                    format!("ran longer than its execution_timeout of {timeout:?}").into(),
                    ledger,
                    now,
                );
            }
            (Outcome::Failed { error, retryable: true }, None) => self.failed(task, at, error, ledger, now),
            (Outcome::Failed { error, retryable: false }, None) => {
                self.transition(task, TaskState::Failed, Details::ended(at).because(error), ledger);
            }
            (Outcome::Killed, None) => self.lost(task, at, "ended from outside", ledger, now),
            (Outcome::Lost { reason }, None) => self.lost(task, at, &reason, ledger, now),
        }
    }

    /// A try has failed: the next one follows after its delay, if there is one left.
    fn failed(&mut self, task: TaskIndex, at: Timestamp, error: Box<str>, ledger: &mut Ledger, now: Now) {
        let planted = ledger.settings.planted;
        let instance = &mut self.tasks[task.at()];
        instance.lost = 0;
        let mut policy = self.info.dag.task(task).options.retry_policy();
        if planted.has(Bug::RetryOffByOne) {
            policy.retries += 1;
        }
        match policy.delay_after(instance.try_number) {
            Some(delay) => self.retry(task, at, delay, error, ledger, now),
            None => self.transition(task, TaskState::Failed, Details::ended(at).because(error), ledger),
        }
    }

    /// An attempt was lost with what ran it: the try is launched again.
    pub(super) fn lost(&mut self, task: TaskIndex, at: Timestamp, reason: &str, ledger: &mut Ledger, now: Now) {
        let max_lost = ledger.settings.max_lost;
        let instance = &mut self.tasks[task.at()];
        if instance.killing == Some(KillReason::RunEnded) {
            let details = Details::ended(at).because("ended with its run");
            return self.transition(task, TaskState::Failed, details, ledger);
        }
        instance.lost += 1;
        if instance.lost > max_lost {
            let error = format!("lost with its worker {} times, last: {reason}", instance.lost);
            return self.failed(task, at, error.into(), ledger, now);
        }
        // 0, 1, 3, 7, 15 s: a worker that is being replaced gets time to come back.
        let delay = Duration::from_secs((1_u64 << (instance.lost - 1).min(6)) - 1);
        self.retry(task, at, delay, reason.into(), ledger, now);
    }

    fn retry(
        &mut self,
        task: TaskIndex,
        at: Timestamp,
        delay: Duration,
        error: Box<str>,
        ledger: &mut Ledger,
        now: Now,
    ) {
        let planted = ledger.settings.planted;
        let retry_at = at + delay;
        let details = Details { retry_at: Some(retry_at), ..Details::ended(at).because(error) };
        let was_lost = self.tasks[task.at()].lost > 0;
        self.transition(task, TaskState::UpForRetry, details, ledger);
        if was_lost && planted.has(Bug::RelaunchForgotten) {
            return;
        }
        let wait = if planted.has(Bug::RetryTooEarly) { Duration::ZERO } else { left(retry_at, delay, now) };
        ledger.timers.set(now, wait, Timer::Retry(self.token(task)));
    }
}

impl Report {
    /// The attempt that it is about.
    pub fn token(&self) -> AttemptToken {
        match self {
            Self::Started { token, .. } | Self::Ended { token, .. } => *token,
        }
    }
}
