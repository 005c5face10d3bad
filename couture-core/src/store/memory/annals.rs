//! Notes, past versions, and XComs that people change.

use async_trait::async_trait;

use super::MemoryStore;
use super::run::Place;
use crate::ids::{DagId, MapIndex, RunKey, TaskIndex};
use crate::store::{Annals, Note, NotePlace, PastVersion, StoreError};
use crate::task::{XCom, XComValue};
use crate::time::Timestamp;

#[async_trait]
impl Annals for MemoryStore {
    async fn notes(&self, runs: &[RunKey]) -> Result<Vec<(NotePlace, Note)>, StoreError> {
        let contents = self.contents();
        let notes = contents.notes.iter().filter(|(place, _)| runs.contains(&place.run));
        Ok(notes.map(|(place, note)| (*place, note.clone())).collect())
    }

    async fn set_note(&self, place: NotePlace, note: Option<&Note>) -> Result<(), StoreError> {
        let mut contents = self.contents();
        match note {
            Some(note) => drop(contents.notes.insert(place, note.clone())),
            None => drop(contents.notes.remove(&place)),
        }
        Ok(())
    }

    async fn version_seen(
        &self,
        dag_id: &DagId,
        version: &str,
        source: Option<&str>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut contents = self.contents();
        let versions = contents.past_versions.entry(dag_id.clone()).or_default();
        if versions.last().is_none_or(|(last, _)| last.version != version) {
            let number = versions.len() as u32 + 1;
            let seen = PastVersion { number, version: version.to_owned(), at };
            versions.push((seen, source.map(String::from)));
        }
        Ok(())
    }

    async fn past_versions(&self, dag_id: &DagId, offset: usize, limit: usize) -> Result<Vec<PastVersion>, StoreError> {
        let contents = self.contents();
        let versions = contents.past_versions.get(dag_id).into_iter().flatten().rev();
        Ok(versions.skip(offset).take(limit).map(|(version, _)| version.clone()).collect())
    }

    async fn source(&self, dag_id: &DagId, number: u32) -> Result<Option<String>, StoreError> {
        let contents = self.contents();
        let mut versions = contents.past_versions.get(dag_id).into_iter().flatten();
        Ok(versions.find(|(version, _)| version.number == number).and_then(|(_, source)| source.clone()))
    }

    async fn set_xcom(
        &self,
        run: RunKey,
        (task, map_index): (TaskIndex, MapIndex),
        key: &str,
        value: Option<&XComValue>,
    ) -> Result<bool, StoreError> {
        let mut contents = self.contents();
        let row = contents.runs.get_mut(&run).and_then(|run| run.tasks.get_mut(&Place::new(task, map_index)));
        let Some(row) = row else { return Ok(false) };
        row.xcoms.retain(|xcom| *xcom.key != *key);
        row.xcoms.extend(value.map(|value| XCom { key: key.into(), value: value.clone() }));
        Ok(true)
    }
}
