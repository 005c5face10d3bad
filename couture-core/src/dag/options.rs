//! What may be set on a task besides its operator.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::asset::Asset;
use super::callback::Callback;
use super::weight::WeightRule;
use crate::ids::PoolName;
use crate::retry::RetryPolicy;
use crate::trigger_rule::TriggerRule;

/// A task's settings, under Airflow's names. Durations are in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskOptions {
    /// When it runs.
    #[serde(skip_serializing_if = "is_default")]
    pub trigger_rule: TriggerRule,
    /// Tries after the first.
    #[serde(skip_serializing_if = "is_default")]
    pub retries: u32,
    /// From the end of a failed try to the next.
    #[serde(skip_serializing_if = "is_retry_delay")]
    pub retry_delay_ms: u64,
    /// Whether that delay doubles with each try, as [`RetryPolicy::delay_after`] says.
    #[serde(skip_serializing_if = "is_default")]
    pub retry_exponential_backoff: bool,
    /// The longest delay that grew so; 24 hours where absent (a hundred years in dialect 1.10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_retry_delay_ms: Option<u64>,
    /// After this time an attempt is ended and counts as failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_timeout_ms: Option<u64>,
    /// Where its slots come from. The pool must exist in the store; the task waits until it does.
    #[serde(skip_serializing_if = "is_default")]
    pub pool: PoolName,
    /// How many of them an attempt holds.
    #[serde(skip_serializing_if = "is_one")]
    pub pool_slots: u32,
    /// Higher goes first in its pool, after `weight_rule` has added what belongs to it.
    #[serde(skip_serializing_if = "is_one_weight")]
    pub priority_weight: i32,
    /// Which other tasks' weights are added.
    #[serde(skip_serializing_if = "is_default")]
    pub weight_rule: WeightRule,
    /// Which workers may run it; any where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// Whether it waits until the same task has succeeded or was skipped in the run before.
    #[serde(skip_serializing_if = "is_default")]
    pub depends_on_past: bool,
    /// As `depends_on_past`, and its direct downstream tasks in the run before are waited for, too.
    #[serde(skip_serializing_if = "is_default")]
    pub wait_for_downstream: bool,
    /// How many of its instances may be live at a time, over all runs.
    #[serde(alias = "task_concurrency", skip_serializing_if = "Option::is_none")]
    pub max_active_tis_per_dag: Option<u32>,
    /// How many of its instances may be live at a time in one run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_active_tis_per_dagrun: Option<u32>,
    /// What it is for the tasks around it.
    #[serde(skip_serializing_if = "is_default")]
    pub role: TaskRole,
    /// The group in which people see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Whether its output becomes an XCom.
    #[serde(skip_serializing_if = "is_true")]
    pub do_xcom_push: bool,
    /// This long after the end of its data interval it should have succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sla_ms: Option<u64>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What people read instead of its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_display_name: Option<String>,
    /// The name of its operator's class, where its DAG is written in a language that has some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator_class: Option<String>,
    /// The colour of its box, as CSS writes colours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_color: Option<String>,
    /// The colour of its text, as CSS writes colours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_fgcolor: Option<String>,
    /// A page for people, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc_md: Option<String>,
    /// Values that stand before the DAG's `params`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Value>,
    /// The assets that it changes when it succeeds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outlets: Vec<Asset>,
    /// The assets that it reads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inlets: Vec<Asset>,
    /// Who gets mail.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub email: Vec<String>,
    /// Whether mail is sent when it has failed.
    #[serde(skip_serializing_if = "is_true")]
    pub email_on_failure: bool,
    /// Whether mail is sent when it is tried again.
    #[serde(skip_serializing_if = "is_true")]
    pub email_on_retry: bool,
    /// Called when it has succeeded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on_success_callback: Vec<Callback>,
    /// Called when it has failed for good.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on_failure_callback: Vec<Callback>,
    /// Called when it has failed and is tried again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on_retry_callback: Vec<Callback>,
}

/// What a task is for the tasks around it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskRole {
    /// It does the work.
    #[default]
    Work,
    /// It makes what others need.
    Setup,
    /// It removes what setups made, however the work between them ended. How it ends does not decide how the run ends.
    Teardown,
    /// As `Teardown`, but its failure fails the run (`on_failure_fail_dagrun`).
    DecisiveTeardown,
}

impl TaskRole {
    /// Whether it removes what setups made.
    pub const fn is_teardown(self) -> bool {
        matches!(self, Self::Teardown | Self::DecisiveTeardown)
    }
}

pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
fn is_retry_delay(value: &u64) -> bool {
    *value == TaskOptions::default().retry_delay_ms
}
fn is_true(value: &bool) -> bool {
    *value
}
fn is_one(value: &u32) -> bool {
    *value == 1
}
fn is_one_weight(value: &i32) -> bool {
    *value == 1
}

impl Default for TaskOptions {
    fn default() -> Self {
        Self {
            trigger_rule: TriggerRule::default(),
            retries: 0,
            retry_delay_ms: 300_000,
            retry_exponential_backoff: false,
            max_retry_delay_ms: None,
            execution_timeout_ms: None,
            pool: PoolName::default(),
            pool_slots: 1,
            priority_weight: 1,
            weight_rule: WeightRule::default(),
            queue: None,
            depends_on_past: false,
            wait_for_downstream: false,
            max_active_tis_per_dag: None,
            max_active_tis_per_dagrun: None,
            role: TaskRole::default(),
            group: None,
            do_xcom_push: true,
            sla_ms: None,
            owner: None,
            task_display_name: None,
            operator_class: None,
            ui_color: None,
            ui_fgcolor: None,
            doc_md: None,
            params: BTreeMap::new(),
            outlets: Vec::new(),
            inlets: Vec::new(),
            email: Vec::new(),
            email_on_failure: true,
            email_on_retry: true,
            on_success_callback: Vec::new(),
            on_failure_callback: Vec::new(),
            on_retry_callback: Vec::new(),
        }
    }
}

impl TaskOptions {
    /// The longest delay or timeout that may be set: a hundred years.
    pub const MAX_DURATION_MS: u64 = 100 * 366 * 24 * 3_600 * 1_000;

    /// When failed attempts are tried again.
    pub fn retry_policy(&self) -> RetryPolicy {
        RetryPolicy {
            retries: self.retries,
            delay: Duration::from_millis(self.retry_delay_ms),
            exponential: self.retry_exponential_backoff,
            max_delay: self.max_retry_delay_ms.map(Duration::from_millis),
        }
    }

    /// After which an attempt is ended.
    pub fn execution_timeout(&self) -> Option<Duration> {
        self.execution_timeout_ms.map(Duration::from_millis)
    }

    /// What is wrong with the values, if anything.
    pub fn check(&self) -> Result<(), String> {
        if self.pool_slots == 0 {
            return Err("pool_slots is 0; a task holds at least 1".into());
        }
        if self.retries > 10_000 {
            return Err(format!("retries is {}; at most 10000 are allowed", self.retries));
        }
        if self.execution_timeout_ms == Some(0) {
            return Err("execution_timeout is 0; leave it out for none".into());
        }
        let is_free = matches!(self.trigger_rule, TriggerRule::AllSuccess | TriggerRule::AllDoneSetupSuccess);
        if self.role.is_teardown() && !is_free {
            return Err(
                "a teardown has a trigger rule of its own, all_done_setup_success; leave trigger_rule out".into()
            );
        }
        if self.max_active_tis_per_dag == Some(0) || self.max_active_tis_per_dagrun == Some(0) {
            return Err("max_active_tis_per_dag or max_active_tis_per_dagrun is 0, so that it would never run".into());
        }
        let longest = [Some(self.retry_delay_ms), self.max_retry_delay_ms, self.execution_timeout_ms, self.sla_ms];
        if longest.into_iter().flatten().any(|ms| ms > Self::MAX_DURATION_MS) {
            return Err("a delay or timeout is longer than a hundred years".into());
        }
        Ok(())
    }
}
