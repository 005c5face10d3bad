//! `macros`: the modules and functions that Airflow gives to templates.

use std::fmt;
use std::sync::Arc;

use chrono::TimeDelta;
use couture_core::dialect::Dialect;
use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind, State};

use super::arguments::{Arguments, wrong};
use super::objects::{Record, serialized};
use super::time::{self, Flavour, Moment, Span, Zone};

/// All of them.
pub(super) fn value(dialect: Dialect) -> Value {
    let missing = |what: &'static str| {
        Value::from_function(move || -> Result<Value, Error> { Err(wrong(format!("macros.{what} is not known here"))) })
    };
    let mut fields = vec![
        ("datetime", Value::from_object(DateTimeClass)),
        ("timedelta", callable(Span::from_arguments, Span::value)),
        ("time", time_module()),
        ("uuid", uuid_module()),
        ("random", Value::from_function(fastrand::f64)),
        ("dateutil", dateutil()),
        ("ds_add", Value::from_function(ds_add)),
        ("ds_format", Value::from_function(ds_format)),
        ("datetime_diff_for_humans", Value::from_function(diff_for_humans)),
    ];
    match dialect {
        Dialect::V1_10 => fields.push((
            "hive",
            Record::value(
                "<module 'airflow.macros.hive'>".into(),
                [
                    ("max_partition", missing("hive.max_partition")),
                    ("closest_ds_partition", missing("hive.closest_ds_partition")),
                ],
            ),
        )),
        Dialect::V2 => fields.push(("json", json_module())),
    }
    Record::value("<module 'airflow.macros'>".into(), fields)
}

fn callable<T: 'static>(make: fn(&[Value]) -> Result<T, Error>, value: fn(T) -> Value) -> Value {
    Value::from_object(Callable { call: Box::new(move |args| make(args).map(value)) })
}

type Call = dyn Fn(&[Value]) -> Result<Value, Error> + Send + Sync;

/// A function that takes its arguments as Python does.
struct Callable {
    call: Box<Call>,
}

impl fmt::Debug for Callable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<function>")
    }
}

impl Object for Callable {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        (self.call)(args)
    }
}

fn day(text: &str) -> Result<Moment, Error> {
    Ok(Moment::naive(time::strptime(text, "%Y-%m-%d")?.0))
}

fn ds_add(ds: &str, days: i64) -> Result<String, Error> {
    let span = TimeDelta::try_days(days).and_then(|days| days.num_microseconds());
    let span = span.ok_or_else(|| wrong("ds_add: too many days"))?;
    day(ds)?.plus(Span::from_micros_f64(span as f64)?)?.strftime("%Y-%m-%d")
}

fn ds_format(ds: &str, input_format: &str, output_format: &str) -> Result<String, Error> {
    Moment::naive(time::strptime(ds, input_format)?.0).strftime(output_format)
}

fn diff_for_humans(dt: Value, since: Option<Value>) -> Result<String, Error> {
    let moment = |value: &Value| {
        value
            .downcast_object::<Moment>()
            .map(|moment| *moment)
            .ok_or_else(|| wrong("datetime_diff_for_humans needs dates"))
    };
    let since = since.filter(|since| !since.is_none()).map(|since| moment(&since)).transpose()?;
    Ok(time::for_humans(moment(&dt)?, since))
}

/// The class `datetime.datetime`.
#[derive(Debug)]
struct DateTimeClass;

impl Object for DateTimeClass {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let mut args = Arguments::of("datetime", args)?;
        let mut fields = [args.need::<i64>("year")?, args.need("month")?, args.need("day")?, 0, 0, 0, 0];
        for (field, name) in fields[3..].iter_mut().zip(["hour", "minute", "second", "microsecond"]) {
            *field = args.get(name)?.unwrap_or(0);
        }
        args.done()?;
        Ok(Moment::naive(time::civil(fields)?).value())
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let mut args = Arguments::of("this method", args)?;
        let now = || Moment::utc(crate::wall::now(), Flavour::Python);
        let moment = match method {
            // The server's clock shows UTC to templates.
            "now" | "today" | "utcnow" => {
                let zone = args.get::<String>("tz")?;
                let utc = now().without_zone();
                zone.map_or(Ok(utc), |zone| now().in_zone_named(&zone))?
            }
            "strptime" => {
                let (text, format): (String, String) = (args.need("date_string")?, args.need("format")?);
                let (local, offset) = time::strptime(&text, &format)?;
                Moment::naive(local).with_zone(offset.map(Zone::fixed))
            }
            "fromisoformat" => parsed(&args.need::<String>("date_string")?, Flavour::Python)?,
            "fromtimestamp" | "utcfromtimestamp" => {
                let micros = Span::from_micros_f64(args.need::<f64>("timestamp")? * 1e6)?;
                Moment::naive(Default::default()).plus(micros)?
            }
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        };
        args.done()?;
        Ok(moment.value())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<class 'datetime.datetime'>")
    }
}

/// A date in the forms that people write most.
fn parsed(text: &str, flavour: Flavour) -> Result<Moment, Error> {
    if let Ok(time) = chrono::DateTime::parse_from_rfc3339(text.trim()) {
        let zone = Zone::fixed(time.offset().local_minus_utc());
        return Ok(Moment::naive(time.naive_local()).with_zone(Some(zone)).with_flavour(flavour));
    }
    let formats = [
        "%Y-%m-%dT%H:%M:%S.%f%z",
        "%Y-%m-%d %H:%M:%S.%f%z",
        "%Y-%m-%d %H:%M:%S%z",
        "%Y-%m-%dT%H:%M:%S.%f",
        "%Y-%m-%d %H:%M:%S.%f",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%m/%d/%Y",
        "%d %b %Y",
        "%b %d %Y",
        "%b %d, %Y",
        "%B %d, %Y",
        "%Y%m%dT%H%M%S",
        "%Y%m%d",
    ];
    let found = formats.iter().find_map(|format| time::strptime(text.trim(), format).ok());
    let (local, offset) = found.ok_or_else(|| wrong(format!("{text:?} is not a date that is understood")))?;
    Ok(Moment::naive(local).with_zone(offset.map(Zone::fixed)).with_flavour(flavour))
}

fn dateutil() -> Value {
    let parse = callable(
        |args| {
            let mut args = Arguments::of("parse", args)?;
            let text: String = args.need("timestr")?;
            args.done()?;
            parsed(&text, Flavour::Python)
        },
        Moment::value,
    );
    let parser = Record::value(
        "<module 'dateutil.parser'>".into(),
        [
            ("parse", parse),
            (
                "isoparse",
                callable(
                    |args| parsed(&Arguments::of("isoparse", args)?.need::<String>("dt_str")?, Flavour::Python),
                    Moment::value,
                ),
            ),
        ],
    );
    Record::value("<module 'dateutil'>".into(), [("parser", parser)])
}

fn time_module() -> Value {
    let seconds = || crate::wall::now().as_micros() as f64 / 1e6;
    let strftime = |format: &str| Moment::utc(crate::wall::now(), Flavour::Python).strftime(format);
    Record::value(
        "<module 'time'>".into(),
        [
            ("time", Value::from_function(seconds)),
            ("time_ns", Value::from_function(|| crate::wall::now().as_micros() * 1_000)),
            ("strftime", Value::from_function(strftime)),
        ],
    )
}

fn uuid_module() -> Value {
    Record::value(
        "<module 'uuid'>".into(),
        [
            ("uuid4", Value::from_function(uuid4)),
            // Made from chance as well: nothing of this machine is told.
            ("uuid1", Value::from_function(uuid4)),
        ],
    )
}

/// RFC 9562, version 4. Not for secrets.
fn uuid4() -> Value {
    let bits = fastrand::u128(..) & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    let text = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-");
    Record::value(text, [("hex", Value::from(hex)), ("int", Value::from(bits))])
}

fn json_module() -> Value {
    let loads = |text: &str| -> Result<Value, Error> {
        let json: serde_json::Value =
            serde_json::from_str(text).map_err(|error| wrong(format!("json.loads: {error}")))?;
        Ok(serialized(json))
    };
    let dumps = |state: &mut State<'_, '_>, value: Value| state.apply_filter("tojson", &[value]);
    Record::value(
        "<module 'json'>".into(),
        [("loads", Value::from_function(loads)), ("dumps", Value::from_function(dumps))],
    )
}
