//! What may be set on a task besides its operator.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::PoolName;
use crate::retry::RetryPolicy;
use crate::trigger_rule::TriggerRule;

/// A task's settings, under Airflow's names. Durations are in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskOptions {
    /// When it runs.
    #[serde(skip_serializing_if = "is_default")]
    pub trigger_rule: TriggerRule,
    /// Tries after the first.
    #[serde(skip_serializing_if = "is_default")]
    pub retries: u32,
    /// From the end of a failed try to the next.
    #[serde(skip_serializing_if = "is_retry_delay")]
    pub retry_delay_ms: u64,
    /// Whether that delay doubles with each try.
    #[serde(skip_serializing_if = "is_default")]
    pub retry_exponential_backoff: bool,
    /// The longest delay; 24 hours where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_retry_delay_ms: Option<u64>,
    /// After this time an attempt is ended and counts as failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_timeout_ms: Option<u64>,
    /// Where its slots come from. The pool must exist in the store; the task waits until it does.
    #[serde(skip_serializing_if = "is_default")]
    pub pool: PoolName,
    /// How many of them an attempt holds.
    #[serde(skip_serializing_if = "is_one")]
    pub pool_slots: u32,
    /// Higher goes first in its pool.
    #[serde(skip_serializing_if = "is_one_weight")]
    pub priority_weight: i32,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
fn is_retry_delay(value: &u64) -> bool {
    *value == TaskOptions::default().retry_delay_ms
}
fn is_one(value: &u32) -> bool {
    *value == 1
}
fn is_one_weight(value: &i32) -> bool {
    *value == 1
}

impl Default for TaskOptions {
    fn default() -> Self {
        Self {
            trigger_rule: TriggerRule::default(),
            retries: 0,
            retry_delay_ms: 300_000,
            retry_exponential_backoff: false,
            max_retry_delay_ms: None,
            execution_timeout_ms: None,
            pool: PoolName::default(),
            pool_slots: 1,
            priority_weight: 1,
        }
    }
}

impl TaskOptions {
    /// The longest delay or timeout that may be set: a hundred years.
    pub const MAX_DURATION_MS: u64 = 100 * 366 * 24 * 3_600 * 1_000;

    /// When failed attempts are tried again.
    pub fn retry_policy(&self) -> RetryPolicy {
        RetryPolicy {
            retries: self.retries,
            delay: Duration::from_millis(self.retry_delay_ms),
            exponential: self.retry_exponential_backoff,
            max_delay: self.max_retry_delay_ms.map_or(RetryPolicy::MAX_DELAY, Duration::from_millis),
        }
    }

    /// After which an attempt is ended.
    pub fn execution_timeout(&self) -> Option<Duration> {
        self.execution_timeout_ms.map(Duration::from_millis)
    }

    /// What is wrong with the values, if anything.
    pub fn check(&self) -> Result<(), String> {
        if self.pool_slots == 0 {
            return Err("pool_slots is 0; a task holds at least 1".into());
        }
        if self.retries > 10_000 {
            return Err(format!("retries is {}; at most 10000 are allowed", self.retries));
        }
        if self.execution_timeout_ms == Some(0) {
            return Err("execution_timeout is 0; leave it out for none".into());
        }
        let longest = [Some(self.retry_delay_ms), self.max_retry_delay_ms, self.execution_timeout_ms];
        if longest.into_iter().flatten().any(|ms| ms > Self::MAX_DURATION_MS) {
            return Err("a delay or timeout is longer than a hundred years".into());
        }
        Ok(())
    }
}
