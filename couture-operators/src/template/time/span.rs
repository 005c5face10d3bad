//! Python's `timedelta`.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use chrono::TimeDelta;
use minijinja::value::{DynObject, Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind, State};

use super::super::arguments::{Arguments, wrong};

const DAY_US: i64 = 86_400_000_000;

/// A length of time, in microseconds; it may be negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::template) struct Span(pub(super) i64);

impl Span {
    /// `timedelta(days=…, seconds=…, …)`.
    pub(in crate::template) fn from_arguments(args: &[Value]) -> Result<Self, Error> {
        const UNITS: [(&str, f64); 7] = [
            ("days", 86_400e6),
            ("seconds", 1e6),
            ("microseconds", 1.0),
            ("milliseconds", 1e3),
            ("minutes", 60e6),
            ("hours", 3_600e6),
            ("weeks", 604_800e6),
        ];
        let mut args = Arguments::of("timedelta", args)?;
        let mut micros = 0.0;
        for (name, unit) in UNITS {
            micros += args.get::<f64>(name)?.unwrap_or(0.0) * unit;
        }
        args.done()?;
        Self::from_micros_f64(micros)
    }

    /// Rounded; an error beyond what Python holds, too.
    pub(in crate::template) fn from_micros_f64(micros: f64) -> Result<Self, Error> {
        if micros.is_finite() && micros.abs() < 9e18 {
            Ok(Self(micros.round() as i64))
        } else {
            Err(wrong("this timedelta is too long"))
        }
    }

    pub(super) fn delta(self) -> TimeDelta {
        TimeDelta::microseconds(self.0)
    }

    /// Its length.
    pub(in crate::template) fn micros(self) -> f64 {
        self.0 as f64
    }

    /// So many times as long.
    pub(in crate::template) fn times(self, factor: f64) -> Result<Self, Error> {
        Self::from_micros_f64(self.micros() * factor)
    }

    fn seconds_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// As a value of templates.
    pub(in crate::template) fn value(self) -> Value {
        Value::from_object(self)
    }
}

impl fmt::Display for Span {
    /// As Python: `1 day, 0:00:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, rest) = (self.0.div_euclid(DAY_US), self.0.rem_euclid(DAY_US));
        if days != 0 {
            write!(f, "{days} day{}, ", if days.abs() == 1 { "" } else { "s" })?;
        }
        let seconds = rest / 1_000_000;
        write!(f, "{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)?;
        match rest % 1_000_000 {
            0 => Ok(()),
            micros => write!(f, ".{micros:06}"),
        }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "datetime.timedelta({self})")
    }
}

impl Object for Span {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.0 != 0
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "days" => self.0.div_euclid(DAY_US).into(),
            "seconds" => (self.0.rem_euclid(DAY_US) / 1_000_000).into(),
            "microseconds" => (self.0.rem_euclid(1_000_000)).into(),
            _ => return None,
        })
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let whole = |unit_us: i64| Value::from(self.0 / unit_us);
        let value = match method {
            "total_seconds" => self.seconds_f64().into(),
            "total_minutes" => (self.seconds_f64() / 60.0).into(),
            "total_hours" => (self.seconds_f64() / 3_600.0).into(),
            "total_days" => (self.seconds_f64() / 86_400.0).into(),
            "in_weeks" => whole(7 * DAY_US),
            "in_days" => whole(DAY_US),
            "in_hours" => whole(3_600_000_000),
            "in_minutes" => whole(60_000_000),
            "in_seconds" => whole(1_000_000),
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        };
        Arguments::of("this method", args)?.done()?;
        Ok(value)
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.0.cmp(&other.downcast_ref::<Self>()?.0))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}
