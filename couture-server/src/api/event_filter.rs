//! Which rows of the audit log a list shows.

use std::time::Duration;

use couture_core::Timestamp;
use couture_store::{AuditColumn, AuditFilter, AuditPattern};
use utoipa::IntoParams;

use super::error::ApiError;
use super::pairs::Pairs;
use crate::auth::DagFilter;

/// Which rows. Texts are compared as a whole, with their case. In a `…_pattern` `%` stands for anything, `_` for one character and `|` is
/// between alternatives, and the case of letters does not matter; a `…_prefix_pattern` is how the text begins.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `event_filter` reads")]
pub(super) struct EventParams {
    dag_id: Option<String>,
    task_id: Option<String>,
    run_id: Option<String>,
    map_index: Option<i64>,
    try_number: Option<i64>,
    owner: Option<String>,
    /// Who did it.
    user: Option<String>,
    /// What happened.
    event: Option<String>,
    /// One of these; the name may come several times, and commas are between them.
    #[param(style = Form, explode = true)]
    included_events: Option<Vec<String>>,
    /// None of these.
    #[param(style = Form, explode = true)]
    excluded_events: Option<Vec<String>>,
    /// Only what changed something, and no looks: nothing that a `GET` did, nor any other request that only reads.
    changes_only: Option<bool>,
    dag_id_pattern: Option<String>,
    dag_id_prefix_pattern: Option<String>,
    task_id_pattern: Option<String>,
    task_id_prefix_pattern: Option<String>,
    run_id_pattern: Option<String>,
    run_id_prefix_pattern: Option<String>,
    owner_pattern: Option<String>,
    owner_prefix_pattern: Option<String>,
    event_pattern: Option<String>,
    event_prefix_pattern: Option<String>,
    /// From this address.
    source_ip: Option<String>,
    /// Before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    before: Option<Timestamp>,
    /// After this time.
    #[param(value_type = Option<String>, format = DateTime)]
    after: Option<Timestamp>,
    /// Whose event, user, DAG, task, run or extra holds this text, whatever its case.
    q: Option<String>,
}

/// The most bytes of a pattern.
const MAX_PATTERN_BYTES: usize = 1_000;

/// What `pairs` ask for, for whoever may see these DAGs. `views` are the names of what changes nothing.
pub(super) fn event_filter(pairs: &Pairs, dags: &DagFilter, views: &[String]) -> Result<AuditFilter, ApiError> {
    let text = |name: &str| pairs.one(name).map(String::from);
    let words = |name| pairs.words(name).map(|word| word.trim().to_owned()).collect::<Vec<_>>();
    let included = Some(words("included_events")).filter(|words| !words.is_empty());
    let events = match (text("event"), included) {
        (Some(event), Some(included)) => Some(included.into_iter().filter(|other| *other == event).collect()),
        (Some(event), None) => Some(vec![event]),
        (None, included) => included,
    };
    let mut excluded_events = if pairs.flag("changes_only")? == Some(true) { views.to_vec() } else { Vec::new() };
    excluded_events.extend(words("excluded_events"));
    Ok(AuditFilter {
        user: text("user"),
        owner: text("owner"),
        dag_id: text("dag_id"),
        task_id: text("task_id"),
        run_id: text("run_id"),
        map_index: pairs.parsed("map_index")?,
        try_number: pairs.parsed("try_number")?,
        events,
        excluded_events,
        patterns: patterns(pairs)?,
        source_ip: text("source_ip"),
        since: pairs.given_time("after")?.map(|after| after + Duration::from_micros(1)),
        until: pairs.given_time("before")?,
        search: text("q"),
        visible_dags: dags.ids().map(|ids| ids.iter().cloned().collect()),
        ..AuditFilter::default()
    })
}

fn patterns(pairs: &Pairs) -> Result<Vec<AuditPattern>, ApiError> {
    let columns = [
        ("dag_id", AuditColumn::Dag),
        ("task_id", AuditColumn::Task),
        ("run_id", AuditColumn::Run),
        ("owner", AuditColumn::Owner),
        ("event", AuditColumn::Event),
    ];
    let mut patterns = Vec::new();
    for (name, column) in columns {
        let pattern = |suffix: &str| {
            let name = format!("{name}{suffix}");
            match pairs.one(&name) {
                Some(text) if text.len() > MAX_PATTERN_BYTES => Err(ApiError::invalid(format!(
                    "{name} has {} bytes; at most {MAX_PATTERN_BYTES} are allowed",
                    text.len()
                ))),
                text => Ok(text),
            }
        };
        patterns.extend(pattern("_pattern")?.and_then(|text| AuditPattern::like(column, text)));
        patterns.extend(pattern("_prefix_pattern")?.and_then(|text| AuditPattern::prefix(column, text)));
    }
    Ok(patterns)
}
