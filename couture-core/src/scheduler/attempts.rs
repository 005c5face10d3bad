//! What executors tell of attempts.

use super::bug::Bug;
use super::event::Command;
use super::instance::KillReason;
use super::ledger::Ledger;
use super::machine::Scheduler;
use super::run::{Details, Run};
use super::slots::Slot;
use super::timers::{Timer, left};
use crate::executor::Report;
use crate::ids::{AttemptToken, MapIndex};
use crate::retry::Retried;
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
        let Some(slot) = run.slot(token) else { return };
        let instance = &run.tasks[slot.at()];
        let is_current = run.token(slot) == token || planted.has(Bug::NoFence);
        if !is_current || !(instance.is_live() || instance.is_deferred()) {
            return;
        }
        match report {
            Report::Started { at, .. } => run.started(slot, at, &mut self.ledger, now),
            Report::Ended { started_at, ended_at, outcome, .. } => {
                let instance = &mut run.tasks[slot.at()];
                if instance.is_live() {
                    // Who has taken the attempt over tells when it did.
                    instance.started_at = instance.started_at.or(started_at);
                }
                let waits_anew = run.waits_anew(slot, &outcome);
                run.ended(slot, ended_at, outcome, &mut self.ledger, now);
                self.spread_asset_news(token.run.shard(), now);
                if let Some(run) = self.runs.get_mut(&token.run) {
                    run.propagate(&mut self.ledger, now);
                }
                self.end_if_over(token.run, now);
                if waits_anew {
                    self.wake_if_over(token);
                }
            }
        }
    }

    pub(super) fn retry_due(&mut self, token: AttemptToken) {
        let Some(run) = self.runs.get_mut(&token.run) else { return };
        let Some(slot) = run.slot(token).filter(|_| run.is_current(token)) else { return };
        let instance = &run.tasks[slot.at()];
        if instance.state == Some(TaskState::UpForRetry) && !instance.ready {
            run.enqueue(slot, &mut self.ledger);
        }
    }

    pub(super) fn execution_timed_out(&mut self, token: AttemptToken, now: Now) {
        let Some(run) = self.runs.get_mut(&token.run) else { return };
        let Some(slot) = run.slot(token).filter(|_| run.is_current(token)) else { return };
        let instance = &mut run.tasks[slot.at()];
        if self.ledger.settings.planted.has(Bug::TimeoutForgotten) {
            return;
        }
        if instance.is_deferred() && !instance.is_poked {
            run.timed_out(slot, now.wall, &mut self.ledger, now);
            run.propagate(&mut self.ledger, now);
            self.end_if_over(token.run, now);
        } else if (instance.is_live() || instance.is_poked) && instance.killing.is_none() {
            instance.killing = Some(KillReason::TimedOut);
            self.ledger.out.push(Command::Kill(token));
        }
    }
}

impl Run {
    fn started(&mut self, slot: Slot, at: Timestamp, ledger: &mut Ledger, now: Now) {
        let instance = &mut self.tasks[slot.at()];
        if instance.state != Some(TaskState::Queued) {
            return;
        }
        instance.started_at = Some(at);
        self.transition(slot, TaskState::Running, Details::default(), ledger);
        self.arm_execution_timeout(slot, Duration::ZERO, ledger, now);
    }

    /// Sets the timer of the execution timeout, `elapsed` after the operator began.
    pub(super) fn arm_execution_timeout(&self, slot: Slot, elapsed: Duration, ledger: &mut Ledger, now: Now) {
        if let Some(timeout) = self.task(slot).options.execution_timeout() {
            let timer = Timer::ExecutionTimeout(self.token(slot));
            ledger.timers.set(now, timeout.saturating_sub(elapsed), timer);
        }
    }

    fn ended(&mut self, slot: Slot, at: Timestamp, outcome: Outcome, ledger: &mut Ledger, now: Now) {
        let killing = self.tasks[slot.at()].killing;
        match (outcome, killing) {
            (_, Some(KillReason::Wished(wish))) => self.fulfil(slot, wish, at, ledger, now),
            (Outcome::Succeeded { xcoms, length, decision, asset_extras }, _) => {
                let (task, map_index) = self.slots.owner(slot);
                // One instance of a mapped task does not decide for the others.
                let decision = decision.filter(|_| map_index == MapIndex::NONE);
                if let Some(decision) = &decision {
                    self.take_decision(task, decision);
                }
                if let (Some(length), MapIndex::NONE) = (length, map_index) {
                    self.lengths.insert(task, length);
                }
                let is_decided = decision.is_some();
                let decision = decision.map(Box::new);
                let details = Details { xcoms, length, decision, ..Details::ended(at) };
                self.transition(slot, TaskState::Success, details, ledger);
                self.change_assets(slot, at, asset_extras, ledger);
                if is_decided {
                    self.carry_out_decision(task, ledger, now);
                }
            }
            (Outcome::Skipped { reason }, _) => {
                self.transition(slot, TaskState::Skipped, Details::ended(at).because(reason), ledger);
            }
            (_, Some(KillReason::RunEnded)) => {
                let details = Details::ended(at).because("ended with its run");
                self.transition(slot, TaskState::Failed, details, ledger);
            }
            (_, Some(KillReason::TimedOut)) => self.timed_out(slot, at, ledger, now),
            (Outcome::Deferred(deferral), None) => self.deferred(slot, at, deferral, ledger, now),
            (Outcome::Failed { error, retryable: true }, None) => self.failed(slot, at, error, ledger, now),
            (Outcome::Failed { error, retryable: false }, None) => {
                self.transition(slot, TaskState::Failed, Details::ended(at).because(error), ledger);
            }
            (Outcome::Killed | Outcome::Lost { .. }, None) if self.tasks[slot.at()].is_deferred() => {
                self.poke_lost(slot, ledger, now);
            }
            (Outcome::Killed, None) => self.lost(slot, at, "ended from outside", ledger, now),
            (Outcome::Lost { reason }, None) => self.lost(slot, at, &reason, ledger, now),
        }
    }

    fn timed_out(&mut self, slot: Slot, at: Timestamp, ledger: &mut Ledger, now: Now) {
        let timeout = self.task(slot).options.execution_timeout().unwrap_or_default();
        let error = format!("ran longer than its execution_timeout of {timeout:?}");
        self.failed(slot, at, error.into(), ledger, now);
    }

    /// A try has failed: the next one follows after its delay, if there is one left.
    fn failed(&mut self, slot: Slot, at: Timestamp, error: Box<str>, ledger: &mut Ledger, now: Now) {
        let planted = ledger.settings.planted;
        let instance = &mut self.tasks[slot.at()];
        instance.lost = 0;
        let made = instance.try_number - instance.tries_before;
        let task = self.task(slot);
        let mut policy = task.options.retry_policy();
        let dag = &self.info.dag;
        let retried = Retried {
            dag_id: &dag.dag_id,
            task_id: &task.task_id,
            logical_date: self.info.logical_date,
            dialect: dag.attributes.dialect,
        };
        if planted.has(Bug::RetryOffByOne) {
            policy.retries += 1;
        }
        match policy.delay_after(made, &retried) {
            Some(delay) => self.retry(slot, at, delay, error, ledger, now),
            None => self.transition(slot, TaskState::Failed, Details::ended(at).because(error), ledger),
        }
    }

    /// An attempt was lost with what ran it: the try is launched again.
    pub(super) fn lost(&mut self, slot: Slot, at: Timestamp, reason: &str, ledger: &mut Ledger, now: Now) {
        let max_lost = ledger.settings.max_lost;
        let instance = &mut self.tasks[slot.at()];
        if let Some(KillReason::Wished(wish)) = instance.killing {
            return self.fulfil(slot, wish, at, ledger, now);
        }
        if instance.killing == Some(KillReason::RunEnded) {
            let details = Details::ended(at).because("ended with its run");
            return self.transition(slot, TaskState::Failed, details, ledger);
        }
        instance.lost += 1;
        if instance.lost > max_lost {
            let error = format!("lost with its worker {} times, last: {reason}", instance.lost);
            return self.failed(slot, at, error.into(), ledger, now);
        }
        // 0, 1, 3, 7, 15 s: a worker that is being replaced gets time to come back.
        let delay = Duration::from_secs((1_u64 << (instance.lost - 1).min(6)) - 1);
        self.retry(slot, at, delay, reason.into(), ledger, now);
    }

    fn retry(&mut self, slot: Slot, at: Timestamp, delay: Duration, error: Box<str>, ledger: &mut Ledger, now: Now) {
        let planted = ledger.settings.planted;
        let retry_at = at + delay;
        let details = Details { retry_at: Some(retry_at), ..Details::ended(at).because(error) };
        let was_lost = self.tasks[slot.at()].lost > 0;
        self.transition(slot, TaskState::UpForRetry, details, ledger);
        if was_lost && planted.has(Bug::RelaunchForgotten) {
            return;
        }
        let wait = if planted.has(Bug::RetryTooEarly) { Duration::ZERO } else { left(retry_at, delay, now) };
        ledger.timers.set(now, wait, Timer::Retry(self.token(slot)));
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
