//! What is measured of a driver's work, for whoever has installed a recorder of the crate `metrics`.

use std::time::Duration;

use metrics::{Counter, Histogram, counter, histogram};

use crate::executor::Report;
use crate::task::Outcome;

/// The measures, looked up once.
pub(super) struct Measures {
    delay: Histogram,
    commit: Histogram,
    records: Counter,
    ends: [Counter; ENDS.len()],
}

/// How attempts end, in the order of [`place`].
const ENDS: [&str; 6] = ["succeeded", "deferred", "failed", "skipped", "killed", "lost"];

impl Measures {
    pub(super) fn new() -> Self {
        Self {
            delay: histogram!("couture_scheduler_delay_seconds"),
            commit: histogram!("couture_store_commit_seconds"),
            records: counter!("couture_records_total"),
            ends: ENDS.map(|outcome| counter!("couture_attempts_total", "outcome" => outcome)),
        }
    }

    /// From when facts were taken up to when all that follows from them was durable and under way.
    pub(super) fn turn(&self, took: Duration) {
        self.delay.record(took);
    }

    /// A commit of so many records.
    pub(super) fn commit(&self, took: Duration, records: usize) {
        self.commit.record(took);
        self.records.increment(records as u64);
    }

    /// What executors have told.
    pub(super) fn reports(&self, reports: &[Report]) {
        let mut counts = [0; ENDS.len()];
        for report in reports {
            if let Report::Ended { outcome, .. } = report {
                counts[place(outcome)] += 1;
            }
        }
        for (counter, count) in self.ends.iter().zip(counts) {
            if count > 0 {
                counter.increment(count);
            }
        }
    }
}

impl std::fmt::Debug for Measures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Measures")
    }
}

fn place(outcome: &Outcome) -> usize {
    match outcome {
        Outcome::Succeeded { .. } => 0,
        Outcome::Deferred(_) => 1,
        Outcome::Failed { .. } => 2,
        Outcome::Skipped { .. } => 3,
        Outcome::Killed => 4,
        Outcome::Lost { .. } => 5,
    }
}
