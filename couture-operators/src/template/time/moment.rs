//! Times as template values: Python's `datetime` and pendulum's `DateTime`.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use chrono::{Datelike, NaiveDateTime, TimeDelta, Timelike};
use couture_core::Timestamp;
use minijinja::value::{DynObject, Object, ObjectRepr, Value};
use minijinja::{Error, State};

use super::super::arguments::wrong;
use super::span::Span;
use super::zone::Zone;
use super::{format, methods};

/// Whose rules a time follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) enum Flavour {
    /// `datetime.datetime`.
    Python,
    /// `datetime.date`.
    Date,
    /// `datetime.time`.
    Clock,
    /// Pendulum 1, of Airflow 1.10: printed with `T`; the week begins with Sunday = 0.
    Pendulum1,
    /// Pendulum 3, of Airflow 2.10: printed with a space; the week begins with Monday = 0.
    Pendulum3,
}

/// A time as local clocks show it, with its zone if it has one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::template) struct Moment {
    pub(super) local: NaiveDateTime,
    pub(super) zone: Option<Zone>,
    pub(super) flavour: Flavour,
}

impl Moment {
    /// A moment in UTC.
    pub(in crate::template) fn utc(time: Timestamp, flavour: Flavour) -> Self {
        let local = chrono::DateTime::from_timestamp_micros(time.as_micros()).unwrap_or_default().naive_utc();
        Self { local, zone: Some(Zone::UTC), flavour }
    }

    /// What clocks show, without a zone.
    pub(in crate::template) fn naive(local: NaiveDateTime) -> Self {
        Self { local, zone: None, flavour: Flavour::Python }
    }

    /// The same on the clock, in another zone or none.
    pub(in crate::template) fn with_zone(self, zone: Option<Zone>) -> Self {
        Self { zone, ..self }
    }

    /// The same on the clock, without a zone.
    pub(in crate::template) fn without_zone(self) -> Self {
        self.with_zone(None)
    }

    /// The same under other rules.
    pub(in crate::template) fn with_flavour(self, flavour: Flavour) -> Self {
        Self { flavour, ..self }
    }

    /// The same moment as the clocks of that zone show it.
    pub(in crate::template) fn in_zone_named(self, name: &str) -> Result<Self, Error> {
        Ok(methods::in_zone(self, Zone::parse(name)?))
    }

    /// As a value of templates.
    pub(in crate::template) fn value(self) -> Value {
        Value::from_object(self)
    }

    /// Whose rules it follows.
    pub(in crate::template) fn flavour(self) -> Flavour {
        self.flavour
    }

    pub(super) fn is_pendulum(self) -> bool {
        matches!(self.flavour, Flavour::Pendulum1 | Flavour::Pendulum3)
    }

    /// Microseconds since the epoch; without a zone, UTC counts.
    pub(super) fn micros(self) -> i64 {
        self.zone.unwrap_or(Zone::UTC).at(self.local).timestamp_micros()
    }

    /// Later by `span`: with a zone, and for pendulum, so much real time.
    pub(in crate::template) fn plus(self, span: Span) -> Result<Self, Error> {
        let far = || wrong("this date is out of range");
        let local = match self.zone {
            Some(zone) if self.is_pendulum() => {
                let utc = zone.at(self.local).naive_utc().checked_add_signed(span.delta()).ok_or_else(far)?;
                zone.local(utc)
            }
            _ => self.local.checked_add_signed(span.delta()).ok_or_else(far)?,
        };
        Self { local, ..self }.checked()
    }

    /// The time from `other` to this.
    pub(in crate::template) fn since(self, other: Self) -> Result<Span, Error> {
        if self.zone.is_some() != other.zone.is_some() && self.flavour != Flavour::Date {
            return Err(wrong("a time with a time zone and one without cannot be subtracted"));
        }
        Ok(Span(self.micros().saturating_sub(other.micros())))
    }

    /// Refuses years that Python has not.
    pub(super) fn checked(self) -> Result<Self, Error> {
        if (1..=9_999).contains(&self.local.year()) { Ok(self) } else { Err(wrong("this date is out of range")) }
    }

    /// Python's `strftime`.
    pub(in crate::template) fn strftime(self, format: &str) -> Result<String, Error> {
        format::strftime(self.local, self.zone, format)
    }

    /// ISO 8601 as Python's `isoformat` writes it.
    pub(in crate::template) fn isoformat(self, between: &str) -> String {
        match self.flavour {
            Flavour::Date => self.local.date().to_string(),
            Flavour::Clock => format::clock(self.local),
            _ => format::iso(self.local, self.zone, between),
        }
    }

    fn attribute(self, name: &str) -> Option<Value> {
        let local = self.local;
        Some(match name {
            "year" => local.year().into(),
            "month" => local.month().into(),
            "day" => local.day().into(),
            "hour" => local.hour().into(),
            "minute" => local.minute().into(),
            "second" => local.second().into(),
            "microsecond" => (local.nanosecond() / 1_000).into(),
            "tzinfo" => self.zone.map_or(Value::from(()), |zone| Value::from(zone.name())),
            _ if self.is_pendulum() => return self.pendulum_attribute(name),
            _ => return None,
        })
    }

    fn pendulum_attribute(self, name: &str) -> Option<Value> {
        let local = self.local;
        let offset_s = self.zone.map_or(0, |zone| zone.offset_s(local));
        Some(match name {
            "day_of_week" if self.flavour == Flavour::Pendulum1 => local.weekday().num_days_from_sunday().into(),
            "day_of_week" => local.weekday().num_days_from_monday().into(),
            "day_of_year" => local.ordinal().into(),
            "week_of_year" => local.iso_week().week().into(),
            "week_of_month" => ((local.day() + local.with_day(1)?.weekday().num_days_from_monday() - 1) / 7 + 1).into(),
            "days_in_month" => methods::days_in_month(local.date()).into(),
            "quarter" => (local.month0() / 3 + 1).into(),
            "int_timestamp" => self.micros().div_euclid(1_000_000).into(),
            "timestamp" if self.flavour == Flavour::Pendulum1 => self.micros().div_euclid(1_000_000).into(),
            "float_timestamp" => (self.micros() as f64 / 1e6).into(),
            "offset" => offset_s.into(),
            "offset_hours" => (f64::from(offset_s) / 3_600.0).into(),
            "timezone_name" | "timezone" | "tz" => self.zone.map_or(Value::from(()), |zone| Value::from(zone.name())),
            _ => return None,
        })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.isoformat(if self.flavour == Flavour::Pendulum1 { "T" } else { " " }))
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.flavour {
            Flavour::Python => "datetime.datetime",
            Flavour::Date => "datetime.date",
            Flavour::Clock => "datetime.time",
            Flavour::Pendulum1 | Flavour::Pendulum3 => "DateTime",
        };
        write!(f, "{name}({self})")
    }
}

impl Object for Moment {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.attribute(key.as_str()?)
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        methods::call(**self, method, args)
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.micros().cmp(&other.downcast_ref::<Self>()?.micros()))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

/// The calendar's units that move by other than a fixed time.
pub(super) fn add_months(local: NaiveDateTime, months: i64) -> Option<NaiveDateTime> {
    let count = chrono::Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { local.checked_sub_months(count) } else { local.checked_add_months(count) }
}

/// Midnight.
pub(super) fn midnight(local: NaiveDateTime) -> NaiveDateTime {
    local
        - TimeDelta::nanoseconds(
            i64::from(local.num_seconds_from_midnight()) * 1_000_000_000 + i64::from(local.nanosecond()),
        )
}
