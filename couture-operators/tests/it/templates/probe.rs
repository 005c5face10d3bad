//! An operator with template fields, and attempts that render it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use couture_core::dag::{Asset, AssetCondition};
use couture_core::dialect::Dialect;
use couture_core::schedule::{DataInterval, Schedule};
use couture_core::task::{Artifacts, Cancellation, PulledKey, PulledXCom, Templates, XComQuery, XComs};
use couture_core::values::{EnvironmentValues, Values};
use couture_core::{
    BoxError, DagBuilder, DynOperator, Failure, MapIndex, Operator, RunId, RunInfo, RunType, Services, StoreReader,
    TaskContext, Timestamp,
};
use couture_operators::JinjaTemplates;
use couture_operators::template::{TemplateLimits, TemplateSettings};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::attempt::token;

/// Its fields `value` and `password` are templates; `plain` is none.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Probe {
    pub(super) value: Value,
    #[serde(default)]
    pub(super) password: String,
    #[serde(default)]
    pub(super) plain: String,
}

#[async_trait]
impl Operator for Probe {
    type Input = ();
    type Output = ();

    async fn run(&self, (): (), _: &TaskContext) -> Result<(), Failure> {
        Ok(())
    }

    fn template_fields(&self) -> &'static [&'static str] {
        &["value", "password"]
    }

    fn template_ext(&self) -> &'static [&'static str] {
        &[".sh", ".sql"]
    }
}

couture_core::operator!(Probe, "test.template_probe");

/// What an attempt is given.
pub(super) struct Setting {
    pub(super) dialect: Dialect,
    pub(super) schedule: Schedule,
    pub(super) run_type: RunType,
    pub(super) dag_id: &'static str,
    pub(super) task_id: String,
    pub(super) run_id: Option<String>,
    pub(super) date: &'static str,
    pub(super) conf: Value,
    pub(super) params: BTreeMap<String, Value>,
    pub(super) task_params: BTreeMap<String, Value>,
    pub(super) environment: Vec<(&'static str, &'static str)>,
    pub(super) xcoms: Vec<(&'static str, &'static str, Value)>,
    pub(super) folder: PathBuf,
    pub(super) searchpath: Vec<String>,
    pub(super) artifacts: Arc<Kept>,
    pub(super) reader: Option<Arc<dyn StoreReader>>,
    pub(super) assets: Option<AssetCondition>,
    pub(super) known_assets: Vec<Asset>,
    pub(super) inlets: Vec<Asset>,
    pub(super) element: Option<Value>,
    pub(super) limits: TemplateLimits,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            dialect: Dialect::V2,
            schedule: Schedule::None,
            run_type: RunType::Manual,
            dag_id: "etl",
            task_id: "probe".into(),
            run_id: None,
            date: "2021-03-05T09:56:05.289457+00:00",
            conf: Value::Null,
            params: BTreeMap::new(),
            task_params: BTreeMap::new(),
            environment: Vec::new(),
            xcoms: Vec::new(),
            folder: PathBuf::from("/nonexistent"),
            searchpath: Vec::new(),
            artifacts: Arc::default(),
            reader: None,
            assets: None,
            known_assets: Vec::new(),
            inlets: Vec::new(),
            element: None,
            limits: TemplateLimits::default(),
        }
    }
}

impl Setting {
    pub(super) fn run(&self) -> RunInfo {
        let dag = DagBuilder::new(self.dag_id).params(self.params.clone()).attributes(|attributes| {
            attributes.dialect = self.dialect;
            attributes.schedule = self.schedule.clone();
            attributes.template_searchpath = self.searchpath.clone();
            attributes.assets = self.assets.clone();
            attributes.known_assets = self.known_assets.clone();
        });
        let probe = dag.task(&self.task_id, Probe::default(), ()).options(|options| {
            options.params = self.task_params.clone();
            options.inlets = self.inlets.clone();
        });
        let push = dag.task("push", Probe::default(), ());
        probe.set_upstream(&push);
        let logical_date = Timestamp::parse(self.date).unwrap();
        let kind = if self.run_type == RunType::Manual { "manual" } else { "scheduled" };
        let run_id = self.run_id.clone().unwrap_or_else(|| format!("{kind}__{}", self.date));
        RunInfo {
            key: token(0).run,
            dag: Arc::new(dag.build().unwrap()),
            run_id: RunId::new(run_id).unwrap(),
            run_type: self.run_type,
            logical_date,
            data_interval: DataInterval::at(logical_date),
            backfill: None,
            conf: self.conf.clone(),
        }
    }

    pub(super) fn context(&self) -> TaskContext {
        let environment = self.environment.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let values: Arc<dyn Values> = Arc::new(EnvironmentValues::new(environment));
        let xcoms = Arc::new(Given(self.xcoms.clone()));
        let services = Services { values, xcoms, artifacts: self.artifacts.clone(), ..Services::default() };
        let cx = TaskContext::new(Arc::new(self.run()), token(0), Cancellation::default(), Arc::new(services));
        self.element.iter().for_each(|element| cx.set_element(element.clone()));
        cx
    }

    /// The operator rendered, or the failure in words.
    pub(super) async fn operator(&self, probe: Probe) -> Result<Option<Value>, String> {
        let (folder, reader) = (self.folder.clone(), self.reader.clone());
        let settings = TemplateSettings { folder, reader, limits: self.limits, ..TemplateSettings::default() };
        let operator: Arc<dyn DynOperator> = Arc::new(probe);
        match JinjaTemplates::new(settings).render(&operator, &self.context()).await {
            Ok(operator) => Ok(operator.map(|operator| serde_json::to_value(&*operator).unwrap())),
            Err(Failure::Retry(error)) => Err(error.to_string()),
            Err(other) => panic!("{other:?}"),
        }
    }

    /// The field `value` rendered; what it was where nothing was to render.
    pub(super) async fn value(&self, value: Value) -> Result<Value, String> {
        let rendered = self.operator(Probe { value: value.clone(), ..Probe::default() }).await?;
        Ok(rendered.map_or(value, |mut operator| operator["value"].take()))
    }

    /// A text rendered.
    pub(super) async fn text(&self, text: &str) -> Result<String, String> {
        self.value(json!(text)).await.map(|value| value.as_str().unwrap().to_owned())
    }

    /// Asserts what texts become. An expected text that begins with `!` is a piece of the error.
    pub(super) async fn check(&self, cases: &[(&str, &str)]) {
        let mut wrong = Vec::new();
        for (source, expected) in cases {
            match (self.text(source).await, expected.strip_prefix('!')) {
                (Ok(text), None) if text == *expected => {}
                (Err(error), Some(piece)) if error.contains(piece) => {}
                (got, _) => wrong.push(format!("{source}: {got:?}, not {expected:?}")),
            }
        }
        assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    }
}

/// XComs that tests give: of a task, under a key.
#[derive(Debug)]
struct Given(Vec<(&'static str, &'static str, Value)>);

#[async_trait]
impl XComs for Given {
    async fn pull(&self, query: &XComQuery, _: &TaskContext) -> Result<Vec<PulledXCom>, BoxError> {
        let of = |task: &String| {
            let of_task = self.0.iter().filter(|(id, _, _)| id == task);
            let found: Vec<_> = match &query.key {
                PulledKey::Named(wanted) => of_task.filter(|(_, key, _)| key == wanted).collect(),
                PulledKey::Newest => of_task.rev().take(1).collect(),
                PulledKey::Every => of_task.collect(),
            };
            found.into_iter().map(|(_, _, value)| (MapIndex::NONE, value.clone())).collect()
        };
        Ok(match &query.dag_id {
            None => query.task_ids.iter().map(of).collect(),
            Some(_) => vec![Vec::new(); query.task_ids.len()],
        })
    }
}

/// Artifacts in memory, and a bell when one is put.
#[derive(Debug, Default)]
pub(super) struct Kept {
    put: Mutex<Vec<(String, String)>>,
    bell: Notify,
}

impl Kept {
    /// Waits for the first.
    pub(super) async fn first(&self) -> (String, String) {
        loop {
            if let Some(first) = self.put.lock().unwrap().first() {
                return first.clone();
            }
            self.bell.notified().await;
        }
    }
}

#[async_trait]
impl Artifacts for Kept {
    async fn put(&self, key: &str, content: Vec<u8>) -> Result<(), BoxError> {
        self.put.lock().unwrap().push((key.into(), String::from_utf8(content).unwrap()));
        self.bell.notify_one();
        Ok(())
    }

    async fn get(&self, _: &str) -> Result<Vec<u8>, BoxError> {
        Err("not here".into())
    }
}
