use arrow::array::{Array, StringArray};
use serde::{Deserialize, Serialize};

use crate::excerpt::MOST_BYTES;
use crate::hash::spread;

/// Bytes of all rows that are kept at most, before they are thinned out.
const MOST_SAMPLE_BYTES: usize = 24 << 20;

/// One row of the sample.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Row {
    priority: u64,
    /// Where the row stands: rows of a smaller position come before it.
    pub position: u64,
    /// The cells' bytes, each after its length in one byte and, from 255 on, in two more.
    cells: Box<[u8]>,
}

impl Row {
    /// The cells as text, shortened to 256 bytes each; the empty text is a missing one.
    pub fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &*self.cells;
        std::iter::from_fn(move || {
            let (length, after) = rest.split_first()?;
            let (length, after) = match length {
                255 => (usize::from(u16::from_le_bytes([*after.first()?, *after.get(1)?])), after.get(2..)?),
                length => (usize::from(*length), after),
            };
            let cell = after.get(..length)?;
            rest = &after[length..];
            Some(cell)
        })
    }
}

/// Rows drawn at random, each as likely as any other: those whose positions have the smallest hashes. So the sample does
/// not depend on how the rows were split, and the same data have the same sample.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RowSample {
    most: usize,
    /// Only rows of a smaller hash are taken in.
    below: u64,
    rows: Vec<Row>,
    bytes: usize,
}

impl RowSample {
    /// An empty sample of at most so many rows.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), below: u64::MAX, rows: Vec::new(), bytes: 0 }
    }

    /// Takes in the rows of a batch, of which each stands at its position.
    pub(crate) fn update(&mut self, columns: &[&StringArray], positions: &[u64]) {
        for (at, position) in positions.iter().enumerate() {
            let priority = spread(*position);
            if priority < self.below {
                let row = Row { priority, position: *position, cells: encode(columns, at) };
                self.bytes += row.cells.len();
                self.rows.push(row);
                if self.rows.len() > self.most + self.most / 4 || self.bytes > MOST_SAMPLE_BYTES {
                    self.thin();
                }
            }
        }
    }

    fn thin(&mut self) {
        let mut keep = self.most;
        if self.bytes > MOST_SAMPLE_BYTES {
            keep = keep.min(self.rows.len() / 2).max(1);
            self.most = keep;
        }
        if self.rows.len() > keep {
            self.rows.select_nth_unstable(keep);
            self.below = self.rows[keep].priority;
            self.rows.truncate(keep);
            self.rows.shrink_to(keep + keep / 4 + 1);
        }
        self.bytes = self.rows.iter().map(|row| row.cells.len()).sum();
    }

    /// Takes in the rows of `other`.
    pub fn merge(&mut self, other: Self) {
        self.most = self.most.min(other.most);
        self.below = self.below.min(other.below);
        self.rows.extend(other.rows);
        self.rows.retain(|row| row.priority < self.below);
        self.bytes = self.rows.iter().map(|row| row.cells.len()).sum();
        self.thin();
    }

    /// The rows in the order in which they stand.
    #[must_use]
    pub fn into_rows(mut self) -> Vec<Row> {
        self.thin();
        self.rows.sort_unstable_by_key(|row| row.position);
        self.rows
    }
}

fn encode(columns: &[&StringArray], at: usize) -> Box<[u8]> {
    let mut cells = Vec::with_capacity(columns.len() * 8);
    for column in columns {
        let cell = if column.is_null(at) { "" } else { column.value(at) };
        let cell = &cell.as_bytes()[..cell.len().min(MOST_BYTES)];
        if cell.len() < 255 {
            cells.push(cell.len() as u8);
        } else {
            cells.push(255);
            cells.extend_from_slice(&(cell.len() as u16).to_le_bytes());
        }
        cells.extend_from_slice(cell);
    }
    cells.into_boxed_slice()
}

#[test]
fn the_sample_does_not_depend_on_the_split() {
    let texts: Vec<String> = (0..3000).map(|at| "x".repeat(at % 300)).collect();
    let sample = |parts: &[(usize, usize)]| {
        let samples = parts.iter().map(|(from, to)| {
            let mut sample = RowSample::new(50);
            let array = StringArray::from_iter_values(&texts[*from..*to]);
            let positions: Vec<u64> = (*from as u64..*to as u64).collect();
            sample.update(&[&array, &array], &positions);
            sample
        });
        let merged = samples.reduce(|mut a, b| {
            a.merge(b);
            a
        });
        merged.unwrap().into_rows()
    };
    let whole = sample(&[(0, 3000)]);
    assert_eq!(whole.len(), 50);
    assert_eq!(whole, sample(&[(0, 1), (1, 2000), (2000, 3000)]));
    for row in &whole {
        let cells: Vec<_> = row.cells().collect();
        assert_eq!(cells.len(), 2);
        assert_eq!(cells[1].len(), (row.position as usize % 300).min(256));
    }
}
