//! The pages of a Parquet file, of which each is looked at before the reader of the format believes what it says of itself.

use std::io::{BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};

use parquet::basic::{Compression, Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};

use super::page_content::{check_growth, check_lengths, has_lengths, longest_text, unpack};
use super::page_header::PageHeader;
use super::{RandomAccess, RangeReader};

/// A page that is larger, as it is stored or once it is unpacked, could not be read in bounded memory.
const MOST_PAGE_BYTES: u64 = 256 << 20;
/// A dictionary of no more bytes has no texts that are too long, however often.
const FEW_BYTES: usize = 16 << 10;
/// What a page may hold however little is stored of it.
const LEAST_GROWTH: u64 = 64 << 10;
/// A page that may grow to more is unpacked once before, to know.
const MOST_UNKNOWN_GROWTH: u64 = 512 << 20;
/// Elements in the lists of a column chunk, beside 64 for each byte that is stored of it: those of a row are read at once.
const MOST_ELEMENTS: u64 = 16 << 20;
/// Rows of a column chunk.
const MOST_ROWS: u64 = 1 << 33;
/// Bytes in which a header is looked for: most are short, but one may hold long statistics.
const HEADER_BYTES: [usize; 3] = [256, 64 << 10, 16 << 20];

/// The bytes of a file.
#[derive(Clone)]
pub(super) struct Chunks(pub(super) Arc<dyn RandomAccess>);

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.0.size()
    }
}

impl ChunkReader for Chunks {
    type T = BufReader<RangeReader>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::new(RangeReader::new(Arc::clone(&self.0), start)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<bytes::Bytes, ParquetError> {
        if start.saturating_add(length as u64) > self.0.size() {
            return Err(ParquetError::EOF("a block lies behind the end of the file".to_owned()));
        }
        let mut bytes = vec![0; length];
        RangeReader::new(Arc::clone(&self.0), start).read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// A column in a row group.
struct Column {
    start: u64,
    end: u64,
    codec: Compression,
    /// The highest levels, of definition and of repetition.
    most_levels: [i16; 2],
    seen: Mutex<Seen>,
}

/// What was read of a column.
#[derive(Default)]
struct Seen {
    /// Where the page starts whose header was looked at last.
    content: Option<u64>,
    /// Levels in pages, and bytes of them.
    levels: u64,
    bytes: u64,
}

/// The bytes of a file whose columns are known. The reader of the format asks for each page at its header.
#[derive(Clone)]
pub(super) struct Pages {
    chunks: Chunks,
    /// In the order of their places.
    columns: Arc<Vec<Column>>,
}

impl Pages {
    /// The pages of all columns.
    ///
    /// # Errors
    /// Where columns lie over each other.
    pub(super) fn new(chunks: Chunks, metadata: &ParquetMetaData) -> Result<Self, String> {
        let mut columns = Vec::new();
        for column in metadata.row_groups().iter().flat_map(|group| group.columns()) {
            let (start, length) = column.byte_range();
            let kind = column.column_descr();
            columns.push(Column {
                start,
                end: start.checked_add(length).ok_or("a column has no such place")?,
                codec: column.compression(),
                most_levels: [kind.max_def_level(), kind.max_rep_level()],
                seen: Mutex::default(),
            });
        }
        columns.retain(|column| column.start < column.end);
        columns.sort_by_key(|column| column.start);
        if columns.windows(2).any(|columns| columns[0].end > columns[1].start) {
            return Err("its columns lie over each other".to_owned());
        }
        Ok(Self { chunks, columns: Arc::new(columns) })
    }

    /// The bytes of a row that has the longest texts which the dictionaries of a row group hold: its reader writes each out
    /// as often as it is there. What cannot be read is left to it to tell.
    pub(super) fn longest_row(&self, group: &RowGroupMetaData) -> u64 {
        let texts = group.columns().iter().filter(|column| column.column_type() == Type::BYTE_ARRAY);
        let longest = |column: &ColumnChunkMetaData| {
            let (start, length) = column.byte_range();
            let header = self.header(start, start.checked_add(length)?).ok()?;
            let unpacked = usize::try_from(header.unpacked).ok()?;
            let packed = usize::try_from(header.packed).ok()?;
            let is_long = header.dictionary.is_some() && unpacked > FEW_BYTES;
            check_sizes(column.compression(), packed as u64, unpacked as u64).ok().filter(|()| is_long)?;
            let page = self.chunks.get_bytes(start + header.length as u64, packed).ok()?;
            longest_text(&unpack(column.compression(), &page, unpacked)?)
        };
        texts.filter_map(longest).sum()
    }

    /// Checks the page whose header starts there.
    fn check(&self, start: u64) -> Result<(), String> {
        let at = self.columns.partition_point(|column| column.end <= start);
        let Some(column) = self.columns.get(at).filter(|column| column.start <= start) else { return Ok(()) };
        let mut seen = column.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.content.take() == Some(start) {
            return Ok(());
        }
        let header = self.header(start, column.end)?;
        let size = |size: i32| u64::try_from(size).map_err(|_| "a page has a negative size".to_owned());
        let (packed, unpacked) = (size(header.packed)?, size(header.unpacked)?);
        check_sizes(column.codec, packed, unpacked)?;
        // An empty page starts where the next header does.
        seen.content = (packed > 0).then(|| start + header.length as u64);
        seen.bytes += packed;
        let count = header.data_v2.or(header.data).map_or(0, |values| values.count);
        seen.levels += u64::try_from(count).unwrap_or_default();
        let most = if column.most_levels[1] > 0 { MOST_ELEMENTS + 64 * seen.bytes } else { MOST_ROWS };
        if seen.levels > most {
            return Err("its pages say that they hold more than is there; write smaller row groups".to_owned());
        }
        if header.dictionary.is_some_and(|values| i64::from(values.count) > i64::from(header.unpacked)) {
            return Err("a dictionary says that it holds more values than bytes".to_owned());
        }
        self.check_content(column, &header, start + header.length as u64)
    }

    fn header(&self, start: u64, end: u64) -> Result<PageHeader, String> {
        let reader = RangeReader::new(Arc::clone(&self.chunks.0), start);
        let most = usize::try_from(end - start).unwrap_or(usize::MAX);
        for bytes in HEADER_BYTES {
            let found = PageHeader::read(&reader.peek(bytes.min(most)).map_err(|error| error.to_string())?);
            if let Some(header) = found {
                return Ok(header);
            }
            if bytes >= most {
                break;
            }
        }
        Err("a page has no readable header".to_owned())
    }

    /// Looks into a page where its header does not tell enough.
    fn check_content(&self, column: &Column, header: &PageHeader, start: u64) -> Result<(), String> {
        let (packed, unpacked) = (header.packed as usize, header.unpacked as usize);
        let may_grow = match column.codec {
            Compression::GZIP(_) => packed as u64 * most_growth(column.codec) > MOST_UNKNOWN_GROWTH,
            Compression::BROTLI(_) => true,
            _ => false,
        };
        let values = header.data_v2.or(header.data);
        let is_delta = values.as_ref().is_some_and(has_lengths);
        if !may_grow && !is_delta {
            return Ok(());
        }
        let page = self.chunks.get_bytes(start, packed).map_err(|error| error.to_string())?;
        if may_grow {
            let levels: i64 = header.data_v2.iter().flat_map(|values| values.levels).map(i64::from).sum();
            let content = usize::try_from(levels).ok().and_then(|levels| page.get(levels..)).unwrap_or_default();
            check_growth(column.codec, content, unpacked)?;
        }
        if is_delta { check_lengths(header, column.codec, &page, column.most_levels) } else { Ok(()) }
    }
}

/// Checks what a header says of the size of its page.
fn check_sizes(codec: Compression, packed: u64, unpacked: u64) -> Result<(), String> {
    let most = if codec == Compression::LZ4 { MOST_PAGE_BYTES / most_growth(codec) * 4 } else { MOST_PAGE_BYTES };
    if packed > most || unpacked > MOST_PAGE_BYTES {
        let size = packed.max(unpacked);
        return Err(format!("a page says that it takes {size} bytes; write pages of at most {most} bytes"));
    }
    if unpacked > LEAST_GROWTH + packed.saturating_mul(most_growth(codec)) {
        return Err(format!("a page says that it grows from {packed} to {unpacked} bytes, which cannot be"));
    }
    Ok(())
}

/// How many bytes come at most of one that is packed: of Brotli, as many as there may be at all.
fn most_growth(codec: Compression) -> u64 {
    match codec {
        Compression::UNCOMPRESSED => 1,
        // Copies of 64 bytes, of three bytes each.
        Compression::SNAPPY => 22,
        // Each byte adds 255 to the length of a copy.
        Compression::LZ4 | Compression::LZ4_RAW => 256,
        // Copies of 258 bytes, of two bits each.
        Compression::GZIP(_) => 1032,
        // Blocks of 128 KiB, of four bytes each.
        Compression::ZSTD(_) => 1 << 15,
        _ => MOST_PAGE_BYTES,
    }
}

impl Length for Pages {
    fn len(&self) -> u64 {
        self.chunks.len()
    }
}

impl ChunkReader for Pages {
    type T = BufReader<RangeReader>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        self.check(start).map_err(ParquetError::General)?;
        self.chunks.get_read(start)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<bytes::Bytes, ParquetError> {
        self.chunks.get_bytes(start, length)
    }
}
