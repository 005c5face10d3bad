//! When a failed attempt is tried again.

use std::time::Duration;

use sha1::{Digest, Sha1};

use crate::dag::TaskOptions;
use crate::dialect::Dialect;
use crate::ids::{DagId, TaskId};
use crate::time::Timestamp;

/// How often and after how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries after the first.
    pub retries: u32,
    /// From the end of a try to the next.
    pub delay: Duration,
    /// Whether the delay doubles with each try, with a part added that differs from task to task.
    pub exponential: bool,
    /// The longest exponential delay. Where absent it is 24 hours in dialect 2, and [`RetryPolicy::LONGEST`] in 1.10.
    pub max_delay: Option<Duration>,
}

/// What is tried again.
#[derive(Clone, Copy, Debug)]
pub struct Retried<'a> {
    /// Of which DAG.
    pub dag_id: &'a DagId,
    /// Which task.
    pub task_id: &'a TaskId,
    /// In the run about which moment.
    pub logical_date: Timestamp,
    /// Whose formula counts.
    pub dialect: Dialect,
}

impl RetryPolicy {
    /// The default limit of exponential delays in dialect 2: 24 hours.
    pub const MAX_DELAY: Duration = Duration::from_secs(24 * 60 * 60);

    /// The longest delay of all: a hundred years.
    pub const LONGEST: Duration = Duration::from_millis(TaskOptions::MAX_DURATION_MS);

    /// The delay after try number `try_number` (from 1) failed; nothing where that was the last one.
    ///
    /// A delay that is not exponential is the one that was set. The exponential one is Airflow's (`models/taskinstance.py`,
    /// `next_retry_datetime`): at least the doubled delay `m`, in whole seconds, plus a number of seconds below `m` that follows from
    /// the hash of what is tried again.
    pub fn delay_after(&self, try_number: u32, of: &Retried<'_>) -> Option<Duration> {
        if try_number > self.retries {
            return None;
        }
        if !self.exponential {
            return Some(self.delay.min(Self::LONGEST));
        }
        let limit = self.max_delay.unwrap_or(match of.dialect {
            Dialect::V1_10 => Self::LONGEST,
            Dialect::V2 => Self::MAX_DELAY,
        });
        // Beyond 62 doublings, the least delay of all is longer than any limit.
        let doubled_ms = self.delay.as_millis() << (try_number - 1).min(62);
        let least = doubled_ms.div_ceil(1_000).max(1);
        let delay = least.saturating_add(of.hash_modulo(try_number, least));
        Some(Duration::from_secs(u64::try_from(delay).unwrap_or(u64::MAX)).min(limit).min(Self::LONGEST))
    }
}

impl Retried<'_> {
    /// The hash, a number of 160 bits, modulo `m`, which is below 2^120.
    fn hash_modulo(&self, try_number: u32, m: u128) -> u128 {
        let number = match self.dialect {
            Dialect::V1_10 => u64::from(try_number) + 1,
            Dialect::V2 => u64::from(try_number),
        };
        let date = self.logical_date.to_python_text();
        let text = format!("{}#{}#{date}#{number}", self.dag_id, self.task_id);
        Sha1::digest(text).iter().fold(0, |rest, byte| (rest * 256 + u128::from(*byte)) % m)
    }
}

impl Default for RetryPolicy {
    /// No retries; five minutes between tries where a task only says how many.
    fn default() -> Self {
        Self { retries: 0, delay: Duration::from_secs(300), exponential: false, max_delay: None }
    }
}
