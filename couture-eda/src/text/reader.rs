use std::io::{self, Read};

use super::{Batch, BatchBuilder, Dialect, Field, Notice, Notices, Scan, scan};

/// A longer record is left out: it is never all in memory.
pub const MOST_RECORD_BYTES: usize = 8 << 20;
const READ_BYTES: usize = 1 << 20;
/// Up to here, a position is a byte of its file; above, it is the number of the file.
const FILE_BITS: u32 = 44;

/// Reads records from bytes that come in order, or from a range of a file.
#[derive(Debug)]
pub struct RecordReader<R> {
    source: R,
    dialect: Dialect,
    columns: usize,
    /// Where the first byte of the source stands in the file, with the number of the file.
    base: u64,
    buffer: Vec<u8>,
    /// The bytes of the buffer that are not scanned yet.
    start: usize,
    end: usize,
    ended: bool,
    /// Within a line that is too long.
    skipping: bool,
    fields: Vec<Field>,
}

impl<R: Read> RecordReader<R> {
    /// Reads `source`, whose first byte stands at `offset` of the file with the number `file`.
    pub fn new(source: R, dialect: Dialect, columns: usize, file: usize, offset: u64) -> Self {
        let base = ((file as u64) << FILE_BITS) + offset;
        let buffer = vec![0; READ_BYTES];
        Self { source, dialect, columns, base, buffer, start: 0, end: 0, ended: false, skipping: false, fields: vec![] }
    }

    /// Says how many columns there are, where that was not known.
    pub fn set_columns(&mut self, columns: usize) {
        self.columns = columns;
    }

    /// Where the next record starts in the file.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.position() & ((1 << FILE_BITS) - 1)
    }

    fn position(&self) -> u64 {
        self.base + self.start as u64
    }

    /// The next record as texts: the one with the names of the columns. `None` where there is none. It is not read again
    /// where it is to be `consumed`.
    ///
    /// # Errors
    /// Those of the source, or that the record is too long.
    pub fn read_header(&mut self, consumed: bool) -> io::Result<Option<Vec<String>>> {
        loop {
            match scan(&self.buffer[..self.end], self.start, &self.dialect, self.ended, &mut self.fields) {
                Scan::Record(_) if self.start == self.end => return Ok(None),
                Scan::Record(next) => {
                    let bytes = &self.buffer;
                    let text = |field: &Field| String::from_utf8_lossy(&bytes[field.start..field.end]).into_owned();
                    let names: Vec<String> = self.fields.iter().map(text).collect();
                    let is_blank = names.iter().all(String::is_empty);
                    if is_blank || consumed {
                        self.start = next;
                    }
                    if !is_blank {
                        return Ok(Some(names));
                    }
                }
                Scan::Unfinished { in_quotes } if self.ended || self.end - self.start > MOST_RECORD_BYTES => {
                    let plain = Dialect { quote: None, ..self.dialect };
                    let bytes = &self.buffer[..self.end];
                    let scanned = scan(bytes, self.start, &plain, self.ended, &mut self.fields);
                    if !(in_quotes && matches!(scanned, Scan::Record(_))) {
                        let reason = "the first line does not end within 8 MiB";
                        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
                    }
                    // The quote that is open is part of a name: from here on none is looked at.
                    self.dialect = plain;
                }
                Scan::Unfinished { .. } => self.fill(&mut Notices::default())?,
            }
        }
    }

    /// The next rows: those that start before `until`, a byte of the file, or `None` after the last.
    ///
    /// # Errors
    /// Those of the source, but for an early end of compressed data, which is counted.
    pub fn next_batch(
        &mut self,
        builder: &mut BatchBuilder,
        until: u64,
        notices: &mut Notices,
    ) -> io::Result<Option<Batch>> {
        let mut rows = false;
        while !builder.is_full() && (self.skipping || self.offset() < until) && !(self.ended && self.start == self.end)
        {
            if self.skipping {
                self.skip(notices)?;
                continue;
            }
            match scan(&self.buffer[..self.end], self.start, &self.dialect, self.ended, &mut self.fields) {
                Scan::Record(next) => rows |= self.take(next, builder, notices),
                Scan::Unfinished { in_quotes } => {
                    let is_long = self.end - self.start > MOST_RECORD_BYTES;
                    if !self.ended && !is_long {
                        self.fill(notices)?;
                    } else if in_quotes && let Some(next) = self.scan_plain() {
                        notices.add(Notice::OpenQuote, || self.place());
                        rows |= self.take(next, builder, notices);
                    } else {
                        notices.add(Notice::OversizedLine, || self.place());
                        self.skipping = true;
                    }
                }
            }
        }
        Ok(rows.then(|| builder.take(notices)))
    }

    fn place(&self) -> String {
        format!("at byte {}", self.offset())
    }

    /// Scans the line at hand with quotes as any other byte.
    fn scan_plain(&mut self) -> Option<usize> {
        let dialect = Dialect { quote: None, ..self.dialect };
        match scan(&self.buffer[..self.end], self.start, &dialect, self.ended, &mut self.fields) {
            Scan::Record(next) => Some(next),
            Scan::Unfinished { .. } => None,
        }
    }

    /// Takes the scanned record, and says whether it is a row.
    fn take(&mut self, mut next: usize, builder: &mut BatchBuilder, notices: &mut Notices) -> bool {
        let is_blank = self.fields.len() == 1 && self.fields[0].start == self.fields[0].end;
        if is_blank && self.columns > 1 {
            self.start = next;
            return false;
        }
        if self.fields.len() != self.columns || self.fields.iter().any(|field| field.odd) {
            next = self.repair(next, notices);
        }
        let position = self.position();
        builder.push(&self.buffer, &self.fields, &self.dialect, position, notices);
        self.start = next;
        true
    }

    /// A record of several lines that does not fit, or has text behind a quote, may come of a quote that is never closed:
    /// its first line alone is taken, where that fits.
    fn repair(&mut self, next: usize, notices: &mut Notices) -> usize {
        let record = &self.buffer[self.start..next];
        let lines = memchr::memchr_iter(self.dialect.terminator, record).count();
        if lines < 2 {
            return next;
        }
        let found = self.fields.clone();
        match self.scan_plain() {
            Some(line_end) if self.fields.len() == self.columns => {
                notices.add(Notice::OpenQuote, || self.place());
                line_end
            }
            _ => {
                self.fields = found;
                next
            }
        }
    }

    fn skip(&mut self, notices: &mut Notices) -> io::Result<()> {
        match memchr::memchr(self.dialect.terminator, &self.buffer[self.start..self.end]) {
            Some(at) => {
                self.start += at + 1;
                self.skipping = false;
                // The long line has left a large buffer.
                self.compact();
                self.buffer.truncate(self.end.max(READ_BYTES));
                self.buffer.shrink_to_fit();
                Ok(())
            }
            None => {
                self.start = self.end;
                self.fill(notices)
            }
        }
    }

    fn compact(&mut self) {
        self.base += self.start as u64;
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
    }

    fn fill(&mut self, notices: &mut Notices) -> io::Result<()> {
        self.compact();
        if self.buffer.len() - self.end < READ_BYTES / 2 {
            self.buffer.resize(self.buffer.len() + READ_BYTES, 0);
        }
        match self.source.read(&mut self.buffer[self.end..]) {
            Ok(0) => self.ended = true,
            Ok(count) => self.end += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if is_damage(error.kind()) => {
                notices.add(Notice::Truncated, || error.to_string());
                self.ended = true;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Whether an error tells that compressed data are damaged, and not that they cannot be reached.
fn is_damage(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other
    )
}
