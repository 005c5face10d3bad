//! What one field of a cron expression lets through.

use std::collections::BTreeSet;

use super::field::Field;
use super::item::{Item, ItemError, Reader};
use crate::schedule::error::ScheduleError;

/// Bit of [`Values::nth`] that means the last one in the month; the bits 1 to 5 mean the first to the fifth.
pub(super) const LAST: u8 = 1 << 6;

/// The values of a field.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    pub(super) values: BTreeSet<u16>,
    /// A `*` is among them.
    pub(super) has_star: bool,
    /// There is nothing but `*`.
    pub(super) is_star: bool,
    /// The last day of the month is among them.
    pub(super) last_day: bool,
    /// By day of the week, which ones in the month.
    pub(super) nth: [u8; 7],
}

impl Values {
    /// Reads the text of a field.
    pub(super) fn parse(reader: &Reader<'_>, text: &str) -> Result<Self, ScheduleError> {
        let mut values = Self::default();
        if text.contains('?') {
            reader.check_question_mark(text)?;
            values.has_star = true;
            values.is_star = true;
        } else {
            for item in text.split(',') {
                values.add(reader, item).map_err(|problem| reader.error(item, problem))?;
            }
            values.is_star = values.has_star && values.values.is_empty() && !values.last_day;
        }
        if values.has_star {
            let (low, high) = reader.field.range();
            values.values.extend(low..=high);
        }
        Ok(values)
    }

    fn add(&mut self, reader: &Reader<'_>, text: &str) -> Result<(), ItemError> {
        let (body, nth) = reader.split_nth(text)?;
        match reader.item(body)? {
            Item::Star => self.has_star = true,
            Item::LastDay => self.last_day = true,
            Item::Values(values) => {
                for value in values {
                    if nth != 0 {
                        self.nth[usize::from(value) % 7] |= nth;
                    }
                    self.values.insert(value);
                }
            }
        }
        Ok(())
    }

    /// Whether as many values are listed as there are. Croniter counts `L` as one.
    pub(super) fn is_full(&self, field: Field) -> bool {
        self.values.len() + usize::from(self.last_day) == field.size()
    }

    pub(super) fn has_nth(&self) -> bool {
        self.nth.iter().any(|nth| *nth != 0)
    }

    /// One bit for each value.
    pub(super) fn bits(&self) -> u64 {
        self.values.iter().fold(0, |bits, value| bits | 1 << value)
    }
}
