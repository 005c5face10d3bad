//! Tasks that were not done in time.

use couture_core::store::{SlaMiss, StoreError};
use couture_core::{DagId, RunKey, TaskId, Timestamp};
use sqlx::Error;

use super::{SqlStore, limit};
use crate::sql::Row;

/// What [`read_sla_miss`] reads, of a table or alias `m`.
macro_rules! sla_miss_columns {
    () => {
        "m.dag_id, m.logical_date, m.task_id, m.run_key, m.found_at"
    };
}
pub(super) use sla_miss_columns;

pub(super) fn read_sla_miss(row: &Row) -> Result<SlaMiss, Error> {
    Ok(SlaMiss {
        dag_id: row.parsed(0, DagId::new)?,
        logical_date: Timestamp::from_micros(row.int(1)?),
        task_id: row.parsed(2, TaskId::new)?,
        run: RunKey(row.int(3)?),
        at: Timestamp::from_micros(row.int(4)?),
    })
}

impl SqlStore {
    pub(super) async fn newest_sla_misses(
        &self,
        dag_id: Option<&DagId>,
        most: usize,
    ) -> Result<Vec<SlaMiss>, StoreError> {
        let mut args = self.database().args();
        let of_dag = concat!(
            "SELECT ",
            sla_miss_columns!(),
            " FROM sla_miss m WHERE m.dag_id = ? ORDER BY m.logical_date DESC, m.task_id LIMIT ?"
        );
        let of_all = concat!(
            "SELECT ",
            sla_miss_columns!(),
            " FROM sla_miss m ORDER BY m.logical_date DESC, m.dag_id, m.task_id LIMIT ?"
        );
        if let Some(dag_id) = dag_id {
            args.text(dag_id.as_str());
        }
        args.int(limit(most));
        let mut misses = Vec::new();
        self.database()
            .fetch(if dag_id.is_some() { of_dag } else { of_all }, args, |row| {
                misses.push(read_sla_miss(&row)?);
                Ok(())
            })
            .await?;
        Ok(misses)
    }
}
