//! Arrow IPC, files and streams.

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

use arrow::ipc::reader::{FileReader, StreamReader};
use arrow::ipc::{Message, root_as_footer, root_as_message};

use super::files::Refusal;
use super::{Options, RandomAccess, RangeReader, columnar, typed};
use crate::state::State;
use crate::summary::Table;
use crate::text::Notices;

/// A description of a batch, or of all, that is larger is none.
const MOST_HEAD_BYTES: usize = 64 << 20;
/// A batch that is larger, as it is stored or once it is decompressed, could not be read in bounded memory.
const MOST_BATCH_BYTES: u64 = 1 << 30;

/// How many bytes come at most of one that is packed: by Zstandard, blocks of 128 KiB from four bytes each.
const MOST_GROWTH: i64 = 1 << 15;
/// Rows that are taken, beside as many as bits are stored: those of some columns take no place at all.
const MOST_ROWS: u64 = 1 << 33;

/// A reader that can go anywhere.
struct Cursor {
    reader: RangeReader,
    size: u64,
    at: u64,
}

impl Read for Cursor {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Cursor {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::InvalidInput))?;
        self.reader.seek_to(self.at);
        Ok(self.at)
    }
}

/// Profiles an Arrow IPC file or stream.
pub(super) fn profile(
    source: &Arc<dyn RandomAccess>,
    is_stream: bool,
    file: usize,
    options: &Options,
) -> Result<State, Refusal> {
    check(source, is_stream)?;
    let reader = RangeReader::new(Arc::clone(source), 0);
    let size = source.size();
    let message = |error: arrow::error::ArrowError| error.to_string();
    let mut state = if is_stream {
        let reader = StreamReader::try_new(BufReader::new(reader), None).map_err(message)?;
        let table = typed::table(&reader.schema(), options);
        options.check(&table.names)?;
        batches(table, reader, file, options)
    } else {
        let reader = FileReader::try_new(BufReader::new(Cursor { reader, size, at: 0 }), None).map_err(message)?;
        let table = typed::table(&reader.schema(), options);
        options.check(&table.names)?;
        batches(table, reader, file, options)
    };
    state.bytes = size;
    Ok(state)
}

fn batches(
    mut table: Table,
    batches: impl Iterator<Item = Result<arrow::array::RecordBatch, arrow::error::ArrowError>>,
    file: usize,
    options: &Options,
) -> State {
    let mut notices = Notices::default();
    columnar::feed(&mut table, batches, (file as u64) << 44, &mut notices, options);
    let notes = vec![("format".to_owned(), "Arrow IPC".to_owned())];
    State { notices, notes, ..State::new(table) }
}

/// Looks at what the batches say of their size before the reader of the format believes it. What is damaged otherwise is left
/// for that one to tell.
fn check(source: &Arc<dyn RandomAccess>, is_stream: bool) -> Result<(), String> {
    let mut rows = 0;
    if is_stream {
        let mut at = 0;
        while let Some((head, body)) = head_at(source, at)? {
            let Ok(message) = root_as_message(&head) else { return Ok(()) };
            check_batch(source, &message, body, &mut rows)?;
            let length = u64::try_from(message.bodyLength()).map_err(|_| "a batch has a negative length")?;
            check_size(length)?;
            at = body.saturating_add(length);
        }
        return Ok(());
    }
    let end = bytes_at(source, source.size().saturating_sub(10), 10);
    let length = end.get(..4).map_or(0, |length| i32::from_le_bytes(length.try_into().expect("four bytes")));
    let length = usize::try_from(length).ok().filter(|length| *length <= MOST_HEAD_BYTES);
    let length = length.ok_or("its description has no such length")?;
    let footer = bytes_at(source, source.size().saturating_sub(10 + length as u64), length);
    let Ok(footer) = root_as_footer(&footer) else { return Ok(()) };
    for block in footer.dictionaries().into_iter().chain(footer.recordBatches()).flatten() {
        let place =
            (u64::try_from(block.offset()), u64::try_from(block.metaDataLength()), u64::try_from(block.bodyLength()));
        let (Ok(at), Ok(length), Ok(body)) = place else {
            return Err("a batch has a negative place".to_owned());
        };
        // The reader makes room for all of it before it reads.
        if at.saturating_add(length).saturating_add(body) > source.size() {
            return Err("a batch lies behind the end of the file".to_owned());
        }
        check_size(length.saturating_add(body))?;
        let Some((head, _)) = head_at(source, at)? else { continue };
        let Ok(message) = root_as_message(&head) else { continue };
        check_batch(source, &message, at.saturating_add(length), &mut rows)?;
    }
    Ok(())
}

/// The description of the message at `at`, and where its body starts; `None` at the end.
fn head_at(source: &Arc<dyn RandomAccess>, at: u64) -> Result<Option<(Vec<u8>, u64)>, String> {
    let prefix = bytes_at(source, at, 8);
    let number = |bytes: &[u8]| bytes.try_into().map_or(0, i32::from_le_bytes);
    let (length, start) = match &prefix[..] {
        [0xff, 0xff, 0xff, 0xff, length @ ..] => (number(length), at + 8),
        [length @ .., _, _, _, _] => (number(length), at + 4),
        _ => return Ok(None),
    };
    let length = usize::try_from(length).ok().filter(|length| *length <= MOST_HEAD_BYTES);
    let length = length.ok_or("a batch has no such description")?;
    let head = bytes_at(source, start, length);
    Ok((length > 0 && head.len() == length).then(|| (head, start + length as u64)))
}

/// Adds up what the compressed buffers of a batch say of their size, and what all batches say of their rows.
fn check_batch(source: &Arc<dyn RandomAccess>, message: &Message<'_>, body: u64, rows: &mut u64) -> Result<(), String> {
    let dictionary = message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data());
    let batch = message.header_as_record_batch().or(dictionary);
    let with_columns = batch.filter(|batch| batch.nodes().is_some_and(|nodes| !nodes.is_empty()));
    *rows = rows.saturating_add(with_columns.map_or(0, |batch| u64::try_from(batch.length()).unwrap_or_default()));
    if *rows > MOST_ROWS.saturating_add(source.size().saturating_mul(8)) {
        return Err(format!("it says that it holds {rows} rows, which cannot be"));
    }
    let Some(batch) = batch.filter(|batch| batch.compression().is_some()) else { return Ok(()) };
    let (mut all, mut impossible) = (0_u64, None);
    // One that holds nothing has no size before it.
    for buffer in batch.buffers().into_iter().flatten().filter(|buffer| buffer.length() > 0) {
        let start = u64::try_from(buffer.offset()).unwrap_or(u64::MAX).saturating_add(body);
        let length = <[u8; 8]>::try_from(bytes_at(source, start, 8)).map_or(0, i64::from_le_bytes);
        all = all.saturating_add(u64::try_from(length).unwrap_or_default());
        if length > buffer.length().saturating_mul(MOST_GROWTH) {
            impossible = Some((buffer.length(), length));
        }
    }
    check_size(all)?;
    if let Some((packed, size)) = impossible {
        return Err(format!("a batch says that {packed} bytes of it grow to {size}, which cannot be"));
    }
    Ok(())
}

fn check_size(bytes: u64) -> Result<(), String> {
    if bytes > MOST_BATCH_BYTES {
        return Err(format!("a batch says that it holds {bytes} bytes; write batches of at most 1 GiB"));
    }
    Ok(())
}

/// Up to so many bytes, fewer where there are no more, or where they cannot be read.
fn bytes_at(source: &Arc<dyn RandomAccess>, at: u64, most: usize) -> Vec<u8> {
    RangeReader::new(Arc::clone(source), at).peek(most).unwrap_or_default()
}
