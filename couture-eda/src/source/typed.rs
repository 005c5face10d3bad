//! Arrow batches as text: what a value is, its text says, so that all sources are looked at by the same eyes.

use std::fmt::Write;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::CastOptions;
use arrow::datatypes::{DataType, Schema};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::Options;
use crate::summary::Table;
use crate::text::column_names;

/// The bytes of texts that are written out at once.
pub(super) const MOST_BATCH_BYTES: u64 = 64 << 20;
/// Bytes of a list or a structure as text; the rest is left out.
const MOST_NESTED_BYTES: usize = 64 << 10;

/// An empty table with the columns of a schema.
pub(super) fn table(schema: &Schema, options: &Options) -> Table {
    let given: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let storage = schema.fields().iter().map(|field| field.data_type().to_string()).collect();
    let (names, _) = column_names(&given);
    let limits = options.limits(names.len());
    Table::new(names, storage, limits)
}

/// Takes in a batch whose first row stands at `position`.
///
/// # Errors
/// Where an array cannot be shown as text.
pub(super) fn update(table: &mut Table, batch: &RecordBatch, position: u64) -> Result<(), ArrowError> {
    // However many rows such a batch says that it has, there is nothing to look at.
    if table.columns.is_empty() {
        return Ok(());
    }
    let row: usize = batch.columns().iter().map(|column| longest(column)).sum();
    let fitting = usize::try_from(MOST_BATCH_BYTES).unwrap_or(usize::MAX) / row.max(1);
    let step = table.limits.batch_rows.min(fitting).max(1);
    let mut start = 0;
    while start < batch.num_rows() {
        let rows = step.min(batch.num_rows() - start);
        let part = batch.slice(start, rows);
        let columns = part.columns().iter().map(texts).collect::<Result<Vec<_>, _>>()?;
        let positions: Vec<u64> = (0..rows as u64).map(|row| position + start as u64 + row).collect();
        table.update(&columns.iter().collect::<Vec<_>>(), &positions);
        start += rows;
    }
    Ok(())
}

/// The bytes of the longest value of a dictionary, which its batch holds once, and its text as often as it is there.
fn longest(array: &dyn Array) -> usize {
    let Some(dictionary) = array.as_any_dictionary_opt() else { return 0 };
    let values = dictionary.values();
    let of_text = |texts: &StringArray| texts.value_offsets().windows(2).map(|ends| ends[1] - ends[0]).max();
    match values.as_string_opt::<i32>() {
        Some(texts) => of_text(texts).and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or_default(),
        // Of others it is not known which is long.
        None if values.data_type().is_primitive() => 0,
        None => values.get_buffer_memory_size(),
    }
}

fn texts(array: &ArrayRef) -> Result<StringArray, ArrowError> {
    let options = CastOptions { safe: true, format_options: FormatOptions::default() };
    let castable = !array.data_type().is_nested() && arrow::compute::can_cast_types(array.data_type(), &DataType::Utf8);
    if castable {
        let cast = arrow::compute::cast_with_options(array, &DataType::Utf8, &options)?;
        if let Some(texts) = cast.as_any().downcast_ref::<StringArray>() {
            return Ok(texts.clone());
        }
    }
    let formatter = ArrayFormatter::try_new(array, &options.format_options)?;
    let text = |at: usize| {
        (!array.is_null(at)).then(|| {
            let mut text = Cut(String::new());
            if write!(text, "{}", formatter.value(at)).is_err() {
                text.0.push('…');
            }
            text.0
        })
    };
    Ok((0..array.len()).map(text).collect())
}

/// A text that takes no more than so much: a list of nothings takes no place where it is stored, however long it is.
struct Cut(String);

impl Write for Cut {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        if self.0.len() + text.len() > MOST_NESTED_BYTES {
            return Err(std::fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}
