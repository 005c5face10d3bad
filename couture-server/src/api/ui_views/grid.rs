//! `/ui/grid/{dag_id}`: the newest runs of a DAG, and what became of each task in each.

use std::collections::{BTreeMap, HashMap};

use axum::extract::State;
use couture_core::store::{NotePlace, RunOrder, RunQuery, RunRecord, Span};
use couture_core::{RunState, RunType, Timestamp};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::cell::{Cell, cells};
use super::focus::{Edges, Focus};
use super::group_tree::{Member, tree};
use crate::api::dag_body::next_run;
use crate::api::dag_run_body::seconds;
use crate::api::error::ApiError;
use crate::api::extract::{Args, Json, Names, dag_id};
use crate::api::pairs::Pairs;
use crate::api::schema;
use crate::api::state::ApiState;
use crate::api::version_shape::VersionShape;
use crate::auth::{Permit, act, on};

/// The most runs of one grid.
const MAX_RUNS: usize = 500;

/// Which runs are shown.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what is read by name")]
pub(super) struct GridParams {
    /// So many runs at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// Those whose `run_after` is not after this time.
    before: Option<String>,
    #[param(style = Form, explode = true)]
    run_type: Option<Vec<String>>,
    #[param(style = Form, explode = true)]
    state: Option<Vec<String>>,
}

/// A task, or a group of them.
#[derive(Debug, Serialize, ToSchema)]
struct TreeNode {
    id: String,
    label: String,
    /// `task` or `group`.
    kind: &'static str,
    operator: Option<String>,
    is_mapped: bool,
    trigger_rule: Option<String>,
    tooltip: Option<String>,
    ui_color: Option<String>,
    #[schema(no_recursion)]
    children: Option<Vec<TreeNode>>,
}

#[derive(Debug, Serialize, ToSchema)]
struct GridRun {
    run_id: String,
    #[schema(value_type = schema::RunTypeName)]
    run_type: RunType,
    #[schema(value_type = schema::RunStateName)]
    state: RunState,
    #[schema(value_type = String, format = DateTime)]
    logical_date: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    run_after: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    queued_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    start_date: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    end_date: Option<Timestamp>,
    duration: Option<f64>,
    /// The number of its version.
    dag_version: Option<u32>,
    note: Option<String>,
    conf_is_empty: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct NextRunBody {
    #[schema(value_type = String, format = DateTime)]
    logical_date: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    run_after: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Grid {
    /// The tasks of the DAG as it is now, in their groups.
    tasks: Vec<TreeNode>,
    /// The newest first.
    runs: Vec<GridRun>,
    /// By run, then by task or group: state, try, start and end in milliseconds, number of instances, and states of what it stands for.
    #[schema(value_type = BTreeMap<String, BTreeMap<String, Vec<serde_json::Value>>>)]
    states: BTreeMap<String, BTreeMap<String, Cell>>,
    next_run: Option<NextRunBody>,
}

fn word(value: impl Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(String::from)
}

fn node(shape: &VersionShape, member: &Member) -> TreeNode {
    match member {
        Member::Task(at) => {
            let task = &shape.tasks[*at];
            TreeNode {
                id: task.task_id.to_string(),
                label: task.display_name().to_owned(),
                kind: "task",
                operator: Some(task.operator().to_owned()),
                is_mapped: task.expand.is_some(),
                trigger_rule: word(task.options.trigger_rule),
                tooltip: None,
                ui_color: task.options.ui_color.clone(),
                children: None,
            }
        }
        Member::Group(at, members) => {
            let group = &shape.groups[*at];
            TreeNode {
                id: group.group_id.clone(),
                label: group.label.clone().unwrap_or_else(|| group.group_id.clone()),
                kind: "group",
                operator: None,
                is_mapped: false,
                trigger_rule: None,
                tooltip: group.tooltip.clone(),
                ui_color: group.ui_color.clone(),
                children: Some(members.iter().map(|member| node(shape, member)).collect()),
            }
        }
    }
}

fn groups<'m>(members: &'m [Member], found: &mut Vec<(usize, &'m Member)>) {
    for member in members {
        if let Member::Group(at, inner) = member {
            found.push((*at, member));
            groups(inner, found);
        }
    }
}

/// The runs that are asked for, the newest first.
async fn runs(state: &ApiState, name: &str, pairs: &Pairs) -> Result<Vec<RunRecord>, ApiError> {
    let limit = pairs.parsed::<usize>("limit")?.unwrap_or(25);
    if limit == 0 || limit > MAX_RUNS {
        return Err(ApiError::invalid(format!("limit is {limit}; it may be 1 to {MAX_RUNS}")));
    }
    let run_types = pairs.words("run_type").map(|word| word.parse().map_err(ApiError::invalid));
    let query = RunQuery {
        states: pairs.states("state")?,
        run_types: run_types.collect::<Result<_, _>>()?,
        run_after: Span { from: None, until: pairs.time("before")?.map(Timestamp::as_micros) },
        order: RunOrder::RunAfter,
        descending: true,
        ..RunQuery::of(dag_id(name)?)
    };
    Ok(state.reader.find_runs(&query, 0, limit).await?)
}

async fn grid_runs(state: &ApiState, runs: &[RunRecord]) -> Result<Vec<GridRun>, ApiError> {
    let keys: Vec<_> = runs.iter().map(|run| run.key).collect();
    let notes: HashMap<NotePlace, _> = state.annals.notes(&keys).await?.into_iter().collect();
    let mut shown = Vec::with_capacity(runs.len());
    for run in runs {
        let past = state.past_versions.of(&*state.annals, &run.dag_id, &run.version).await?;
        shown.push(GridRun {
            run_id: run.run_id.to_string(),
            run_type: run.run_type,
            state: run.state,
            logical_date: run.logical_date,
            run_after: run.run_after(),
            queued_at: run.queued_at,
            start_date: run.started_at,
            end_date: run.ended_at,
            duration: seconds(run.started_at, run.ended_at),
            dag_version: past.map(|past| past.number),
            note: notes.get(&NotePlace { run: run.key, instance: None }).map(|note| note.text.clone()),
            conf_is_empty: run.conf.as_object().is_none_or(serde_json::Map::is_empty),
        });
    }
    Ok(shown)
}

/// The newest runs of a DAG, and what became of each task in each.
#[utoipa::path(
    get,
    path = "/api/v2/ui/grid/{dag_id}",
    tag = "Views",
    params(("dag_id" = String, Path, description = "The DAG."), GridParams, Focus),
    responses((status = 200, description = "The grid", body = Grid)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::TaskInstances>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Args(pairs): Args<Pairs>,
    Args(focus): Args<Focus>,
) -> Result<Json<Grid>, ApiError> {
    let record = state.dag(&dag_id(&name)?).await?;
    let shape = state.shape(&record.version).await?;
    let runs = runs(&state, &name, &pairs).await?;
    let mut cells = cells(&state, &runs).await?;
    let edges = Edges::of(&shape);
    let shown = focus.shown(&shape, &edges)?;
    let members = tree(&shape, &edges.order(), &shown);
    let mut groups_found = Vec::new();
    groups(&members, &mut groups_found);
    let group_tasks: Vec<(usize, Vec<usize>)> =
        groups_found.into_iter().map(|(at, member)| (at, member.tasks())).collect();
    let mut states = BTreeMap::new();
    for run in &runs {
        let of_run = cells.remove(&run.key).unwrap_or_default();
        // A run may be of another version, where tasks have other places.
        let own = if run.version == record.version { shape.clone() } else { state.shape(&run.version).await? };
        let mut by_task: HashMap<&str, Cell> = HashMap::with_capacity(of_run.len());
        by_task.extend(of_run.into_iter().filter_map(|(at, cell)| Some((&*own.tasks.get(at)?.task_id, cell))));
        let mut named = BTreeMap::new();
        for (at, tasks) in &group_tasks {
            let of_group = Cell::of_group(tasks.iter().map(|task| by_task.get(&*shape.tasks[*task].task_id)));
            named.insert(shape.groups[*at].group_id.clone(), of_group);
        }
        for (task, _) in shape.tasks.iter().zip(&shown).filter(|(_, shown)| **shown) {
            if let Some(cell) = by_task.remove(&*task.task_id) {
                named.insert(task.task_id.to_string(), cell);
            }
        }
        states.insert(run.run_id.to_string(), named);
    }
    let next = if record.active { next_run(&state, &record, &shape) } else { None };
    Ok(Json(Grid {
        tasks: members.iter().map(|member| node(&shape, member)).collect(),
        runs: grid_runs(&state, &runs).await?,
        states,
        next_run: next.map(|next| NextRunBody { logical_date: next.logical_date, run_after: next.run_after }),
    }))
}
