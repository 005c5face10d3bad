//! Files of delimited text, each read by all cores: every worker has a range of the file.

use std::io::{self, Read};
use std::sync::Arc;

use super::{Options, RandomAccess, RangeReader};
use crate::limits::Limits;
use crate::state::State;
use crate::summary::Table;
use crate::text::{
    BatchBuilder, DecodingReader, Dialect, Encoding, Field, Notice, Notices, RecordReader, Scan, column_names, scan,
};

/// Bytes by which a file's dialect is detected.
const SAMPLE_BYTES: usize = 256 << 10;
/// A smaller range is not worth a worker.
const LEAST_RANGE_BYTES: u64 = 1 << 20;
/// Bytes in which the start of a record is looked for.
const SYNC_BYTES: usize = 1 << 20;
/// Records that have to fit for a place to be taken as the start of one.
const SYNC_RECORDS: usize = 5;

/// What is known of a file before its rows are read.
#[derive(Clone, Debug)]
struct Layout {
    dialect: Dialect,
    names: Vec<String>,
    limits: Limits,
    file: usize,
    /// Where the first row starts.
    rows_start: u64,
}

/// Profiles a file that can be read from anywhere, with as many workers as `options` says.
pub(super) fn profile(source: &Arc<dyn RandomAccess>, file: usize, options: &Options) -> io::Result<State> {
    let sample = RangeReader::new(Arc::clone(source), 0).peek(SAMPLE_BYTES)?;
    let encoding = options.encoding.unwrap_or_else(|| Encoding::detect(&sample));
    let whole = sample.len() as u64 >= source.size();
    if !encoding.is_utf_8() {
        let reader = DecodingReader::new(RangeReader::new(Arc::clone(source), 0), encoding);
        return profile_stream(reader, file, encoding, options);
    }
    let mark = encoding.mark_bytes;
    let dialect = dialect(&sample[mark.min(sample.len())..], whole, options);
    let mut reader =
        RecordReader::new(RangeReader::new(Arc::clone(source), mark as u64), dialect, 0, file, mark as u64);
    let (layout, mut notices) = layout(&mut reader, dialect, file, mark as u64, options)?;
    let ends = range_ends(source.size(), layout.rows_start, options.workers);
    let mut state = run_ranges(source, &layout, &ends, options)?;
    notices.merge(std::mem::take(&mut state.notices));
    state.notices = notices;
    state.notes = notes(&layout, encoding);
    state.bytes = source.size();
    Ok(state)
}

/// Profiles text that only comes in order. `encoding` is the one that was decoded, for the report.
pub(super) fn profile_stream(
    mut source: impl Read,
    file: usize,
    encoding: Encoding,
    options: &Options,
) -> io::Result<State> {
    let mut sample = Vec::new();
    let mut early = Notices::default();
    // One byte more, to know whether that is all.
    read_sample(&mut source, &mut sample, &mut early)?;
    let whole = sample.len() < SAMPLE_BYTES;
    let dialect = dialect(&sample, whole, options);
    let rest =
        if early.count(Notice::Truncated) > 0 { Box::new(io::empty()) as Box<dyn Read> } else { Box::new(source) };
    let mut reader = RecordReader::new(io::Cursor::new(sample).chain(rest), dialect, 0, file, 0);
    let (layout, mut notices) = layout(&mut reader, dialect, file, 0, options)?;
    notices.merge(early);
    let mut table = layout.table();
    reader.set_columns(layout.names.len());
    let bytes = read_rows(&mut reader, u64::MAX, &layout, &mut table, &mut notices, options)?;
    Ok(State { bytes, notices, notes: notes(&layout, encoding), ..State::new(table) })
}

fn read_sample(source: &mut impl Read, sample: &mut Vec<u8>, notices: &mut Notices) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    while sample.len() < SAMPLE_BYTES {
        match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => sample.extend_from_slice(&buffer[..count]),
            Err(error) if !sample.is_empty() => {
                notices.add(Notice::Truncated, || error.to_string());
                break;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn dialect(sample: &[u8], whole: bool, options: &Options) -> Dialect {
    let mut dialect = Dialect::detect(sample, whole);
    dialect.delimiter = options.delimiter.unwrap_or(dialect.delimiter);
    dialect.header = options.header.unwrap_or(dialect.header);
    dialect
}

/// Reads the header. `start` is where the reader starts.
fn layout(
    reader: &mut RecordReader<impl Read>,
    dialect: Dialect,
    file: usize,
    start: u64,
    options: &Options,
) -> io::Result<(Layout, Notices)> {
    let first = reader.read_header(dialect.header)?.unwrap_or_default();
    Options::check_width(first.len()).map_err(io::Error::other)?;
    let blank = vec![String::new(); first.len()];
    let (names, changed) = column_names(if dialect.header { &first } else { &blank });
    options.check(&names).map_err(io::Error::other)?;
    let mut notices = Notices::default();
    changed.iter().for_each(|name| notices.add(Notice::RepeatedName, || name.clone()));
    let rows_start = if dialect.header { reader.offset() } else { start };
    let limits = options.limits(names.len());
    Ok((Layout { dialect, names, limits, file, rows_start }, notices))
}

impl Layout {
    fn table(&self) -> Table {
        Table::new(self.names.clone(), vec![String::new(); self.names.len()], self.limits)
    }
}

fn notes(layout: &Layout, encoding: Encoding) -> Vec<(String, String)> {
    let shown = |byte: u8| if byte == b'\t' { "tab".to_owned() } else { char::from(byte).to_string() };
    vec![
        ("format".to_owned(), "delimited text".to_owned()),
        ("encoding".to_owned(), encoding.name().to_owned()),
        ("delimiter".to_owned(), shown(layout.dialect.delimiter)),
        ("quote".to_owned(), layout.dialect.quote.map_or_else(String::new, shown)),
        ("header".to_owned(), if layout.dialect.header { "yes" } else { "no" }.to_owned()),
    ]
}

/// Where each worker's range ends; the last one at the end of all.
fn range_ends(size: u64, start: u64, workers: usize) -> Vec<u64> {
    let bytes = size.saturating_sub(start);
    let ranges = (bytes / LEAST_RANGE_BYTES).clamp(1, workers.max(1) as u64);
    (1..=ranges).map(|at| if at == ranges { u64::MAX } else { start + bytes / ranges * at }).collect()
}

/// The rows of one range.
struct Range {
    table: Table,
    notices: Notices,
    /// Where the first row starts, and where the row after the last would.
    span: (u64, u64),
}

/// Runs a worker for each range. A worker guesses where its first row starts; where the one before it ends elsewhere,
/// the guess was wrong, and the range is read again from there.
fn run_ranges(source: &Arc<dyn RandomAccess>, layout: &Layout, ends: &[u64], options: &Options) -> io::Result<State> {
    let starts: Vec<u64> = std::iter::once(layout.rows_start).chain(ends.iter().copied()).take(ends.len()).collect();
    let mut ranges = std::thread::scope(|scope| {
        let work = |start: u64, until: u64| {
            scope.spawn(move || {
                let start = if start == layout.rows_start { Some(start) } else { first_record(source, start, layout)? };
                start.map(|start| run_range(source, layout, start, until, options)).transpose()
            })
        };
        let workers: Vec<_> = starts.iter().zip(ends).map(|(start, until)| work(*start, *until)).collect();
        let join = |worker: std::thread::ScopedJoinHandle<'_, _>| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        workers.into_iter().map(join).collect::<io::Result<Vec<Option<Range>>>>()
    })?
    .into_iter();
    let first = ranges.next().flatten();
    let Range { mut table, mut notices, mut span } = first.expect("the start of the first range is known");
    for (range, until) in ranges.zip(&ends[1..]) {
        let range = match range {
            Some(range) if range.span.0 == span.1 => range,
            _ => run_range(source, layout, span.1, *until, options)?,
        };
        span.1 = range.span.1;
        table.merge(range.table).expect("all ranges have the columns of their file");
        notices.merge(range.notices);
    }
    Ok(State { notices, ..State::new(table) })
}

fn run_range(
    source: &Arc<dyn RandomAccess>,
    layout: &Layout,
    start: u64,
    until: u64,
    options: &Options,
) -> io::Result<Range> {
    let reader = RangeReader::new(Arc::clone(source), start);
    let mut reader = RecordReader::new(reader, layout.dialect, layout.names.len(), layout.file, start);
    let (mut table, mut notices) = (layout.table(), Notices::default());
    read_rows(&mut reader, until, layout, &mut table, &mut notices, options)?;
    Ok(Range { table, notices, span: (start, reader.offset()) })
}

/// Reads rows into `table`, and says how many bytes they were.
fn read_rows(
    reader: &mut RecordReader<impl Read>,
    until: u64,
    layout: &Layout,
    table: &mut Table,
    notices: &mut Notices,
    options: &Options,
) -> io::Result<u64> {
    let mut builder = BatchBuilder::new(layout.names.len(), layout.limits.batch_rows);
    let start = reader.offset();
    while let Some(batch) = reader.next_batch(&mut builder, until, notices)? {
        table.update(&batch.columns.iter().collect::<Vec<_>>(), &batch.positions);
        options.progress.add_rows(batch.positions.len() as u64);
    }
    Ok(reader.offset() - start)
}

/// The first place from `from` on that looks like the start of a record: a line end before it, and after it records with
/// as many fields as there are columns. `None` where there is none nearby.
fn first_record(source: &Arc<dyn RandomAccess>, from: u64, layout: &Layout) -> io::Result<Option<u64>> {
    // The line that a range starts in belongs to the range before, unless it starts exactly there.
    let window = RangeReader::new(Arc::clone(source), from - 1).peek(SYNC_BYTES)?;
    let whole = window.len() < SYNC_BYTES;
    let mut fields: Vec<Field> = Vec::new();
    for end in memchr::memchr_iter(layout.dialect.terminator, &window) {
        let (mut at, mut fitting) = (end + 1, 0);
        let fits = loop {
            if fitting == SYNC_RECORDS || at >= window.len() {
                break true;
            }
            match scan(&window, at, &layout.dialect, whole, &mut fields) {
                Scan::Record(next) if fields.len() == layout.names.len() => (at, fitting) = (next, fitting + 1),
                _ => break false,
            }
        };
        if fits {
            return Ok(Some(from - 1 + end as u64 + 1));
        }
    }
    Ok(None)
}
