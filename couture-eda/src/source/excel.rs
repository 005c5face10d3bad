//! Excel and OpenDocument workbooks: each sheet is a table.

use std::io::{Cursor, Read};

use calamine::{Data, Reader};

use super::Options;
use super::rows::Rows;
use crate::state::State;
use crate::text::column_names;

/// A workbook is read at once: more than this, unpacked, is refused.
pub(super) const MOST_UNPACKED_BYTES: u64 = 256 << 20;

/// Why a workbook is not read.
pub(super) enum Refusal {
    /// It is larger, unpacked, than is ever read at once.
    TooLarge,
    /// The reader of the format cannot read it.
    Damaged(String),
}

/// Profiles each sheet of a workbook that has rows, with its name.
pub(super) fn sheets(bytes: Vec<u8>, file: usize, options: &Options) -> Result<Vec<(String, State)>, Refusal> {
    if bytes.starts_with(b"PK") {
        check_unpacked(&bytes)?;
    }
    let damaged = |error: calamine::Error| Refusal::Damaged(error.to_string());
    let mut workbook = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(damaged)?;
    let mut states = Vec::new();
    for name in workbook.sheet_names() {
        let range = workbook.worksheet_range(&name).map_err(damaged)?;
        let mut rows = range.rows();
        let Some(first) = rows.next() else { continue };
        let header: Vec<String> = first.iter().map(text).collect();
        let is_header = options.header.unwrap_or_else(|| first.iter().all(|cell| matches!(cell, Data::String(_) | Data::Empty)));
        let blank = vec![String::new(); header.len()];
        let (names, _) = column_names(if is_header { &header } else { &blank });
        let storage = vec![String::new(); names.len()];
        let mut taken = Rows::new(names, storage, file + states.len(), options);
        if !is_header {
            taken.push(header.iter().map(String::as_bytes));
        }
        for row in rows {
            let cells: Vec<String> = row.iter().map(text).collect();
            taken.push(cells.iter().map(String::as_bytes));
        }
        states.push((name, taken.finish("workbook")));
    }
    Ok(states)
}

/// Unpacks a workbook without keeping it, to know its size whatever it says of itself.
fn check_unpacked(bytes: &[u8]) -> Result<(), Refusal> {
    let damaged = |error: zip::result::ZipError| Refusal::Damaged(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut left = MOST_UNPACKED_BYTES;
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).map_err(damaged)?.take(left + 1);
        let size = std::io::copy(&mut entry, &mut std::io::sink());
        let size = size.map_err(|error| Refusal::Damaged(error.to_string()))?;
        left = left.checked_sub(size).ok_or(Refusal::TooLarge)?;
    }
    Ok(())
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::DateTime(moment) if moment.is_datetime() => date_text(moment.as_f64()),
        Data::Bool(value) => value.to_string(),
        Data::Float(value) => value.to_string(),
        Data::Int(value) => value.to_string(),
        cell => cell.to_string(),
    }
}

/// A number of days since 1899-12-30 as text.
fn date_text(days: f64) -> String {
    let seconds = ((days - 25_569.0) * 86_400_000.0).round() / 1000.0;
    let kind = if days.fract() == 0.0 { crate::cell::Kind::Date } else { crate::cell::Kind::DateTime };
    crate::report::moment(seconds, kind)
}
