//! Changes of assets, as templates see them: `triggering_asset_events` and `inlet_events`.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use couture_core::Timestamp;
use couture_core::dag::Asset;
use minijinja::Error;
use minijinja::value::{Enumerator, Object, ObjectRepr, Value};
use serde_json::{Value as Json, json};

use super::arguments::wrong;
use super::changes::PAGE;
use super::lookups::{Found, Lookup, Lookups};
use super::objects::{Record, serialized};
use super::time::{Flavour, Moment};

/// An asset with Airflow's attributes.
pub(super) fn asset(asset: &Asset) -> Value {
    let (name, uri) = names(asset);
    asset_of(name, uri, asset.extra.clone())
}

fn asset_of(name: &str, uri: &str, extra: Json) -> Value {
    let extra = if extra.is_null() { json!({}) } else { extra };
    let fields = [("name", Value::from(name)), ("uri", Value::from(uri)), ("extra", serialized(extra))];
    Record::value(format!("Asset(name='{name}', uri='{uri}')"), fields)
}

/// A change with Airflow's attributes.
fn event(mut facts: Json, flavour: Flavour) -> Value {
    let time = |text: &Json| {
        let time = text.as_str().and_then(|text| Timestamp::parse(text).ok());
        time.map_or(Value::from(()), |time| Moment::utc(time, flavour).value())
    };
    let text = |text: &Json| text.as_str().unwrap_or_default().to_owned();
    let asset = asset_of(&text(&facts["name"]), &text(&facts["uri"]), facts["asset_extra"].take());
    let mut run = facts["source_dag_run"].take();
    let source_run = match run.is_object() {
        false => Value::from(()),
        true => {
            let shown = format!("DagRun(dag_id='{}', run_id='{}')", text(&run["dag_id"]), text(&run["run_id"]));
            let dates = ["logical_date", "data_interval_start", "data_interval_end", "start_date", "end_date"];
            let mut fields = vec![("execution_date", time(&run["logical_date"]))];
            fields.extend(dates.map(|name| (name, time(&run[name]))));
            let others = ["dag_id", "run_id", "run_type", "conf", "state"];
            fields.extend(others.map(|name| (name, serialized(run[name].take()))));
            Record::value(shown, fields)
        }
    };
    let mut fields = vec![
        ("timestamp", time(&facts["timestamp"])),
        ("asset", asset.clone()),
        ("dataset", asset),
        ("source_dag_run", source_run),
    ];
    let shown = format!("AssetEvent({})", facts["uri"]);
    let names = ["uri", "extra", "source_dag_id", "source_task_id", "source_run_id", "source_map_index"];
    fields.extend(names.map(|name| (name, serialized(facts[name].take()))));
    Record::value(shown, fields)
}

/// An asset's name and URI.
fn names(asset: &Asset) -> (&str, &str) {
    let name = asset.name.as_str();
    (name, asset.uri.as_deref().unwrap_or(name))
}

/// Which of some assets, each with its name and its URI, a template means: by an asset, by its name or by its URI.
fn place<'a>(key: &Value, assets: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Option<usize> {
    let of_asset = key.downcast_object_ref::<Record>().and_then(|asset| asset.fields.get("name")?.as_str());
    let text = key.as_str().or(of_asset)?;
    assets.clone().position(|(name, _)| name == text).or_else(|| assets.clone().position(|(_, uri)| uri == text))
}

/// `triggering_asset_events`, whose keys are assets, or `triggering_dataset_events`, whose keys are their URIs.
#[derive(Debug)]
pub(super) struct AssetEvents {
    /// Which of the two.
    pub(super) name: &'static str,
    changed: Vec<Changed>,
}

#[derive(Debug)]
struct Changed {
    name: String,
    uri: String,
    asset: Value,
    events: Value,
}

impl AssetEvents {
    /// Those of the run, once they are looked up.
    pub(super) fn find(name: &'static str, lookups: &Lookups, flavour: Flavour) -> Result<Value, Error> {
        let found = match lookups.find(Lookup::Earlier("triggering_asset_events"))? {
            Found::Named(Json::Object(found)) => found,
            _ => Default::default(),
        };
        let changed = |(name, events): (String, Json)| {
            let events: Vec<Value> = match events {
                Json::Array(events) => events.into_iter().map(|facts| event(facts, flavour)).collect(),
                _ => Vec::new(),
            };
            let asset = events.first().map(|event| event.get_attr("asset")).transpose()?;
            let asset = asset.unwrap_or_else(|| asset_of(&name, &name, Json::Null));
            let uri = asset.get_attr("uri")?.as_str().unwrap_or(&name).to_owned();
            Ok::<_, Error>(Changed { name, uri, asset, events: events.into() })
        };
        Ok(Value::from_object(Self { name, changed: found.into_iter().map(changed).collect::<Result<_, _>>()? }))
    }
}

impl Object for AssetEvents {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let at = place(key, self.changed.iter().map(|it| (&*it.name, &*it.uri)))?;
        Some(self.changed[at].events.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let is_by_uri = self.name == "triggering_dataset_events";
        let key = |it: &Changed| if is_by_uri { Value::from(&*it.uri) } else { it.asset.clone() };
        Enumerator::Values(self.changed.iter().map(key).collect())
    }
}

/// `inlet_events`: the changes of the assets that the task reads.
pub(super) struct InletEvents {
    /// These assets.
    pub(super) assets: Vec<Asset>,
    pub(super) lookups: Arc<Lookups>,
    pub(super) flavour: Flavour,
}

impl fmt::Debug for InletEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<events of the inlets>")
    }
}

impl Object for InletEvents {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let place = || place(key, self.assets.iter().map(names));
        let meant = self.assets.get(key.as_usize().or_else(place)?)?;
        let name = meant.name.as_str();
        if meant.alias {
            let error = format!("the events of the alias {name:?} are not told apart; name an asset as an inlet");
            return Some(wrong(error).into());
        }
        let history = History::find(name.to_owned(), &self.lookups, self.flavour);
        Some(history.map_or_else(Value::from, Value::from_object))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.assets.iter().map(asset).collect())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// All changes of an asset, oldest first, looked up page by page where they are used.
struct History {
    asset: String,
    total: usize,
    lookups: Arc<Lookups>,
    flavour: Flavour,
    /// The page that was used last.
    page: Mutex<(usize, Vec<Value>)>,
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} events of {}>", self.total, self.asset)
    }
}

impl History {
    fn find(asset: String, lookups: &Arc<Lookups>, flavour: Flavour) -> Result<Self, Error> {
        let (total, first) = page(&asset, 0, lookups, flavour)?;
        Ok(Self { asset, total, lookups: lookups.clone(), flavour, page: Mutex::new((0, first)) })
    }

    fn at(&self, index: usize) -> Result<Option<Value>, Error> {
        let mut kept = self.page.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 != index / PAGE {
            *kept = (index / PAGE, page(&self.asset, index / PAGE, &self.lookups, self.flavour)?.1);
        }
        Ok(kept.1.get(index % PAGE).cloned())
    }
}

/// How many changes there are, and those of one page.
fn page(asset: &str, number: usize, lookups: &Lookups, flavour: Flavour) -> Result<(usize, Vec<Value>), Error> {
    let Found::Named(mut found) = lookups.find(Lookup::Changes(asset.to_owned(), number))? else {
        return Ok((0, Vec::new()));
    };
    let total = found["total"].as_u64().unwrap_or(0) as usize;
    let events = match found["events"].take() {
        Json::Array(events) => events.into_iter().map(|facts| event(facts, flavour)).collect(),
        _ => Vec::new(),
    };
    Ok((total, events))
}

impl Object for History {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let index = key.as_usize().filter(|index| *index < self.total)?;
        self.at(index).unwrap_or_else(|error| Some(error.into()))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.total)
    }
}
