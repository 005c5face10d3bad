//! The JSON form of a schedule.

use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::definition::Schedule;
use super::period::{check_period_ms, parse_period};
use super::registry::RegisteredTimetable;
use super::zone::Zone;

const FORMS: &str = "a schedule is text such as \"@daily\" or \"0 5 * * *\", null, or an object with cron, delta, delta_ms, cron_trigger or timetable";

impl Schedule {
    /// All forms but that of a timetable, whose serialisation can fail.
    pub(super) fn written(&self) -> Value {
        let with_zone = |mut object: Map<String, Value>, timezone: &Option<Zone>| {
            object.extend(timezone.map(|zone| ("timezone".to_owned(), Value::String(zone.to_string()))));
            Value::Object(object)
        };
        match self {
            Self::None | Self::Timetable(_) => Value::Null,
            Self::Once => "@once".into(),
            Self::Continuous => "@continuous".into(),
            Self::Cron { expression, timezone: None } => expression.as_str().into(),
            Self::Cron { expression, timezone } => {
                with_zone(Map::from_iter([("cron".to_owned(), expression.as_str().into())]), timezone)
            }
            Self::CronTrigger { expression, timezone, interval_ms } => {
                let mut object = Map::from_iter([("cron_trigger".to_owned(), expression.as_str().into())]);
                if *interval_ms != 0 {
                    object.insert("interval_ms".into(), (*interval_ms).into());
                }
                with_zone(object, timezone)
            }
            Self::Delta { delta_ms } => json!({ "delta_ms": delta_ms }),
        }
    }

    fn from_text(text: &str) -> Self {
        match text.trim() {
            "@once" => Self::Once,
            "@continuous" => Self::Continuous,
            "" | "none" | "None" | "@none" => Self::None,
            text => Self::cron(text),
        }
    }

    fn from_object(mut object: Map<String, Value>) -> Result<Self, String> {
        if let Some(timetable) = object.remove("timetable") {
            return match object.keys().next() {
                Some(key) => Err(unknown(key)),
                None => serde_json::from_value::<Box<dyn RegisteredTimetable>>(timetable)
                    .map(|timetable| Self::Timetable(Arc::from(timetable)))
                    .map_err(|error| error.to_string()),
            };
        }
        let fields: Fields = serde_json::from_value(Value::Object(object)).map_err(|error| error.to_string())?;
        fields.into_schedule()
    }
}

fn unknown(key: &str) -> String {
    format!("{key:?} does not belong here; {FORMS}")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    cron: Option<String>,
    cron_trigger: Option<String>,
    timezone: Option<Zone>,
    delta: Option<Period>,
    delta_ms: Option<i64>,
    interval: Option<Period>,
    interval_ms: Option<i64>,
}

/// Text as [`parse_period`] reads it.
struct Period(i64);

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_period(&text).map(Self).map_err(D::Error::custom)
    }
}

impl Fields {
    fn into_schedule(self) -> Result<Schedule, String> {
        let Self { cron, cron_trigger, timezone, delta, delta_ms, interval, interval_ms } = self;
        let delta_ms = one_of("delta", delta, delta_ms)?;
        let interval_ms = one_of("interval", interval, interval_ms)?;
        let misplaced = |key: &str| Err(unknown(key));
        match (cron, cron_trigger, delta_ms) {
            (Some(_), None, None) if interval_ms.is_some() => misplaced("interval"),
            (Some(expression), None, None) => Ok(match (Schedule::from_text(&expression), timezone) {
                (Schedule::Cron { expression, .. }, timezone) => Schedule::Cron { expression, timezone },
                (other, _) => other,
            }),
            (None, Some(expression), None) => {
                Ok(Schedule::CronTrigger { expression, timezone, interval_ms: interval_ms.unwrap_or(0) })
            }
            (None, None, Some(_)) if interval_ms.is_some() => misplaced("interval"),
            // Elapsed time is the same in every zone.
            (None, None, Some(delta_ms)) => check_period_ms(delta_ms, &format!("{delta_ms}ms"))
                .map(|delta_ms| Schedule::Delta { delta_ms })
                .map_err(|error| error.to_string()),
            _ => Err(FORMS.into()),
        }
    }
}

fn one_of(name: &str, text: Option<Period>, number: Option<i64>) -> Result<Option<i64>, String> {
    match (text, number) {
        (Some(_), Some(_)) => Err(format!("{name} and {name}_ms say the same; leave one out")),
        (text, number) => Ok(text.map(|period| period.0).or(number)),
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Custom<'a> {
            timetable: &'a dyn RegisteredTimetable,
        }
        match self {
            Self::Timetable(timetable) => Custom { timetable: &**timetable }.serialize(serializer),
            _ => self.written().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(Self::None),
            Value::String(text) => Ok(Self::from_text(&text)),
            Value::Object(object) => Self::from_object(object).map_err(D::Error::custom),
            _ => Err(D::Error::custom(FORMS)),
        }
    }
}
