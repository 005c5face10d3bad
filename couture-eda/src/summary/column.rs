use arrow::array::{Array, StringArray};
use serde::{Deserialize, Serialize};

use super::{Order, Scratch, Sketched, Tally};
use crate::hash::{hash, join};
use crate::limits::Limits;

/// The hash of a missing cell within the hash of its row.
const MISSING: u64 = 0x6d69_7373_696e_6721;

/// All that is kept of one column.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Column {
    /// How many cells are empty.
    pub missing: u64,
    /// The bytes of all cells.
    pub bytes: u64,
    /// Whether the values rise or fall.
    pub order: Order,
    /// The values.
    pub values: Values,
}

/// The values of a column: counted while they are few.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Values {
    /// Every different value with its count.
    Exact(Tally),
    /// More than are counted.
    Sketched(Box<Sketched>),
}

impl Default for Values {
    fn default() -> Self {
        Self::Exact(Tally::default())
    }
}

impl Column {
    /// Takes in the next cells, and the hash of each into the hash of its row.
    pub(crate) fn update(&mut self, limits: &Limits, cells: &StringArray, rows: &mut [u64], scratch: &mut Scratch) {
        let (offsets, data, nulls) = (cells.value_offsets(), cells.value_data(), cells.nulls());
        self.bytes += (offsets[offsets.len() - 1] - offsets[0]) as u64;
        for (at, row) in rows.iter_mut().enumerate() {
            let cell = &data[offsets[at] as usize..offsets[at + 1] as usize];
            if cell.is_empty() || nulls.is_some_and(|nulls| nulls.is_null(at)) {
                self.missing += 1;
                *row = join(*row, MISSING);
                continue;
            }
            let hash = hash(cell);
            *row = join(*row, hash);
            if self.order.is_open() {
                self.order.add(cell);
            }
            match &mut self.values {
                Values::Sketched(sketched) => sketched.add(hash, cell, scratch),
                Values::Exact(tally) => {
                    if !tally.add(limits, hash, cell, 1) {
                        self.sketched(limits).add(hash, cell, scratch);
                    }
                }
            }
        }
        if let Values::Sketched(sketched) = &mut self.values {
            sketched.flush(limits, scratch);
        }
    }

    /// Takes in the column's cells of the rows that follow.
    pub fn merge(&mut self, limits: &Limits, later: &Self) {
        self.missing += later.missing;
        self.bytes += later.bytes;
        self.order.merge(&later.order);
        match &later.values {
            Values::Exact(others) => self.merge_tally(limits, others),
            Values::Sketched(others) => self.sketched(limits).merge(others),
        }
    }

    fn merge_tally(&mut self, limits: &Limits, others: &Tally) {
        if let Values::Exact(tally) = &mut self.values {
            let mut both = tally.clone();
            if others.entries().all(|(hash, text, times)| both.add(limits, hash, text, times)) {
                *tally = both;
                return;
            }
        }
        self.sketched(limits).add_tally(limits, others);
    }

    /// The sketches, begun with what was counted.
    fn sketched(&mut self, limits: &Limits) -> &mut Sketched {
        if let Values::Exact(tally) = &mut self.values {
            let mut sketched = Box::new(Sketched::new(limits));
            sketched.add_tally(limits, &std::mem::take(tally));
            self.values = Values::Sketched(sketched);
        }
        let Values::Sketched(sketched) = &mut self.values else { unreachable!("the tally was taken") };
        sketched
    }
}
