//! Attempts that wait without holding anything.

use super::event::Command;
use super::ledger::Ledger;
use super::machine::Scheduler;
use super::run::{Details, Run};
use super::slots::Slot;
use super::timers::Timer;
use crate::ids::AttemptToken;
use crate::state::TaskState;
use crate::task::Deferral;
use crate::time::{Now, Timestamp};
use std::time::Duration;

/// How soon a poke that got lost is repeated.
const POKE_AGAIN: Duration = Duration::from_secs(1);

impl Run {
    /// The operator has nothing to do for a while. That is recorded once, and again only when it waits for something else.
    pub(super) fn deferred(&mut self, slot: Slot, at: Timestamp, deferral: Deferral, ledger: &mut Ledger, now: Now) {
        let instance = &mut self.tasks[slot.at()];
        instance.pokes += u32::from(std::mem::take(&mut instance.is_poked));
        instance.started_at.get_or_insert(at);
        let after = deferral.after;
        let token = self.token(slot);
        if let Some(run) = &deferral.on_run {
            ledger.await_run(run.clone(), token);
        }
        let deferral = Some(Box::new(deferral));
        let is_same = self.tasks[slot.at()].is_deferred()
            && match (&self.tasks[slot.at()].deferral, &deferral) {
                (Some(old), Some(new)) => old.reason == new.reason && old.on_run == new.on_run,
                _ => false,
            };
        if !is_same {
            let details = Details { retry_at: Some(at + after), deferral: deferral.clone(), ..Details::default() };
            self.transition(slot, TaskState::Deferred, details, ledger);
        }
        self.tasks[slot.at()].deferral = deferral;
        ledger.timers.set(now, after, Timer::Wake(token));
    }

    /// A poke was lost with what ran it: it is repeated.
    pub(super) fn poke_lost(&mut self, slot: Slot, ledger: &mut Ledger, now: Now) {
        self.tasks[slot.at()].is_poked = false;
        ledger.timers.set(now, POKE_AGAIN, Timer::Wake(self.token(slot)));
    }
}

impl Scheduler {
    /// Runs the operator of a deferred attempt again.
    pub(super) fn wake(&mut self, token: AttemptToken) {
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

    /// Wakes those who wait for the end of a run.
    pub(super) fn wake_waiters(&mut self, run: &(crate::ids::DagId, crate::ids::RunId)) {
        for token in self.ledger.awaited.remove(run).unwrap_or_default() {
            self.wake(token);
        }
    }
}
