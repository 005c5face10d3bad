//! Which rows of the audit log.

use couture_core::Timestamp;

use super::audit::{AuditEntry, AuditRow};
use super::audit_pattern::AuditPattern;

/// The order of a list of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuditOrder {
    /// The newest first.
    #[default]
    NewestFirst,
    /// The oldest first: for exports.
    OldestFirst,
}

/// Which rows; what is `None` lets all through. Texts are compared as a whole, with their case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By this user.
    pub user: Option<String>,
    /// Of this owner.
    pub owner: Option<String>,
    /// Of this DAG.
    pub dag_id: Option<String>,
    /// Of this task.
    pub task_id: Option<String>,
    /// Of this run.
    pub run_id: Option<String>,
    /// Of this mapped task instance.
    pub map_index: Option<i64>,
    /// Of this try.
    pub try_number: Option<i64>,
    /// Of one of these events.
    pub events: Option<Vec<String>>,
    /// Of none of these events.
    pub excluded_events: Vec<String>,
    /// That fit all of these.
    pub patterns: Vec<AuditPattern>,
    /// From this address.
    pub source_ip: Option<String>,
    /// At this time or later.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// With an id above this one.
    pub after_id: Option<i64>,
    /// With an id below this one.
    pub before_id: Option<i64>,
    /// Whose event, user, DAG, task, run or extra holds this text, whatever its case (of ASCII letters).
    pub search: Option<String>,
    /// Of one of these DAGs, or of none at all: for whoever may not see every DAG.
    pub visible_dags: Option<Vec<String>>,
}

impl AuditFilter {
    /// The most events, and the most DAGs, that a filter may name; further ones count as not named.
    pub const MAX_NAMES: usize = 1_000;

    /// Whether it lets `row` through.
    pub fn lets_through(&self, row: &AuditRow) -> bool {
        let AuditEntry { event, user, dag_id, task_id, run_id, map_index, try_number, owner, extra, source_ip, .. } =
            &row.entry;
        let same = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        let named = |names: &[String], name: &String| names.iter().take(Self::MAX_NAMES).any(|other| other == name);
        let holds = |text: &Option<String>, part: &str| {
            text.as_deref().is_some_and(|text| text.to_ascii_lowercase().contains(part))
        };
        same(&self.user, user)
            && same(&self.owner, owner)
            && same(&self.dag_id, dag_id)
            && same(&self.task_id, task_id)
            && same(&self.run_id, run_id)
            && same(&self.source_ip, source_ip)
            && (self.map_index.is_none() || self.map_index == *map_index)
            && (self.try_number.is_none() || self.try_number == *try_number)
            && self.events.as_ref().is_none_or(|events| named(events, event))
            && !named(&self.excluded_events, event)
            && self.patterns.iter().all(|pattern| pattern.lets_through(&row.entry))
            && self.since.is_none_or(|since| row.at >= since)
            && self.until.is_none_or(|until| row.at < until)
            && self.after_id.is_none_or(|id| row.id > id)
            && self.before_id.is_none_or(|id| row.id < id)
            && self.visible_dags.as_ref().is_none_or(|dags| dag_id.as_ref().is_none_or(|dag_id| named(dags, dag_id)))
            && self.search.as_ref().is_none_or(|part| {
                let part = part.to_ascii_lowercase();
                event.to_ascii_lowercase().contains(&part)
                    || [user, dag_id, task_id, run_id, extra].into_iter().any(|text| holds(text, &part))
            })
    }
}
