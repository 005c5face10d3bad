use super::Options;
use crate::state::State;
use crate::summary::Table;
use crate::text::{BatchBuilder, Notices};

/// Takes in rows of cells, one after the other, from a source that has its own types or none.
pub(super) struct Rows<'a> {
    builder: BatchBuilder,
    pub(super) notices: Notices,
    table: Table,
    position: u64,
    options: &'a Options,
}

impl<'a> Rows<'a> {
    /// No rows yet of columns with these names and types, in the source with the number `file`.
    pub(super) fn new(names: Vec<String>, storage: Vec<String>, file: usize, options: &'a Options) -> Self {
        let limits = options.limits(names.len());
        Self {
            builder: BatchBuilder::new(names.len(), limits.batch_rows),
            notices: Notices::default(),
            table: Table::new(names, storage, limits),
            position: (file as u64) << 44,
            options,
        }
    }

    /// The names of the columns.
    pub(super) fn names(&self) -> &[String] {
        &self.table.names
    }

    /// Takes in a row; an empty cell is missing.
    pub(super) fn push<'b>(&mut self, cells: impl IntoIterator<Item = &'b [u8]>) {
        self.builder.push_cells(cells, self.position);
        self.position += 1;
        if self.builder.is_full() {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let batch = self.builder.take(&mut self.notices);
        self.table.update(&batch.columns.iter().collect::<Vec<_>>(), &batch.positions);
        self.options.progress.add_rows(batch.positions.len() as u64);
    }

    /// The state of all rows.
    pub(super) fn finish(mut self, format: &str) -> State {
        self.flush();
        let notes = vec![("format".to_owned(), format.to_owned())];
        State { notices: self.notices, notes, ..State::new(self.table) }
    }
}
