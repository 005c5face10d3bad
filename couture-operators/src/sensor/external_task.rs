//! Waits for another DAG, or for tasks of it.

use std::time::Duration;

use async_trait::async_trait;
use couture_core::task::{DagRuns as _, SeenDag, SeenRun};
use couture_core::{DagId, Failure, MapIndex, TaskContext, TaskState, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::poke::{Poke, Sensor, has_settings};
use super::settings::SensorSettings;
use crate::{RegisteredFunction, seconds};

/// Waits until another DAG's run about the same moment has come to an end, or some of its tasks have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalTaskSensor {
    /// The other DAG; a template.
    pub external_dag_id: String,
    /// The task that is waited for; a template. The run as a whole where neither this nor `external_task_ids` is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_task_id: Option<String>,
    /// The tasks that are waited for, all of them; a template.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external_task_ids: Vec<String>,
    /// The states that are waited for.
    #[serde(default = "success", skip_serializing_if = "is_success")]
    pub allowed_states: Vec<String>,
    /// The states that make this task fail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_states: Vec<String>,
    /// The states that make this task skipped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped_states: Vec<String>,
    /// How long before this run's logical date the other's is; seconds in JSON.
    #[serde(default, with = "seconds::option", skip_serializing_if = "Option::is_none")]
    pub execution_delta: Option<Duration>,
    /// The name of a function registered by [`function!`](crate::function!): from this run's logical date to the other's, or to a list of
    /// them, as texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_date_fn: Option<String>,
    /// Whether it fails at once where there is no such DAG or task.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub check_existence: bool,
    /// How it waits.
    #[serde(flatten)]
    pub settings: SensorSettings,
}

fn success() -> Vec<String> {
    vec!["success".into()]
}

fn is_success(states: &[String]) -> bool {
    states == ["success"]
}

/// What was seen for one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sight {
    Allowed,
    Failed,
    Skipped,
    Other,
}

impl ExternalTaskSensor {
    /// Waits for the run of `external_dag_id` about the same moment.
    pub fn new(external_dag_id: impl Into<String>) -> Self {
        Self {
            external_dag_id: external_dag_id.into(),
            external_task_id: None,
            external_task_ids: Vec::new(),
            allowed_states: success(),
            failed_states: Vec::new(),
            skipped_states: Vec::new(),
            execution_delta: None,
            execution_date_fn: None,
            check_existence: false,
            settings: SensorSettings::default(),
        }
    }

    /// Waits for these tasks of it.
    pub fn tasks(mut self, ids: impl IntoIterator<Item: Into<String>>) -> Self {
        self.external_task_ids = ids.into_iter().map(Into::into).collect();
        self
    }

    fn task_ids(&self) -> Vec<&str> {
        self.external_task_id.iter().chain(&self.external_task_ids).map(String::as_str).collect()
    }

    fn check(&self) -> Result<(), Failure> {
        let known = |state: &String| {
            let is_state = state.parse::<TaskState>().is_ok() || state.parse::<couture_core::RunState>().is_ok();
            if is_state { Ok(()) } else { Err(Failure::fatal(format!("{state:?} is not a state"))) }
        };
        let lists = [&self.allowed_states, &self.failed_states, &self.skipped_states];
        lists.into_iter().flatten().try_for_each(known)?;
        if self.execution_delta.is_some() && self.execution_date_fn.is_some() {
            return Err(Failure::fatal("execution_delta and execution_date_fn exclude each other: set one of them"));
        }
        Ok(())
    }

    async fn dates(&self, cx: &TaskContext) -> Result<Vec<Timestamp>, Failure> {
        let date = cx.run().logical_date;
        if let Some(delta) = self.execution_delta {
            return Ok(vec![date - delta]);
        }
        let Some(name) = &self.execution_date_fn else { return Ok(vec![date]) };
        let answer = (RegisteredFunction::find(name)?.call)(Value::Null, date.to_string().into(), cx).await?;
        let list = if answer.is_array() { answer } else { Value::Array(vec![answer]) };
        serde_json::from_value(list)
            .map_err(|error| Failure::fatal(format!("function {name:?} gives no dates: {error}")))
    }

    fn check_existence(&self, dag: Option<&SeenDag>) -> Result<(), Failure> {
        let Some(dag) = dag.filter(|dag| dag.active) else {
            return Err(Failure::retry(format!("the external dag {:?} does not exist", self.external_dag_id)));
        };
        match self.task_ids().into_iter().find(|id| !dag.tasks.iter().any(|task| task.as_str() == *id)) {
            Some(missing) => {
                let dag_id = &self.external_dag_id;
                Err(Failure::retry(format!("the external task {missing:?} of dag {dag_id:?} does not exist")))
            }
            None => Ok(()),
        }
    }

    fn sight(&self, states: &[Option<&str>]) -> Sight {
        let is_in =
            |list: &[String], state: &Option<&str>| state.is_some_and(|state| list.iter().any(|it| it == state));
        if states.iter().any(|state| is_in(&self.failed_states, state)) {
            Sight::Failed
        } else if states.iter().any(|state| is_in(&self.skipped_states, state)) {
            Sight::Skipped
        } else if !states.is_empty() && states.iter().all(|state| is_in(&self.allowed_states, state)) {
            Sight::Allowed
        } else {
            Sight::Other
        }
    }

    /// What there is of a run, or of its tasks.
    async fn look(&self, dag_id: &DagId, run: &SeenRun, cx: &TaskContext) -> Result<Sight, Failure> {
        let wanted = self.task_ids();
        if wanted.is_empty() {
            return Ok(self.sight(&[Some(run.state.as_str())]));
        }
        let tasks = cx.services().dag_runs.tasks(dag_id, &run.run_id).await?;
        let mut states = Vec::new();
        for id in wanted {
            let all: Vec<_> = tasks.iter().filter(|task| task.task_id.as_str() == id).collect();
            // Of a mapped task, its instances count, and not the one that stands for them all.
            let is_mapped = all.iter().any(|task| task.map_index != MapIndex::NONE);
            let all = all.into_iter().filter(|task| !is_mapped || task.map_index != MapIndex::NONE);
            let before = states.len();
            states.extend(all.map(|task| task.state.map(TaskState::as_str)));
            if states.len() == before {
                states.push(None);
            }
        }
        Ok(self.sight(&states))
    }

    fn came_to_nothing(&self, what: &str) -> Failure {
        let message = format!("some of what dag {:?} was to do {what}", self.external_dag_id);
        if what == "was skipped" || self.settings.soft_fail {
            return Failure::Skip(message);
        }
        Failure::retry(message)
    }
}

#[async_trait]
impl Sensor for ExternalTaskSensor {
    has_settings!();

    async fn poke(&self, cx: &TaskContext) -> Result<Poke, Failure> {
        self.check()?;
        let dag_id = DagId::new(&self.external_dag_id).map_err(|error| Failure::fatal(error.to_string()))?;
        let service = &cx.services().dag_runs;
        if self.check_existence && cx.waited().is_none() {
            self.check_existence(service.dag(&dag_id).await?.as_ref())?;
        }
        let mut missing = 0;
        let mut unfinished = None;
        for date in self.dates(cx).await? {
            // The newest counts, as the one that people look at.
            let Some(run) = service.runs_at(&dag_id, date).await?.pop() else {
                missing += 1;
                continue;
            };
            match self.look(&dag_id, &run, cx).await? {
                Sight::Failed => return Err(self.came_to_nothing("has failed")),
                Sight::Skipped => return Err(self.came_to_nothing("was skipped")),
                Sight::Allowed => {}
                Sight::Other => {
                    missing += 1;
                    unfinished = Some(run).filter(|run| !run.state.is_finished());
                }
            }
        }
        Ok(match unfinished {
            _ if missing == 0 => Poke::DONE,
            Some(run) if missing == 1 && self.task_ids().is_empty() => Poke::AfterRun(dag_id, run.run_id),
            _ => Poke::NotYet,
        })
    }

    fn awaits(&self, _: &TaskContext) -> String {
        match self.task_ids().join(", ") {
            tasks if tasks.is_empty() => format!("for dag {}", self.external_dag_id),
            tasks => format!("for {tasks} of dag {}", self.external_dag_id),
        }
    }

    fn template_fields(&self) -> &'static [&'static str] {
        &["external_dag_id", "external_task_id", "external_task_ids"]
    }
}

crate::sensor_operator!(ExternalTaskSensor, "external_task_sensor");
