//! Backfills.

use couture_core::store::{Backfill, BackfillState, Reprocess, StoreError};
use couture_core::{DagId, Timestamp};
use sqlx::Error;

use super::{SqlStore, limit};
use crate::sql::{Args, Row};

/// What [`read_backfill`] reads.
macro_rules! backfill_columns {
    () => {
        "number, dag_id, first_date, last_date, max_active_runs, reprocess, is_reverse, conf, state, reached, created_at, \
         ended_at"
    };
}
pub(super) use backfill_columns;

const STATES: [(BackfillState, &str); 4] = [
    (BackfillState::Running, "running"),
    (BackfillState::Paused, "paused"),
    (BackfillState::Finished, "finished"),
    (BackfillState::Cancelled, "cancelled"),
];

const REPROCESS: [(Reprocess, &str); 3] =
    [(Reprocess::None, "none"), (Reprocess::Failed, "failed"), (Reprocess::Completed, "completed")];

fn name<T: PartialEq>(names: &[(T, &'static str)], value: &T) -> &'static str {
    names.iter().find(|(named, _)| named == value).map(|(_, name)| *name).expect("all are named")
}

fn named<T: Copy>(names: &[(T, &str)], text: &str) -> Result<T, String> {
    names.iter().find(|(_, name)| *name == text).map(|(value, _)| *value).ok_or_else(|| format!("{text:?}"))
}

/// Adds the whole row of `backfill`, of which `conf` is the configuration.
pub(super) fn bind(args: &mut Args, backfill: &Backfill, conf: &str) {
    args.int(backfill.number).text(backfill.dag_id.as_str());
    args.int(backfill.from.as_micros()).int(backfill.to.as_micros()).int(backfill.max_active_runs.into());
    args.text(name(&REPROCESS, &backfill.reprocess)).int(backfill.reverse.into()).text(conf);
    args.text(name(&STATES, &backfill.state)).opt_int((!backfill.state.is_over()).then_some(1));
    args.opt_int(backfill.reached.map(Timestamp::as_micros)).int(backfill.created_at.as_micros());
    args.opt_int(backfill.ended_at.map(Timestamp::as_micros));
}

pub(super) fn read_backfill(row: &Row) -> Result<Backfill, Error> {
    let time = |at| row.int(at).map(Timestamp::from_micros);
    let opt_time = |at| Ok::<_, Error>(row.opt_int(at)?.map(Timestamp::from_micros));
    Ok(Backfill {
        number: row.int(0)?,
        dag_id: row.parsed(1, DagId::new)?,
        from: time(2)?,
        to: time(3)?,
        max_active_runs: row.number(4, |number| u32::try_from(number).ok())?,
        reprocess: row.parsed(5, |text| named(&REPROCESS, text))?,
        reverse: row.int(6)? != 0,
        conf: row.parsed(7, serde_json::from_str)?,
        state: row.parsed(8, |text| named(&STATES, text))?,
        reached: opt_time(9)?,
        created_at: time(10)?,
        ended_at: opt_time(11)?,
    })
}

impl SqlStore {
    pub(super) async fn backfills_before(
        &self,
        dag_id: Option<&DagId>,
        before: Option<i64>,
        most: usize,
    ) -> Result<Vec<Backfill>, StoreError> {
        let mut args = self.database().args();
        let of_dag = concat!(
            "SELECT ",
            backfill_columns!(),
            " FROM backfill WHERE dag_id = ? AND number < ? ORDER BY number DESC LIMIT ?"
        );
        let of_all =
            concat!("SELECT ", backfill_columns!(), " FROM backfill WHERE number < ? ORDER BY number DESC LIMIT ?");
        if let Some(dag_id) = dag_id {
            args.text(dag_id.as_str());
        }
        args.int(before.unwrap_or(i64::MAX)).int(limit(most));
        let mut backfills = Vec::new();
        self.database()
            .fetch(if dag_id.is_some() { of_dag } else { of_all }, args, |row| {
                backfills.push(read_backfill(&row)?);
                Ok(())
            })
            .await?;
        Ok(backfills)
    }
}
