use serde::{Deserialize, Serialize};

use crate::error::StateError;
use crate::summary::Table;
use crate::text::Notices;

const MAGIC: &[u8; 8] = b"EDASTAT2";

/// A profile that can still grow: it can be saved, read again, and merged with that of the data that follow.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    /// What was read; never holds a password.
    pub sources: Vec<String>,
    /// Bytes that were read, as they are stored.
    pub bytes: u64,
    /// What is kept of the rows.
    pub table: Table,
    /// What was wrong.
    pub notices: Notices,
    /// What is known of the format: names and values.
    pub notes: Vec<(String, String)>,
}

impl State {
    /// The state of a table that was read.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { sources: Vec::new(), bytes: 0, table, notices: Notices::default(), notes: Vec::new() }
    }

    /// Takes in the state of the data that follow.
    ///
    /// # Errors
    /// [`StateError::Columns`] where the columns have other names or another order.
    pub fn merge(&mut self, later: Self) -> Result<(), StateError> {
        self.table.merge(later.table)?;
        self.sources.extend(later.sources);
        self.bytes += later.bytes;
        self.notices.merge(later.notices);
        self.notes.retain(|note| later.notes.contains(note));
        Ok(())
    }

    /// The state as bytes, for [`State::from_bytes`] on any machine: a mark with the version, a checksum, and the state
    /// in the format postcard.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Written in one place: a wide table's state is large, and a copy of it would be the most that is ever in memory.
        let head = [MAGIC.as_slice(), &[0; 8]].concat();
        let mut bytes = postcard::to_extend(self, head).expect("a state can be written");
        let checksum = crate::hash::hash(&bytes[MAGIC.len() + 8..]);
        bytes[MAGIC.len()..MAGIC.len() + 8].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Reads what [`State::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`StateError`] where the bytes are of another version, damaged, or no state.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
        let format = |reason: &str| StateError::Format(reason.to_owned());
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| format("it is no state, or one of another version"))?;
        let (checksum, body) = rest.split_at_checked(8).ok_or_else(|| format("it is cut off"))?;
        if checksum != crate::hash::hash(body).to_le_bytes() {
            return Err(format("it is damaged"));
        }
        postcard::from_bytes(body).map_err(|error| format(&error.to_string()))
    }
}
