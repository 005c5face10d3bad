//! Time as a value. The engine never asks for it; a [`crate::Clock`] brings it.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment of wall-clock time: microseconds since 1970-01-01T00:00:00Z. As text and in JSON it is RFC 3339 in UTC.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The time that passed since `earlier`; zero where `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0).max(0) as u64)
    }

    /// As Python's `str` writes a `datetime` in UTC: `2021-01-01 00:00:00+00:00`, with six digits of the second where they are not 0.
    pub fn to_python_text(self) -> String {
        match chrono::DateTime::from_timestamp_micros(self.0) {
            Some(time) if time.timestamp_subsec_micros() == 0 => time.format("%Y-%m-%d %H:%M:%S+00:00").to_string(),
            Some(time) => time.format("%Y-%m-%d %H:%M:%S%.6f+00:00").to_string(),
            None => format!("{}µs", self.0),
        }
    }

    /// Reads RFC 3339, or a date alone (midnight UTC), or a date and time without a zone (UTC), of the years 1 to 9999 in UTC: those that
    /// Python's `datetime` has.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Ok(time) = chrono::DateTime::parse_from_rfc3339(text) {
            return Self::of_four_digits(text, time.naive_utc());
        }
        let naive = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|format| chrono::NaiveDateTime::parse_from_str(text, format).ok())
            .or_else(|| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0));
        match naive {
            Some(time) => Self::of_four_digits(text, time),
            None => Err(format!("{text:?} is not a date: write 2026-01-31 or 2026-01-31T08:00:00Z")),
        }
    }

    fn of_four_digits(text: &str, time: chrono::NaiveDateTime) -> Result<Self, String> {
        match chrono::Datelike::year(&time) {
            1..=9999 => Ok(Self(time.and_utc().timestamp_micros())),
            year => Err(format!("{text:?} is in the year {year} of UTC; write one from 0001 to 9999")),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match chrono::DateTime::from_timestamp_micros(self.0) {
            Some(time) => write!(f, "{}", time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false)),
            None => write!(f, "{}µs", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// The two times of one observer: the wall clock, which may jump, and a clock that only goes forward.
///
/// `mono` counts from an origin of the observer's own; values of two observers are never compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Now {
    /// Calendar time.
    pub wall: Timestamp,
    /// Time since the observer began.
    pub mono: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let check = |text: &str, micros: i64| assert_eq!(Timestamp::parse(text), Ok(Timestamp(micros)), "{text}");
        check("1970-01-01", 0);
        check("1970-01-01T00:00:01.5Z", 1_500_000);
        check("1970-01-01T01:00:00+01:00", 0);
        check("1970-01-01 00:01:00", 60_000_000);
        check("0001-01-01", -62_135_596_800_000_000);
        check("9999-12-31T23:59:59Z", 253_402_300_799_000_000);
        for outside in [
            "0000-12-31",
            "0000-01-01T00:00:00Z",
            "-0001-01-01",
            "0001-01-01T00:00:00+01:00",
            "9999-12-31T23:00:00-01:00",
        ] {
            assert!(Timestamp::parse(outside).unwrap_err().contains("from 0001 to 9999"), "{outside}");
        }
        assert!(Timestamp::parse("yesterday").unwrap_err().contains("yesterday"));
        assert_eq!(Timestamp(1_500_000).to_string(), "1970-01-01T00:00:01.500+00:00");
    }
}
