//! The methods of times.

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use minijinja::value::{Tuple, Value};
use minijinja::{Error, ErrorKind};

use super::super::arguments::{Arguments, wrong};
use super::difference;
use super::format;
use super::moment::{Flavour, Moment, add_months, midnight};
use super::span::Span;
use super::zone::Zone;

/// Calls `method` of `moment`.
pub(super) fn call(moment: Moment, method: &str, args: &[Value]) -> Result<Value, Error> {
    let mut args = Arguments::of("this method", args)?;
    let value = match method {
        "strftime" => moment.strftime(&args.need::<String>("format")?)?.into(),
        "isoformat" => moment.isoformat(&args.get::<String>("sep")?.unwrap_or("T".into())).into(),
        "date" => Moment { local: midnight(moment.local), zone: None, flavour: Flavour::Date }.value(),
        "time" => Moment { zone: None, flavour: Flavour::Clock, ..moment }.value(),
        "naive" => Moment { zone: None, ..moment }.value(),
        "weekday" => moment.local.weekday().num_days_from_monday().into(),
        "isoweekday" => moment.local.weekday().number_from_monday().into(),
        "isocalendar" => {
            let week = moment.local.iso_week();
            let day = moment.local.weekday().number_from_monday();
            Value::from(Tuple::from([week.year().into(), week.week().into(), day.into()]))
        }
        "toordinal" => moment.local.num_days_from_ce().into(),
        "ctime" => moment.strftime("%a %b %e %H:%M:%S %Y")?.into(),
        "timestamp" => (moment.micros() as f64 / 1e6).into(),
        "utcoffset" => {
            moment.zone.map_or(Value::from(()), |zone| Span(i64::from(zone.offset_s(moment.local)) * 1_000_000).value())
        }
        "tzname" => moment.zone.map_or(Value::from(()), |zone| zone.abbreviation(moment.local).into()),
        "replace" | "set" => replaced(moment, &mut args)?.value(),
        "astimezone" | "in_timezone" | "in_tz" => {
            let name = args.get::<String>("tz")?.unwrap_or("UTC".into());
            moment.in_zone_named(&name)?.value()
        }
        _ if moment.is_pendulum() => pendulum(moment, method, &mut args)?,
        _ => return Err(Error::from(ErrorKind::UnknownMethod)),
    };
    args.done()?;
    Ok(value)
}

fn pendulum(moment: Moment, method: &str, args: &mut Arguments) -> Result<Value, Error> {
    Ok(match method {
        "format" => {
            let format = args.need::<String>("format")?;
            // Pendulum 1 formats as strftime does; from 2 on, with tokens.
            match moment.flavour {
                Flavour::Pendulum1 => moment.strftime(&format)?.into(),
                _ => format::tokens(moment.local, moment.zone, &format)?.into(),
            }
        }
        "add" => shifted(moment, 1, args)?.value(),
        "subtract" => shifted(moment, -1, args)?.value(),
        "start_of" => edge(moment, &args.need::<String>("unit")?, false)?.value(),
        "end_of" => edge(moment, &args.need::<String>("unit")?, true)?.value(),
        "first_of" => {
            Moment { local: midnight(edge(moment, &args.need::<String>("unit")?, false)?.local), ..moment }.value()
        }
        "last_of" => {
            Moment { local: midnight(edge(moment, &args.need::<String>("unit")?, true)?.local), ..moment }.value()
        }
        "is_leap_year" => moment.local.date().leap_year().into(),
        "to_date_string" => moment.strftime("%Y-%m-%d")?.into(),
        "to_time_string" => moment.strftime("%H:%M:%S")?.into(),
        "to_datetime_string" => moment.strftime("%Y-%m-%d %H:%M:%S")?.into(),
        "to_formatted_date_string" => moment.strftime("%b %d, %Y")?.into(),
        "to_day_datetime_string" => format::tokens(moment.local, moment.zone, "ddd, MMM D, YYYY h:mm A")?.into(),
        "to_iso8601_string" | "to_rfc3339_string" | "to_atom_string" | "to_w3c_string" => {
            let text = moment.isoformat("T");
            match (method, text.strip_suffix("+00:00")) {
                ("to_iso8601_string", Some(text)) if moment.flavour == Flavour::Pendulum3 => format!("{text}Z").into(),
                _ => text.into(),
            }
        }
        "diff" => args
            .need::<Value>("other")?
            .downcast_object::<Moment>()
            .ok_or_else(|| wrong("diff needs a date"))
            .and_then(|other| other.since(moment))?
            .value(),
        "diff_for_humans" => {
            let other = args.value("other")?.and_then(|other| other.downcast_object::<Moment>());
            difference::for_humans(moment, other.as_deref().copied()).into()
        }
        _ => return Err(Error::from(ErrorKind::UnknownMethod)),
    })
}

/// The same moment as clocks of `zone` show it. A time without zone is taken for UTC.
pub(super) fn in_zone(moment: Moment, zone: Zone) -> Moment {
    let utc = moment.zone.unwrap_or(Zone::UTC).at(moment.local).naive_utc();
    Moment { local: zone.local(utc), zone: Some(zone), ..moment }
}

fn replaced(moment: Moment, args: &mut Arguments) -> Result<Moment, Error> {
    let old = moment.local;
    let mut field = |name: &str, value: i64| -> Result<i64, Error> { Ok(args.get::<i64>(name)?.unwrap_or(value)) };
    let year = field("year", old.year().into())?;
    let [month, day, hour, minute, second] = [
        field("month", old.month().into())?,
        field("day", old.day().into())?,
        field("hour", old.hour().into())?,
        field("minute", old.minute().into())?,
        field("second", old.second().into())?,
    ];
    let micros = field("microsecond", (old.nanosecond() / 1_000).into())?;
    let zone = match args.named("tzinfo")? {
        None => moment.zone,
        Some(zone) if zone.is_none() => None,
        Some(zone) => Some(Zone::parse(zone.as_str().unwrap_or("UTC"))?),
    };
    let local = civil([year, month, day, hour, minute, second, micros])?;
    Ok(Moment { local, zone, ..moment })
}

/// Year, month, day, hour, minute, second and microsecond, as Python checks them.
pub(in crate::template) fn civil(fields: [i64; 7]) -> Result<NaiveDateTime, Error> {
    let [year, rest @ ..] = fields;
    let build = || {
        let [month, day, hour, minute, second, micros] = rest.map(|field| u32::try_from(field).ok());
        let date =
            NaiveDate::from_ymd_opt(i32::try_from(year).ok().filter(|year| (1..=9_999).contains(year))?, month?, day?)?;
        date.and_hms_micro_opt(hour?, minute?, second?, micros.filter(|micros| *micros < 1_000_000)?)
    };
    build().ok_or_else(|| {
        let [month, day, hour, minute, second, _] = rest;
        wrong(format!("there is no date {year}-{month}-{day} {hour}:{minute}:{second}"))
    })
}

/// Pendulum's `add` (1) and `subtract` (-1).
fn shifted(moment: Moment, sign: i64, args: &mut Arguments) -> Result<Moment, Error> {
    let far = || wrong("this date is out of range");
    let mut amount = |name: &str| -> Result<f64, Error> { Ok(args.get::<f64>(name)?.unwrap_or(0.0) * sign as f64) };
    let (years, months) = (amount("years")?, amount("months")?);
    let (weeks, days) = (amount("weeks")?, amount("days")?);
    let (hours, minutes, seconds) = (amount("hours")?, amount("minutes")?, amount("seconds")?);
    let micros = amount("microseconds")?;
    let local = add_months(moment.local, (years * 12.0 + months) as i64).ok_or_else(far)?;
    let days = Span::from_micros_f64((weeks * 7.0 + days) * 86_400e6)?;
    let local = local.checked_add_signed(days.delta()).ok_or_else(far)?;
    let exact = Span::from_micros_f64(hours * 3_600e6 + minutes * 60e6 + seconds * 1e6 + micros)?;
    Moment { local, ..moment }.checked()?.plus(exact)
}

/// The first or the last moment of the unit in which it is.
fn edge(moment: Moment, unit: &str, is_end: bool) -> Result<Moment, Error> {
    let date = moment.local.date();
    let day = i64::from(date.weekday().num_days_from_monday());
    let hour = |start: NaiveDateTime, length_s: i64| (start, start + TimeDelta::seconds(length_s));
    let time = moment.local;
    let (start, next) = match unit {
        "second" => hour(time.with_nanosecond(0).unwrap_or(time), 1),
        "minute" => hour(date.and_hms_opt(time.hour(), time.minute(), 0).unwrap_or(time), 60),
        "hour" => hour(date.and_hms_opt(time.hour(), 0, 0).unwrap_or(time), 3_600),
        "day" => hour(midnight(time), 86_400),
        "week" => hour(midnight(time) - TimeDelta::days(day), 7 * 86_400),
        "month" | "quarter" | "year" => {
            let (first, months) = match unit {
                "month" => (date.month0(), 1),
                "quarter" => (date.month0() / 3 * 3, 3),
                _ => (0, 12),
            };
            let start = NaiveDate::from_ymd_opt(date.year(), first + 1, 1).unwrap_or(date).and_time(Default::default());
            (start, add_months(start, months).unwrap_or(start))
        }
        other => return Err(wrong(format!("{other:?} is no unit of time; use day, week, month, quarter or year"))),
    };
    let local = if is_end { next - TimeDelta::microseconds(1) } else { start };
    Ok(Moment { local, ..moment })
}

pub(super) fn days_in_month(date: NaiveDate) -> u32 {
    let first = date.with_day(1).unwrap_or(date);
    let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(first);
    (next - first).num_days() as u32
}
