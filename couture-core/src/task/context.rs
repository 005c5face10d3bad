//! What an operator sees of its attempt, and the services it may use.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::cancellation::Cancellation;
use super::decision::Decision;
use super::deferral::Waited;
use super::outcome::XComValue;
use super::services::Services;
use crate::dag::{Dag, Task};
use crate::failure::Failure;
use crate::ids::{AssetName, AttemptToken, DagId, RunId, RunKey, TaskId};
use crate::schedule::DataInterval;
use crate::state::RunType;
use crate::time::Timestamp;
use crate::values::RecordedValues;

/// A DAG run's facts that never change.
#[derive(Debug)]
pub struct RunInfo {
    /// The key of the run in the store.
    pub key: RunKey,
    /// The DAG, in the version that the run is pinned to.
    pub dag: Arc<Dag>,
    /// The id of the run.
    pub run_id: RunId,
    /// What made the run.
    pub run_type: RunType,
    /// The moment that the run is about; as a rule the start of its data interval.
    pub logical_date: Timestamp,
    /// The time whose data the run is about.
    pub data_interval: DataInterval,
    /// The number of the backfill that it belongs to.
    pub backfill: Option<i64>,
    /// The run's configuration, as given to the trigger: a JSON object.
    pub conf: Value,
}

/// One attempt as its operator sees it.
#[derive(Debug)]
pub struct TaskContext {
    run: Arc<RunInfo>,
    token: AttemptToken,
    cancellation: Cancellation,
    services: Arc<Services>,
    values: Arc<RecordedValues>,
    pushed: Mutex<Vec<(String, Value)>>,
    decision: Mutex<Option<Decision>>,
    asset_extras: Mutex<Vec<(AssetName, Value)>>,
    waited: Option<Waited>,
    element: OnceLock<Arc<Value>>,
}

impl TaskContext {
    /// The most XComs that one attempt may push.
    pub const MAX_XCOMS: usize = 1_000;
    /// The most assets that one attempt may say something of.
    pub const MAX_ASSETS: usize = 1_000;

    /// For executors.
    pub fn new(run: Arc<RunInfo>, token: AttemptToken, cancellation: Cancellation, services: Arc<Services>) -> Self {
        let values = Arc::new(RecordedValues::new(services.values.clone()));
        Self {
            run,
            token,
            cancellation,
            services,
            values,
            pushed: Mutex::default(),
            decision: Mutex::default(),
            asset_extras: Mutex::default(),
            waited: None,
            element: OnceLock::new(),
        }
    }

    /// For executors: its operator has deferred itself before in this try.
    pub fn after(self, waited: Option<Waited>) -> Self {
        Self { waited, ..self }
    }

    /// For executors: what the instance of a mapped task is for. The first call counts.
    pub fn set_element(&self, element: Value) {
        let _ = self.element.set(Arc::new(element));
    }

    /// What the instance of a mapped task is for, where the executor has told: for templates that name `element`.
    pub fn element(&self) -> Option<Arc<Value>> {
        self.element.get().cloned()
    }

    /// Since when and how often the operator has been waiting in this try, where it has deferred itself before.
    pub fn waited(&self) -> Option<Waited> {
        self.waited
    }

    /// Decides about the tasks after this one, where it succeeds; the last call counts. A branch that names a task which is not in the
    /// DAG is a failure.
    pub fn decide(&self, decision: Decision) -> Result<(), Failure> {
        if let Decision::Follow(tasks) = &decision
            && let Some(unknown) = tasks.iter().find(|task| self.run.dag.find(task.as_str()).is_none())
        {
            return Err(Failure::fatal(format!(
                "the branch names {:?}, which is not a task of this DAG",
                unknown.as_str()
            )));
        }
        *self.decision.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(decision);
        Ok(())
    }

    /// For executors: what was decided.
    pub fn take_decision(&self) -> Option<Decision> {
        self.decision.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take()
    }

    /// Says how this attempt changes an asset that is an outlet of its task; `extra` becomes a JSON object in the asset's event when the
    /// attempt succeeds, at most 48 KiB. The same asset again replaces it; one that is no outlet is a failure, unless an outlet is an
    /// alias: then any asset may be named, up to [`Self::MAX_ASSETS`] of them.
    pub fn asset_extra(&self, asset: &str, extra: impl Serialize) -> Result<(), Failure> {
        let outlets = &self.task().options.outlets;
        let name = match outlets.iter().find(|outlet| outlet.name.as_str() == asset) {
            Some(outlet) => outlet.name.clone(),
            None if outlets.iter().any(|outlet| outlet.alias) => {
                AssetName::new(asset).map_err(|error| Failure::fatal(error.to_string()))?
            }
            None => {
                let reason = format!("the asset {asset:?} is no outlet of this task; name it in outlets");
                return Err(Failure::fatal(reason));
            }
        };
        let extra = serde_json::to_value(extra)
            .map_err(|error| Failure::fatal(format!("the extra of asset {asset:?} cannot be held as JSON: {error}")))?;
        if !extra.is_object() || extra.to_string().len() > XComValue::MAX_INLINE_BYTES {
            return Err(Failure::fatal(format!(
                "the extra of asset {asset:?} must be a JSON object of at most {} bytes",
                XComValue::MAX_INLINE_BYTES
            )));
        }
        let mut extras = self.asset_extras.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        extras.retain(|(other, _)| *other != name);
        if extras.len() >= Self::MAX_ASSETS {
            return Err(Failure::fatal(format!(
                "an attempt says of more than {} assets that it changes them",
                Self::MAX_ASSETS
            )));
        }
        extras.push((name, extra));
        Ok(())
    }

    /// For executors: what was said of assets so far.
    pub fn take_asset_extras(&self) -> Vec<(AssetName, Value)> {
        std::mem::take(&mut *self.asset_extras.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// The DAG run.
    pub fn run(&self) -> &RunInfo {
        &self.run
    }

    /// The id of the DAG.
    pub fn dag_id(&self) -> &DagId {
        &self.run.dag.dag_id
    }

    /// The task.
    pub fn task(&self) -> &Task {
        self.run.dag.task(self.token.task)
    }

    /// The id of the task.
    pub fn task_id(&self) -> &TaskId {
        &self.task().task_id
    }

    /// From 1; grows with each retry.
    pub fn try_number(&self) -> u32 {
        self.token.try_number
    }

    /// The attempt's token.
    pub fn token(&self) -> AttemptToken {
        self.token
    }

    /// The time now, by the executor's clock: the only one that operators ask.
    pub fn now(&self) -> Timestamp {
        self.services.clock.now().wall
    }

    /// Resolves after `duration` by the executor's clock. A long wait that need not hold a slot is a
    /// [`Deferral`](super::Deferral) instead.
    pub async fn sleep(&self, duration: Duration) {
        self.services.clock.sleep(duration).await;
    }

    /// Resolves when the attempt shall end: timed out, cancelled, or its worker is stopping.
    pub async fn cancelled(&self) {
        self.cancellation.cancelled().await;
    }

    /// Whether the attempt shall end.
    pub fn is_cancelled(&self) -> bool {
        self.cancellation.is_cancelled()
    }

    /// Writes a message to the attempt's log, a time stamp before each line. When this returns, the operating system has it: it
    /// survives a kill of this process.
    pub fn log(&self, message: impl AsRef<str>) {
        self.services.logs.write(self, message.as_ref());
    }

    /// What the executor offers to operators.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Variables and connections, as this attempt sees them. The secrets among what it looks up are remembered; see
    /// [`secrets`](Self::secrets).
    pub fn values(&self) -> &Arc<RecordedValues> {
        &self.values
    }

    /// The secrets that this attempt looked up so far: what logs show as `***`. An operator gives them to the processes that it
    /// starts ([`ProcessCommand::secrets`](super::ProcessCommand::secrets)).
    pub fn secrets(&self) -> Vec<String> {
        self.values.secrets()
    }

    /// Gives a value to later tasks under `key`. It is recorded with the attempt's success, and only then; the same key again
    /// replaces it.
    pub fn xcom_push(&self, key: impl Into<String>, value: impl Serialize) -> Result<(), Failure> {
        let key = key.into();
        if key.is_empty() || key.len() > crate::ids::MAX_ID_BYTES {
            return Err(Failure::fatal(format!("an XCom key has 1 to {} bytes", crate::ids::MAX_ID_BYTES)));
        }
        let value = serde_json::to_value(value)
            .map_err(|error| Failure::fatal(format!("XCom {key:?} cannot be held as JSON: {error}")))?;
        let mut pushed = self.pushed.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        pushed.retain(|(other, _)| *other != key);
        if pushed.len() >= Self::MAX_XCOMS {
            return Err(Failure::fatal(format!("one attempt pushes at most {} XComs", Self::MAX_XCOMS)));
        }
        pushed.push((key, value));
        Ok(())
    }

    /// For executors: the values pushed so far.
    pub fn take_xcoms(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut *self.pushed.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }
}
