//! The names that a template can use: Airflow's context, computed only where it is asked for.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use couture_core::Timestamp;
use couture_core::dialect::Dialect;
use minijinja::value::{Enumerator, Object, ObjectRepr, Value};

use super::asset_events::{self, AssetEvents, InletEvents};
use super::context::Facts;
use super::lookups::{Found, Lookup, Lookups};
use super::macros;
use super::objects::{Connections, Record, Settings, Variables, serialized};
use super::task_instance::TaskInstance;
use super::time::{Moment, Span};

/// The context of one attempt.
pub(super) struct Names {
    pub(super) facts: Arc<Facts>,
    pub(super) lookups: Arc<Lookups>,
    pub(super) settings: Arc<BTreeMap<String, BTreeMap<String, String>>>,
    /// Names of one template, which stand before the others.
    pub(super) own: BTreeMap<String, Value>,
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<context>")
    }
}

/// Names of both dialects, then those of one.
const BOTH: [&str; 33] = [
    "conf",
    "dag",
    "dag_run",
    "ds",
    "ds_nodash",
    "execution_date",
    "inlets",
    "macros",
    "map_index",
    "next_ds",
    "next_ds_nodash",
    "next_execution_date",
    "outlets",
    "params",
    "prev_ds",
    "prev_ds_nodash",
    "prev_execution_date",
    "prev_execution_date_success",
    "prev_start_date_success",
    "run_id",
    "task",
    "task_instance",
    "task_instance_key_str",
    "test_mode",
    "ti",
    "tomorrow_ds",
    "tomorrow_ds_nodash",
    "ts",
    "ts_nodash",
    "ts_nodash_with_tz",
    "var",
    "yesterday_ds",
    "yesterday_ds_nodash",
];

impl Names {
    fn moment(&self, time: Timestamp) -> Moment {
        Moment::utc(time, self.facts.flavour())
    }

    fn time(&self, time: Option<Timestamp>) -> Value {
        time.map_or(Value::from(()), |time| self.moment(time).value())
    }

    fn day(&self, time: Option<Timestamp>, is_dashed: bool) -> Value {
        let format = if is_dashed { "%Y-%m-%d" } else { "%Y%m%d" };
        let text = time.map(|time| self.moment(time).strftime(format).unwrap_or_default());
        Value::from(text)
    }

    fn days_away(&self, days: i64, is_dashed: bool) -> Value {
        let moved = Timestamp::from_micros(self.facts.logical_date.as_micros().saturating_add(days * 86_400_000_000));
        self.day(Some(moved), is_dashed)
    }

    /// A moment of the last run before this one that succeeded.
    fn earlier(&self, name: &'static str) -> Value {
        match self.lookups.find(Lookup::Earlier(name)) {
            Ok(Found::Named(serde_json::Value::String(text))) => self.time(Timestamp::parse(&text).ok()),
            Ok(_) => ().into(),
            Err(error) => error.into(),
        }
    }

    /// The changes of assets that started the run.
    fn triggering(&self, name: &'static str) -> Value {
        AssetEvents::find(name, &self.lookups, self.facts.flavour()).unwrap_or_else(Value::from)
    }

    fn find(&self, name: &str) -> Option<Value> {
        let facts = &self.facts;
        let (at, previous, next) = (Some(facts.logical_date), facts.previous, facts.next);
        Some(match name {
            "ds" => self.day(at, true),
            "ds_nodash" => self.day(at, false),
            "ts" => self.moment(facts.logical_date).isoformat("T").into(),
            "ts_nodash" => self.moment(facts.logical_date).strftime("%Y%m%dT%H%M%S").unwrap_or_default().into(),
            "ts_nodash_with_tz" => self.moment(facts.logical_date).isoformat("T").replace(['-', ':'], "").into(),
            "execution_date" => self.time(at),
            "prev_ds" => self.day(previous, true),
            "prev_ds_nodash" => self.day(previous, false),
            "prev_execution_date" => self.time(previous),
            "next_ds" => self.day(next, true),
            "next_ds_nodash" => self.day(next, false),
            "next_execution_date" => self.time(next),
            "yesterday_ds" => self.days_away(-1, true),
            "yesterday_ds_nodash" => self.days_away(-1, false),
            "tomorrow_ds" => self.days_away(1, true),
            "tomorrow_ds_nodash" => self.days_away(1, false),
            "run_id" => Value::from(&*facts.run_id),
            "test_mode" => false.into(),
            "task_instance_key_str" => {
                let (dag, task) = (&facts.dag.dag_id, &facts.task().task_id);
                format!("{dag}__{task}__{}", self.day(at, false)).into()
            }
            "macros" => macros::value(facts.dialect()),
            "params" => serialized(facts.params()),
            "conf" => Value::from_object(Settings(self.settings.clone())),
            "inlets" => facts.task().options.inlets.iter().map(asset_events::asset).collect(),
            "outlets" => facts.task().options.outlets.iter().map(asset_events::asset).collect(),
            "var" => {
                let door = |is_json| Value::from_object(Variables { lookups: self.lookups.clone(), is_json });
                Record::value("<variables>".into(), [("value", door(false)), ("json", door(true))])
            }
            "dag" => self.dag(),
            "task" => self.task(),
            "ti" | "task_instance" => self.task_instance(),
            "dag_run" => self.dag_run(),
            "prev_execution_date_success" => self.earlier("prev_execution_date_success"),
            "prev_start_date_success" => self.earlier("prev_start_date_success"),
            "map_index" => facts.map_index.0.into(),
            "element" => serialized(facts.element.as_deref()?),
            _ => return self.of_dialect(name),
        })
    }

    fn of_dialect(&self, name: &str) -> Option<Value> {
        let facts = &self.facts;
        Some(match (facts.dialect(), name) {
            (Dialect::V1_10, "END_DATE" | "end_date" | "latest_date") => self.day(Some(facts.logical_date), true),
            (Dialect::V1_10, "tables") => ().into(),
            (Dialect::V2, "logical_date") => self.time(Some(facts.logical_date)),
            (Dialect::V2, "data_interval_start") => self.time(Some(facts.data_interval.start)),
            (Dialect::V2, "data_interval_end") => self.time(Some(facts.data_interval.end)),
            (Dialect::V2, "prev_data_interval_start_success") => self.earlier("prev_data_interval_start_success"),
            (Dialect::V2, "prev_data_interval_end_success") => self.earlier("prev_data_interval_end_success"),
            (Dialect::V2, "prev_end_date_success") => self.earlier("prev_end_date_success"),
            (Dialect::V2, "conn") => Value::from_object(Connections(self.lookups.clone())),
            (Dialect::V2, "triggering_asset_events") => self.triggering("triggering_asset_events"),
            (Dialect::V2, "triggering_dataset_events") => self.triggering("triggering_dataset_events"),
            (Dialect::V2, "inlet_events") => {
                let assets = facts.task().options.inlets.clone();
                Value::from_object(InletEvents { assets, lookups: self.lookups.clone(), flavour: facts.flavour() })
            }
            (Dialect::V2, "expanded_ti_count") => ().into(),
            _ => return None,
        })
    }

    fn owner(&self) -> String {
        let facts = &self.facts;
        facts
            .task()
            .options
            .owner
            .clone()
            .or_else(|| facts.dag.attributes.owner.clone())
            .unwrap_or_else(|| "airflow".into())
    }

    fn dag(&self) -> Value {
        let dag = &self.facts.dag;
        let attributes = &dag.attributes;
        let tasks: Vec<Value> = dag.tasks().iter().map(|task| Value::from(task.task_id.as_str())).collect();
        let fields = [
            ("dag_id", Value::from(dag.dag_id.as_str())),
            ("description", Value::from(attributes.description.clone())),
            ("doc_md", Value::from(attributes.doc_md.clone())),
            ("owner", Value::from(attributes.owner.clone().unwrap_or_else(|| "airflow".into()))),
            ("tags", Value::from(attributes.tags.clone())),
            ("params", serialized(&attributes.params)),
            ("start_date", self.time(attributes.start_date)),
            ("end_date", self.time(attributes.end_date)),
            ("catchup", Value::from(attributes.catchup)),
            ("task_ids", Value::from(tasks)),
        ];
        Record::value(format!("<DAG: {}>", dag.dag_id), fields)
    }

    /// The name of the operator's class, where its DAG is written in a language that has some.
    fn kind(&self) -> String {
        let task = self.facts.task();
        task.options.operator_class.clone().unwrap_or_else(|| task.operator.tag().to_owned())
    }

    fn task(&self) -> Value {
        let (facts, task) = (&self.facts, self.facts.task());
        let options = &task.options;
        let ids = |tasks: &[couture_core::TaskIndex]| -> Value {
            tasks.iter().map(|task| Value::from(facts.dag.task(*task).task_id.as_str())).collect()
        };
        let millis = |millis: u64| Span::from_micros_f64(millis as f64 * 1e3).map_or(Value::from(()), Span::value);
        let operator = serde_json::to_value(&*task.operator).unwrap_or_default();
        let kind = self.kind();
        let fields = [
            ("task_id", Value::from(task.task_id.as_str())),
            ("dag_id", Value::from(facts.dag.dag_id.as_str())),
            ("owner", Value::from(self.owner())),
            ("params", serialized(facts.params())),
            ("retries", options.retries.into()),
            ("retry_delay", millis(options.retry_delay_ms)),
            ("execution_timeout", options.execution_timeout_ms.map_or(Value::from(()), millis)),
            ("pool", Value::from(options.pool.as_str())),
            ("pool_slots", options.pool_slots.into()),
            ("queue", Value::from(options.queue.clone())),
            ("priority_weight", options.priority_weight.into()),
            ("depends_on_past", options.depends_on_past.into()),
            ("email", Value::from(options.email.clone())),
            ("doc_md", Value::from(options.doc_md.clone())),
            ("trigger_rule", serialized(options.trigger_rule)),
            ("task_type", Value::from(&*kind)),
            ("upstream_task_ids", ids(&task.upstream)),
            ("downstream_task_ids", ids(&task.downstream)),
            ("bash_command", serialized(operator.get("bash_command"))),
        ];
        Record::value(format!("<Task({kind}): {}>", task.task_id), fields)
    }

    fn task_instance(&self) -> Value {
        let facts = &self.facts;
        let fields = BTreeMap::from([
            ("task_id", Value::from(facts.task().task_id.as_str())),
            ("dag_id", Value::from(facts.dag.dag_id.as_str())),
            ("run_id", Value::from(&*facts.run_id)),
            ("execution_date", self.time(Some(facts.logical_date))),
            ("try_number", facts.try_number.into()),
            ("max_tries", facts.task().options.retries.into()),
            ("map_index", facts.map_index.0.into()),
            ("state", Value::from("running")),
            ("operator", Value::from(self.kind())),
            ("pool", Value::from(facts.task().options.pool.as_str())),
            ("key", self.find("task_instance_key_str").unwrap_or_default()),
            ("task", self.task()),
            ("dag_run", self.dag_run()),
        ]);
        Value::from_object(TaskInstance { facts: facts.clone(), lookups: self.lookups.clone(), fields })
    }

    fn dag_run(&self) -> Value {
        let facts = &self.facts;
        let conf = match facts.dialect() {
            Dialect::V1_10 if facts.conf.is_empty() => Value::from(()),
            _ => serialized(&facts.conf),
        };
        let date = self.moment(facts.logical_date);
        let shown = format!(
            "<DagRun {} @ {date}: {}, externally triggered: {}>",
            facts.dag.dag_id,
            facts.run_id,
            if facts.is_external() { "True" } else { "False" }
        );
        let mut fields = vec![
            ("dag_id", Value::from(facts.dag.dag_id.as_str())),
            ("run_id", Value::from(&*facts.run_id)),
            ("conf", conf),
            ("external_trigger", facts.is_external().into()),
            ("execution_date", date.value()),
            ("state", Value::from("running")),
            ("run_type", Value::from(facts.run_type.as_str())),
        ];
        if facts.dialect() == Dialect::V2 {
            fields.push(("logical_date", date.value()));
            fields.push(("data_interval_start", self.time(Some(facts.data_interval.start))));
            fields.push(("data_interval_end", self.time(Some(facts.data_interval.end))));
        }
        Record::value(shown, fields)
    }
}

impl Object for Names {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        self.own.get(name).cloned().or_else(|| self.find(name))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&BOTH)
    }
}
