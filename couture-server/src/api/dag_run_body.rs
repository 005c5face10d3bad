//! A DAG run as the API shows it.

use std::collections::HashMap;

use couture_core::store::{NotePlace, RunRecord, TriggeredBy};
use couture_core::{DagId, RunId, RunKey, RunState, RunType, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::dag_version::DagVersionBody;
use super::error::ApiError;
use super::schema;
use super::state::ApiState;

/// A DAG run, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DagRun)]
pub(super) struct DagRunBody {
    #[schema(value_type = String, example = "scheduled__2026-01-01T00:00:00+00:00")]
    pub(super) dag_run_id: RunId,
    #[schema(value_type = String, example = "etl")]
    dag_id: DagId,
    dag_display_name: String,
    #[schema(value_type = String, format = DateTime)]
    logical_date: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    queued_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    start_date: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    end_date: Option<Timestamp>,
    /// Seconds from start to end.
    duration: Option<f64>,
    #[schema(value_type = String, format = DateTime)]
    data_interval_start: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    data_interval_end: Timestamp,
    /// From when on it may begin.
    #[schema(value_type = String, format = DateTime)]
    run_after: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_scheduling_decision: Option<Timestamp>,
    #[schema(value_type = schema::RunTypeName)]
    run_type: RunType,
    #[schema(value_type = schema::RunStateName)]
    state: RunState,
    /// By what means it was asked for; null of runs by hand of which that was not written down.
    #[schema(value_type = Option<schema::TriggeredByName>)]
    triggered_by: Option<TriggeredBy>,
    /// Who asked for it; null where its DAG did by itself.
    #[schema(example = "ada")]
    triggering_user_name: Option<String>,
    #[schema(value_type = Object)]
    conf: Value,
    note: Option<String>,
    dag_versions: Vec<DagVersionBody>,
    bundle_version: Option<String>,
    partition_key: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    partition_date: Option<Timestamp>,
    /// Whether someone ended it.
    cancelled: bool,
    /// The hash of the version that it is pinned to.
    dag_version: String,
    /// The backfill that it belongs to.
    backfill_id: Option<i64>,
    /// Why it does not begin or go on, where its DAG is the reason; told of single runs only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) reason: Option<String>,
}

/// Seconds between two times, if both are known.
pub(super) fn seconds(start: Option<Timestamp>, end: Option<Timestamp>) -> Option<f64> {
    Some(end?.since(start?).as_secs_f64())
}

impl From<RunRecord> for DagRunBody {
    /// Without its note and the number of its version.
    fn from(run: RunRecord) -> Self {
        Self {
            triggered_by: run.triggered_by(),
            duration: seconds(run.started_at, run.ended_at),
            dag_display_name: run.dag_id.to_string(),
            run_after: run.run_after(),
            data_interval_start: run.data_interval.start,
            data_interval_end: run.data_interval.end,
            dag_run_id: run.run_id,
            dag_id: run.dag_id,
            logical_date: run.logical_date,
            queued_at: run.queued_at,
            start_date: run.started_at,
            end_date: run.ended_at,
            last_scheduling_decision: None,
            triggering_user_name: run.origin.user,
            run_type: run.run_type,
            state: run.state,
            cancelled: run.cancelled,
            conf: run.conf,
            note: None,
            dag_versions: Vec::new(),
            bundle_version: None,
            partition_key: None,
            partition_date: None,
            dag_version: run.version,
            backfill_id: run.backfill,
            reason: None,
        }
    }
}

/// A run as the API shows it.
pub(crate) fn run_body(run: RunRecord) -> Result<Value, ApiError> {
    serde_json::to_value(DagRunBody::from(run)).map_err(|error| ApiError::invalid(error.to_string()))
}

impl ApiState {
    /// A run as the API shows it, with all that is known.
    pub(super) async fn run_body(&self, run: RunRecord) -> Result<DagRunBody, ApiError> {
        let mut bodies = self.run_bodies(vec![run]).await?;
        bodies.pop().ok_or_else(|| ApiError::not_found("there is no such run"))
    }

    /// Runs as the API shows them, with all that is known.
    pub(super) async fn run_bodies(&self, runs: Vec<RunRecord>) -> Result<Vec<DagRunBody>, ApiError> {
        let keys: Vec<RunKey> = runs.iter().map(|run| run.key).collect();
        let notes = self.annals.notes(&keys).await?;
        let of_runs = notes.into_iter().filter(|(place, _)| place.instance.is_none());
        let mut notes: HashMap<NotePlace, _> = of_runs.collect();
        let mut bodies = Vec::with_capacity(runs.len());
        for run in runs {
            let name = self.display_name(&run.dag_id, &run.version).await;
            let version = self.version_body(&run, &name).await?;
            let note = notes.remove(&NotePlace { run: run.key, instance: None });
            bodies.push(DagRunBody {
                dag_display_name: name,
                dag_versions: version.into_iter().collect(),
                note: note.map(|note| note.text),
                ..run.into()
            });
        }
        Ok(bodies)
    }
}
