//! Runs that are looked for.

use std::collections::BTreeSet;

use couture_core::store::{RunCount, RunOrder, RunQuery, RunRecord, Span, StoreError};
use couture_core::{DagId, RunKey, RunState, Timestamp};

use super::runs::{read_run, run_columns};
use super::{SqlStore, limit};
use crate::sql::{Args, Dialect};

/// See [`RunRecord::run_after`].
const RUN_AFTER: &str = "COALESCE(r.run_after, CASE WHEN r.run_type IN ('scheduled', 'backfill') THEN r.interval_end ELSE r.logical_date END)";

impl SqlStore {
    pub(super) async fn runs_found(
        &self,
        query: &RunQuery,
        offset: usize,
        most: usize,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let mut args = self.database().args();
        let conditions = self.run_conditions(query, &mut args);
        args.int(limit(most)).int(limit(offset));
        let columns = run_columns!();
        let order = order(query);
        self.runs_listed(format!("SELECT {columns} FROM dag_run r{conditions} ORDER BY {order} LIMIT ? OFFSET ?"), args)
            .await
    }

    async fn runs_listed(&self, sql: String, args: Args) -> Result<Vec<RunRecord>, StoreError> {
        let mut runs = Vec::new();
        self.database()
            .fetch(sql, args, |row| {
                runs.push(read_run(&row)?);
                Ok(())
            })
            .await?;
        Ok(runs)
    }

    pub(super) async fn runs_counted(&self, query: &RunQuery) -> Result<usize, StoreError> {
        let mut args = self.database().args();
        let conditions = self.run_conditions(query, &mut args);
        self.count(format!("SELECT COUNT(*) FROM dag_run r{conditions}"), args).await
    }

    pub(super) async fn runs_with_keys(&self, keys: &[RunKey]) -> Result<Vec<RunRecord>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut args = self.database().args();
        let list = bind_keys(keys, &mut args);
        let columns = run_columns!();
        self.runs_listed(format!("SELECT {columns} FROM dag_run WHERE run_key IN ({list}) ORDER BY run_key"), args)
            .await
    }

    pub(super) async fn versions_of(&self, query: &RunQuery, most: usize) -> Result<Vec<String>, StoreError> {
        let mut args = self.database().args();
        let conditions = self.run_conditions(query, &mut args);
        args.int(limit(most));
        let mut versions = Vec::new();
        let sql = format!("SELECT DISTINCT r.version FROM dag_run r{conditions} ORDER BY r.version LIMIT ?");
        self.database()
            .fetch(sql, args, |row| {
                versions.push(row.text(0)?.to_owned());
                Ok(())
            })
            .await?;
        Ok(versions)
    }

    pub(super) async fn run_states(
        &self,
        dags: Option<&BTreeSet<DagId>>,
        since: Option<Timestamp>,
    ) -> Result<Vec<RunCount>, StoreError> {
        let mut args = self.database().args();
        let queued = Span { from: since.map(Timestamp::as_micros), until: None };
        let query = RunQuery { among: dags.cloned(), queued, ..RunQuery::default() };
        let conditions = self.run_conditions(&query, &mut args);
        let mut counts = Vec::new();
        let sql = format!(
            "SELECT r.dag_id, r.state, COUNT(*) FROM dag_run r{conditions} GROUP BY r.dag_id, r.state \
             ORDER BY r.dag_id, r.state"
        );
        self.database()
            .fetch(sql, args, |row| {
                counts.push(RunCount {
                    dag_id: row.parsed(0, DagId::new)?,
                    state: row.number(1, RunState::from_code)?,
                    count: row.number(2, |count| usize::try_from(count).ok())?,
                });
                Ok(())
            })
            .await?;
        Ok(counts)
    }

    pub(super) async fn dates_of_runs(
        &self,
        dag_id: &DagId,
        first: Timestamp,
        last: Timestamp,
        most: usize,
    ) -> Result<Vec<(Timestamp, RunState)>, StoreError> {
        let mut args = self.database().args();
        args.text(dag_id.as_str()).int(first.as_micros()).int(last.as_micros()).int(limit(most));
        let sql = "SELECT logical_date, state FROM dag_run WHERE dag_id = ? AND logical_date >= ? AND logical_date <= ? \
                   ORDER BY logical_date, run_key LIMIT ?";
        let mut dates = Vec::new();
        self.database()
            .fetch(sql, args, |row| {
                dates.push((Timestamp::from_micros(row.int(0)?), row.number(1, RunState::from_code)?));
                Ok(())
            })
            .await?;
        Ok(dates)
    }

    /// The one number that a statement answers.
    pub(super) async fn count(&self, sql: String, args: Args) -> Result<usize, StoreError> {
        let mut count = 0;
        self.database()
            .fetch(sql, args, |row| {
                count = row.number(0, |number| usize::try_from(number).ok())?;
                Ok(())
            })
            .await?;
        Ok(count)
    }

    /// What follows `FROM dag_run r`.
    fn run_conditions(&self, query: &RunQuery, args: &mut Args) -> String {
        let parts = conditions(self.database().dialect(), query, args);
        if parts.is_empty() { String::new() } else { format!(" WHERE {}", parts.join(" AND ")) }
    }
}

/// Keys as arguments, and the text of the list of them.
pub(super) fn bind_keys(keys: &[RunKey], args: &mut Args) -> String {
    for key in keys {
        args.int(key.0);
    }
    vec!["?"; keys.len()].join(", ")
}

/// The conditions on a run `r`. Only texts of ours: what comes from outside is bound.
pub(super) fn conditions(dialect: &dyn Dialect, query: &RunQuery, args: &mut Args) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(dag_id) = &query.dag_id {
        args.text(dag_id.as_str());
        parts.push("r.dag_id = ?".to_owned());
    }
    if let Some(among) = &query.among {
        for dag_id in among {
            args.text(dag_id.as_str());
        }
        // An empty list is an error to some databases.
        let list = if among.is_empty() { "NULL".to_owned() } else { vec!["?"; among.len()].join(", ") };
        parts.push(format!("r.dag_id IN ({list})"));
    }
    if !query.states.is_empty() {
        let codes: Vec<_> = query.states.iter().map(|state| state.code().to_string()).collect();
        parts.push(format!("r.state IN ({})", codes.join(", ")));
        if query.states.iter().all(|state| !state.is_finished()) {
            // There is an index of these.
            parts.push("r.unfinished = 1".to_owned());
        }
    }
    if !query.run_types.is_empty() {
        let names: Vec<_> = query.run_types.iter().map(|run_type| format!("'{run_type}'")).collect();
        parts.push(format!("r.run_type IN ({})", names.join(", ")));
    }
    if let Some(ids) = &query.ids {
        for run_id in ids {
            args.text(run_id.as_str());
        }
        let list = if ids.is_empty() { "NULL".to_owned() } else { vec!["?"; ids.len()].join(", ") };
        parts.push(format!("r.run_id IN ({list})"));
    }
    for (column, pattern) in [("r.run_id", &query.run_id), ("r.triggering_user", &query.user)] {
        if let Some(pattern) = pattern {
            args.text(&format!("%{}%", pattern.to_ascii_lowercase().replace('!', "!!")));
            parts.push(format!("{} LIKE ? ESCAPE '!'", dialect.folded(column)));
        }
    }
    if let Some(before) = query.before {
        args.int(before.as_micros());
        parts.push("r.logical_date < ?".to_owned());
    }
    if let Some(after) = query.after {
        args.int(after.0);
        parts.push("r.run_key > ?".to_owned());
    }
    let spans = [
        ("r.logical_date", &query.logical_date),
        (RUN_AFTER, &query.run_after),
        ("r.queued_at", &query.queued),
        ("r.started_at", &query.started),
        ("r.ended_at", &query.ended),
        ("(r.ended_at - r.started_at)", &query.duration),
    ];
    spans.into_iter().for_each(|(column, span)| in_span(&mut parts, column, span, args));
    parts
}

/// The conditions that `column` is in `span`; what is NULL is in none that has a bound.
pub(super) fn in_span(parts: &mut Vec<String>, column: &str, span: &Span, args: &mut Args) {
    for (bound, relation) in [(span.from, ">="), (span.until, "<=")] {
        if let Some(bound) = bound {
            args.int(bound);
            parts.push(format!("{column} {relation} ?"));
        }
    }
}

fn order(query: &RunQuery) -> String {
    let by = match (query.order, &query.dag_id) {
        (RunOrder::Created, Some(_)) => None,
        (RunOrder::Created, None) => Some("r.queued_at"),
        (RunOrder::LogicalDate, _) => Some("r.logical_date"),
        (RunOrder::RunAfter, _) => Some(RUN_AFTER),
        (RunOrder::Started, _) => Some("r.started_at"),
        (RunOrder::Ended, _) => Some("r.ended_at"),
        (RunOrder::Duration, _) => Some("(r.ended_at - r.started_at)"),
        (RunOrder::State, _) => Some("r.state"),
        (RunOrder::Id, _) => Some("r.run_id"),
        (RunOrder::Dag, Some(_)) => None,
        (RunOrder::Dag, None) => Some("r.dag_id"),
    };
    let way = if query.descending { " DESC" } else { "" };
    match (by, query.order) {
        (None, _) => format!("r.run_key{way}"),
        // Databases differ in where they put NULL.
        (Some(by), RunOrder::Started | RunOrder::Ended | RunOrder::Duration) => {
            format!("{by} IS NULL, {by}{way}, r.run_key{way}")
        }
        (Some(by), _) => format!("{by}{way}, r.run_key{way}"),
    }
}
