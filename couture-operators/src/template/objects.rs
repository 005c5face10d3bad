//! Things with attributes: `dag`, `task`, `dag_run`, modules, and the doors to variables, connections and settings.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use couture_core::values::Connection;
use minijinja::value::{Enumerator, Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind, State};

use super::arguments::{Arguments, wrong};
use super::lookups::{Found, Lookup, Lookups};

/// Something with attributes, which prints as Python prints it.
pub(super) struct Record {
    pub(super) shown: String,
    pub(super) fields: BTreeMap<&'static str, Value>,
}

impl Record {
    /// As a value.
    pub(super) fn value(shown: String, fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
        Value::from_object(Self { shown, fields: fields.into_iter().collect() })
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl Object for Record {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.fields.get(key.as_str()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn call_method(self: &Arc<Self>, state: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        match self.fields.get(method) {
            Some(function) => function.call(state, args),
            None => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// `var.value` and `var.json`.
#[derive(Debug)]
pub(super) struct Variables {
    pub(super) lookups: Arc<Lookups>,
    pub(super) is_json: bool,
}

impl Variables {
    fn find(&self, key: &str) -> Result<Option<Value>, Error> {
        let Found::Variable(Some(text)) = self.lookups.find(Lookup::Variable(key.to_owned()))? else { return Ok(None) };
        if !self.is_json {
            return Ok(Some(Value::from(text)));
        }
        let json: serde_json::Value = serde_json::from_str(&text)
            .map_err(|_| wrong(format!("the variable {key:?} is not JSON; use var.value for its text")))?;
        Ok(Some(serialized(json)))
    }

    fn missing(key: &str) -> Error {
        wrong(format!("there is no variable {key:?}; set it, or use .get({key:?}, a default)"))
    }
}

impl Object for Variables {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        Some(self.find(key).and_then(|found| found.ok_or_else(|| Self::missing(key))).unwrap_or_else(Value::from))
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        if method != "get" {
            return Err(Error::from(ErrorKind::UnknownMethod));
        }
        let mut args = Arguments::of("get", args)?;
        let key: String = args.need("item")?;
        let default = args.value("default_var")?;
        args.done()?;
        self.find(&key)?.or(default).ok_or_else(|| Self::missing(&key))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<variables>")
    }
}

/// `conn`.
#[derive(Debug)]
pub(super) struct Connections(pub(super) Arc<Lookups>);

impl Connections {
    fn find(&self, conn_id: &str) -> Result<Option<Value>, Error> {
        match self.0.find(Lookup::Connection(conn_id.to_owned()))? {
            Found::Connection(Some(connection)) => Ok(Some(connection_value(&connection))),
            _ => Ok(None),
        }
    }

    fn missing(conn_id: &str) -> Error {
        wrong(format!("there is no connection {conn_id:?}; add it, or set AIRFLOW_CONN_{}", conn_id.to_uppercase()))
    }
}

impl Object for Connections {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let conn_id = key.as_str()?;
        Some(
            self.find(conn_id)
                .and_then(|found| found.ok_or_else(|| Self::missing(conn_id)))
                .unwrap_or_else(Value::from),
        )
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        if method != "get" {
            return Err(Error::from(ErrorKind::UnknownMethod));
        }
        let mut args = Arguments::of("get", args)?;
        let conn_id: String = args.need("conn_id")?;
        let default = args.value("default_conn")?;
        args.done()?;
        self.find(&conn_id)?.or(default).ok_or_else(|| Self::missing(&conn_id))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<connections>")
    }
}

fn connection_value(connection: &Connection) -> Value {
    let extra = connection.extra.as_deref().and_then(|extra| serde_json::from_str::<serde_json::Value>(extra).ok());
    let extra = serialized(extra.unwrap_or_else(|| serde_json::json!({})));
    let text = |text: &Option<String>| Value::from(text.clone());
    let uri = connection.to_uri();
    let fields = [
        ("conn_id", Value::from(connection.conn_id.as_str())),
        ("conn_type", Value::from(&*connection.conn_type)),
        ("description", text(&connection.description)),
        ("host", text(&connection.host)),
        ("login", text(&connection.login)),
        ("password", text(&connection.password)),
        ("schema", text(&connection.schema)),
        ("port", Value::from(connection.port)),
        ("extra", text(&connection.extra)),
        ("extra_dejson", extra),
        ("get_uri", Value::from_function(move || uri.clone())),
        (
            "get_password",
            Value::from_function({
                let password = connection.password.clone();
                move || password.clone()
            }),
        ),
    ];
    Record::value(connection.conn_id.to_string(), fields)
}

/// `conf`: the settings that are shown to templates, by section.
#[derive(Debug)]
pub(super) struct Settings(pub(super) Arc<BTreeMap<String, BTreeMap<String, String>>>);

impl Object for Settings {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let mut args = Arguments::of("conf", args)?;
        let (section, key): (String, String) = (args.need("section")?, args.need("key")?);
        let fallback = args.named("fallback")?;
        args.done()?;
        let found = self.0.get(&section.to_lowercase()).and_then(|section| section.get(&key.to_lowercase()));
        if method == "has_option" {
            return Ok(found.is_some().into());
        }
        let missing = || {
            wrong(format!("there is no setting {key:?} of section {section:?} that templates may see; give a fallback"))
        };
        let Some(text) = found else { return fallback.ok_or_else(missing) };
        let unfit = || wrong(format!("the setting {key:?} of section {section:?} does not fit {method}"));
        Ok(match method {
            "get" => Value::from(&**text),
            "getint" => text.parse::<i64>().map_err(|_| unfit())?.into(),
            "getfloat" => text.parse::<f64>().map_err(|_| unfit())?.into(),
            "getboolean" => match text.to_lowercase().as_str() {
                "true" | "t" | "1" | "yes" => true.into(),
                "false" | "f" | "0" | "no" => false.into(),
                _ => return Err(unfit()),
            },
            "getlist" => text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(Value::from).collect(),
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        })
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<settings>")
    }
}

/// Anything that can be JSON, as a value.
pub(super) fn serialized(value: impl serde::Serialize) -> Value {
    Value::from(minijinja::value::Serde(value))
}
