//! The service that renders an operator's template fields.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use couture_core::task::Templates;
use couture_core::{DynOperator, Failure, StoreReader, TaskContext};
use serde_json::{Map, Value};

use super::calls::Caller;
use super::context::Facts;
use super::engine::{Engine, Own, TemplateLimits, is_out_of_fuel};
use super::error::describe;
use super::fields::{self, FieldError};
use super::files::Files;
use super::lookups::{Lookups, Wanted};
use crate::log::Masker;

/// Fuel that takes so little time that it may be used up on a thread of the executor.
const QUICK_FUEL: u64 = 20_000;

/// What templates may see of the installation.
#[derive(Clone, Debug, Default)]
pub struct TemplateSettings {
    /// The folder of DAG files, where template files are looked up.
    pub folder: PathBuf,
    /// What `conf` shows, by section and key. Nothing secret.
    pub shown: BTreeMap<String, BTreeMap<String, String>>,
    /// How much templates may do.
    pub limits: TemplateLimits,
    /// Where facts about earlier runs are looked up; nothing is known of them where absent.
    pub reader: Option<Arc<dyn StoreReader>>,
}

/// Renders template fields with Jinja and Airflow's names. What was rendered is kept, with secrets masked, as the artifact
/// [`JinjaTemplates::artifact`].
#[derive(Clone, Debug, Default)]
pub struct JinjaTemplates {
    settings: Arc<TemplateSettings>,
    shown: Arc<BTreeMap<String, BTreeMap<String, String>>>,
}

impl JinjaTemplates {
    /// With these settings.
    pub fn new(settings: TemplateSettings) -> Self {
        Self { shown: Arc::new(settings.shown.clone()), settings: Arc::new(settings) }
    }

    /// Where the rendered fields of an attempt are kept: a JSON object by field.
    pub fn artifact(token: couture_core::AttemptToken) -> String {
        format!("rendered/{token}.json")
    }

    /// The folder of DAG files.
    pub(super) fn folder(&self) -> &Path {
        &self.settings.folder
    }

    /// What one attempt looks up.
    pub(super) fn lookups(&self) -> Arc<Lookups> {
        Arc::new(Lookups::new(self.settings.reader.clone()))
    }

    fn files(&self, facts: &Facts) -> Files {
        let root = &self.settings.folder;
        let mut folders: Vec<_> = facts.dag.attributes.template_searchpath.iter().map(|path| root.join(path)).collect();
        folders.push(root.clone());
        Files { folders }
    }

    /// The engine of one attempt, which looks for files in `folders` before all others.
    pub(super) fn engine(&self, cx: &TaskContext, lookups: Arc<Lookups>, folders: Vec<PathBuf>, own: Own) -> Engine {
        let facts = Arc::new(Facts::of(cx));
        let mut files = self.files(&facts);
        files.folders.splice(..0, folders);
        Engine::new(facts, lookups, self.shown.clone(), files, self.settings.limits, own)
    }
}

/// The fields to render, with their endings.
#[derive(Clone)]
pub(super) struct Job {
    pub(super) fields: Map<String, Value>,
    pub(super) endings: Arc<[String]>,
}

impl Job {
    fn render(mut self, engine: &Engine) -> Result<Map<String, Value>, FieldError> {
        for (name, value) in &mut self.fields {
            fields::render(value, name, &self.endings, engine)?;
        }
        Ok(self.fields)
    }
}

#[async_trait]
impl Templates for JinjaTemplates {
    async fn render(
        &self,
        operator: &Arc<dyn DynOperator>,
        cx: &TaskContext,
    ) -> Result<Option<Arc<dyn DynOperator>>, Failure> {
        let (names, endings) = (operator.templated_fields(), operator.templated_ext());
        if names.is_empty() {
            return Ok(None);
        }
        let json = serde_json::to_string(&**operator)?;
        if !fields::may_have_templates(&json, endings) {
            return Ok(None);
        }
        let mut whole: Map<String, Value> = serde_json::from_str(&json)?;
        let mut fields = Map::new();
        for name in names {
            if let Some(value) = whole.get(*name) {
                fields.insert((*name).to_owned(), value.clone());
            }
        }
        let is_quick =
            !fields::reads_files(&json) && !endings.iter().any(|ending| json.contains(&format!("{ending}\"")));
        let lookups = self.lookups();
        let engine = self.engine(cx, lookups.clone(), Vec::new(), Own::default());
        let endings = endings.iter().map(|ending| (*ending).to_owned()).collect();
        let job = Job { fields: fields.clone(), endings };
        let rendered = rendered(engine, &lookups, job, is_quick, None, cx).await;
        let rendered = rendered.map_err(|error| Failure::retry(told(&error, cx)))?;
        for (key, value) in lookups.take_pushed() {
            cx.xcom_push(key, value)?;
        }
        if rendered == fields {
            return Ok(None);
        }
        // An operator that is run again after a wait has the same fields as before, mostly.
        if cx.waited().is_none() {
            keep(&rendered, cx);
        }
        whole.extend(rendered);
        let operator: Box<dyn DynOperator> = serde_json::from_value(Value::Object(whole)).map_err(|error| {
            Failure::retry(format!("the rendered template fields do not fit the operator: {error}"))
        })?;
        Ok(Some(operator.into()))
    }
}

/// What is wrong, without secrets.
pub(super) fn told(FieldError { path, error }: &FieldError, cx: &TaskContext) -> String {
    Masker::new(&cx.secrets()).mask(&describe(path, error))
}

/// Renders, looks up what is wanted, and renders again, until nothing is, or until the attempt shall end: a thread that renders just then
/// goes on for no longer than its fuel lasts.
pub(super) async fn rendered(
    engine: Engine,
    lookups: &Lookups,
    job: Job,
    is_quick: bool,
    caller: Option<&dyn Caller>,
    cx: &TaskContext,
) -> Result<Map<String, Value>, FieldError> {
    tokio::select! {
        biased;
        rendered = until_rendered(engine, lookups, job, is_quick, caller, cx) => rendered,
        () = cx.cancelled() => Err(FieldError {
            path: "of this task".into(),
            error: super::arguments::wrong("the attempt was told to end before they were rendered"),
        }),
    }
}

async fn until_rendered(
    engine: Engine,
    lookups: &Lookups,
    job: Job,
    is_quick: bool,
    caller: Option<&dyn Caller>,
    cx: &TaskContext,
) -> Result<Map<String, Value>, FieldError> {
    let quick = engine.with_fuel(QUICK_FUEL);
    let mut is_quick = is_quick;
    for _ in 0..=2 * Lookups::MAX {
        lookups.begin();
        let result = match is_quick {
            true => job.clone().render(&quick),
            false => {
                let (job, engine) = (job.clone(), engine.clone());
                let work = tokio::task::spawn_blocking(move || job.render(&engine)).await;
                work.map_err(|error| FieldError {
                    path: "of this task".into(),
                    error: super::arguments::wrong(format!("the rendering did not end: {error}")),
                })?
            }
        };
        match (lookups.take_wanted(), caller) {
            (Some(Wanted::Lookup(lookup)), _) => {
                lookups.fetch(lookup, cx).await;
                continue;
            }
            (Some(Wanted::Call(call)), Some(caller)) => {
                let result = caller.call(&call).await;
                lookups.answered(call, result);
                continue;
            }
            (Some(Wanted::Call(_)), None) | (None, _) => {}
        }
        match result {
            Err(error) if is_quick && is_out_of_fuel(&error.error) => is_quick = false,
            other => return other,
        }
    }
    Err(FieldError { path: "of this task".into(), error: super::arguments::wrong("it looks up too many values") })
}

/// Keeps the rendered fields for the page, beside the attempt's work.
pub(super) fn keep(rendered: &Map<String, Value>, cx: &TaskContext) {
    let masker = Masker::new(&cx.secrets());
    let mut shown = Value::Object(rendered.clone());
    mask(&mut shown, &masker);
    let (token, artifacts) = (cx.token(), cx.services().artifacts.clone());
    tokio::spawn(async move {
        let kept = artifacts.put(&JinjaTemplates::artifact(token), shown.to_string().into_bytes()).await;
        if let Err(error) = kept {
            tracing::warn!(attempt = %token, "failed to keep the rendered template fields: {error}");
        }
    });
}

fn mask(value: &mut Value, masker: &Masker) {
    match value {
        Value::String(text) => *text = masker.mask(text),
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, masker)),
        Value::Object(fields) => {
            for (name, item) in fields {
                match item {
                    Value::String(text) if couture_core::values::is_secret_name(name) => *text = "***".into(),
                    item => mask(item, masker),
                }
            }
        }
        _ => {}
    }
}
