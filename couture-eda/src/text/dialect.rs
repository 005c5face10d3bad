use super::{Scan, scan};

const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// Records that are looked at to find out how a file is written.
const MOST_RECORDS: usize = 1000;

/// How a file of delimited text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// What stands between fields.
    pub delimiter: u8,
    /// What stands around fields that hold delimiters; doubled within them.
    pub quote: Option<u8>,
    /// The last byte of a line.
    pub terminator: u8,
    /// Whether the first record names the columns.
    pub header: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self { delimiter: b',', quote: Some(b'"'), terminator: b'\n', header: true }
    }
}

impl Dialect {
    /// Finds out how a file is written from its first bytes, which are all that there are where `whole`.
    #[must_use]
    pub fn detect(sample: &[u8], whole: bool) -> Self {
        let terminator = if !sample.contains(&b'\n') && sample.contains(&b'\r') { b'\r' } else { b'\n' };
        let mut best = (0.0, Self { terminator, ..Self::default() });
        for delimiter in DELIMITERS {
            for quote in [b'"', b'\''] {
                let dialect = Self { delimiter, quote: Some(quote), terminator, header: true };
                let score = score(sample, whole, &dialect);
                if score > best.0 {
                    best = (score, dialect);
                }
            }
        }
        let mut dialect = best.1;
        dialect.header = super::header::is_header(&records(sample, whole, &dialect));
        dialect
    }
}

/// The first records as texts.
pub(super) fn records(sample: &[u8], whole: bool, dialect: &Dialect) -> Vec<Vec<String>> {
    let (mut at, mut fields, mut records) = (0, Vec::new(), Vec::new());
    while at < sample.len() && records.len() < MOST_RECORDS {
        match scan(sample, at, dialect, whole, &mut fields) {
            Scan::Record(next) => {
                if fields.len() > 1 || fields[0].start < fields[0].end {
                    let text =
                        |field: &super::Field| String::from_utf8_lossy(&sample[field.start..field.end]).into_owned();
                    records.push(fields.iter().map(text).collect());
                }
                at = next;
            }
            Scan::Unfinished { .. } => break,
        }
    }
    records
}

/// How well a dialect fits: the share of records that have as many fields as most have; more for more fields, and for
/// fields that need their quotes.
fn score(sample: &[u8], whole: bool, dialect: &Dialect) -> f64 {
    let records = records(sample, whole, dialect);
    let mut counts = std::collections::BTreeMap::<usize, usize>::new();
    records.iter().for_each(|record| *counts.entry(record.len()).or_default() += 1);
    let Some((fields, agreeing)) = counts.into_iter().max_by_key(|(fields, count)| (*count, *fields)) else {
        return 0.0;
    };
    if fields < 2 {
        return 0.0;
    }
    let share = agreeing as f64 / records.len() as f64;
    // Apostrophes in texts are more common than files that quote with them.
    let quote = if dialect.quote == Some(b'"') { 0.001 } else { 0.0 };
    share * share + (fields.min(100) as f64) * 0.0005 + quote
}

#[test]
fn dialects_are_detected() {
    let check = |text: &str, delimiter: char, quote: char, header: bool| {
        let found = Dialect::detect(text.as_bytes(), true);
        let expected =
            Dialect { delimiter: delimiter as u8, quote: Some(quote as u8), header, terminator: found.terminator };
        assert_eq!(found, expected, "{text:?}");
    };
    check("a,b\n1,2\n", ',', '"', true);
    check("a;b\n1,5;2,5\n3,5;4\n", ';', '"', true);
    check("a\tb\nx, y\tz\n", '\t', '"', true);
    check("1|2\n3|4\n", '|', '"', false);
    check("a,b\n'x,y',1\n'z,w',2\n", ',', '\'', true);
    check("a,b\nit's,1\nthat's,2\n", ',', '"', true);
    check("name\nx\ny\n", ',', '"', true);
    check("x\n1.5\n", ',', '"', true);
    check("", ',', '"', true);
    assert_eq!(Dialect::detect(b"a,b\r1,2\r", true).terminator, b'\r');
}
