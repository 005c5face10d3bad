//! The filter `tojson`, which makes no more text than a template may give.

use std::io::{self, Write};

use minijinja::Error;
use minijinja::value::{Kwargs, Value};
use serde::Serialize as _;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::arguments::wrong;
use super::bounded::Bounded;

/// As Jinja2's: JSON that may stand in HTML, on one line, or with each value on a line of its own, `indent` spaces deeper than what it is in.
pub(super) fn tojson(value: &Value, indent: Option<Value>, kwargs: &Kwargs, most: usize) -> Result<Value, Error> {
    let indent = match indent {
        Some(indent) => Some(indent),
        None => kwargs.get::<Option<Value>>("indent")?,
    };
    kwargs.assert_all_used()?;
    let indent = match indent.filter(|indent| !indent.is_none()) {
        None => None,
        Some(indent) => match bool::try_from(indent.clone()) {
            Ok(is_pretty) => is_pretty.then_some(2),
            Err(_) => Some(usize::try_from(indent).map_err(|_| wrong("the indent of tojson is a number of spaces"))?),
        },
    };
    let mut out = Bounded::new(most);
    let layout = Layout { indent, depth: 0, has_value: false };
    let written = value.serialize(&mut Serializer::with_formatter(&mut out, layout));
    if out.is_full() {
        return Err(wrong(format!("tojson makes more than {most} bytes")));
    }
    written.map_err(|error| wrong(format!("tojson: {error}")))?;
    Ok(Value::from_safe_string(out.into_text()?))
}

/// Python's layout.
struct Layout {
    indent: Option<usize>,
    depth: usize,
    has_value: bool,
}

impl Layout {
    fn open<W: Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        writer.write_all(bracket)
    }

    fn close<W: Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.has_value {
            self.line(writer)?;
        }
        self.has_value = true;
        writer.write_all(bracket)
    }

    fn next<W: Write + ?Sized>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        match (is_first, self.indent) {
            (true, _) => {}
            (false, None) => writer.write_all(b", ")?,
            (false, Some(_)) => writer.write_all(b",")?,
        }
        self.line(writer)
    }

    fn line<W: Write + ?Sized>(&self, writer: &mut W) -> io::Result<()> {
        const SPACES: &[u8] = &[b' '; 256];
        let Some(indent) = self.indent else { return Ok(()) };
        writer.write_all(b"\n")?;
        let mut left = indent.saturating_mul(self.depth);
        while left > 0 {
            let now = left.min(SPACES.len());
            writer.write_all(&SPACES[..now])?;
            left -= now;
        }
        Ok(())
    }
}

impl Formatter for Layout {
    fn begin_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        self.next(writer, is_first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        self.next(writer, is_first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn write_string_fragment<W: Write + ?Sized>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        for piece in text.split_inclusive(['<', '>', '&', '\'']) {
            let escaped = match piece.as_bytes().last() {
                Some(b'<') => "\\u003c",
                Some(b'>') => "\\u003e",
                Some(b'&') => "\\u0026",
                Some(b'\'') => "\\u0027",
                _ => {
                    writer.write_all(piece.as_bytes())?;
                    continue;
                }
            };
            writer.write_all(&piece.as_bytes()[..piece.len() - 1])?;
            writer.write_all(escaped.as_bytes())?;
        }
        Ok(())
    }
}
