//! `GET /dags`: the DAGs that somebody may see, filtered, ordered and paged.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use couture_core::store::{DagRecord, Request, RunQuery, RunRecord, StoreError, like};
use couture_core::{DagId, RunState};
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::dag_body::{DagBody, Known, Problems, body, next_run, owners};
use super::error::ApiError;
use super::extract::{Args, Json};
use super::page_of::PageOf;
use super::pairs::Pairs;
use super::routes::Routes;
use super::state::ApiState;
use super::web_state::WebState;
use crate::auth::{self, Action, Permit, Resource, act, on};

/// How many DAGs are looked at at a time.
const AT_A_TIME: usize = 16;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DagList {
    dags: Vec<DagBody>,
    total_entries: usize,
}

/// Which DAGs are listed.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `Filter` reads")]
pub(super) struct DagParams {
    /// With these tags: one of them, or all, as `tags_match_mode` says.
    #[param(style = Form, explode = true)]
    tags: Option<Vec<String>>,
    /// `any` or `all`.
    tags_match_mode: Option<String>,
    /// Of one of these owners.
    #[param(style = Form, explode = true)]
    owners: Option<Vec<String>>,
    /// With this in their ids; `%` stands for anything, `_` for one character.
    dag_id_pattern: Option<String>,
    /// With this in the names that people read.
    dag_display_name_pattern: Option<String>,
    paused: Option<bool>,
    /// Inactive ones are left out unless this is false.
    exclude_stale: Option<bool>,
    /// Whose newest run is in this state.
    last_dag_run_state: Option<String>,
    has_import_errors: Option<bool>,
    /// `recent` adds `recent_runs`, `run_states` and `task_states`.
    with: Option<String>,
}

struct Filter {
    tags: Vec<String>,
    all_tags: bool,
    owners: Vec<String>,
    id: Option<String>,
    display_name: Option<String>,
    paused: Option<bool>,
    exclude_stale: bool,
    last_state: Option<RunState>,
    has_import_errors: Option<bool>,
}

impl Filter {
    fn read(pairs: &Pairs) -> Result<Self, ApiError> {
        let pattern = |name| pairs.one(name).filter(|pattern| *pattern != "~").map(String::from);
        Ok(Self {
            tags: pairs.all("tags").map(String::from).collect(),
            all_tags: match pairs.one("tags_match_mode") {
                None | Some("any") => false,
                Some("all") => true,
                Some(other) => {
                    return Err(ApiError::invalid(format!("tags_match_mode is {other:?}; say any or all")));
                }
            },
            owners: pairs.all("owners").map(String::from).collect(),
            id: pattern("dag_id_pattern"),
            display_name: pattern("dag_display_name_pattern"),
            paused: pairs.flag("paused")?,
            exclude_stale: pairs.flag("exclude_stale")?.unwrap_or(true),
            last_state: pairs.one("last_dag_run_state").map(str::parse).transpose().map_err(ApiError::invalid)?,
            has_import_errors: pairs.flag("has_import_errors")?,
        })
    }

    fn takes_record(&self, record: &DagRecord) -> bool {
        self.paused.is_none_or(|paused| paused == record.paused)
            && (record.active || !self.exclude_stale)
            && self.id.as_ref().is_none_or(|pattern| like(pattern, record.dag_id.as_str()))
    }

    fn looks_inside(&self) -> bool {
        !self.tags.is_empty() || !self.owners.is_empty() || self.display_name.is_some()
    }

    fn takes(&self, (record, shape): &Known, problems: &Problems, state: &ApiState) -> bool {
        let facts = state.catalog.facts(&record.dag_id);
        if self.has_import_errors.is_some_and(|wanted| wanted != problems.has_import_errors(facts.as_ref())) {
            return false;
        }
        if !self.looks_inside() {
            return true;
        }
        let Some(shape) = shape else { return false };
        let mut tags = self.tags.iter().map(|tag| shape.tags.contains(tag));
        let owned = owners(shape);
        let name = shape.dag_display_name.as_deref().unwrap_or(record.dag_id.as_str());
        (self.tags.is_empty() || if self.all_tags { tags.all(|has| has) } else { tags.any(|has| has) })
            && (self.owners.is_empty() || self.owners.iter().any(|owner| owned.contains(owner)))
            && self.display_name.as_ref().is_none_or(|pattern| like(pattern, name))
    }
}

const ORDERS: &[&str] =
    &["dag_id", "dag_display_name", "is_paused", "owners", "next_dagrun", "last_run_start_date", "last_run_state"];

/// The DAGs that the sender may see.
#[utoipa::path(
    get,
    path = "/api/v2/dags",
    tag = "DAG",
    params(PageOf, DagParams),
    responses((status = 200, description = "The DAGs", body = DagList)),
)]
pub(super) async fn list(
    permit: Permit<act::Read, on::Dags>,
    State(state): State<ApiState>,
    Args(page): Args<PageOf>,
    Args(pairs): Args<Pairs>,
) -> Result<Json<DagList>, ApiError> {
    let limit = page.limit()?;
    let order = page.order(ORDERS)?;
    let problems = Problems::now(&state);
    let filter = Filter::read(&pairs)?;
    let mut found = chosen(&state, permit.dags(), &filter, &problems).await?;
    let may_read = |resource| permit.principal().granted.may(Action::Read, resource);
    if filter.last_state.is_some() {
        permit.principal().check(Action::Read, Resource::DagRuns, None)?;
    }
    if let Some(wanted) = filter.last_state {
        let last = last_runs(&state, &found).await?;
        found.retain(|(record, _)| last.get(&record.dag_id).is_some_and(|(_, state)| *state == wanted));
    }
    sort(&state, &mut found, order).await?;
    let total_entries = found.len();
    let wanted = found.into_iter().skip(page.offset()).take(limit);
    let bodies = futures_util::stream::iter(wanted.map(|(record, _)| body(&state, &problems, record)));
    let mut dags: Vec<DagBody> = bodies.buffered(AT_A_TIME).collect().await;
    match pairs.one("with") {
        None => {}
        // What became of runs and tasks is shown to whoever may look at those.
        Some("recent") if [Resource::DagRuns, Resource::TaskInstances].into_iter().all(may_read) => {
            let ids: Vec<DagId> = dags.iter().map(|dag| dag.dag_id.clone()).collect();
            let lately = state.lately.of(&state, &ids).await?;
            dags.iter_mut().zip(lately).for_each(|(dag, recent)| dag.recent = recent);
        }
        Some("recent") => {}
        Some(other) => return Err(ApiError::invalid(format!("with is {other:?}; it may be recent"))),
    }
    Ok(Json(DagList { dags, total_entries }))
}

/// The DAGs that are shown and chosen, by id.
async fn chosen(
    state: &ApiState,
    allowed: &auth::DagFilter,
    filter: &Filter,
    problems: &Problems,
) -> Result<Vec<Known>, ApiError> {
    let mut found = Vec::new();
    let mut after: Option<DagId> = None;
    loop {
        let records = state.reader.dags(after.as_ref(), PageOf::MAX_LIMIT).await?;
        let is_last = records.len() < PageOf::MAX_LIMIT;
        after = records.last().map(|record| record.dag_id.clone());
        for record in records {
            if !allowed.allows(&record.dag_id) || !filter.takes_record(&record) {
                continue;
            }
            let shape = if filter.looks_inside() { state.shape(&record.version).await.ok() } else { None };
            let known = (record, shape);
            if filter.takes(&known, problems, state) {
                found.push(known);
            }
        }
        if is_last {
            return Ok(found);
        }
    }
}

/// The newest runs of each of these DAGs, in their order.
pub(super) async fn newest_runs(
    state: &ApiState,
    dags: Vec<DagId>,
    limit: usize,
) -> Result<Vec<Vec<RunRecord>>, StoreError> {
    let newest = dags.into_iter().map(async |dag_id| state.reader.runs(Some(&dag_id), None, limit).await);
    futures_util::stream::iter(newest).buffered(AT_A_TIME).try_collect().await
}

/// When the newest run of each DAG began, in microseconds, and its state.
async fn last_runs(state: &ApiState, dags: &[Known]) -> Result<BTreeMap<DagId, (Option<i64>, RunState)>, ApiError> {
    let ids = dags.iter().map(|(record, _)| record.dag_id.clone()).collect();
    let newest = newest_runs(state, ids, 1).await?.into_iter().flatten();
    Ok(newest.map(|run| (run.dag_id, (run.started_at.map(|at| at.as_micros()), run.state))).collect())
}

/// DAGs without the value come last.
async fn sort(state: &ApiState, dags: &mut [Known], order: Option<(&str, bool)>) -> Result<(), ApiError> {
    let Some((by, is_descending)) = order else { return Ok(()) };
    let last = if by.starts_with("last_run") { last_runs(state, dags).await? } else { BTreeMap::new() };
    let mut values: BTreeMap<DagId, (Option<i64>, String)> = BTreeMap::new();
    for (record, _) in dags.iter() {
        let shape = match by {
            "dag_display_name" | "owners" | "next_dagrun" => state.shape(&record.version).await.ok(),
            _ => None,
        };
        let shape = shape.as_deref();
        let value = match by {
            "is_paused" => (Some(i64::from(record.paused)), String::new()),
            "owners" => (Some(0), shape.map(|shape| owners(shape).join(",")).unwrap_or_default()),
            "dag_display_name" => {
                let name = shape.and_then(|shape| shape.dag_display_name.clone());
                (Some(0), name.unwrap_or_else(|| record.dag_id.to_string()))
            }
            "next_dagrun" => {
                let next = shape.and_then(|shape| next_run(state, record, shape));
                (next.map(|next| next.run_after.as_micros()), String::new())
            }
            "last_run_start_date" => (last.get(&record.dag_id).and_then(|(at, _)| *at), String::new()),
            "last_run_state" => (last.get(&record.dag_id).map(|(_, state)| state.code()), String::new()),
            _ => (Some(0), record.dag_id.to_string()),
        };
        values.insert(record.dag_id.clone(), value);
    }
    dags.sort_by(|(one, _), (other, _)| {
        let (a, b) = (&values[&one.dag_id], &values[&other.dag_id]);
        let ordering = a.cmp(b);
        let ordering = if is_descending { ordering.reverse() } else { ordering };
        (a.0.is_none()).cmp(&b.0.is_none()).then(ordering).then_with(|| one.dag_id.cmp(&other.dag_id))
    });
    Ok(())
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TagList {
    tags: Vec<String>,
    total_entries: usize,
}

/// The tags of the DAGs that the sender may see.
#[utoipa::path(
    get,
    path = "/api/v2/dagTags",
    tag = "DAG",
    params(PageOf, ("tag_name_pattern" = Option<String>, Query, description = "With this in them.")),
    responses((status = 200, description = "The tags", body = TagList)),
)]
pub(super) async fn tags(
    permit: Permit<act::Read, on::Dags>,
    State(state): State<ApiState>,
    Args(page): Args<PageOf>,
    Args(pairs): Args<Pairs>,
) -> Result<Json<TagList>, ApiError> {
    let limit = page.limit()?;
    let is_descending = page.order(&["name"])?.is_some_and(|(_, is_descending)| is_descending);
    let filter = Filter { exclude_stale: true, ..Filter::read(&Pairs::default())? };
    let mut tags = BTreeSet::new();
    for (record, _) in chosen(&state, permit.dags(), &filter, &Problems::now(&state)).await? {
        match state.catalog.facts(&record.dag_id) {
            Some(facts) => tags.extend(facts.tags),
            None => tags.extend(state.shape(&record.version).await.map(|shape| shape.tags.clone()).unwrap_or_default()),
        }
    }
    let pattern = pairs.one("tag_name_pattern").filter(|pattern| *pattern != "~");
    let mut tags: Vec<_> = tags.into_iter().filter(|tag| pattern.is_none_or(|pattern| like(pattern, tag))).collect();
    if is_descending {
        tags.reverse();
    }
    let total_entries = tags.len();
    Ok(Json(TagList { tags: tags.into_iter().skip(page.offset()).take(limit).collect(), total_entries }))
}

/// What is changed of several DAGs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DagsPatch {
    is_paused: bool,
}

/// Pauses or resumes all DAGs that the filters choose and that the sender may edit.
#[utoipa::path(
    patch,
    path = "/api/v2/dags",
    tag = "DAG",
    params(PageOf, DagParams),
    request_body = DagsPatch,
    responses((status = 200, description = "The DAGs as they are now", body = DagList)),
)]
pub(super) async fn patch(
    permit: Permit<act::Edit, on::Dags>,
    State(state): State<ApiState>,
    Args(page): Args<PageOf>,
    Args(pairs): Args<Pairs>,
    Json(patch): Json<DagsPatch>,
) -> Result<Json<DagList>, ApiError> {
    if pairs.one("dag_id_pattern").is_none() && !["tags", "owners"].iter().any(|name| pairs.one(name).is_some()) {
        return Err(ApiError::invalid("say which DAGs: dag_id_pattern=~ means all, or give tags or owners"));
    }
    let limit = page.limit()?;
    let problems = Problems::now(&state);
    let found = chosen(&state, permit.dags(), &Filter::read(&pairs)?, &problems).await?;
    let total_entries = found.len();
    let mut dags = Vec::new();
    for (record, _) in found.into_iter().skip(page.offset()).take(limit) {
        state.ask(Request::SetPaused { dag_id: record.dag_id.clone(), paused: patch.is_paused }).await?;
        let record = state.dag(&record.dag_id).await?;
        dags.push(body(&state, &problems, record).await);
    }
    permit.note("is_paused", patch.is_paused);
    permit.note("dags", dags.len());
    Ok(Json(DagList { dags, total_entries }))
}

/// How many runs of a DAG are in a state, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
struct StateCount {
    #[schema(value_type = super::schema::RunStateName)]
    state: RunState,
    count: usize,
}

#[derive(Debug, Serialize, ToSchema)]
struct DagStats {
    #[schema(value_type = String)]
    dag_id: DagId,
    dag_display_name: String,
    stats: Vec<StateCount>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DagStatsList {
    dags: Vec<DagStats>,
    total_entries: usize,
}

/// How many runs of each DAG are in each state.
#[utoipa::path(
    get,
    path = "/api/v2/dagStats",
    tag = "DagStats",
    params(("dag_ids" = Option<Vec<String>>, Query, description = "Of these DAGs.")),
    responses((status = 200, description = "The counts", body = DagStatsList)),
)]
pub(super) async fn stats(
    permit: Permit<act::Read, on::DagRuns>,
    State(state): State<ApiState>,
    Args(pairs): Args<Pairs>,
) -> Result<Json<DagStatsList>, ApiError> {
    let among = super::run_filter::among(&state, permit.dags(), &pairs).await?;
    let filter = Filter { exclude_stale: false, ..Filter::read(&Pairs::default())? };
    let counts = state.reader.count_run_states(among.as_ref(), None).await?;
    let mut dags = Vec::new();
    for (record, _) in chosen(&state, permit.dags(), &filter, &Problems::now(&state)).await? {
        if among.as_ref().is_some_and(|among| !among.contains(&record.dag_id)) {
            continue;
        }
        let count = |wanted: &RunState| {
            let found = counts.iter().find(|of| of.dag_id == record.dag_id && of.state == *wanted);
            StateCount { state: *wanted, count: found.map_or(0, |of| of.count) }
        };
        let stats = RunState::ALL.iter().map(count).collect();
        let dag_display_name = state.display_name(&record.dag_id, &record.version).await;
        dags.push(DagStats { dag_id: record.dag_id, dag_display_name, stats });
    }
    Ok(Json(DagStatsList { total_entries: dags.len(), dags }))
}

/// Runs of DAGs that are not over.
pub(super) async fn active_runs(state: &ApiState, dag_id: &DagId) -> Result<usize, ApiError> {
    let states = vec![RunState::Queued, RunState::Running];
    Ok(state.reader.count_runs(&RunQuery { states, ..RunQuery::of(dag_id.clone()) }).await?)
}

#[derive(OpenApi)]
#[openapi(paths(list, tags, patch, stats))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    Routes::new(state)
        .get("get_dags", "/api/v2/dags", list)
        .patch("patch_dags", "/api/v2/dags", patch)
        .get("get_dag_tags", "/api/v2/dagTags", tags)
        .get("get_dag_stats", "/api/v2/dagStats", stats)
}
