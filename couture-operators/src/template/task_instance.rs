//! `ti`: the attempt as templates see it, with `xcom_pull`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use couture_core::dialect::Dialect;
use couture_core::task::{PulledKey, XCom, XComQuery};
use minijinja::value::{Object, ObjectRepr, Tuple, Value, ValueKind};
use minijinja::{Error, ErrorKind, State};

use super::arguments::{Arguments, wrong};
use super::context::Facts;
use super::lookups::{Found, Lookup, Lookups};
use super::objects::serialized;

/// The task instance that runs.
pub(super) struct TaskInstance {
    pub(super) facts: Arc<Facts>,
    pub(super) lookups: Arc<Lookups>,
    pub(super) fields: BTreeMap<&'static str, Value>,
}

impl fmt::Debug for TaskInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = &self.facts;
        let when = match facts.dialect() {
            Dialect::V1_10 => facts.logical_date.to_string(),
            Dialect::V2 => facts.run_id.clone(),
        };
        write!(f, "<TaskInstance: {}.{} {when} [running]>", facts.dag.dag_id, facts.task().task_id)
    }
}

impl TaskInstance {
    /// Gives a value when the rendering succeeds, and the task.
    fn push(&self, args: &[Value]) -> Result<Value, Error> {
        let mut args = Arguments::of("xcom_push", args)?;
        let key: String = args.need("key")?;
        let value = args.value("value")?.ok_or_else(|| wrong("xcom_push needs the argument value"))?;
        // Of older versions; it never had a meaning but for the own run.
        args.value("execution_date")?;
        args.done()?;
        if key.is_empty() {
            return Err(wrong("the key of an XCom is not empty"));
        }
        let json = serde_json::to_value(&value)
            .map_err(|error| wrong(format!("the XCom {key:?} cannot be held as JSON: {error}")))?;
        self.lookups.push(key, json)?;
        Ok(Value::from(()))
    }

    fn pull(&self, args: &[Value]) -> Result<Value, Error> {
        let mut args = Arguments::of("xcom_pull", args)?;
        let task_ids = args.value("task_ids")?.filter(|ids| !ids.is_none());
        let dag_id = args.get::<String>("dag_id")?;
        let key = args.value("key")?.unwrap_or_else(|| Value::from(XCom::RETURN_VALUE));
        let include_prior_dates = args.get::<bool>("include_prior_dates")?.unwrap_or(false);
        let map_indexes = args.named("map_indexes")?.filter(|indexes| !indexes.is_none());
        let default = args.named("default")?.unwrap_or_else(|| Value::from(()));
        args.done()?;
        let key = match key.as_str() {
            Some("") => None,
            Some(key) => Some(key.to_owned()),
            None if key.is_none() => None,
            None => return Err(wrong("the key of xcom_pull is a text, or None for any")),
        };
        // Of many tasks, dialect 2 takes all that they gave.
        let is_list = task_ids.as_ref().is_some_and(|ids| ids.kind() != ValueKind::String);
        let key = match (key, self.facts.dialect()) {
            (Some(key), _) => PulledKey::Named(key),
            (None, Dialect::V2) if is_list => PulledKey::Every,
            (None, _) => PulledKey::Newest,
        };
        let own = dag_id.as_deref().is_none_or(|dag_id| dag_id == self.facts.dag.dag_id.as_str());
        let dag_id = dag_id.filter(|_| !own);
        let query = |task_ids| XComQuery { dag_id: dag_id.clone(), task_ids, key: key.clone(), include_prior_dates };
        match task_ids {
            None => {
                // Any task's: the nearest before this one that gave something.
                let found = self.find(query(self.nearest()))?;
                Ok(found.into_iter().flatten().map(|(_, value)| value).next().unwrap_or(default))
            }
            Some(ids) if ids.kind() == ValueKind::String => {
                let found = self.find(query(vec![ids.to_string()]))?;
                Ok(one(found.into_iter().next().unwrap_or_default(), map_indexes.as_ref()).unwrap_or(default))
            }
            Some(ids) => {
                let mut names = Vec::new();
                for id in ids.try_iter()? {
                    names.push(id.as_str().ok_or_else(|| wrong("task_ids are texts"))?.to_owned());
                }
                let found = self.find(query(names))?.into_iter();
                Ok(match self.facts.dialect() {
                    // A hole for each that gave nothing.
                    Dialect::V1_10 => {
                        let values = found.map(|found| one(found, None).unwrap_or_else(|| Value::from(())));
                        Value::from(Tuple::from(values.collect::<Vec<_>>()))
                    }
                    Dialect::V2 => Value::from(found.flatten().map(|(_, value)| value).collect::<Vec<_>>()),
                })
            }
        }
    }

    /// The tasks before this one, the nearest first.
    fn nearest(&self) -> Vec<String> {
        let dag = &self.facts.dag;
        let mut seen = vec![self.facts.task];
        let mut at = 0;
        while let Some(task) = seen.get(at).copied() {
            at += 1;
            for upstream in &dag.task(task).upstream {
                if !seen.contains(upstream) {
                    seen.push(*upstream);
                }
            }
        }
        seen[1..].iter().map(|task| dag.task(*task).task_id.to_string()).collect()
    }

    fn find(&self, query: XComQuery) -> Result<Vec<Vec<(i32, Value)>>, Error> {
        if query.task_ids.len() > Lookups::MAX {
            return Err(wrong(format!("xcom_pull takes at most {} tasks", Lookups::MAX)));
        }
        let Found::XComs(found) = self.lookups.find(Lookup::XComs(query))? else { return Ok(Vec::new()) };
        let value = |task: Vec<(couture_core::MapIndex, serde_json::Value)>| {
            task.into_iter().map(|(index, value)| (index.0, serialized(value))).collect()
        };
        Ok(found.into_iter().map(value).collect())
    }
}

/// What one task gave: the value, or of a mapped task the list of those asked for.
fn one(found: Vec<(i32, Value)>, map_indexes: Option<&Value>) -> Option<Value> {
    if let Some(index) = map_indexes.and_then(|index| i64::try_from(index.clone()).ok()) {
        return found.into_iter().find(|(of, _)| i64::from(*of) == index).map(|(_, value)| value);
    }
    match &*found {
        [] => None,
        [(-1, value)] => Some(value.clone()),
        _ => Some(Value::from(found.into_iter().map(|(_, value)| value).collect::<Vec<_>>())),
    }
}

impl Object for TaskInstance {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.fields.get(key.as_str()?).cloned()
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        match method {
            "xcom_pull" => self.pull(args),
            "xcom_push" => self.push(args),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}
