//! Time zones.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::ScheduleError;
use crate::time::Timestamp;

/// A zone of the IANA database, or a fixed offset from UTC. In JSON it is its name, such as `Europe/Berlin` or `+02:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Zone {
    /// By name, with its history.
    Named(Tz),
    /// Always as far from UTC.
    Fixed(FixedOffset),
}

impl Zone {
    /// Universal time.
    pub const UTC: Self = Self::Named(Tz::UTC);

    /// Reads a name or an offset.
    ///
    /// # Errors
    /// An unknown name, with the known one that is most like it.
    pub fn parse(name: &str) -> Result<Self, ScheduleError> {
        let name = name.trim();
        if let Ok(zone) = name.parse::<Tz>() {
            return Ok(Self::Named(zone));
        }
        if let Some(offset) = fixed_offset(name) {
            return Ok(Self::Fixed(offset));
        }
        if let Some(zone) = chrono_tz::TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(name)) {
            return Ok(Self::Named(*zone));
        }
        Err(ScheduleError::UnknownZone { name: name.into(), nearest: nearest(name) })
    }

    /// Seconds that its wall clock is ahead of UTC at `moment`.
    pub fn offset_s(self, moment: Timestamp) -> i64 {
        self.offset_at(moment.as_micros().div_euclid(1_000_000))
    }

    /// The same, for a moment in seconds since the epoch; 0 where the calendar ends.
    pub(super) fn offset_at(self, utc_s: i64) -> i64 {
        match self {
            Self::Fixed(offset) => offset.local_minus_utc().into(),
            Self::Named(zone) => {
                naive(utc_s).map_or(0, |time| zone.offset_from_utc_datetime(&time).fix().local_minus_utc().into())
            }
        }
    }

    /// When its wall clock shows `local_s` (seconds since the epoch, as if the wall clock were UTC's). A time that it shows
    /// twice means the second one; a time that it skips is as much later as the clock is put forward: 02:30 is 03:30.
    pub fn instant(self, local_s: i64) -> i64 {
        let zone = match self {
            Self::Fixed(offset) => return local_s - i64::from(offset.local_minus_utc()),
            Self::Named(zone) => zone,
        };
        let Some(time) = naive(local_s) else { return local_s };
        match zone.offset_from_local_datetime(&time).latest() {
            Some(offset) => local_s - i64::from(offset.fix().local_minus_utc()),
            None => {
                // Around a skipped time the offsets before and after lead to each other; the one before is the smaller.
                let one = self.offset_at(local_s - self.offset_at(local_s));
                let other = self.offset_at(local_s - one);
                local_s - one.min(other)
            }
        }
    }
}

fn naive(seconds: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp(seconds, 0).map(|time| time.naive_utc())
}

/// `+02:00`, `-0530`, `+2`, `UTC+2`; Z is UTC.
fn fixed_offset(text: &str) -> Option<FixedOffset> {
    if text.eq_ignore_ascii_case("z") {
        return FixedOffset::east_opt(0);
    }
    let text = text.strip_prefix("UTC").or_else(|| text.strip_prefix("GMT")).unwrap_or(text);
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i32>().ok())?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then(|| FixedOffset::east_opt(sign * (hours * 3_600 + minutes * 60)))?
}

/// The known name with the fewest letters to change, where these are few.
fn nearest(name: &str) -> Option<String> {
    let wanted = name.to_ascii_lowercase().replace(' ', "_");
    let place = |text: &str| text.rsplit('/').next().unwrap_or(text).to_owned();
    let distance = |known: &str| {
        let known = known.to_ascii_lowercase();
        // Somebody who writes only the town, or another continent, means the town.
        edits(&wanted, &known).min(1 + edits(&place(&wanted), &place(&known)))
    };
    let (best, known) = chrono_tz::TZ_VARIANTS.iter().map(|zone| (distance(zone.name()), zone.name())).min()?;
    (best <= wanted.chars().count() / 3 + 1).then(|| known.to_owned())
}

/// How many letters one must put in, take out or change.
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, same) in other.iter().enumerate() {
            let change = diagonal + usize::from(letter != *same);
            diagonal = row[column + 1];
            row[column + 1] = change.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(zone) => f.write_str(zone.name()),
            Self::Fixed(offset) => write!(f, "{offset}"),
        }
    }
}

impl FromStr for Zone {
    type Err = ScheduleError;
    fn from_str(name: &str) -> Result<Self, ScheduleError> {
        Self::parse(name)
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&name).map_err(serde::de::Error::custom)
    }
}
