//! Remembers the last line of a stream.

/// The last line, blank or not, of a stream that comes in pieces; cut at [`LastLine::MAX_BYTES`].
#[derive(Debug, Default)]
pub(crate) struct LastLine {
    current: Vec<u8>,
    last: Vec<u8>,
}

impl LastLine {
    pub(crate) const MAX_BYTES: usize = 64 * 1024;

    pub(crate) fn push(&mut self, piece: &[u8]) {
        let Some(end) = memchr::memrchr(b'\n', piece) else {
            return self.extend(piece);
        };
        let lines = &piece[..end];
        match memchr::memrchr(b'\n', lines) {
            Some(start) => {
                self.current.clear();
                self.extend(&lines[start + 1..]);
            }
            None => self.extend(lines),
        }
        std::mem::swap(&mut self.current, &mut self.last);
        self.current.clear();
        self.extend(&piece[end + 1..]);
    }

    fn extend(&mut self, part: &[u8]) {
        let room = Self::MAX_BYTES.saturating_sub(self.current.len());
        self.current.extend_from_slice(&part[..part.len().min(room)]);
    }

    /// That line, without white space at its end. What is not UTF-8 is replaced.
    pub(crate) fn finish(mut self) -> String {
        if !self.current.is_empty() {
            self.last = self.current;
        }
        let line = String::from_utf8_lossy(&self.last);
        let line = line.trim_end();
        let end = (0..=line.len().min(Self::MAX_BYTES)).rev().find(|at| line.is_char_boundary(*at));
        line[..end.unwrap_or(0)].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line() {
        let check = |pieces: &[&str], expected: &str| {
            let mut last = LastLine::default();
            pieces.iter().for_each(|piece| last.push(piece.as_bytes()));
            assert_eq!(last.finish(), expected, "{pieces:?}");
        };
        check(&[], "");
        check(&["one\ntwo\n"], "two");
        check(&["one\ntwo"], "two");
        check(&["one\n\n  \n\n"], "");
        check(&["one\n  "], "");
        check(&["on", "e", "\n"], "one");
        check(&["on", "e", "\n", "\n"], "");
        check(&["one\ntw", "o\n", "th", "ree", "\n"], "three");
        check(&["one\ntw", "o\n \n"], "");
        check(&["one\n", "two \r\n"], "two");
        check(&["x", &"y".repeat(100_000)], &format!("x{}", "y".repeat(LastLine::MAX_BYTES - 1)));
    }
}
