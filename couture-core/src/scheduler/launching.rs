//! From the queues of the pools to the executor.

use super::bug::Bug;
use super::event::Command;
use super::machine::Scheduler;
use super::run::Details;
use super::slots::Slot;
use super::timers::Timer;
use crate::ids::AttemptToken;
use crate::state::TaskState;
use crate::store::Pool;
use crate::time::Now;
use std::time::Duration;

/// How long to leave a pool alone that others have filled.
const CONTENTION_WAIT: Duration = Duration::from_millis(100);

impl Scheduler {
    /// Launches what waits, while there are slots and room in the executor.
    pub(super) fn launch(&mut self, now: Now) {
        loop {
            let released = self.release_held();
            self.launch_waiting(now);
            if !released {
                return;
            }
        }
    }

    fn launch_waiting(&mut self, now: Now) {
        if self.ledger.settings.planted.has(Bug::FairTurnForgotten) {
            self.ledger.pools.forget_turns();
        }
        while self.ledger.live_here < self.ledger.settings.capacity {
            let Some(first) = self.ledger.pools.pop() else { return };
            let Some(run) = self.runs.get_mut(&first.run) else { continue };
            if !run.waits(first.slot) {
                continue;
            }
            let entry = self.dags.get_mut(&run.info.dag.dag_id);
            if let Some(dag) = entry.filter(|dag| dag.paused && !self.ledger.settings.planted.has(Bug::PauseIgnored)) {
                dag.held.push((first.run, first.slot));
                continue;
            }
            if run.is_limited {
                let newest = self.dags.get(&run.info.dag.dag_id).and_then(|entry| entry.dag.as_deref());
                if run.hold_back(first, newest, &mut self.ledger) {
                    continue;
                }
            }
            let instance = &mut run.tasks[first.slot.at()];
            self.ledger.pools.launched(&first);
            instance.count_attempt();
            instance.pokes = 0;
            instance.is_here = true;
            instance.worker = Some(self.ledger.settings.worker.clone());
            instance.queued_at = Some(now.wall);
            instance.started_at = None;
            self.ledger.live_here += 1;
            run.transition(first.slot, TaskState::Queued, Details::default(), &mut self.ledger);
            if self.ledger.settings.planted.has(Bug::PoolIgnored) {
                self.ledger.pools.take(&run.task(first.slot).options.pool.clone(), -i64::from(first.slots));
            }
            let launch = run.launch_of(first.slot);
            self.ledger.out.push(Command::Launch(launch));
        }
    }

    /// The store refused the slots of these launches, and nothing of them was recorded: they wait again.
    pub fn withdraw(&mut self, tokens: &[AttemptToken], now: Now) -> Vec<Command> {
        for token in tokens {
            let Some(run) = self.runs.get_mut(&token.run) else { continue };
            let Some(slot) = run.slot(*token).filter(|_| run.is_current(*token)) else { continue };
            if !run.tasks[slot.at()].is_live() {
                continue;
            }
            run.withdraw(slot, &mut self.ledger, now);
            self.end_if_over(token.run, now);
        }
        self.ledger.timers.set(now, CONTENTION_WAIT, Timer::PoolContention);
        std::mem::take(&mut self.ledger.out)
    }

    pub(super) fn observe_pools(&mut self, pools: &[Pool], now: Now) {
        self.ledger.pools.observe(pools);
        if self.is_contended() {
            self.ledger.timers.set(now, CONTENTION_WAIT, Timer::PoolContention);
        }
    }
}

impl super::run::Run {
    /// Takes back a launch that was never recorded.
    fn withdraw(&mut self, slot: Slot, ledger: &mut super::ledger::Ledger, now: Now) {
        let options = self.task(slot).options.clone();
        ledger.pools.take(&options.pool, -i64::from(options.pool_slots));
        if self.is_limited {
            let task_id = self.task(slot).task_id.clone();
            ledger.limits.count(&self.info.dag.dag_id, &task_id, false);
        }
        ledger.live_here -= 1;
        let instance = &mut self.tasks[slot.at()];
        instance.uncount_attempt();
        instance.is_here = false;
        instance.state = (instance.try_number > 0).then_some(TaskState::UpForRetry);
        if instance.killing.take().is_some() {
            self.transition(slot, TaskState::Skipped, Details::ended(now.wall), ledger);
            self.propagate(ledger, now);
        } else {
            self.enqueue(slot, ledger);
        }
    }
}
