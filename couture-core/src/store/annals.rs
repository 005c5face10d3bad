//! What people add to the engine's facts, and what they want to know besides.

use std::fmt::Debug;

use async_trait::async_trait;

use super::error::StoreError;
use crate::ids::{DagId, MapIndex, RunKey, TaskIndex};
use crate::task::XComValue;
use crate::time::Timestamp;

/// What a note is about: a run, or an instance of one of its tasks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NotePlace {
    /// The run.
    pub run: RunKey,
    /// The task and the instance; none where the note is about the run itself.
    pub instance: Option<(TaskIndex, MapIndex)>,
}

/// What somebody wrote about a run or task instance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// The text, not empty.
    pub text: String,
    /// Who wrote it last.
    pub author: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A version of a DAG that was in force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PastVersion {
    /// From 1 on, growing in its DAG without gaps.
    pub number: u32,
    /// The version; see [`DagVersion`](super::DagVersion).
    pub version: String,
    /// Since when.
    pub at: Timestamp,
}

/// What people add to the engine's facts, and what they want to know besides. Nothing here decides what is scheduled; what it tells of
/// runs that are gone is of no use, and may go.
#[async_trait]
pub trait Annals: Debug + Send + Sync {
    /// The notes on these runs and on their task instances, by place.
    async fn notes(&self, runs: &[RunKey]) -> Result<Vec<(NotePlace, Note)>, StoreError>;

    /// Writes a note, or removes it where it is nothing.
    async fn set_note(&self, place: NotePlace, note: Option<&Note>) -> Result<(), StoreError>;

    /// A version of a DAG is in force, written in `source`, if that is known. Nothing happens where it was so already.
    async fn version_seen(
        &self,
        dag_id: &DagId,
        version: &str,
        source: Option<&str>,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// The versions of a DAG, by number, descending, at most `limit` after the first `offset`.
    async fn past_versions(&self, dag_id: &DagId, offset: usize, limit: usize) -> Result<Vec<PastVersion>, StoreError>;

    /// How a version of a DAG was written, where that is known.
    async fn source(&self, dag_id: &DagId, number: u32) -> Result<Option<String>, StoreError>;

    /// Replaces what a task instance gave under `key`; removes it where that is nothing. False where nothing has happened to the
    /// instance yet, so that it cannot give anything.
    async fn set_xcom(
        &self,
        run: RunKey,
        instance: (TaskIndex, MapIndex),
        key: &str,
        value: Option<&XComValue>,
    ) -> Result<bool, StoreError>;
}
