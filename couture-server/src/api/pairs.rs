//! Filters of lists, whose names may come several times.

use std::str::FromStr;

use couture_core::store::Span;
use couture_core::{TaskState, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::ApiError;

/// The names and values of a query; a name may come several times. An empty value is none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Pairs(Vec<(String, String)>);

/// The word for task instances without a state, as the filters of Airflow have it.
const NO_STATES: [&str; 4] = ["no_status", "none", "None", "null"];

/// What bodies give as lists.
const LISTS: [&str; 11] = [
    "dag_ids",
    "dag_run_ids",
    "task_ids",
    "state",
    "states",
    "pool",
    "queue",
    "executor",
    "operator",
    "operators",
    "version_number",
];

/// What bodies give as numbers.
const NUMBERS: [&str; 4] = ["page_limit", "page_offset", "duration_gte", "duration_lte"];

/// Lists in which null stands for no state.
const STATES: [&str; 2] = ["state", "states"];

/// A text of a body; null among states stands for none.
fn text(name: &str, value: &Value) -> Result<String, ApiError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Null if STATES.contains(&name) => Ok("null".to_owned()),
        Value::Number(number) if name == "version_number" => Ok(number.to_string()),
        other => Err(ApiError::invalid(format!("{name} has {other}, and must have texts only"))),
    }
}

impl Pairs {
    /// What a body says, as if it were a query.
    pub(super) fn of_body(body: &Map<String, Value>) -> Result<Self, ApiError> {
        let mut pairs = Vec::new();
        for (name, value) in body {
            match value {
                Value::Null => {}
                Value::Array(list) if LISTS.contains(&&**name) => {
                    for item in list {
                        pairs.push((name.clone(), text(name, item)?));
                    }
                }
                value if LISTS.contains(&&**name) => {
                    return Err(ApiError::invalid(format!("{name} is {value}, and must be a list")));
                }
                Value::Number(number) if NUMBERS.contains(&&**name) => pairs.push((name.clone(), number.to_string())),
                value if NUMBERS.contains(&&**name) => {
                    return Err(ApiError::invalid(format!("{name} is {value}, and must be a number")));
                }
                value => pairs.push((name.clone(), text(name, value)?)),
            }
        }
        Ok(Self(pairs))
    }

    /// All values of a name.
    pub(super) fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.0.iter().filter(move |(of, value)| of == name && !value.is_empty()).map(|(_, value)| &**value)
    }

    /// All values of a name, of which one may hold several with commas between.
    pub(super) fn words<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.all(name).flat_map(|value| value.split(',')).filter(|word| !word.is_empty())
    }

    /// The last value of a name.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(of, value)| of == name && !value.is_empty()).map(|(_, value)| &**value)
    }

    /// The last value of a name, read.
    pub(super) fn parsed<T: FromStr>(&self, name: &str) -> Result<Option<T>, ApiError> {
        let wrong = |text: &str| ApiError::invalid(format!("{name} is {text:?}, which is of another kind"));
        self.one(name).map(|text| text.parse().map_err(|_| wrong(text))).transpose()
    }

    /// Yes or no.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.one(name) {
            None => Ok(None),
            Some("true" | "True" | "1" | "yes") => Ok(Some(true)),
            Some("false" | "False" | "0" | "no") => Ok(Some(false)),
            Some(other) => Err(ApiError::invalid(format!("{name} is {other:?}; say true or false"))),
        }
    }

    /// A time.
    pub(super) fn time(&self, name: &str) -> Result<Option<Timestamp>, ApiError> {
        let wrong = |error| ApiError::invalid(format!("{name}: {error}"));
        // A plus that was not escaped is a space by now.
        let read = |text: &str| Timestamp::parse(text).or_else(|_| Timestamp::parse(&text.replace(' ', "+")));
        self.one(name).map(|text| read(text).map_err(wrong)).transpose()
    }

    /// The same where an empty value is no value, and refused.
    pub(super) fn given_time(&self, name: &str) -> Result<Option<Timestamp>, ApiError> {
        if self.0.iter().any(|(of, value)| of == name && value.is_empty()) {
            return Err(ApiError::invalid(format!("{name} is empty; leave it out or give a time")));
        }
        self.time(name)
    }

    /// The times that `name_gte`, `name_gt`, `name_lte` and `name_lt` leave.
    pub(super) fn span(&self, name: &str) -> Result<Span, ApiError> {
        let micros = |suffix: &str| Ok::<_, ApiError>(self.time(&format!("{name}{suffix}"))?.map(Timestamp::as_micros));
        Ok(bounded(micros("_gte")?, micros("_gt")?, micros("_lte")?, micros("_lt")?))
    }

    /// The same of seconds, in microseconds.
    pub(super) fn seconds(&self, name: &str) -> Result<Span, ApiError> {
        let micros = |suffix: &str| {
            let seconds = self.parsed::<f64>(&format!("{name}{suffix}"))?;
            Ok::<_, ApiError>(seconds.map(|seconds| (seconds * 1e6) as i64))
        };
        Ok(bounded(micros("_gte")?, micros("_gt")?, micros("_lte")?, micros("_lt")?))
    }

    /// States, which [`FromStr`] reads.
    pub(super) fn states<T: FromStr<Err = String>>(&self, name: &str) -> Result<Vec<T>, ApiError> {
        self.words(name).map(|word| word.parse().map_err(ApiError::invalid)).collect()
    }

    /// States of task instances, and whether those without one are meant too.
    pub(super) fn task_states(&self, name: &str) -> Result<(Vec<TaskState>, bool), ApiError> {
        let (none, named): (Vec<_>, Vec<_>) = self.words(name).partition(|word| NO_STATES.contains(word));
        // Airflow's names of what is never recorded here.
        let never = ["scheduled", "restarting", "up_for_reschedule", "awaiting_input"];
        let named = named.into_iter().map(|word| if never.contains(&word) { "expanded" } else { word });
        let states = named.map(|word| word.parse().map_err(ApiError::invalid)).collect::<Result<_, _>>()?;
        Ok((states, !none.is_empty()))
    }
}

fn bounded(gte: Option<i64>, gt: Option<i64>, lte: Option<i64>, lt: Option<i64>) -> Span {
    let mut span = Span { from: gte, until: lte };
    if let Some(gt) = gt {
        span.raise(gt.saturating_add(1));
    }
    if let Some(lt) = lt {
        span.lower(lt.saturating_sub(1));
    }
    span
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bodies_and_queries_say_the_same() {
        let body = json!({"states": ["queued", null], "page_limit": 5, "order_by": null, "start_date_gt": "1970-01-01T00:00:01Z"});
        let pairs = Pairs::of_body(body.as_object().unwrap()).unwrap();
        assert_eq!(pairs.task_states("states").unwrap(), (vec![TaskState::Queued], true));
        assert_eq!(pairs.parsed::<usize>("page_limit").unwrap(), Some(5));
        assert_eq!((pairs.one("order_by"), pairs.one("nothing")), (None, None));
        assert_eq!(pairs.span("start_date").unwrap(), Span { from: Some(1_000_001), until: None });
        let query: Pairs =
            serde_json::from_value(json!([["state", "a,b"], ["state", "c"], ["paused", "True"]])).unwrap();
        assert_eq!(query.words("state").collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(query.flag("paused").unwrap(), Some(true));
        assert!(query.flag("state").is_err() && query.parsed::<u32>("state").is_err() && query.time("state").is_err());
    }
}
