use arrow::array::StringArray;
use serde::{Deserialize, Serialize};

use super::{Column, Duplicates, RowSample, Scratch};
use crate::error::StateError;
use crate::limits::Limits;

/// All that is kept of a table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Table {
    /// The names of the columns, each once.
    pub names: Vec<String>,
    /// The types as the source gives them, or nothing where it holds text.
    pub storage: Vec<String>,
    /// What bounds the memory.
    pub limits: Limits,
    /// How many rows there are.
    pub rows: u64,
    /// The columns, in the order of their names.
    pub columns: Vec<Column>,
    /// Rows at random.
    pub sample: RowSample,
    /// Rows that are there again.
    pub duplicates: Duplicates,
    #[serde(skip)]
    buffers: Buffers,
}

/// Memory that is used again for each batch.
#[derive(Debug, Default)]
struct Buffers {
    scratch: Scratch,
    row_hashes: Vec<u64>,
}

impl Clone for Buffers {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Table {
    /// A table of no rows. `storage` has a type for each name.
    #[must_use]
    pub fn new(names: Vec<String>, storage: Vec<String>, limits: Limits) -> Self {
        Self {
            columns: vec![Column::default(); names.len()],
            sample: RowSample::new(limits.sample_rows),
            duplicates: Duplicates::new(limits.duplicate_rows),
            names,
            storage,
            limits,
            rows: 0,
            buffers: Buffers::default(),
        }
    }

    /// Takes in rows: an array for each column, all as long as `positions`, which tell where each row stands in the data
    /// and never repeat. A table without columns has no rows.
    pub fn update(&mut self, columns: &[&StringArray], positions: &[u64]) {
        debug_assert!(columns.iter().all(|column| arrow::array::Array::len(*column) == positions.len()));
        if self.columns.is_empty() {
            return;
        }
        self.rows += positions.len() as u64;
        self.sample.update(columns, positions);
        let Buffers { scratch, row_hashes } = &mut self.buffers;
        row_hashes.clear();
        row_hashes.resize(positions.len(), 0);
        for (column, cells) in self.columns.iter_mut().zip(columns) {
            column.update(&self.limits, cells, row_hashes, scratch);
        }
        self.duplicates.update(row_hashes);
    }

    /// Takes in the rows that follow. The smaller limits of the two hold from now on.
    ///
    /// # Errors
    /// [`StateError::Columns`] where the columns have other names or another order.
    pub fn merge(&mut self, later: Self) -> Result<(), StateError> {
        if self.names != later.names {
            return Err(StateError::Columns(difference(&self.names, &later.names)));
        }
        for (mine, others) in self.storage.iter_mut().zip(later.storage) {
            if *mine != others {
                *mine = String::new();
            }
        }
        self.limits.distinct = self.limits.distinct.min(later.limits.distinct);
        self.rows += later.rows;
        // Each column of the other is let go of at once, so that two wide tables never stand beside their sum.
        for (mine, others) in self.columns.iter_mut().zip(later.columns) {
            mine.merge(&self.limits, &others);
        }
        self.sample.merge(later.sample);
        self.duplicates.merge(&later.duplicates);
        Ok(())
    }
}

fn difference(mine: &[String], others: &[String]) -> String {
    let pair = mine.iter().zip(others).find(|(mine, others)| mine != others);
    pair.map_or_else(
        || format!("{} and {} columns", mine.len(), others.len()),
        |(mine, others)| format!("{mine:?} and {others:?}"),
    )
}
