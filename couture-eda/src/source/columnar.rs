//! Parquet, a worker for each share of the row groups.

use std::sync::Arc;

use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use super::files::Refusal;
use super::pages::{Chunks, Pages};
use super::{Options, RandomAccess, RangeReader, footer, typed};
use crate::state::State;
use crate::summary::Table;
use crate::text::{Notice, Notices};

/// Rows of a batch of the Parquet reader.
const BATCH_ROWS: usize = 4096;
/// Cells of a batch; wide tables have smaller batches.
const BATCH_CELLS: usize = 1 << 17;
/// A row group that is larger once it is decompressed could not be read in bounded memory.
const MOST_CHUNK_BYTES: i64 = 4 << 30;
/// A description that is larger could not be either.
const MOST_FOOTER_BYTES: u32 = 256 << 20;

/// Profiles a Parquet file.
pub(super) fn parquet(source: &Arc<dyn RandomAccess>, file: usize, options: &Options) -> Result<State, Refusal> {
    let chunks = Chunks(Arc::clone(source));
    check_footer(source)?;
    let metadata = ArrowReaderMetadata::load(&chunks, ArrowReaderOptions::new()).map_err(|error| error.to_string())?;
    let groups = metadata.metadata().row_groups();
    if let Some(group) = groups.iter().find(|group| group.total_byte_size() > MOST_CHUNK_BYTES) {
        return Err(format!("a row group says that it holds {} bytes", group.total_byte_size()).into());
    }
    options.check(&typed::table(metadata.schema(), options).names)?;
    let pages = Pages::new(chunks, metadata.metadata())?;
    let workers = options.workers.clamp(1, groups.len().max(1));
    let mut first_rows = vec![0_u64];
    for group in groups {
        first_rows.push(first_rows[first_rows.len() - 1] + u64::try_from(group.num_rows()).unwrap_or_default());
    }
    let bounds: Vec<usize> = (0..=workers).map(|worker| worker * groups.len() / workers).collect();
    let parts = std::thread::scope(|scope| {
        let workers: Vec<_> = bounds
            .windows(2)
            .map(|bounds| {
                let (pages, metadata, first) = (pages.clone(), metadata.clone(), first_rows[bounds[0]]);
                let groups = (bounds[0]..bounds[1]).collect();
                let position = ((file as u64) << 44) + first;
                scope.spawn(move || row_groups(pages, metadata, groups, position, options))
            })
            .collect();
        let join = |worker: std::thread::ScopedJoinHandle<'_, _>| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        workers.into_iter().map(join).collect::<Vec<(Table, Notices)>>()
    });
    let merged = parts.into_iter().map(|(table, notices)| State { notices, ..State::new(table) }).reduce(|mut a, b| {
        a.merge(b).expect("all row groups have the columns of their file");
        a
    });
    let mut state = merged.expect("there is a worker");
    state.notes = vec![("format".to_owned(), "Parquet".to_owned())];
    state.bytes = source.size();
    Ok(state)
}

/// Checks the description at the end of a file. Where there is none, the reader of the format tells so.
fn check_footer(source: &Arc<dyn RandomAccess>) -> Result<(), String> {
    let Some(place) = source.size().checked_sub(8) else { return Ok(()) };
    let bytes = |at, most| RangeReader::new(Arc::clone(source), at).peek(most).map_err(|error| error.to_string());
    let length = bytes(place, 4)?.try_into().map_or(0, u32::from_le_bytes);
    let Some(start) = place.checked_sub(u64::from(length)) else { return Ok(()) };
    if length > MOST_FOOTER_BYTES {
        return Err(format!("its description takes {length} bytes; write fewer row groups"));
    }
    footer::check(&bytes(start, length as usize)?)
}

/// Reads row groups. What is damaged ends the reading, and is told.
fn row_groups(
    pages: Pages,
    metadata: ArrowReaderMetadata,
    groups: Vec<usize>,
    position: u64,
    options: &Options,
) -> (Table, Notices) {
    let mut table = typed::table(metadata.schema(), options);
    let mut notices = Notices::default();
    let row = groups.iter().map(|group| pages.longest_row(metadata.metadata().row_group(*group))).max();
    let fitting = typed::MOST_BATCH_BYTES / row.unwrap_or_default().max(1);
    let rows = (BATCH_CELLS / table.names.len().max(1)).clamp(64, BATCH_ROWS).min(fitting.max(1) as usize);
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(pages, metadata);
    let reader = builder.with_row_groups(groups).with_batch_size(rows).build();
    let batches = match reader {
        Ok(reader) => reader,
        Err(error) => {
            notices.add(Notice::Truncated, || error.to_string());
            return (table, notices);
        }
    };
    feed(&mut table, batches, position, &mut notices, options);
    (table, notices)
}

/// Takes in all batches up to the first that cannot be read, which a notice tells of. The first row is at `position`.
pub(super) fn feed(
    table: &mut Table,
    batches: impl Iterator<Item = Result<arrow::array::RecordBatch, arrow::error::ArrowError>>,
    mut position: u64,
    notices: &mut Notices,
    options: &Options,
) {
    for batch in batches {
        let taken = batch.and_then(|batch| {
            typed::update(table, &batch, position)?;
            Ok(batch.num_rows() as u64)
        });
        match taken {
            Ok(count) => {
                position += count;
                options.progress.add_rows(count);
            }
            Err(error) => {
                notices.add(Notice::Truncated, || error.to_string());
                break;
            }
        }
    }
}
