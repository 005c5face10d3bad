//! The calendar time of this machine.

use couture_core::Timestamp;

/// Now, for the time stamps of log lines, which no decision depends on.
#[allow(clippy::disallowed_methods, reason = "a log line tells when it was really written")]
pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Timestamp::from_micros(since.map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX)))
}
