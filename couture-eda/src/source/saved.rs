use std::io::Read;
use std::path::{Path, PathBuf};

use super::guard;
use crate::error::{EdaError, StateError};
use crate::state::State;

/// Reads a state that was saved.
///
/// # Errors
/// [`EdaError::Read`] where the file cannot be read, [`EdaError::Source`] where it holds no state.
pub fn read_state(path: &Path) -> Result<State, EdaError> {
    read_state_outside(path, &[])
}

/// Reads a state that was saved, and that lies in none of the folders `forbidden`, as [`super::LocalFile::open_outside`]
/// says.
///
/// # Errors
/// As of [`read_state`].
pub fn read_state_outside(path: &Path, forbidden: &[PathBuf]) -> Result<State, EdaError> {
    let mut bytes = Vec::new();
    let read = guard::open(path, forbidden).and_then(|mut file| file.read_to_end(&mut bytes));
    let name = || path.display().to_string();
    read.map_err(|source| EdaError::Read { path: name(), source })?;
    State::from_bytes(&bytes).map_err(|error| {
        let (StateError::Format(why) | StateError::Sketch(why) | StateError::Columns(why)) = error;
        let reason = format!("it holds no state that can be read: {why}; profile the data again");
        EdaError::Source { name: name(), reason }
    })
}

/// A time, in seconds since 1970, as the name of a folder.
#[must_use]
pub fn timestamp(seconds: f64) -> String {
    crate::report::moment(seconds.floor(), crate::cell::Kind::DateTime).replace(' ', "T").replace(':', "-")
}
