//! A DAG as lists show it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use couture_core::store::{DagRecord, RunRecord};
use couture_core::{DagId, NextRun, Restriction, RunState, RunType, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::schema;
use super::state::ApiState;
use super::version_shape::VersionShape;
use crate::dags::{DagFacts, DagSource};

/// A DAG, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dag)]
pub(super) struct DagBody {
    #[schema(value_type = String, example = "etl")]
    pub(super) dag_id: DagId,
    pub(super) dag_display_name: String,
    pub(super) is_paused: bool,
    /// Whether it is not defined anywhere any more.
    is_stale: bool,
    description: Option<String>,
    pub(super) owners: Vec<String>,
    tags: Vec<TagBody>,
    /// Where it is defined: a path, the name of an example, or the program itself.
    fileloc: String,
    /// The same relative to the DAG folder.
    relative_fileloc: Option<String>,
    /// What `parseDagFile` takes.
    file_token: String,
    bundle_name: Option<String>,
    bundle_version: Option<String>,
    has_import_errors: bool,
    /// How its schedule is written.
    timetable_summary: Option<String>,
    /// Its schedule in words.
    timetable_description: Option<String>,
    timetable_periodic: bool,
    timetable_partitioned: bool,
    is_backfillable: bool,
    allowed_run_types: Option<Vec<String>>,
    max_active_runs: Option<u32>,
    /// 0 is no limit.
    max_active_tasks: u32,
    max_consecutive_failed_dag_runs: u32,
    has_task_concurrency_limits: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) last_parsed_time: Option<Timestamp>,
    last_parse_duration: Option<f64>,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_expired: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) next_dagrun_logical_date: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    next_dagrun_data_interval_start: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    next_dagrun_data_interval_end: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) next_dagrun_run_after: Option<Timestamp>,
    /// The hash of what it is now.
    version: String,
    /// Why its runs wait although it is not paused, if so.
    quarantined: Option<String>,
    /// Whether it starts runs of other DAGs.
    is_master: bool,
    #[serde(flatten)]
    pub(super) recent: Recent,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DagTag)]
pub(super) struct TagBody {
    name: String,
    #[schema(value_type = String)]
    dag_id: DagId,
    dag_display_name: String,
}

/// What has become of a DAG lately; told where the query has `with=recent`.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(super) struct Recent {
    /// The newest runs, the newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) recent_runs: Option<Vec<RecentRun>>,
    /// How many runs are in each state.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) run_states: Option<BTreeMap<&'static str, usize>>,
    /// How many tasks of the newest run are in each state; `none` is without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) task_states: Option<BTreeMap<&'static str, usize>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct RecentRun {
    run_id: String,
    #[schema(value_type = schema::RunStateName)]
    state: RunState,
    #[schema(value_type = String, format = DateTime)]
    logical_date: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    start_date: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    end_date: Option<Timestamp>,
    #[schema(value_type = schema::RunTypeName)]
    run_type: RunType,
}

impl From<&RunRecord> for RecentRun {
    fn from(run: &RunRecord) -> Self {
        Self {
            run_id: run.run_id.to_string(),
            state: run.state,
            logical_date: run.logical_date,
            start_date: run.started_at,
            end_date: run.ended_at,
            run_type: run.run_type,
        }
    }
}

/// What is wrong with DAGs at the moment.
pub(super) struct Problems {
    quarantined: HashMap<DagId, String>,
    sources: HashSet<String>,
}

impl Problems {
    pub(super) fn now(state: &ApiState) -> Self {
        let errors = state.catalog.errors().into_iter().filter(|error| !error.is_warning);
        let sources = errors.map(|error| error.source).collect();
        Self { quarantined: state.engine.status().quarantined.into_iter().collect(), sources }
    }

    pub(super) fn has_import_errors(&self, facts: Option<&DagFacts>) -> bool {
        facts.is_some_and(|facts| self.sources.contains(&facts.source.to_string()))
    }
}

/// What names a file for `parseDagFile`: its path in the DAG folder, in hexadecimal.
pub(super) fn file_token(source: Option<&DagSource>) -> String {
    let text = source.map(ToString::to_string).unwrap_or_default();
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// The next run that the schedule asks for.
pub(super) fn next_run(state: &ApiState, record: &DagRecord, shape: &VersionShape) -> Option<NextRun> {
    let catchup = shape.catchup.unwrap_or(state.engine.settings().catchup);
    let restriction = Restriction { earliest: shape.start_date, latest: shape.end_date, catchup };
    let timetable = shape.timetable()?;
    timetable.next_run(record.last_interval.as_ref(), &restriction, state.clock.now().wall)
}

/// A DAG whose version cannot be read is shown without what is in there.
pub(super) async fn body(state: &ApiState, problems: &Problems, record: DagRecord) -> DagBody {
    let facts = state.catalog.facts(&record.dag_id);
    let shape = state.shape(&record.version).await.ok();
    let next = shape.as_ref().filter(|_| record.active).and_then(|shape| next_run(state, &record, shape));
    let shape = shape.as_deref();
    let source = facts.as_ref().map(|facts| &facts.source);
    let timetable = shape.and_then(VersionShape::timetable);
    let display_name = shape.and_then(|shape| shape.dag_display_name.clone());
    let dag_display_name = display_name.unwrap_or_else(|| record.dag_id.to_string());
    let settings = state.engine.settings();
    let tag = |name: &String| TagBody {
        name: name.clone(),
        dag_id: record.dag_id.clone(),
        dag_display_name: dag_display_name.clone(),
    };
    let is_limited = |shape: &VersionShape| {
        let mut options = shape.tasks.iter().map(|task| &task.options);
        options.any(|options| options.max_active_tis_per_dag.or(options.max_active_tis_per_dagrun).is_some())
    };
    DagBody {
        is_paused: record.paused,
        is_stale: !record.active,
        description: shape.and_then(|shape| shape.description.clone()),
        owners: shape.map(owners).unwrap_or_default(),
        tags: shape.map_or(&[][..], |shape| &shape.tags).iter().map(tag).collect(),
        fileloc: match source {
            Some(DagSource::File(path)) => state.catalog.folder().join(path).display().to_string(),
            Some(other) => other.to_string(),
            None => String::new(),
        },
        relative_fileloc: source.map(ToString::to_string),
        file_token: file_token(source),
        bundle_name: Some("dags-folder".to_owned()),
        bundle_version: None,
        has_import_errors: problems.has_import_errors(facts.as_ref()),
        timetable_summary: shape.map(VersionShape::schedule_text),
        timetable_description: timetable.as_ref().map(|timetable| timetable.description()),
        timetable_periodic: timetable.as_ref().is_some_and(|timetable| timetable.can_be_scheduled()),
        timetable_partitioned: false,
        is_backfillable: timetable.as_ref().is_some_and(|timetable| timetable.can_be_scheduled()),
        allowed_run_types: None,
        max_active_runs: shape.map(|shape| shape.max_active_runs.unwrap_or(settings.max_active_runs)),
        max_active_tasks: shape.and_then(|shape| shape.max_active_tasks).or(settings.max_active_tasks).unwrap_or(0),
        max_consecutive_failed_dag_runs: 0,
        has_task_concurrency_limits: shape.is_some_and(is_limited),
        last_parsed_time: source.and_then(|source| state.catalog.parsed_at(source)),
        last_parse_duration: None,
        last_expired: None,
        next_dagrun_logical_date: next.map(|next| next.logical_date),
        next_dagrun_data_interval_start: next.map(|next| next.data_interval.start),
        next_dagrun_data_interval_end: next.map(|next| next.data_interval.end),
        next_dagrun_run_after: next.map(|next| next.run_after),
        quarantined: problems.quarantined.get(&record.dag_id).cloned(),
        is_master: shape.is_some_and(|shape| shape.tasks.iter().any(|task| task.starts_dags())),
        recent: Recent::default(),
        dag_display_name,
        version: record.version,
        dag_id: record.dag_id,
    }
}

/// Who answers for a DAG: as it says, or as its tasks say.
pub(super) fn owners(shape: &VersionShape) -> Vec<String> {
    let named = shape.owner.iter().flat_map(|owner| owner.split(','));
    let mut all: Vec<String> = named.map(|owner| owner.trim().to_owned()).collect();
    if all.is_empty() {
        all.extend(shape.tasks.iter().filter_map(|task| task.options.owner.clone()));
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// A DAG and what it is now, where that can be read.
pub(super) type Known = (DagRecord, Option<Arc<VersionShape>>);
