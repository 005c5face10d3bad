//! Values given to later tasks.

use couture_core::store::StoreError;
use couture_core::task::XComValue;
use couture_core::{MapIndex, RunKey, TaskIndex};

use super::SqlStore;

impl SqlStore {
    pub(super) async fn xcom_of(
        &self,
        run: RunKey,
        task: TaskIndex,
        map_index: MapIndex,
        key: &str,
    ) -> Result<Option<XComValue>, StoreError> {
        let mut args = self.database().args();
        args.int(run.0).int(task.0.into()).int(map_index.0.into()).text(key);
        let mut value = None;
        // What was given with an earlier row of the instance does not count: the row has another sequence by now. So a commit
        // never has to look for, and delete, what was given before.
        let sql = "SELECT x.is_artifact, x.content FROM xcom x JOIN task_instance t \
                   ON t.run_key = x.run_key AND t.task_index = x.task_index AND t.map_index = x.map_index \
                   AND t.sequence = x.sequence \
                   WHERE x.run_key = ? AND x.task_index = ? AND x.map_index = ? AND x.xcom_key = ?";
        self.database()
            .fetch(sql, args, |row| {
                let content = row.text(1)?.into();
                value = Some(if row.int(0)? == 0 { XComValue::Json(content) } else { XComValue::Artifact(content) });
                Ok(())
            })
            .await?;
        Ok(value)
    }
}
