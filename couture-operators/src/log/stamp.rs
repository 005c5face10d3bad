//! Puts a time stamp before each line.

use couture_core::Timestamp;

/// Puts `[2026-01-01T00:00:00.123456Z] ` before each line of a stream that comes in pieces.
///
/// It keeps no part of a line, so a line may be of any length and hold any bytes.
#[derive(Debug, Default)]
pub(crate) struct Stamper {
    within_line: bool,
}

impl Stamper {
    /// Appends `piece`, or as much of it as keeps `out` within about `limit` bytes; tells how much of it that was.
    pub(crate) fn push(&mut self, piece: &[u8], at: Timestamp, out: &mut Vec<u8>, limit: usize) -> usize {
        let stamp = stamp(at);
        let mut from = 0;
        while from < piece.len() && out.len() < limit {
            if !self.within_line {
                out.extend_from_slice(stamp.as_bytes());
            }
            let end = memchr::memchr(b'\n', &piece[from..]).map(|length| from + length + 1);
            self.within_line = end.is_none();
            let end = end.unwrap_or(piece.len());
            out.extend_from_slice(&piece[from..end]);
            from = end;
        }
        from
    }

    /// Appends whole lines on their own.
    pub(crate) fn lines(&mut self, text: &str, at: Timestamp, out: &mut Vec<u8>) {
        self.end_line(out);
        let text = text.strip_suffix('\n').unwrap_or(text);
        for line in text.split('\n') {
            self.push(line.as_bytes(), at, out, usize::MAX);
            if line.is_empty() {
                out.extend_from_slice(stamp(at).as_bytes());
                self.within_line = true;
            }
            self.end_line(out);
        }
    }

    /// What was pushed last ended as `block` ends, not where it was to.
    pub(crate) fn cut_to(&mut self, block: &[u8]) {
        self.within_line = block.last().is_some_and(|byte| *byte != b'\n');
    }

    /// Ends the line that has begun, if one has.
    pub(crate) fn end_line(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.within_line) {
            out.push(b'\n');
        }
    }
}

fn stamp(at: Timestamp) -> String {
    match chrono::DateTime::from_timestamp_micros(at.as_micros()) {
        Some(at) => format!("[{}] ", at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)),
        None => format!("[{at}] "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_micros(1_767_225_600_123_456);

    #[test]
    fn each_line_has_its_stamp() {
        let check = |pieces: &[&str], expected: &str| {
            let mut stamper = Stamper::default();
            let mut out = Vec::new();
            for piece in pieces {
                assert_eq!(stamper.push(piece.as_bytes(), AT, &mut out, usize::MAX), piece.len());
            }
            stamper.end_line(&mut out);
            let text = String::from_utf8(out).unwrap();
            assert_eq!(text.replace("[2026-01-01T00:00:00.123456Z] ", "> "), expected);
        };
        check(&[], "");
        check(&["one\ntwo\n"], "> one\n> two\n");
        check(&["o", "ne\n", "\ntw", "o"], "> one\n> \n> two\n");
    }

    #[test]
    fn it_stops_at_the_limit_and_goes_on_from_there() {
        let mut stamper = Stamper::default();
        let mut out = Vec::new();
        assert_eq!(stamper.push(b"a\nb\nc\n", AT, &mut out, 40), 4);
        assert_eq!(stamper.push(b"c\n", AT, &mut out, usize::MAX), 2);
        assert_eq!(out.len(), 3 * 32);
    }

    #[test]
    fn own_lines_stand_alone() {
        let mut stamper = Stamper::default();
        let mut out = Vec::new();
        stamper.push(b"part", AT, &mut out, usize::MAX);
        stamper.lines("x\n\ny\n", AT, &mut out);
        let text = String::from_utf8(out).unwrap().replace("[2026-01-01T00:00:00.123456Z] ", "> ");
        assert_eq!(text, "> part\n> x\n> \n> y\n");
    }
}
