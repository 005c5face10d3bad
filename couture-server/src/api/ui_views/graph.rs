//! `/ui/graph/{dag_id}`: the tasks of a DAG and what they wait for.

use axum::extract::State;
use couture_core::dag::TaskRole;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::focus::{Edges, Focus};
use super::group_tree::{Member, tree};
use crate::api::error::ApiError;
use crate::api::extract::{Args, Json, Names, dag_id};
use crate::api::state::ApiState;
use crate::api::version_shape::VersionShape;
use crate::auth::{Permit, act, on};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Which version; the newest where absent.
    version_number: Option<u32>,
}

/// A task, a group of them, or an asset.
#[derive(Debug, Serialize, ToSchema)]
struct GraphNode {
    id: String,
    label: String,
    /// `task`, `group` or `asset`.
    kind: &'static str,
    operator: Option<String>,
    ui_color: Option<String>,
    ui_fgcolor: Option<String>,
    is_mapped: bool,
    trigger_rule: Option<String>,
    doc_md: Option<String>,
    tooltip: Option<String>,
    /// The DAG that it starts runs of.
    target_dag_id: Option<String>,
    /// Why the task cannot be run here, where that is known.
    unavailable: Option<String>,
    /// `setup` or `teardown`.
    setup_teardown: Option<&'static str>,
    #[schema(no_recursion)]
    children: Option<Vec<GraphNode>>,
}

#[derive(Debug, Serialize, ToSchema)]
struct GraphEdge {
    source: String,
    target: String,
    label: Option<String>,
    is_setup_teardown: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Graph {
    nodes: Vec<GraphNode>,
    edges: Vec<GraphEdge>,
    /// From left to right: `LR`.
    arrange: &'static str,
}

fn node(shape: &VersionShape, member: &Member) -> GraphNode {
    match member {
        Member::Task(at) => {
            let (task, options) = (&shape.tasks[*at], &shape.tasks[*at].options);
            GraphNode {
                id: task.task_id.to_string(),
                label: task.display_name().to_owned(),
                kind: "task",
                operator: Some(task.operator().to_owned()),
                ui_color: options.ui_color.clone(),
                ui_fgcolor: options.ui_fgcolor.clone(),
                is_mapped: task.expand.is_some(),
                trigger_rule: serde_json::to_value(options.trigger_rule)
                    .ok()
                    .and_then(|rule| Some(rule.as_str()?.to_owned())),
                doc_md: options.doc_md.clone(),
                tooltip: None,
                target_dag_id: task.target_dag_id().map(String::from),
                unavailable: task.unavailable().map(String::from),
                setup_teardown: match options.role {
                    TaskRole::Work => None,
                    TaskRole::Setup => Some("setup"),
                    TaskRole::Teardown | TaskRole::DecisiveTeardown => Some("teardown"),
                },
                children: None,
            }
        }
        Member::Group(at, members) => {
            let group = &shape.groups[*at];
            let label = group.label.clone().unwrap_or_else(|| group.group_id.clone());
            let children = members.iter().map(|member| node(shape, member)).collect();
            GraphNode {
                ui_color: group.ui_color.clone(),
                ui_fgcolor: group.ui_fgcolor.clone(),
                tooltip: group.tooltip.clone(),
                children: Some(children),
                ..empty(group.group_id.clone(), label, "group")
            }
        }
    }
}

fn empty(id: String, label: String, kind: &'static str) -> GraphNode {
    GraphNode {
        id,
        label,
        kind,
        operator: None,
        ui_color: None,
        ui_fgcolor: None,
        is_mapped: false,
        trigger_rule: None,
        doc_md: None,
        tooltip: None,
        target_dag_id: None,
        unavailable: None,
        setup_teardown: None,
        children: None,
    }
}

/// The tasks of a DAG, the assets that they change, and what each waits for.
#[utoipa::path(
    get,
    path = "/api/v2/ui/graph/{dag_id}",
    tag = "Views",
    params(("dag_id" = String, Path, description = "The DAG."), Which, Focus),
    responses((status = 200, description = "The graph", body = Graph)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::Dags>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Args(which): Args<Which>,
    Args(focus): Args<Focus>,
) -> Result<Json<Graph>, ApiError> {
    let record = state.dag(&dag_id(&name)?).await?;
    let version = match which.version_number {
        Some(number) => state.past_version(&record.dag_id, Some(number)).await?.version,
        None => record.version,
    };
    let shape = state.shape(&version).await?;
    let all = Edges::of(&shape);
    let shown = focus.shown(&shape, &all)?;
    let members = tree(&shape, &all.order(), &shown);
    let mut nodes: Vec<GraphNode> = members.iter().map(|member| node(&shape, member)).collect();
    let mut edges = Vec::new();
    let is_work = |at: usize| shape.tasks[at].options.role == TaskRole::Work;
    for (at, sources) in all.upstream.iter().enumerate().filter(|(at, _)| shown[*at]) {
        for source in sources.iter().filter(|source| shown[**source]) {
            let (from, to) = (&*shape.tasks[*source].task_id, &*shape.tasks[at].task_id);
            let label = shape.edge_labels.iter().find(|label| label.from == from && label.to == to);
            edges.push(GraphEdge {
                source: from.to_owned(),
                target: to.to_owned(),
                label: label.map(|label| label.label.clone()),
                is_setup_teardown: !is_work(*source) && !is_work(at),
            });
        }
    }
    let mut assets = std::collections::BTreeSet::new();
    for task in shape.tasks.iter().zip(&shown).filter(|(_, shown)| **shown).map(|(task, _)| task) {
        let id = |name: &str| format!("asset:{name}");
        let outlets = task.options.outlets.iter().map(|asset| (asset, true));
        for (asset, is_outlet) in outlets.chain(task.options.inlets.iter().map(|asset| (asset, false))) {
            let (asset_id, task_id) = (id(asset.name.as_str()), task.task_id.to_string());
            let (source, target) = if is_outlet { (task_id, asset_id) } else { (asset_id, task_id) };
            edges.push(GraphEdge { source, target, label: None, is_setup_teardown: false });
            assets.insert(asset.name.clone());
        }
    }
    nodes.extend(assets.into_iter().map(|asset| empty(format!("asset:{asset}"), asset.to_string(), "asset")));
    Ok(Json(Graph { nodes, edges, arrange: "LR" }))
}
