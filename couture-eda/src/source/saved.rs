use std::path::Path;

use crate::error::EdaError;
use crate::state::State;

/// Reads a state that was saved.
///
/// # Errors
/// [`EdaError::Read`] where the file cannot be read, [`EdaError::State`] where it holds no state.
pub fn read_state(path: &Path) -> Result<State, EdaError> {
    let bytes = std::fs::read(path);
    let bytes = bytes.map_err(|source| EdaError::Read { path: path.display().to_string(), source })?;
    Ok(State::from_bytes(&bytes)?)
}

/// A time, in seconds since 1970, as the name of a folder.
#[must_use]
pub fn timestamp(seconds: f64) -> String {
    crate::report::moment(seconds.floor(), crate::cell::Kind::DateTime).replace(' ', "T").replace(':', "-")
}
