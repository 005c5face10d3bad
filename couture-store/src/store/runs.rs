//! DAG runs.

use couture_core::schedule::DataInterval;
use couture_core::store::{RunChange, RunOrigin, RunRecord, StoreError};
use couture_core::{DagId, RunId, RunKey, RunState, Timestamp};
use rustc_hash::FxHashSet;
use sqlx::Error;

use super::{SqlStore, limit};
use crate::sql::{Args, Row, unexpected};

/// What [`read_run`] reads.
macro_rules! run_columns {
    () => {
        "run_key, dag_id, version, run_id, run_type, logical_date, queued_at, state, started_at, ended_at, cancelled, conf, \
         interval_start, interval_end, backfill, triggered_by, triggering_user, run_after"
    };
}
pub(super) use run_columns;

/// Adds what can change of a run: state, start, end, cancelled, unfinished.
pub(super) fn bind_change(args: &mut Args, change: &RunChange) {
    args.int(change.state.code());
    args.opt_int(change.started_at.map(Timestamp::as_micros)).opt_int(change.ended_at.map(Timestamp::as_micros));
    args.int(change.cancelled.into()).opt_int((!change.state.is_finished()).then_some(1));
}

pub(super) fn read_run(row: &Row) -> Result<RunRecord, Error> {
    let time = |at| Ok::<_, Error>(row.opt_int(at)?.map(Timestamp::from_micros));
    Ok(RunRecord {
        key: RunKey(row.int(0)?),
        dag_id: row.parsed(1, DagId::new)?,
        version: row.text(2)?.to_owned(),
        run_id: row.parsed(3, RunId::new)?,
        run_type: row.parsed(4, str::parse)?,
        logical_date: Timestamp::from_micros(row.int(5)?),
        data_interval: DataInterval::new(Timestamp::from_micros(row.int(12)?), Timestamp::from_micros(row.int(13)?)),
        backfill: row.opt_int(14)?,
        origin: RunOrigin {
            triggered_by: row
                .opt_text(15)?
                .map(str::parse)
                .transpose()
                .map_err(|error: String| unexpected(15, error))?,
            user: row.opt_text(16)?.map(String::from),
            run_after: time(17)?,
        },
        queued_at: Timestamp::from_micros(row.int(6)?),
        state: row.number(7, RunState::from_code)?,
        started_at: time(8)?,
        ended_at: time(9)?,
        cancelled: row.int(10)? != 0,
        conf: row.parsed(11, serde_json::from_str)?,
    })
}

impl SqlStore {
    async fn run_list(&self, sql: &'static str, args: Args) -> Result<Vec<RunRecord>, StoreError> {
        let mut runs = Vec::new();
        self.database()
            .fetch(sql, args, |row| {
                runs.push(read_run(&row)?);
                Ok(())
            })
            .await?;
        Ok(runs)
    }

    pub(super) async fn runs_before(
        &self,
        dag_id: Option<&DagId>,
        before: Option<RunKey>,
        most: usize,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let mut args = self.database().args();
        let before = before.map_or(i64::MAX, |key| key.0);
        match dag_id {
            Some(dag_id) => {
                args.text(dag_id.as_str()).int(before).int(limit(most));
                let sql = concat!(
                    "SELECT ",
                    run_columns!(),
                    " FROM dag_run WHERE dag_id = ? AND run_key < ? ORDER BY run_key DESC LIMIT ?"
                );
                self.run_list(sql, args).await
            }
            None => {
                args.int(before).int(limit(most));
                let sql =
                    concat!("SELECT ", run_columns!(), " FROM dag_run WHERE run_key < ? ORDER BY run_key DESC LIMIT ?");
                self.run_list(sql, args).await
            }
        }
    }

    pub(super) async fn run_by_id(&self, dag_id: &DagId, run_id: &RunId) -> Result<Option<RunRecord>, StoreError> {
        let mut args = self.database().args();
        args.text(dag_id.as_str()).text(run_id.as_str());
        let sql = concat!("SELECT ", run_columns!(), " FROM dag_run WHERE dag_id = ? AND run_id = ?");
        Ok(self.run_list(sql, args).await?.pop())
    }

    pub(super) async fn state_of(&self, run: RunKey) -> Result<Option<RunState>, StoreError> {
        let mut args = self.database().args();
        args.int(run.0);
        let mut state = None;
        self.database()
            .fetch("SELECT state FROM dag_run WHERE run_key = ?", args, |row| {
                state = Some(row.number(0, RunState::from_code)?);
                Ok(())
            })
            .await?;
        Ok(state)
    }

    pub(super) async fn run_before(
        &self,
        dag_id: &DagId,
        before: Timestamp,
        scheduled_only: bool,
    ) -> Result<Option<RunKey>, StoreError> {
        let mut args = self.database().args();
        args.text(dag_id.as_str()).int(before.as_micros());
        let any = "SELECT run_key FROM dag_run WHERE dag_id = ? AND logical_date < ? \
                   ORDER BY logical_date DESC, run_key DESC LIMIT 1";
        let scheduled = "SELECT run_key FROM dag_run WHERE dag_id = ? AND logical_date < ? \
                         AND run_type IN ('scheduled', 'backfill') ORDER BY logical_date DESC, run_key DESC LIMIT 1";
        let mut found = None;
        self.database()
            .fetch(if scheduled_only { scheduled } else { any }, args, |row| {
                found = Some(RunKey(row.int(0)?));
                Ok(())
            })
            .await?;
        Ok(found)
    }

    pub(super) async fn runs_of_dates(
        &self,
        dag_id: &DagId,
        first: Timestamp,
        last: Timestamp,
        most: usize,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let mut args = self.database().args();
        args.text(dag_id.as_str()).int(first.as_micros()).int(last.as_micros()).int(limit(most));
        let sql = concat!(
            "SELECT ",
            run_columns!(),
            " FROM dag_run WHERE dag_id = ? AND logical_date >= ? AND logical_date <= ? \
             ORDER BY logical_date, run_key LIMIT ?"
        );
        self.run_list(sql, args).await
    }

    pub(super) async fn run_ids_among(&self, dag_id: &DagId, run_ids: &[RunId]) -> Result<Vec<RunId>, StoreError> {
        let mut found = FxHashSet::default();
        let mut left = run_ids;
        while !left.is_empty() {
            let (count, sql) = self.inner.statements.run_ids.statement(left.len());
            let (now, later) = left.split_at(count);
            let mut args = self.database().args();
            args.text(dag_id.as_str());
            for run_id in now {
                args.text(run_id.as_str());
            }
            self.database()
                .fetch(sql.to_string(), args, |row| {
                    found.insert(row.text(0)?.to_owned());
                    Ok(())
                })
                .await?;
            left = later;
        }
        Ok(run_ids.iter().filter(|run_id| found.contains(run_id.as_str())).cloned().collect())
    }
}
