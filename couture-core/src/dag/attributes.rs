//! The facts about a DAG that are not its tasks.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::asset::{Asset, AssetCondition};
use super::callback::Callback;
use super::edge_label::EdgeLabel;
use super::group::TaskGroup;
use super::options::{TaskOptions, is_default};
use super::param::ParamSpec;
use crate::dialect::Dialect;
use crate::schedule::{Schedule, Zone};
use crate::time::Timestamp;

/// The facts about a DAG that are not its tasks, under Airflow's names. Durations are in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DagAttributes {
    /// What people read instead of its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dag_display_name: Option<String>,
    /// One line for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A page for people, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc_md: Option<String>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// To find it by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Default values of `params`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Value>,
    /// What the values of `params` must be like, in the order in which people are asked for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub param_specs: Vec<ParamSpec>,
    /// Whose rules it follows.
    #[serde(skip_serializing_if = "is_default")]
    pub dialect: Dialect,
    /// When it runs by itself.
    #[serde(skip_serializing_if = "is_default")]
    pub schedule: Schedule,
    /// Whose wall clock its schedule and its dates mean.
    #[serde(skip_serializing_if = "is_default")]
    pub timezone: Zone,
    /// The assets whose changes start a run; beside the schedule, if it has one too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assets: Option<AssetCondition>,
    /// What is known of these assets beside their names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub known_assets: Vec<Asset>,
    /// No scheduled run has a logical date before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Timestamp>,
    /// No scheduled run has a logical date after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date: Option<Timestamp>,
    /// Whether the runs between `start_date` and now are made up for; the setting of the installation where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catchup: Option<bool>,
    /// How many of its runs may be running at a time, without those of backfills; the setting of the installation where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_active_runs: Option<u32>,
    /// How many of its task instances may be live at a time, over all its runs; the setting of the installation where absent.
    #[serde(alias = "concurrency", skip_serializing_if = "Option::is_none")]
    pub max_active_tasks: Option<u32>,
    /// Whether it starts paused when it is seen for the first time; the setting of the installation where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_paused_upon_creation: Option<bool>,
    /// After this time a run is ended and counts as failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dagrun_timeout_ms: Option<u64>,
    /// Whether a task that is cleared runs in the newest version of the DAG and not in that of its run.
    #[serde(skip_serializing_if = "is_default")]
    pub newest_version_on_clear: bool,
    /// Called when a run has succeeded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on_success_callback: Vec<Callback>,
    /// Called when a run has failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on_failure_callback: Vec<Callback>,
    /// Called when tasks have missed their SLA.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sla_miss_callback: Vec<Callback>,
    /// How people see its tasks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<TaskGroup>,
    /// What people read beside its edges.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edge_labels: Vec<EdgeLabel>,
    /// Folders, relative to that of the DAG's file, where files of templates are looked up besides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub template_searchpath: Vec<String>,
}

impl DagAttributes {
    /// After which a run is ended.
    pub fn dagrun_timeout(&self) -> Option<Duration> {
        self.dagrun_timeout_ms.map(Duration::from_millis)
    }

    /// What is wrong with the values, if anything.
    pub fn check(&self) -> Result<(), String> {
        match self.dagrun_timeout_ms {
            Some(0) => return Err("dagrun_timeout is 0; leave it out for none".into()),
            Some(timeout) if timeout > TaskOptions::MAX_DURATION_MS => {
                return Err("dagrun_timeout is longer than a hundred years".into());
            }
            _ => {}
        }
        if let (Some(start), Some(end)) = (self.start_date, self.end_date)
            && end < start
        {
            return Err(format!("end_date {end} is before start_date {start}, so that it would never run"));
        }
        if self.max_active_runs == Some(0) || self.max_active_tasks == Some(0) {
            return Err(
                "max_active_runs or max_active_tasks is 0, so that it would never run; pause the DAG instead".into()
            );
        }
        Ok(())
    }
}
