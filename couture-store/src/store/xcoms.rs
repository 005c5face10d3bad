//! Values given to later tasks.

use couture_core::store::{GivenXCom, StoreError, XComFilter};
use couture_core::task::{XCom, XComValue};
use couture_core::{DagId, MapIndex, RunId, RunKey, TaskIndex, Timestamp};
use sqlx::Error;

use super::{SqlStore, limit};
use crate::sql::{Args, Row};

/// XComs that count, with their instances and their runs.
const ALL: &str = "FROM xcom x JOIN task_instance t \
    ON t.run_key = x.run_key AND t.task_index = x.task_index AND t.map_index = x.map_index AND t.sequence = x.sequence \
    JOIN dag_run r ON r.run_key = x.run_key";

/// The value in the two columns from `at`: whether it is elsewhere, and its text.
fn read_value(row: &Row, at: usize) -> Result<XComValue, Error> {
    let content = row.text(at + 1)?.into();
    Ok(if row.int(at)? == 0 { XComValue::Json(content) } else { XComValue::Artifact(content) })
}

/// Whether a value is elsewhere, and its text.
pub(super) fn content(value: &XComValue) -> (bool, &str) {
    match value {
        XComValue::Json(text) => (false, text),
        XComValue::Artifact(key) => (true, key),
    }
}

fn read_map_index(row: &Row, at: usize) -> Result<MapIndex, Error> {
    row.number(at, |number| i32::try_from(number).ok()).map(MapIndex)
}

fn read_given(row: &Row) -> Result<GivenXCom, Error> {
    Ok(GivenXCom {
        run: RunKey(row.int(0)?),
        dag_id: row.parsed(1, DagId::new)?,
        run_id: row.parsed(2, RunId::new)?,
        logical_date: Timestamp::from_micros(row.int(3)?),
        version: row.text(4)?.to_owned(),
        task: TaskIndex(row.number(5, |number| u32::try_from(number).ok())?),
        map_index: read_map_index(row, 6)?,
        key: row.text(7)?.into(),
        at: row.opt_int(8)?.map(Timestamp::from_micros),
        bytes: u64::try_from(row.int(9)?).ok(),
    })
}

/// Only texts of ours: what comes from outside is bound.
fn conditions(filter: &XComFilter, args: &mut Args) -> String {
    let XComFilter { dag_id, run, task, map_index, key } = filter;
    let mut parts = Vec::new();
    if let Some(dag_id) = dag_id {
        args.text(dag_id.as_str());
        parts.push("r.dag_id = ?");
    }
    if let Some(run) = run {
        args.int(run.0);
        parts.push("x.run_key = ?");
    }
    if let Some(task) = task {
        args.int(task.0.into());
        parts.push("x.task_index = ?");
    }
    if let Some(map_index) = map_index {
        args.int(map_index.0.into());
        parts.push("x.map_index = ?");
    }
    if let Some(key) = key {
        args.text(key);
        parts.push("x.xcom_key = ?");
    }
    if parts.is_empty() { String::new() } else { format!(" WHERE {}", parts.join(" AND ")) }
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
                values.push((read_map_index(&row, 0)?, read_value(&row, 1)?));
                Ok(())
            })
            .await?;
        Ok(values)
    }

    pub(super) async fn newest_xcoms_of(
        &self,
        run: RunKey,
        task: TaskIndex,
        most: usize,
    ) -> Result<Vec<(MapIndex, XCom)>, StoreError> {
        let mut args = self.database().args();
        args.int(run.0).int(task.0.into()).int(limit(most));
        let mut found = Vec::new();
        // Databases differ in where they put NULL.
        let sql = format!(
            "SELECT x.map_index, x.xcom_key, x.is_artifact, x.content {ALL} WHERE x.run_key = ? AND x.task_index = ? \
             ORDER BY t.ended_at IS NULL, t.ended_at DESC, x.map_index DESC, x.ordinal DESC LIMIT ?"
        );
        self.database()
            .fetch(sql, args, |row| {
                let xcom = XCom { key: row.text(1)?.into(), value: read_value(&row, 2)? };
                found.push((read_map_index(&row, 0)?, xcom));
                Ok(())
            })
            .await?;
        Ok(found)
    }

    pub(super) async fn xcoms_found(
        &self,
        filter: &XComFilter,
        offset: usize,
        most: usize,
    ) -> Result<Vec<GivenXCom>, StoreError> {
        let mut args = self.database().args();
        let conditions = conditions(filter, &mut args);
        args.int(limit(most)).int(limit(offset));
        // The length as a wide number, in every database.
        let sql = format!(
            "SELECT x.run_key, r.dag_id, r.run_id, r.logical_date, r.version, x.task_index, x.map_index, x.xcom_key, \
             t.ended_at, CASE x.is_artifact WHEN 0 THEN OCTET_LENGTH(x.content) ELSE -x.is_artifact END {ALL}{conditions} \
             ORDER BY x.run_key DESC, x.task_index, x.map_index, x.xcom_key LIMIT ? OFFSET ?"
        );
        let mut found = Vec::new();
        self.database()
            .fetch(sql, args, |row| {
                found.push(read_given(&row)?);
                Ok(())
            })
            .await?;
        Ok(found)
    }

    pub(super) async fn xcoms_counted(&self, filter: &XComFilter) -> Result<usize, StoreError> {
        let mut args = self.database().args();
        let conditions = conditions(filter, &mut args);
        self.count(format!("SELECT COUNT(*) {ALL}{conditions}"), args).await
    }
}
