//! Functions of another process that templates call.

use async_trait::async_trait;
use minijinja::Error;
use minijinja::value::{Kwargs, Rest, Value, ValueKind, from_args};
use serde_json::{Map, Value as Json, json};

use super::asset_events::{AssetEvents, InletEvents};
use super::objects::{Connections, Record, Settings, Variables, serialized};
use super::task_instance::TaskInstance;
use super::time::{Flavour, Moment, Span};

/// A call of a function by its name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    /// The function.
    pub(crate) name: String,
    /// Its arguments by place. What JSON has no type for is an object with one key: `__datetime__`, `__date__` and `__time__` (ISO 8601),
    /// `__timedelta__` (seconds), and `__name__` for an object of the context by its name there.
    pub(crate) args: Vec<Json>,
    /// Its arguments by name.
    pub(crate) kwargs: Map<String, Json>,
}

/// Calls functions.
#[async_trait]
pub(crate) trait Caller: Send + Sync {
    /// What the function gives, or why it does not.
    async fn call(&self, call: &Call) -> Result<Json, String>;
}

impl Call {
    /// With arguments as a template gives them.
    pub(super) fn of(name: &str, args: &[Value]) -> Result<Self, Error> {
        let (Rest(by_place), by_name) = from_args::<(Rest<Value>, Kwargs)>(args)?;
        let mut kwargs = Map::new();
        for name in by_name.args() {
            kwargs.insert(name.to_owned(), sent(&by_name.peek::<Value>(name)?, 0));
        }
        Ok(Self { name: name.to_owned(), args: by_place.iter().map(|value| sent(value, 0)).collect(), kwargs })
    }
}

/// The calls of one attempt in the order in which a rendering makes them. A rendering that is repeated makes the same ones again, and is
/// given what they gave before: so each is made once.
#[derive(Debug, Default)]
pub(super) struct Calls {
    made: Vec<(Call, Result<Json, String>)>,
    at: usize,
}

impl Calls {
    /// The most calls of one attempt.
    const MAX: usize = 500;

    /// A rendering begins.
    pub(super) fn begin(&mut self) {
        self.at = 0;
    }

    /// What the next call gave, if it was made.
    pub(super) fn next(&mut self, call: &Call) -> Option<Result<Json, String>> {
        if self.at >= Self::MAX {
            return Some(Err(format!("a task's templates call at most {} functions", Self::MAX)));
        }
        match self.made.get(self.at) {
            Some((made, result)) if made == call => {
                self.at += 1;
                Some(result.clone())
            }
            _ => {
                // Another one than last time: what came after it does not hold any more.
                self.made.truncate(self.at);
                None
            }
        }
    }

    /// What the call gave that was not made.
    pub(super) fn answered(&mut self, call: Call, result: Result<Json, String>) {
        self.made.push((call, result));
    }
}

/// Nothing lies deeper in an argument.
const MAX_DEPTH: usize = 50;

/// A value as it is sent.
fn sent(value: &Value, depth: usize) -> Json {
    if let Some(moment) = value.downcast_object_ref::<Moment>() {
        let text = moment.isoformat("T");
        return match moment.flavour() {
            Flavour::Date => json!({ "__date__": text }),
            Flavour::Clock => json!({ "__time__": text }),
            _ => json!({ "__datetime__": text }),
        };
    }
    if let Some(span) = value.downcast_object_ref::<Span>() {
        return json!({ "__timedelta__": span.micros() / 1e6 });
    }
    if let Some(name) = name_in_context(value) {
        return json!({ "__name__": name });
    }
    match value.kind() {
        _ if depth > MAX_DEPTH => Json::Null,
        ValueKind::Seq | ValueKind::Iterable => {
            value.try_iter().into_iter().flatten().map(|item| sent(&item, depth + 1)).collect()
        }
        ValueKind::Map => {
            let mut fields = Map::new();
            for key in value.try_iter().into_iter().flatten() {
                let item = value.get_item(&key).unwrap_or_default();
                fields.insert(key.to_string(), sent(&item, depth + 1));
            }
            Json::Object(fields)
        }
        _ => serde_json::to_value(value).unwrap_or_else(|_| value.to_string().into()),
    }
}

/// The name of an object that the other side has itself.
fn name_in_context(value: &Value) -> Option<&'static str> {
    if value.downcast_object_ref::<TaskInstance>().is_some() {
        return Some("ti");
    }
    if let Some(variables) = value.downcast_object_ref::<Variables>() {
        return Some(if variables.is_json { "var.json" } else { "var.value" });
    }
    if value.downcast_object_ref::<Connections>().is_some() {
        return Some("conn");
    }
    if value.downcast_object_ref::<Settings>().is_some() {
        return Some("conf");
    }
    if let Some(events) = value.downcast_object_ref::<AssetEvents>() {
        return Some(events.name);
    }
    if value.downcast_object_ref::<InletEvents>().is_some() {
        return Some("inlet_events");
    }
    let shown = &value.downcast_object_ref::<Record>()?.shown;
    let names = [("<DAG: ", "dag"), ("<DagRun ", "dag_run"), ("<Task(", "task"), ("<variables>", "var")];
    names.iter().find(|(start, _)| shown.starts_with(start)).map(|(_, name)| *name)
}

/// What came back, as a value of templates.
pub(super) fn received(json: Json) -> Value {
    serialized(json)
}
