//! Time zones.

use chrono::{DateTime, FixedOffset, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;
use minijinja::Error;

use super::super::arguments::wrong;

/// A zone of the IANA data base, or a fixed offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) enum Zone {
    /// By its name.
    Named(Tz),
    /// East of Greenwich.
    Fixed(FixedOffset),
}

impl Zone {
    /// Coordinated universal time.
    pub(in crate::template) const UTC: Self = Self::Named(Tz::UTC);

    /// `Europe/Berlin`, `UTC`, `+02:00`.
    pub(super) fn parse(name: &str) -> Result<Self, Error> {
        if let Ok(zone) = name.parse::<Tz>() {
            return Ok(Self::Named(zone));
        }
        name.parse().map(Self::Fixed).map_err(|_| wrong(format!("there is no time zone {name:?}")))
    }

    /// So many seconds east of Greenwich.
    pub(in crate::template) fn fixed(seconds: i32) -> Self {
        if seconds == 0 {
            return Self::UTC;
        }
        FixedOffset::east_opt(seconds).map_or(Self::UTC, Self::Fixed)
    }

    /// The moment that local clocks show as `local`. Of two the first; where clocks skip it, as if they had not.
    pub(super) fn at(self, local: NaiveDateTime) -> DateTime<FixedOffset> {
        fn resolve<Z: TimeZone>(zone: &Z, local: NaiveDateTime) -> DateTime<FixedOffset> {
            let found = match zone.from_local_datetime(&local) {
                LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => time,
                LocalResult::None => {
                    let earlier = zone.offset_from_utc_datetime(&(local - TimeDelta::hours(24))).fix();
                    zone.from_utc_datetime(&(local - TimeDelta::seconds(earlier.local_minus_utc().into())))
                }
            };
            let offset = found.offset().fix();
            found.with_timezone(&offset)
        }
        match self {
            Self::Named(zone) => resolve(&zone, local),
            Self::Fixed(zone) => resolve(&zone, local),
        }
    }

    /// What local clocks show at `utc`.
    pub(super) fn local(self, utc: NaiveDateTime) -> NaiveDateTime {
        match self {
            Self::Named(zone) => zone.from_utc_datetime(&utc).naive_local(),
            Self::Fixed(zone) => zone.from_utc_datetime(&utc).naive_local(),
        }
    }

    /// Seconds east of Greenwich at a local time.
    pub(super) fn offset_s(self, local: NaiveDateTime) -> i32 {
        self.at(local).offset().local_minus_utc()
    }

    /// Its name.
    pub(super) fn name(self) -> String {
        match self {
            Self::Named(zone) => zone.name().into(),
            Self::Fixed(zone) => zone.to_string(),
        }
    }

    /// `CEST`, as `%Z` writes it at a local time.
    pub(super) fn abbreviation(self, local: NaiveDateTime) -> String {
        match self {
            Self::Named(zone) => self.at(local).with_timezone(&zone).format("%Z").to_string(),
            Self::Fixed(zone) => format!("UTC{zone}"),
        }
    }
}
