//! What people write to runs and task instances.

use std::collections::{BTreeMap, BTreeSet};

use couture_core::store::{Note, NotePlace};
use couture_core::{Affected, RunKey};
use serde::Deserialize;

use super::error::ApiError;
use super::state::ApiState;

/// A note as it is sent: a text that is not too long, known before anything is changed.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct NoteText(String);

impl NoteText {
    /// The longest, in characters, as in Airflow.
    const MAX_CHARS: usize = 1_000;
}

impl TryFrom<String> for NoteText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.chars().count() {
            ..=Self::MAX_CHARS => Ok(Self(text)),
            _ => Err(format!("a note has at most {} characters", Self::MAX_CHARS)),
        }
    }
}

impl ApiState {
    /// Writes a note, or removes it where the text is empty.
    pub(super) async fn write_note(
        &self,
        place: NotePlace,
        NoteText(text): &NoteText,
        author: Option<&str>,
    ) -> Result<(), ApiError> {
        let at = self.clock.now().wall;
        let note = Note { text: text.clone(), author: author.map(String::from), at };
        Ok(self.annals.set_note(place, Some(&note).filter(|_| !text.is_empty())).await?)
    }

    /// Writes the same note to all of these task instances.
    pub(super) async fn write_notes(
        &self,
        affected: &[Affected],
        text: &NoteText,
        author: Option<&str>,
    ) -> Result<(), ApiError> {
        let keys: Vec<RunKey> = affected.iter().map(|one| one.run).collect::<BTreeSet<_>>().into_iter().collect();
        let mut shapes = BTreeMap::new();
        for some in keys.chunks(500) {
            for run in self.reader.runs_of(some).await? {
                shapes.insert(run.key, self.shape(&run.version).await?);
            }
        }
        for one in affected {
            let index = shapes.get(&one.run).and_then(|shape| shape.find(one.task_id.as_str()));
            if let Some(index) = index {
                let place = NotePlace { run: one.run, instance: Some((index, one.map_index)) };
                self.write_note(place, text, author).await?;
            }
        }
        Ok(())
    }
}
