use arrow::array::{Array, StringArray};
use arrow::buffer::{Buffer, OffsetBuffer};

use super::{Dialect, Field, Notice, Notices};

/// Bytes of a batch at which it is full, however few its rows.
const FULL_BYTES: usize = 4 << 20;

/// A longer cell is cut, so that the ends of a batch's cells fit into 32 bits.
const MOST_CELL_BYTES: usize = 8 << 20;

/// Rows as columns of text.
#[derive(Debug, Default)]
pub struct Batch {
    /// A column for each name, all of one length. An empty cell is a missing one.
    pub columns: Vec<StringArray>,
    /// Where each row stands.
    pub positions: Vec<u64>,
}

/// Puts rows together into batches.
#[derive(Debug)]
pub struct BatchBuilder {
    columns: Vec<(Vec<i32>, Vec<u8>)>,
    positions: Vec<u64>,
    bytes: usize,
    rows: usize,
}

impl BatchBuilder {
    /// A builder of batches of so many columns and, at most, rows.
    #[must_use]
    pub fn new(columns: usize, rows: usize) -> Self {
        Self { columns: vec![(vec![0], Vec::new()); columns], positions: Vec::new(), bytes: 0, rows }
    }

    /// Whether the batch has to be taken.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.positions.len() >= self.rows || self.bytes >= FULL_BYTES
    }

    /// Adds a row of a file of text.
    #[inline]
    pub fn push(&mut self, bytes: &[u8], fields: &[Field], dialect: &Dialect, position: u64, notices: &mut Notices) {
        if fields.len() != self.columns.len() {
            let notice = if fields.len() < self.columns.len() { Notice::ShortRow } else { Notice::LongRow };
            notices.add(notice, || format!("at byte {}: {} fields", position & ((1 << 44) - 1), fields.len()));
        }
        let mut given = fields.iter();
        for (ends, values) in &mut self.columns {
            match given.next() {
                Some(field) if field.doubled => undouble(&bytes[field.start..field.end], dialect, values),
                Some(field) => values.extend_from_slice(&bytes[field.start..field.end]),
                None => {}
            }
            ends.push(values.len() as i32);
        }
        if let (Some(first), Some(last)) = (fields.first(), fields.last()) {
            self.bytes += last.end - first.start;
        }
        self.positions.push(position);
    }

    /// Adds a row of cells; an empty one is missing.
    pub fn push_cells<'a>(&mut self, cells: impl IntoIterator<Item = &'a [u8]>, position: u64) {
        let mut cells = cells.into_iter();
        for (ends, values) in &mut self.columns {
            let cell = cells.next().unwrap_or_default();
            let cell = &cell[..cell.len().min(MOST_CELL_BYTES)];
            values.extend_from_slice(cell);
            self.bytes += cell.len();
            ends.push(values.len() as i32);
        }
        self.positions.push(position);
    }

    /// The rows so far, which leave the builder empty.
    pub fn take(&mut self, notices: &mut Notices) -> Batch {
        self.bytes = 0;
        let rows = self.positions.len();
        let column = |(ends, values): &mut (Vec<i32>, Vec<u8>)| {
            let bytes = values.len();
            let ends = std::mem::replace(ends, first_end(rows));
            let values = std::mem::replace(values, Vec::with_capacity(bytes + bytes / 8));
            text_array(ends, values, notices)
        };
        let columns = self.columns.iter_mut().map(column).collect();
        Batch { columns, positions: std::mem::replace(&mut self.positions, Vec::with_capacity(rows)) }
    }
}

fn first_end(rows: usize) -> Vec<i32> {
    let mut ends = Vec::with_capacity(rows + 1);
    ends.push(0);
    ends
}

fn undouble(bytes: &[u8], dialect: &Dialect, values: &mut Vec<u8>) {
    let mut at = 0;
    while at < bytes.len() {
        values.push(bytes[at]);
        let doubled = Some(bytes[at]) == dialect.quote && bytes.get(at + 1).copied() == dialect.quote;
        at += 1 + usize::from(doubled);
    }
}

/// An array of texts; what is not UTF-8 is replaced, and counted.
fn text_array(ends: Vec<i32>, values: Vec<u8>, notices: &mut Notices) -> StringArray {
    if values.contains(&0) {
        let cells = ends.windows(2).map(|pair| &values[pair[0] as usize..pair[1] as usize]);
        for cell in cells.filter(|cell| cell.contains(&0)) {
            notices.add(Notice::NulByte, || crate::excerpt::excerpt(cell));
        }
    }
    let offsets = OffsetBuffer::new(ends.into());
    let values = Buffer::from_vec(values);
    if let Ok(array) = StringArray::try_new(offsets.clone(), values.clone(), None) {
        return array;
    }
    let texts = offsets.windows(2).map(|pair| {
        let cell = &values[pair[0] as usize..pair[1] as usize];
        let text = String::from_utf8_lossy(cell);
        if matches!(text, std::borrow::Cow::Owned(_)) {
            notices.add(Notice::InvalidText, || text.chars().take(40).collect());
        }
        text
    });
    let array = StringArray::from_iter_values(texts);
    debug_assert_eq!(array.len() + 1, offsets.len());
    array
}
