//! What people want to know of a DAG version, read without its operators, so that it is shown even where these are missing.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use couture_core::dag::{AssetCondition, EdgeLabel, ParamSpec, TaskGroup, TaskOptions};
use couture_core::store::StoreError;
use couture_core::{Dialect, Schedule, Store, TaskIndex, Timestamp, Timetable, Zone};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A DAG version without its operators.
#[derive(Debug, Deserialize)]
pub struct VersionShape {
    /// What people read instead of its id.
    #[serde(default)]
    pub dag_display_name: Option<String>,
    /// A page for people, in Markdown.
    #[serde(default)]
    pub doc_md: Option<String>,
    /// Default values of its parameters.
    #[serde(default)]
    pub params: BTreeMap<String, Value>,
    /// What the values of its parameters must be like, in the order in which people are asked for them.
    #[serde(default)]
    pub param_specs: Vec<ParamSpec>,
    /// How people see its tasks.
    #[serde(default)]
    pub groups: Vec<TaskGroup>,
    /// What people read beside its edges.
    #[serde(default)]
    pub edge_labels: Vec<EdgeLabel>,
    /// One line for people.
    #[serde(default)]
    pub description: Option<String>,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Option<String>,
    /// To find it by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// When it runs by itself, as it is written.
    #[serde(default)]
    pub schedule: Value,
    /// No scheduled run has a logical date before.
    #[serde(default)]
    pub start_date: Option<Timestamp>,
    /// No scheduled run has a logical date after.
    #[serde(default)]
    pub end_date: Option<Timestamp>,
    /// Whose wall clock its schedule means.
    #[serde(default)]
    pub timezone: Zone,
    /// Whose rules it follows.
    #[serde(default)]
    pub dialect: Dialect,
    /// Whether the runs that it missed are made up for; the setting of the installation where absent.
    #[serde(default)]
    pub catchup: Option<bool>,
    /// How many of its runs may be running at a time; the setting of the installation where absent.
    #[serde(default)]
    pub max_active_runs: Option<u32>,
    /// How many of its task instances may be live at a time; the setting of the installation where absent.
    #[serde(default, alias = "concurrency")]
    pub max_active_tasks: Option<u32>,
    /// Whether it starts paused; the setting of the installation where absent.
    #[serde(default)]
    pub is_paused_upon_creation: Option<bool>,
    /// After this time a run is ended.
    #[serde(default)]
    pub dagrun_timeout_ms: Option<u64>,
    /// Whether what is cleared runs in the newest version.
    #[serde(default)]
    pub newest_version_on_clear: bool,
    /// Folders where files of templates are looked up besides.
    #[serde(default)]
    pub template_searchpath: Vec<String>,
    /// The assets whose changes start a run.
    #[serde(default)]
    pub assets: Option<AssetCondition>,
    /// Its tasks, by index.
    pub tasks: Vec<TaskShape>,
}

/// A task without its operator.
#[derive(Debug, Deserialize)]
pub struct TaskShape {
    /// Its id.
    pub task_id: Box<str>,
    operator: OperatorShape,
    /// Where its input comes from: an id, or a list of them.
    #[serde(default)]
    pub input: Value,
    /// What it is mapped over.
    #[serde(default)]
    pub expand: Option<Value>,
    /// What it waits for besides.
    #[serde(default)]
    pub upstream: Vec<String>,
    /// Everything else.
    #[serde(flatten)]
    pub options: TaskOptions,
}

#[derive(Debug, Deserialize)]
struct OperatorShape {
    #[serde(rename = "type")]
    tag: Box<str>,
    /// That of an operator that runs in Python.
    #[serde(default)]
    class: Option<Box<str>>,
    /// The template fields of one that runs in Python, as they are written.
    #[serde(default)]
    fields: Map<String, Value>,
    /// Why it cannot be run here, where that is known.
    #[serde(default)]
    stub: Option<String>,
    // The fields of operators that start runs of other DAGs.
    #[serde(default)]
    run_dag_id: Option<String>,
    #[serde(default)]
    trigger_dag_id: Option<String>,
    #[serde(default)]
    subdag_id: Option<String>,
}

impl TaskShape {
    /// What people call the operator: the name of its class, where it has one, and its tag elsewhere.
    pub fn operator(&self) -> &str {
        let class = self.options.operator_class.as_deref().or(self.operator.class.as_deref());
        class.unwrap_or(&self.operator.tag)
    }

    /// The template fields of an operator that runs in Python, as they are written.
    pub fn template_fields(&self) -> &Map<String, Value> {
        &self.operator.fields
    }

    /// Why the task cannot be run here, where that is known: its operator's package is not installed.
    pub fn unavailable(&self) -> Option<&str> {
        self.operator.stub.as_deref()
    }

    /// The DAG that the operator starts runs of, where it is one of those that do, and the id is no template.
    pub fn target_dag_id(&self) -> Option<&str> {
        let OperatorShape { fields, run_dag_id, trigger_dag_id, subdag_id, .. } = &self.operator;
        let written = [run_dag_id, trigger_dag_id, subdag_id].into_iter().find_map(Option::as_deref);
        let in_fields =
            ["run_dag_id", "trigger_dag_id", "subdag_id"].iter().find_map(|name| fields.get(*name)?.as_str());
        written.or(in_fields).filter(|dag_id| !dag_id.is_empty() && !dag_id.contains("{{"))
    }

    /// Whether what the operator gives is the path of a report on data.
    pub fn makes_reports(&self) -> bool {
        ["eda", "eda_merge"].contains(&&*self.operator.tag)
    }

    /// Whether the operator starts runs of another DAG.
    pub fn starts_dags(&self) -> bool {
        const TAGS: [&str; 4] = ["dag", "skippable_dag", "sub_dag", "trigger_dag_run"];
        const CLASSES: [&str; 4] = ["DagOperator", "SkippableDagOperator", "SubDagOperator", "TriggerDagRunOperator"];
        TAGS.contains(&&*self.operator.tag) || CLASSES.contains(&self.operator())
    }

    /// What people call it.
    pub fn display_name(&self) -> &str {
        self.options.task_display_name.as_deref().unwrap_or(&self.task_id)
    }

    /// All tasks that it waits for.
    pub fn all_upstream(&self) -> impl Iterator<Item = &str> {
        let several = self.input.as_array().map_or(&[][..], Vec::as_slice);
        let inputs = std::iter::once(&self.input).chain(several).filter_map(Value::as_str);
        let sources =
            self.expand.iter().flat_map(|expand| expand.as_array().map_or(std::slice::from_ref(expand), Vec::as_slice));
        inputs
            .chain(sources.filter_map(|source| source["output"].as_str()))
            .chain(self.upstream.iter().map(String::as_str))
    }
}

impl VersionShape {
    /// Its schedule in a word, as it is written.
    pub fn schedule_text(&self) -> String {
        match &self.schedule {
            Value::String(text) => text.clone(),
            Value::Null if self.assets.is_some() => "Asset".to_owned(),
            Value::Null => "None".to_owned(),
            Value::Object(parts) => {
                let part = ["cron", "cron_trigger", "delta"].iter().find_map(|name| parts.get(*name)?.as_str());
                let timetable = parts.get("timetable").and_then(|timetable| timetable.get("type")?.as_str());
                let ms = parts.get("delta_ms").and_then(Value::as_u64).map(timedelta_text);
                part.or(timetable).map(String::from).or(ms).unwrap_or_else(|| self.schedule.to_string())
            }
            other => other.to_string(),
        }
    }

    /// What answers for its schedule; nothing where that cannot be read, or is written in Rust and missing here.
    pub fn timetable(&self) -> Option<Arc<dyn Timetable>> {
        let schedule: Schedule = serde_json::from_value(self.schedule.clone()).ok()?;
        schedule.timetable(self.dialect, self.timezone).ok()
    }

    /// The place of a task.
    pub fn find(&self, task_id: &str) -> Option<TaskIndex> {
        self.tasks.iter().position(|task| &*task.task_id == task_id).map(|at| TaskIndex(at as u32))
    }
}

/// The shapes that were asked for last.
#[derive(Debug, Default)]
pub struct VersionShapes(Mutex<Cached>);

#[derive(Debug, Default)]
struct Cached {
    shapes: HashMap<String, (u64, Arc<VersionShape>)>,
    uses: u64,
}

/// The most versions, and the most tasks of all of them together (but for the newest), that are kept.
const MAX_VERSIONS: usize = 4_096;
const MAX_TASKS: usize = 200_000;

impl VersionShapes {
    /// The shape of a version.
    pub async fn get(&self, store: &dyn Store, version: &str) -> Result<Arc<VersionShape>, StoreError> {
        if let Some(shape) = self.known(version) {
            return Ok(shape);
        }
        let missing = || StoreError::Corrupt(format!("version {version} of a dag is missing"));
        let json = store.version(version).await?.ok_or_else(missing)?;
        let read = move || serde_json::from_slice::<VersionShape>(&json).map_err(|error| error.to_string());
        let shape = tokio::task::spawn_blocking(read).await.unwrap_or_else(|error| Err(error.to_string()));
        let wrong = |error| StoreError::Corrupt(format!("version {version} of a dag cannot be read: {error}"));
        let shape = Arc::new(shape.map_err(wrong)?);
        self.keep(version, &shape);
        Ok(shape)
    }

    fn known(&self, version: &str) -> Option<Arc<VersionShape>> {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cached.uses += 1;
        let uses = cached.uses;
        let (last, shape) = cached.shapes.get_mut(version)?;
        *last = uses;
        Some(shape.clone())
    }

    fn keep(&self, version: &str, shape: &Arc<VersionShape>) {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |cached: &Cached| {
            let tasks: usize = cached.shapes.values().map(|(_, shape)| shape.tasks.len()).sum();
            cached.shapes.len() >= MAX_VERSIONS || tasks + shape.tasks.len() > MAX_TASKS
        };
        while !cached.shapes.is_empty() && full(&cached) {
            let oldest = cached.shapes.iter().min_by_key(|(_, (last, _))| *last).map(|(version, _)| version.clone());
            oldest.and_then(|oldest| cached.shapes.remove(&oldest));
        }
        let uses = cached.uses;
        cached.shapes.insert(version.to_owned(), (uses, shape.clone()));
    }
}

/// A span of time as Python writes a `timedelta`, without fractions of seconds.
fn timedelta_text(ms: u64) -> String {
    let (days, seconds) = (ms / 86_400_000, ms / 1_000 % 86_400);
    let clock = format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match days {
        0 => clock,
        1 => format!("1 day, {clock}"),
        days => format!("{days} days, {clock}"),
    }
}
