//! Runs that are looked for.

use couture_core::store::{RunOrder, RunQuery, RunRecord, StoreError};

use super::runs::{read_run, run_columns};
use super::{SqlStore, limit};
use crate::sql::Args;

impl SqlStore {
    pub(super) async fn runs_found(
        &self,
        query: &RunQuery,
        offset: usize,
        most: usize,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let mut args = self.database().args();
        let conditions = conditions(query, &mut args);
        args.int(limit(most)).int(limit(offset));
        let columns = run_columns!();
        let order = order(query);
        let sql = format!("SELECT {columns} FROM dag_run{conditions} ORDER BY {order} LIMIT ? OFFSET ?");
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
        let conditions = conditions(query, &mut args);
        self.count(format!("SELECT COUNT(*) FROM dag_run{conditions}"), args).await
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
}

/// Only texts of ours: what comes from outside is bound.
fn conditions(query: &RunQuery, args: &mut Args) -> String {
    let mut parts = Vec::new();
    if let Some(dag_id) = &query.dag_id {
        args.text(dag_id.as_str());
        parts.push("dag_id = ?".to_owned());
    }
    if !query.states.is_empty() {
        let codes: Vec<_> = query.states.iter().map(|state| state.code().to_string()).collect();
        parts.push(format!("state IN ({})", codes.join(", ")));
        if query.states.iter().all(|state| !state.is_finished()) {
            // There is an index of these.
            parts.push("unfinished = 1".to_owned());
        }
    }
    if let Some(before) = query.before {
        args.int(before.as_micros());
        parts.push("logical_date < ?".to_owned());
    }
    if let Some(after) = query.after {
        args.int(after.0);
        parts.push("run_key > ?".to_owned());
    }
    if parts.is_empty() { String::new() } else { format!(" WHERE {}", parts.join(" AND ")) }
}

fn order(query: &RunQuery) -> String {
    let by = match (query.order, &query.dag_id) {
        (RunOrder::Created, Some(_)) => None,
        (RunOrder::Created, None) => Some("queued_at"),
        (RunOrder::LogicalDate, _) => Some("logical_date"),
        (RunOrder::Started, _) => Some("started_at"),
        (RunOrder::Ended, _) => Some("ended_at"),
    };
    let way = if query.descending { " DESC" } else { "" };
    match by {
        None => format!("run_key{way}"),
        // Databases differ in where they put NULL.
        Some(by @ ("started_at" | "ended_at")) => format!("{by} IS NULL, {by}{way}, run_key{way}"),
        Some(by) => format!("{by}{way}, run_key{way}"),
    }
}
