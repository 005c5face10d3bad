//! Which task instances a list shows, of one run or of many.

use std::collections::BTreeMap;

use couture_core::store::{RunQuery, Span, TaskOrder, TaskQuery, like};
use couture_core::{MapIndex, RunKey, TaskIndex, TaskState};
use utoipa::IntoParams;

use super::error::ApiError;
use super::extract::{dag_id, run_id};
use super::page_of::PageOf;
use super::pairs::Pairs;
use super::run_filter::run_query;
use super::state::ApiState;
use super::task_instance::{ORDERS, TaskInstanceList};
use super::task_instance_body::{InstanceRun, TaskInstanceBody, known_reason};
use super::version_shape::TaskShape;
use crate::auth::DagFilter;

/// Which task instances are listed.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what is read by name")]
pub(super) struct InstanceParams {
    /// In one of these states; `none` is without one.
    #[param(style = Form, explode = true)]
    state: Option<Vec<String>>,
    /// Of this task.
    task_id: Option<String>,
    /// Of tasks with this in their ids; `%` stands for anything, `_` for one character.
    task_id_pattern: Option<String>,
    /// Of tasks with this in the names that people read.
    task_display_name_pattern: Option<String>,
    /// Of tasks of these operators.
    #[param(style = Form, explode = true)]
    operator: Option<Vec<String>>,
    /// Of tasks with this in the names of their operators.
    operator_name_pattern: Option<String>,
    #[param(style = Form, explode = true)]
    pool: Option<Vec<String>>,
    #[param(style = Form, explode = true)]
    queue: Option<Vec<String>>,
    map_index: Option<i32>,
    dag_id_pattern: Option<String>,
    run_id_pattern: Option<String>,
    logical_date_gte: Option<String>,
    logical_date_lte: Option<String>,
    run_after_gte: Option<String>,
    run_after_lte: Option<String>,
    start_date_gte: Option<String>,
    start_date_gt: Option<String>,
    start_date_lte: Option<String>,
    start_date_lt: Option<String>,
    end_date_gte: Option<String>,
    end_date_gt: Option<String>,
    end_date_lte: Option<String>,
    end_date_lt: Option<String>,
    duration_gte: Option<f64>,
    duration_lte: Option<f64>,
}

/// The names by which a list is filtered, but for those of runs.
const NAMES: [&str; 13] = [
    "state",
    "task_id",
    "task_ids",
    "task_id_pattern",
    "task_display_name_pattern",
    "operator",
    "operator_name_pattern",
    "pool",
    "queue",
    "map_index",
    "start_date",
    "end_date",
    "duration",
];

/// Whether a list is filtered at all.
pub(super) fn is_filtered(pairs: &Pairs) -> bool {
    let with =
        |name: &str| ["_gte", "_gt", "_lte", "_lt"].iter().any(|end| pairs.one(&format!("{name}{end}")).is_some());
    NAMES.iter().any(|name| pairs.one(name).is_some() || with(name))
}

/// Which task instances are chosen.
pub(super) struct InstanceFilter {
    states: Vec<TaskState>,
    /// Whether those without a state are meant.
    none: bool,
    task_ids: Vec<String>,
    task_id: Option<String>,
    display_name: Option<String>,
    operators: Vec<String>,
    operator_name: Option<String>,
    pools: Vec<String>,
    queues: Vec<String>,
    map_index: Option<i32>,
    started: Span,
    ended: Span,
    duration: Span,
}

impl InstanceFilter {
    pub(super) fn read(pairs: &Pairs) -> Result<Self, ApiError> {
        let (states, none) = pairs.task_states("state")?;
        let pattern = |name| pairs.one(name).filter(|pattern| *pattern != "~").map(String::from);
        let all = |name| pairs.all(name).map(String::from).collect::<Vec<_>>();
        Ok(Self {
            states,
            none,
            task_ids: [all("task_id"), all("task_ids")].concat(),
            task_id: pattern("task_id_pattern"),
            display_name: pattern("task_display_name_pattern"),
            operators: all("operator"),
            operator_name: pattern("operator_name_pattern"),
            pools: all("pool"),
            queues: all("queue"),
            map_index: pairs.parsed("map_index")?,
            started: pairs.span("start_date")?,
            ended: pairs.span("end_date")?,
            duration: pairs.seconds("duration")?,
        })
    }

    fn looks_at_tasks(&self) -> bool {
        let Self { task_ids, task_id, display_name, operators, operator_name, pools, queues, .. } = self;
        let patterns = [task_id, display_name, operator_name];
        let lists = [task_ids, operators, pools, queues];
        patterns.iter().any(|pattern| pattern.is_some()) || lists.iter().any(|list| !list.is_empty())
    }

    fn takes_task(&self, task: &TaskShape) -> bool {
        let among = |list: &[String], value: &str| list.is_empty() || list.iter().any(|one| one == value);
        let fits = |pattern: &Option<String>, value: &str| pattern.as_ref().is_none_or(|pattern| like(pattern, value));
        among(&self.task_ids, &task.task_id)
            && fits(&self.task_id, &task.task_id)
            && fits(&self.display_name, task.display_name())
            && among(&self.operators, task.operator())
            && fits(&self.operator_name, task.operator())
            && among(&self.pools, task.options.pool.as_str())
            && among(&self.queues, task.options.queue.as_deref().unwrap_or_default())
    }
}

/// Whether an instance of one run is chosen.
pub(super) fn fits(filter: &InstanceFilter, body: &TaskInstanceBody) -> bool {
    let (start, end, seconds) = body.times();
    let has_state = match body.state {
        Some(state) => filter.states.contains(&state),
        None => filter.none,
    };
    ((filter.states.is_empty() && !filter.none) || has_state)
        && filter.map_index.is_none_or(|map_index| map_index == body.map_index)
        && filter.started.takes_time(start)
        && filter.ended.takes_time(end)
        && filter.duration.takes(seconds.map(|seconds| (seconds * 1e6) as i64))
        && body.of_task(|[task_id, display_name, operator, pool, queue]| {
            let among = |list: &[String], value: &str| list.is_empty() || list.iter().any(|one| one == value);
            let fits =
                |pattern: &Option<String>, value: &str| pattern.as_ref().is_none_or(|pattern| like(pattern, value));
            among(&filter.task_ids, task_id)
                && fits(&filter.task_id, task_id)
                && fits(&filter.display_name, display_name)
                && among(&filter.operators, operator)
                && fits(&filter.operator_name, operator)
                && among(&filter.pools, pool)
                && among(&filter.queues, queue)
        })
}

/// The most versions whose tasks are looked through.
const MAX_VERSIONS: usize = 2_000;
/// The most task instances that are counted.
const MAX_COUNTED: usize = 100_000;

/// The task instances of many runs; `dag` and `run` may be `~`.
pub(super) async fn all_of_runs(
    state: &ApiState,
    allowed: &DagFilter,
    [dag, run]: [&str; 2],
    page: &PageOf,
    pairs: &Pairs,
) -> Result<TaskInstanceList, ApiError> {
    let limit = page.limit()?;
    let of = if dag == "~" { None } else { Some(dag_id(dag)?) };
    if let Some(of) = &of {
        state.dag(of).await?;
    }
    let (order, descending) = page.order(ORDERS)?.unwrap_or(("run_id", true));
    let filter = InstanceFilter::read(pairs)?;
    let mut runs = RunQuery {
        // These are of the task instances.
        started: Span::default(),
        ended: Span::default(),
        duration: Span::default(),
        states: Vec::new(),
        ..run_query(state, of, allowed, pairs, "run_state").await?
    };
    let run_ids: Vec<&str> = pairs.all("dag_run_ids").chain((run != "~").then_some(run)).collect();
    if !run_ids.is_empty() {
        runs.ids = Some(run_ids.into_iter().map(run_id).collect::<Result<_, _>>()?);
    }
    let tasks = if filter.looks_at_tasks() { Some(tasks_of_versions(state, &runs, &filter).await?) } else { None };
    let mut states = filter.states;
    if filter.none {
        states.push(TaskState::Cleared);
    }
    let query = TaskQuery {
        runs,
        tasks,
        states,
        map_index: filter.map_index.map(MapIndex),
        started: filter.started,
        ended: filter.ended,
        duration: filter.duration,
        order: match order {
            "start_date" => TaskOrder::Started,
            "end_date" => TaskOrder::Ended,
            "duration" => TaskOrder::Duration,
            "state" => TaskOrder::State,
            "try_number" => TaskOrder::Try,
            _ => TaskOrder::Run,
        },
        descending,
    };
    let rows = state.reader.find_tasks(&query, page.offset(), limit).await?;
    let total_entries = state.reader.count_tasks(&query, MAX_COUNTED).await?;
    let mut keys: Vec<RunKey> = rows.iter().map(|row| row.token.run).collect();
    keys.sort_unstable();
    keys.dedup();
    let runs = InstanceRun::of_all(state, state.reader.runs_of(&keys).await?).await?;
    let body = |row: &couture_core::store::TaskRecord| {
        runs.get(&row.token.run)?.body((row.token.task, row.token.map_index), Some(row), known_reason(row))
    };
    let task_instances: Vec<_> = rows.iter().filter_map(body).collect();
    Ok(TaskInstanceList { task_instances, total_entries })
}

/// The tasks that are chosen, by version.
async fn tasks_of_versions(
    state: &ApiState,
    runs: &RunQuery,
    filter: &InstanceFilter,
) -> Result<BTreeMap<String, Vec<TaskIndex>>, ApiError> {
    let versions = state.reader.run_versions(runs, MAX_VERSIONS + 1).await?;
    if versions.len() > MAX_VERSIONS {
        return Err(ApiError::invalid(format!(
            "the runs are of more than {MAX_VERSIONS} versions of dags; name dags or times, too"
        )));
    }
    let mut tasks = BTreeMap::new();
    for version in versions {
        let shape = state.shape(&version).await?;
        let chosen = shape.tasks.iter().zip(0..).filter(|(task, _)| filter.takes_task(task));
        let chosen: Vec<_> = chosen.map(|(_, at)| TaskIndex(at)).collect();
        if !chosen.is_empty() {
            tasks.insert(version, chosen);
        }
    }
    Ok(tasks)
}
