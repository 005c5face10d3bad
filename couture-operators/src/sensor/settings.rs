//! How a sensor waits.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use couture_core::{AttemptToken, Failure};
use serde::{Deserialize, Serialize};

use crate::seconds;

/// What all sensors have in common, under Airflow's names. Durations are seconds in JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SensorSettings {
    /// From one poke to the next.
    #[serde(with = "seconds", skip_serializing_if = "is_minute")]
    pub poke_interval: Duration,
    /// After this time without success the task fails, without a retry; in Airflow 1.10's dialect retries are used.
    #[serde(with = "seconds", skip_serializing_if = "is_week")]
    pub timeout: Duration,
    /// Whether it is skipped where it would fail for good.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub soft_fail: bool,
    /// What it holds between two pokes.
    #[serde(skip_serializing_if = "is_default")]
    pub mode: SensorMode,
    /// Whether the time between two pokes doubles, more or less, from one to the next.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub exponential_backoff: bool,
    /// The longest time between two pokes, with `exponential_backoff`.
    #[serde(with = "seconds::option", skip_serializing_if = "Option::is_none")]
    pub max_wait: Option<Duration>,
    /// Whether a poke that fails counts as one that found nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub silent_fail: bool,
    /// Whether it is skipped when a poke fails.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub never_fail: bool,
}

/// What a sensor holds between two pokes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SensorMode {
    /// Nothing.
    #[default]
    Reschedule,
    /// Its slots, as if it were working.
    Poke,
}

const MINUTE: Duration = Duration::from_secs(60);
const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Nothing is asked more often.
const SHORTEST: Duration = Duration::from_millis(1);

impl Default for SensorSettings {
    fn default() -> Self {
        Self {
            poke_interval: MINUTE,
            timeout: WEEK,
            soft_fail: false,
            mode: SensorMode::default(),
            exponential_backoff: false,
            max_wait: None,
            silent_fail: false,
            never_fail: false,
        }
    }
}

impl SensorSettings {
    /// Refuses settings that contradict each other.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.soft_fail && self.never_fail {
            return Err(Failure::fatal("soft_fail and never_fail exclude each other: set one of them"));
        }
        if self.silent_fail && self.never_fail {
            return Err(Failure::fatal("silent_fail and never_fail exclude each other: set one of them"));
        }
        Ok(())
    }

    /// From a poke, `elapsed` after the first one, to the next.
    ///
    /// With `exponential_backoff` as Airflow's `_get_next_poke_interval`: the number of the poke follows from `elapsed`, and a hash spreads
    /// sensors that began together.
    pub(super) fn interval(&self, elapsed: Duration, token: AttemptToken) -> Duration {
        let interval = self.poke_interval.max(SHORTEST);
        if !self.exponential_backoff {
            return interval;
        }
        let poke = (elapsed.as_secs_f64() / interval.as_secs_f64() + 1.0).log2().ceil() as i32 + 1;
        let least = (interval.as_secs_f64() * 2.0_f64.powi((poke - 2).min(40))).trunc().max(1.0);
        let mut hasher = DefaultHasher::new();
        (token, poke).hash(&mut hasher);
        let wait = least + (hasher.finish() % (least as u64).max(1)) as f64;
        Duration::from_secs_f64(wait).min(self.max_wait.unwrap_or(Duration::MAX))
    }
}

fn is_minute(duration: &Duration) -> bool {
    *duration == MINUTE
}

fn is_week(duration: &Duration) -> bool {
    *duration == WEEK
}

fn is_default(mode: &SensorMode) -> bool {
    *mode == SensorMode::default()
}

#[cfg(test)]
mod tests {
    use couture_core::{MapIndex, RunKey, ShardId, TaskIndex};

    use super::*;

    fn token() -> AttemptToken {
        let run = RunKey::new(ShardId(0), 1);
        AttemptToken { run, task: TaskIndex(0), map_index: MapIndex::NONE, try_number: 1, launch: 1 }
    }

    #[test]
    fn intervals_grow_as_airflows() {
        let check = |elapsed_s: u64, max_wait_s: Option<u64>, from_s: u64, to_s: u64| {
            let max_wait = max_wait_s.map(Duration::from_secs);
            let settings = SensorSettings { exponential_backoff: true, max_wait, ..SensorSettings::default() };
            let wait = settings.interval(Duration::from_secs(elapsed_s), token());
            assert!(wait >= Duration::from_secs(from_s) && wait <= Duration::from_secs(to_s), "{elapsed_s}: {wait:?}");
        };
        check(0, None, 30, 60);
        check(60, None, 60, 120);
        check(180, None, 120, 240);
        check(600, None, 480, 960);
        check(600, Some(100), 100, 100);
        let plain = SensorSettings::default();
        assert_eq!(plain.interval(Duration::from_secs(1_000), token()), Duration::from_secs(60));
    }
}
