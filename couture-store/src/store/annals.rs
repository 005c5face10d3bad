//! Notes, past versions, and XComs that people change.

use async_trait::async_trait;
use couture_core::store::{Annals, Note, NotePlace, PastVersion, StoreError};
use couture_core::task::XComValue;
use couture_core::{DagId, MapIndex, RunKey, TaskIndex, Timestamp};

use super::run_queries::bind_keys;
use super::xcoms::content;
use super::{SqlStore, limit};
use crate::sql::{RunError, Script};

/// The task of a note on a run itself.
const NO_TASK: i64 = -1;

/// How often a version is written whose number another process takes meanwhile.
const ATTEMPTS: usize = 4;

impl SqlStore {
    fn annals_statement(&self, sql: &'static str) -> std::sync::Arc<str> {
        self.database().dialect().placeholders(sql.into()).into()
    }

    /// Whether it was written; not where a row was in the way.
    async fn written(&self, script: Script) -> Result<bool, StoreError> {
        match self.database().run(script).await {
            Ok(()) => Ok(true),
            Err(RunError::Guard | RunError::Unique) => Ok(false),
            Err(RunError::Sql(error)) => Err(self.database().fault(error)),
        }
    }
}

fn place_numbers(place: NotePlace) -> [i64; 3] {
    let (task, map_index) =
        place.instance.map_or((NO_TASK, -1), |(task, map_index)| (task.0.into(), map_index.0.into()));
    [place.run.0, task, map_index]
}

#[async_trait]
impl Annals for SqlStore {
    async fn notes(&self, runs: &[RunKey]) -> Result<Vec<(NotePlace, Note)>, StoreError> {
        if runs.is_empty() {
            return Ok(Vec::new());
        }
        let mut args = self.database().args();
        let list = bind_keys(runs, &mut args);
        let sql = format!(
            "SELECT run_key, task_index, map_index, note, author, written_at FROM note WHERE run_key IN ({list}) \
             ORDER BY run_key, task_index, map_index"
        );
        let mut notes = Vec::new();
        self.database()
            .fetch(sql, args, |row| {
                let map_index = MapIndex(row.number(2, |at| i32::try_from(at).ok())?);
                let instance = match row.int(1)? {
                    NO_TASK => None,
                    _ => Some((TaskIndex(row.number(1, |at| u32::try_from(at).ok())?), map_index)),
                };
                let note = Note {
                    text: row.text(3)?.to_owned(),
                    author: row.opt_text(4)?.map(String::from),
                    at: Timestamp::from_micros(row.int(5)?),
                };
                notes.push((NotePlace { run: RunKey(row.int(0)?), instance }, note));
                Ok(())
            })
            .await?;
        Ok(notes)
    }

    async fn set_note(&self, place: NotePlace, note: Option<&Note>) -> Result<(), StoreError> {
        let mut script = Script::new(self.database());
        let [run, task, map_index] = place_numbers(place);
        let delete = self.annals_statement("DELETE FROM note WHERE run_key = ? AND task_index = ? AND map_index = ?");
        script.step(&delete, 1).int(run).int(task).int(map_index);
        if let Some(note) = note {
            let insert = self.annals_statement(
                "INSERT INTO note (run_key, task_index, map_index, note, author, written_at) VALUES (?, ?, ?, ?, ?, ?)",
            );
            let args = script.step(&insert, 1).int(run).int(task).int(map_index).text(&note.text);
            args.opt_text(note.author.as_deref()).int(note.at.as_micros());
        }
        // Of two who write at once one comes last, whichever.
        self.written(script).await.map(drop)
    }

    async fn version_seen(
        &self,
        dag_id: &DagId,
        version: &str,
        source: Option<&str>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let insert = self
            .annals_statement("INSERT INTO dag_past (dag_id, number, version, seen_at, source) VALUES (?, ?, ?, ?, ?)");
        for _ in 0..ATTEMPTS {
            let last = self.past_versions(dag_id, 0, 1).await?.pop();
            if last.as_ref().is_some_and(|last| last.version == version) {
                return Ok(());
            }
            let mut script = Script::new(self.database());
            let number = last.map_or(0, |last| last.number) + 1;
            let args = script.step(&insert, 1).text(dag_id.as_str()).int(number.into()).text(version);
            args.int(at.as_micros()).opt_text(source);
            if self.written(script).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn past_versions(&self, dag_id: &DagId, offset: usize, most: usize) -> Result<Vec<PastVersion>, StoreError> {
        let mut args = self.database().args();
        args.text(dag_id.as_str()).int(limit(most)).int(limit(offset));
        let sql =
            "SELECT number, version, seen_at FROM dag_past WHERE dag_id = ? ORDER BY number DESC LIMIT ? OFFSET ?";
        let mut versions = Vec::new();
        self.database()
            .fetch(sql, args, |row| {
                versions.push(PastVersion {
                    number: row.number(0, |number| u32::try_from(number).ok())?,
                    version: row.text(1)?.to_owned(),
                    at: Timestamp::from_micros(row.int(2)?),
                });
                Ok(())
            })
            .await?;
        Ok(versions)
    }

    async fn source(&self, dag_id: &DagId, number: u32) -> Result<Option<String>, StoreError> {
        let mut args = self.database().args();
        args.text(dag_id.as_str()).int(number.into());
        let mut source = None;
        self.database()
            .fetch("SELECT source FROM dag_past WHERE dag_id = ? AND number = ?", args, |row| {
                source = row.opt_text(0)?.map(String::from);
                Ok(())
            })
            .await?;
        Ok(source)
    }

    async fn set_xcom(
        &self,
        run: RunKey,
        (task, map_index): (TaskIndex, MapIndex),
        key: &str,
        value: Option<&XComValue>,
    ) -> Result<bool, StoreError> {
        let mut args = self.database().args();
        args.int(run.0).int(task.0.into()).int(map_index.0.into());
        let sql = "SELECT COUNT(*) FROM task_instance t JOIN dag_run r ON r.run_key = t.run_key \
                   WHERE t.run_key = ? AND t.task_index = ? AND t.map_index = ?";
        if self.count(sql.to_owned(), args).await? == 0 {
            return Ok(false);
        }
        let mut script = Script::new(self.database());
        let delete = self.annals_statement(
            "DELETE FROM xcom WHERE run_key = ? AND task_index = ? AND map_index = ? AND xcom_key = ?",
        );
        script.step(&delete, 1).int(run.0).int(task.0.into()).int(map_index.0.into()).text(key);
        if let Some(value) = value {
            // A value counts while its sequence is that of its instance.
            let insert = self.annals_statement(
                "INSERT INTO xcom (run_key, task_index, map_index, xcom_key, sequence, is_artifact, content, ordinal) \
                 SELECT run_key, task_index, map_index, ?, sequence, ?, ?, 0 FROM task_instance \
                 WHERE run_key = ? AND task_index = ? AND map_index = ?",
            );
            let (is_artifact, text) = content(value);
            let args = script.step(&insert, 1).text(key).int(is_artifact.into()).text(text);
            args.int(run.0).int(task.0.into()).int(map_index.0.into());
        }
        self.written(script).await
    }
}
