//! Attempts that wait without holding anything.

use super::event::Command;
use super::ledger::Ledger;
use super::machine::Scheduler;
use super::run::{Details, Run};
use super::slots::Slot;
use super::timers::Timer;
use crate::ids::{AttemptToken, DagId, RunId};
use crate::state::TaskState;
use crate::task::{Deferral, Outcome};
use crate::time::{Now, Timestamp};
use std::time::Duration;

/// How soon a poke that got lost is repeated.
const POKE_AGAIN: Duration = Duration::from_secs(1);

/// How far apart attempts are woken that were overdue when their shard was taken over: 100,000 of them take as long as the minute after
/// which most look again.
const OVERDUE_APART: Duration = Duration::from_micros(500);

/// What a deferred task instance waits for.
#[derive(Clone, Debug, Default)]
pub(super) struct Await {
    pub(super) deferral: Deferral,
    /// When it is woken at the latest, by the monotonic clock. An earlier timer is out of date.
    pub(super) wake_at: Duration,
    /// Whether the run that it waits for ended while its operator was run: then it is run once more.
    pub(super) is_news: bool,
}

impl Run {
    /// The operator has nothing to do for a while. That is recorded once, and again only when it waits for something else.
    pub(super) fn deferred(&mut self, slot: Slot, at: Timestamp, deferral: Deferral, ledger: &mut Ledger, now: Now) {
        let instance = &mut self.tasks[slot.at()];
        instance.pokes += u32::from(std::mem::take(&mut instance.is_poked));
        instance.started_at.get_or_insert(at);
        let old = instance.awaits.take().filter(|_| instance.is_deferred());
        let token = self.token(slot);
        if let Some(run) = &deferral.on_run {
            ledger.await_run(run.clone(), token);
        }
        let is_same = old
            .as_ref()
            .is_some_and(|old| old.deferral.reason == deferral.reason && old.deferral.on_run == deferral.on_run);
        if !is_same {
            let retry_at = Some(at + deferral.after);
            let details = Details { retry_at, deferral: Some(Box::new(deferral.clone())), ..Details::default() };
            self.transition(slot, TaskState::Deferred, details, ledger);
        }
        let after = if old.is_some_and(|old| old.is_news) { Duration::ZERO } else { deferral.after };
        let wake_at = ledger.timers.set_about(now, after, Timer::Wake(token));
        self.tasks[slot.at()].awaits = Some(Box::new(Await { deferral, wake_at, is_news: false }));
    }

    /// Whether it waits for a run that it did not wait for before.
    pub(super) fn waits_anew(&self, slot: Slot, outcome: &Outcome) -> bool {
        let Outcome::Deferred(Deferral { on_run: Some(run), .. }) = outcome else { return false };
        let old = self.tasks[slot.at()].awaits.as_ref().and_then(|old| old.deferral.on_run.as_ref());
        old != Some(run)
    }

    /// It was deferred when its shard was taken over.
    pub(super) fn goes_on_waiting(
        &mut self,
        slot: Slot,
        deferral: Deferral,
        left: Duration,
        ledger: &mut Ledger,
        now: Now,
    ) {
        let token = self.token(slot);
        if let Some(run) = &deferral.on_run {
            ledger.await_run(run.clone(), token);
        }
        // After a long pause all are overdue: they are woken one after the other.
        let mut left = left;
        if left.is_zero() {
            let next = ledger.next_overdue.max(now.mono);
            left = (next - now.mono).min(deferral.after);
            ledger.next_overdue = next + OVERDUE_APART;
        }
        let wake_at = ledger.timers.set(now, left, Timer::Wake(token));
        self.tasks[slot.at()].awaits = Some(Box::new(Await { deferral, wake_at, is_news: false }));
    }

    /// A poke was lost with what ran it: it is repeated.
    pub(super) fn poke_lost(&mut self, slot: Slot, ledger: &mut Ledger, now: Now) {
        let wake_at = ledger.timers.set(now, POKE_AGAIN, Timer::Wake(self.token(slot)));
        let instance = &mut self.tasks[slot.at()];
        instance.is_poked = false;
        if let Some(awaits) = &mut instance.awaits {
            awaits.wake_at = wake_at;
        }
    }
}

impl Scheduler {
    /// A timer has rung.
    pub(super) fn wake_due(&mut self, token: AttemptToken, now: Now) {
        let awaits = self.runs.get(&token.run).and_then(|run| run.tasks[run.slot(token)?.at()].awaits.as_ref());
        if awaits.is_some_and(|awaits| awaits.wake_at <= now.mono) {
            self.wake(token);
        }
    }

    /// Runs the operator of a deferred attempt again, unless that is being done.
    fn wake(&mut self, token: AttemptToken) {
        let Some(run) = self.runs.get_mut(&token.run) else { return };
        let Some(slot) = run.slot(token).filter(|_| run.is_current(token)) else { return };
        let instance = &mut run.tasks[slot.at()];
        if !instance.is_deferred() || instance.is_poked {
            return;
        }
        instance.is_poked = true;
        let launch = run.launch_of(slot);
        self.ledger.out.push(Command::Launch(launch));
    }

    /// The run that this attempt has just begun to wait for may be over already.
    pub(super) fn wake_if_over(&mut self, token: AttemptToken) {
        let awaits = self.runs.get(&token.run).and_then(|run| run.tasks[run.slot(token)?.at()].awaits.as_ref());
        let Some(awaited) = awaits.and_then(|awaits| awaits.deferral.on_run.clone()) else { return };
        let is_known = self.dags.get(&awaited.0).is_some_and(|dag| dag.runs.contains_key(&awaited.1));
        if !is_known && self.shard_of(&awaited.0).is_some() {
            self.wake_waiters(&awaited);
        }
    }

    /// Wakes those who wait for the end of a run.
    pub(super) fn wake_waiters(&mut self, awaited: &(DagId, RunId)) {
        for token in self.ledger.awaited.remove(awaited).unwrap_or_default() {
            let instance = self.runs.get_mut(&token.run).and_then(|run| {
                let slot = run.slot(token)?;
                Some(&mut run.tasks[slot.at()])
            });
            if let Some(awaits) = instance.filter(|instance| instance.is_poked).and_then(|it| it.awaits.as_mut()) {
                awaits.is_news = true;
            }
            self.wake(token);
        }
    }
}
