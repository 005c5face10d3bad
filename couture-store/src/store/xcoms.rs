//! Values given to later tasks.

use couture_core::store::StoreError;
use couture_core::task::XComValue;
use couture_core::{MapIndex, RunKey, TaskIndex};
use sqlx::Error;

use super::SqlStore;
use crate::sql::Row;

/// The value in the two columns from `at`: whether it is elsewhere, and its text.
fn read_value(row: &Row, at: usize) -> Result<XComValue, Error> {
    let content = row.text(at + 1)?.into();
    Ok(if row.int(at)? == 0 { XComValue::Json(content) } else { XComValue::Artifact(content) })
}

impl SqlStore {
    pub(super) async fn xcom_of(
        &self,
        run: RunKey,
        task: TaskIndex,
        map_index: MapIndex,
        key: &str,
    ) -> Result<Option<XComValue>, StoreError> {
        let mut args = self.database().args();
        args.int(run.0).int(task.0.into()).int(map_index.0.into()).text(key).int(run.0);
        let mut value = None;
        // What was given with an earlier row of the instance does not count: the row has another sequence by now. So a commit
        // never has to look for, and delete, what was given before.
        let sql = "SELECT x.is_artifact, x.content FROM xcom x JOIN task_instance t \
                   ON t.run_key = x.run_key AND t.task_index = x.task_index AND t.map_index = x.map_index \
                   AND t.sequence = x.sequence \
                   WHERE x.run_key = ? AND x.task_index = ? AND x.map_index = ? AND x.xcom_key = ? \
                   AND EXISTS (SELECT 1 FROM dag_run WHERE run_key = ?)";
        self.database()
            .fetch(sql, args, |row| {
                value = Some(read_value(&row, 0)?);
                Ok(())
            })
            .await?;
        Ok(value)
    }

    pub(super) async fn xcoms_of(
        &self,
        run: RunKey,
        task: TaskIndex,
        key: &str,
    ) -> Result<Vec<(MapIndex, XComValue)>, StoreError> {
        let mut args = self.database().args();
        args.int(run.0).int(task.0.into()).text(key).int(run.0);
        let mut values = Vec::new();
        let sql = "SELECT x.map_index, x.is_artifact, x.content FROM xcom x JOIN task_instance t \
                   ON t.run_key = x.run_key AND t.task_index = x.task_index AND t.map_index = x.map_index \
                   AND t.sequence = x.sequence \
                   WHERE x.run_key = ? AND x.task_index = ? AND x.xcom_key = ? \
                   AND EXISTS (SELECT 1 FROM dag_run WHERE run_key = ?) ORDER BY x.map_index";
        self.database()
            .fetch(sql, args, |row| {
                let map_index = MapIndex(row.number(0, |number| i32::try_from(number).ok())?);
                values.push((map_index, read_value(&row, 1)?));
                Ok(())
            })
            .await?;
        Ok(values)
    }
}
