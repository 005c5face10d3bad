//! JSON lines: an object in each line; its names are the columns.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read};

use serde_json::{Map, Value};

use super::Options;
use super::rows::Rows;
use crate::state::State;
use crate::text::{MOST_RECORD_BYTES, Notice, Notices};

/// Lines in which the names of the columns are looked for.
const HEAD_LINES: usize = 2000;
/// Bytes of such lines.
const HEAD_BYTES: usize = 8 << 20;
/// Columns that are taken.
const MOST_COLUMNS: usize = 20_000;

/// Profiles lines of JSON.
pub(super) fn lines(source: impl Read, file: usize, options: &Options) -> io::Result<State> {
    let mut lines = Lines { source: BufReader::with_capacity(1 << 16, source), notices: Notices::default(), number: 0 };
    let (mut head, mut names, mut places, mut bytes) = (Vec::new(), Vec::new(), HashMap::new(), 0);
    while head.len() < HEAD_LINES && bytes < HEAD_BYTES {
        let Some((object, size)) = lines.next()? else { break };
        bytes += size;
        for name in object.keys() {
            if !places.contains_key(name) && names.len() < MOST_COLUMNS {
                places.insert(name.clone(), names.len());
                names.push(name.clone());
            }
        }
        head.push(object);
    }
    options.check(&names).map_err(io::Error::other)?;
    let storage = vec![String::new(); names.len()];
    let mut rows = Rows::new(names, storage, file, options);
    let mut cells = Vec::new();
    for object in head {
        push(&mut rows, &object, &places, &mut cells);
    }
    while let Some((object, _)) = lines.next()? {
        push(&mut rows, &object, &places, &mut cells);
    }
    rows.notices.merge(lines.notices);
    Ok(rows.finish("JSON lines"))
}

fn push(rows: &mut Rows<'_>, object: &Map<String, Value>, places: &HashMap<String, usize>, cells: &mut Vec<String>) {
    cells.iter_mut().for_each(String::clear);
    cells.resize(rows.names().len(), String::new());
    for (name, value) in object {
        match places.get(name) {
            Some(place) => match value {
                Value::Null => {}
                Value::String(text) => cells[*place].push_str(text),
                value => cells[*place] = value.to_string(),
            },
            None => rows.notices.add(Notice::LateColumn, || name.clone()),
        }
    }
    rows.push(cells.iter().map(String::as_bytes));
}

struct Lines<R> {
    source: BufReader<R>,
    notices: Notices,
    number: u64,
}

impl<R: Read> Lines<R> {
    /// The next object, and the bytes of its line. Lines that are none, or too long, are counted and passed over.
    fn next(&mut self) -> io::Result<Option<(Map<String, Value>, usize)>> {
        loop {
            let mut line = Vec::new();
            let limit = MOST_RECORD_BYTES as u64 + 1;
            let read = (&mut self.source).take(limit).read_until(b'\n', &mut line);
            self.number += 1;
            let number = self.number;
            match read {
                Ok(0) => return Ok(None),
                Ok(count) if count as u64 == limit && line.last() != Some(&b'\n') => {
                    self.notices.add(Notice::OversizedLine, || format!("line {number}"));
                    drop(line);
                    self.skip_line()?;
                }
                Ok(count) => {
                    let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line).trim_ascii();
                    match serde_json::from_slice(text) {
                        _ if text.is_empty() => {}
                        Ok(Value::Object(object)) => return Ok(Some((object, count))),
                        _ => self.notices.add(Notice::InvalidJson, || format!("line {number}")),
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.notices.add(Notice::Truncated, || error.to_string());
                    return Ok(None);
                }
            }
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let available = self.source.fill_buf()?;
            let end = memchr::memchr(b'\n', available);
            let count = end.map_or(available.len(), |at| at + 1);
            let done = end.is_some() || available.is_empty();
            self.source.consume(count);
            if done {
                return Ok(());
            }
        }
    }
}
