//! The scanner of one record.

use super::Dialect;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Where a field's bytes are in the scanned bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The first byte, after an opening quote.
    pub start: usize,
    /// The byte after the last, before a closing quote.
    pub end: usize,
    /// Quotes within it are doubled, or text follows the closing quote: all quotes of it are to be looked at.
    pub doubled: bool,
    /// Text follows the closing quote, which may be none.
    pub odd: bool,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scan {
    /// A record, and where the next one starts.
    Record(usize),
    /// The bytes end before the record does; `in_quotes`: within a quoted field.
    Unfinished {
        /// Whether a quote is open.
        in_quotes: bool,
    },
}

/// Scans the record that starts at `start`, into `fields`. At `last`, the end of the bytes ends the record too, but for
/// an open quote.
#[inline]
pub fn scan(bytes: &[u8], start: usize, dialect: &Dialect, last: bool, fields: &mut Vec<Field>) -> Scan {
    fields.clear();
    let mut at = start;
    loop {
        if dialect.quote.is_some() && bytes.get(at).copied() == dialect.quote {
            let Some((field, end)) = quoted(bytes, at, dialect, last) else {
                return Scan::Unfinished { in_quotes: true };
            };
            fields.push(field);
            at = end;
        } else {
            let end = plain_end(bytes, at, dialect.delimiter, dialect.terminator);
            fields.push(Field { start: at, end, doubled: false, odd: false });
            at = end;
        }
        match bytes.get(at) {
            Some(byte) if *byte == dialect.delimiter => at += 1,
            Some(_) => {
                strip_return(bytes, fields, dialect);
                return Scan::Record(at + 1);
            }
            None if last => {
                strip_return(bytes, fields, dialect);
                return Scan::Record(at);
            }
            None => return Scan::Unfinished { in_quotes: false },
        }
    }
}

/// The first delimiter or terminator from `at` on, or the end. Eight bytes at once.
#[inline]
fn plain_end(bytes: &[u8], mut at: usize, delimiter: u8, terminator: u8) -> usize {
    let (delimiters, terminators) = (ONES * u64::from(delimiter), ONES * u64::from(terminator));
    while let Some(chunk) = bytes.get(at..at + 8) {
        let word = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
        let found = zero_bytes(word ^ delimiters) | zero_bytes(word ^ terminators);
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = &bytes[at.min(bytes.len())..];
    at + rest.iter().position(|byte| *byte == delimiter || *byte == terminator).unwrap_or(rest.len())
}

/// A high bit for each byte that is zero; above the lowest of them, bits may be wrong.
#[inline]
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// A field whose opening quote is at `open`, and where it ends.
fn quoted(bytes: &[u8], open: usize, dialect: &Dialect, last: bool) -> Option<(Field, usize)> {
    let quote = dialect.quote?;
    let (start, mut at, mut doubled) = (open + 1, open + 1, false);
    loop {
        let close = at + memchr::memchr(quote, bytes.get(at..)?)?;
        match bytes.get(close + 1) {
            Some(byte) if *byte == quote => {
                doubled = true;
                at = close + 2;
            }
            Some(byte) if *byte == dialect.delimiter || *byte == dialect.terminator => {
                return Some((Field { start, end: close, doubled, odd: false }, close + 1));
            }
            Some(b'\r') if bytes.get(close + 2) == Some(&dialect.terminator) => {
                return Some((Field { start, end: close, doubled, odd: false }, close + 2));
            }
            Some(b'\r') if last && close + 2 == bytes.len() => {
                return Some((Field { start, end: close, doubled, odd: false }, close + 2));
            }
            None if last => return Some((Field { start, end: close, doubled, odd: false }, close + 1)),
            None => return None,
            // Text after the closing quote belongs to the field, and so does the quote.
            Some(_) => {
                let end = plain_end(bytes, close + 1, dialect.delimiter, dialect.terminator);
                return (end < bytes.len() || last).then_some((Field { start, end, doubled: true, odd: true }, end));
            }
        }
    }
}

fn strip_return(bytes: &[u8], fields: &mut [Field], dialect: &Dialect) {
    if let Some(field) = fields.last_mut()
        && dialect.terminator == b'\n'
        && field.end > field.start
        && bytes[field.end - 1] == b'\r'
    {
        field.end -= 1;
    }
}

#[test]
fn records_are_scanned() {
    let check = |text: &str, expected: &[&[&str]]| {
        let (mut at, mut fields, mut found) = (0, Vec::new(), Vec::new());
        while at < text.len() {
            match scan(text.as_bytes(), at, &Dialect::default(), true, &mut fields) {
                Scan::Record(next) => {
                    found.push(fields.iter().map(|field| &text[field.start..field.end]).collect::<Vec<_>>());
                    at = next;
                }
                Scan::Unfinished { in_quotes } => {
                    assert!(in_quotes);
                    found.push(vec!["open"]);
                    break;
                }
            }
        }
        assert_eq!(found, expected, "{text:?}");
    };
    check("a,b\nc,d\n", &[&["a", "b"], &["c", "d"]]);
    check("a,b\r\n,\r\n", &[&["a", "b"], &["", ""]]);
    check("a much longer field,another one of them\nx", &[&["a much longer field", "another one of them"], &["x"]]);
    check("\"a,\nb\",c", &[&["a,\nb", "c"]]);
    check("\"a\"\"b\",\"\"\r\n", &[&["a\"\"b", ""]]);
    check("\"a\" b,c\"d\n", &[&["a\" b", "c\"d"]]);
    check("\"a\"\"\n\"b\",c", &[&["a\"\"\n\"b\"", "c"]]);
    check("\"open\nx,y\n", &[&["open"]]);
    check("\n\n", &[&[""], &[""]]);
}
