//! Excel workbooks: each sheet is a table, read cell by cell, so that a sheet that says it is huge takes no memory.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Sheets};

use super::Options;
use super::rows::Rows;
use crate::state::State;
use crate::text::{Notice, column_names};

/// A workbook is unpacked at once: more than this is refused.
pub(super) const MOST_UNPACKED_BYTES: u64 = 256 << 20;
/// Each sheet gets reports of its own.
const MOST_SHEETS: usize = 100;
/// The columns of a sheet at most: as many as Excel has.
const MOST_COLUMNS: usize = 16_384;

/// Why a workbook is not read.
pub(super) enum Refusal {
    /// It is larger, unpacked, than is ever read at once.
    TooLarge,
    /// The reader of the format cannot read it.
    Damaged(String),
}

fn damaged(error: impl std::fmt::Display) -> Refusal {
    Refusal::Damaged(error.to_string())
}

/// Profiles each sheet of a workbook that has rows, with its name.
pub(super) fn sheets(bytes: Vec<u8>, file: usize, options: &Options) -> Result<Vec<(String, State)>, Refusal> {
    if bytes.starts_with(b"PK") {
        check_unpacked(&bytes)?;
    }
    let mut workbook = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(damaged)?;
    let mut states = Vec::new();
    let names = workbook.sheet_names();
    if names.len() > MOST_SHEETS {
        let count = names.len();
        return Err(Refusal::Damaged(format!("it has {count} sheets; at most {MOST_SHEETS} are read: split it")));
    }
    for name in names {
        let mut sheet = Sheet::new(file + states.len(), options);
        match &mut workbook {
            Sheets::Xlsx(workbook) => {
                let mut cells = workbook.worksheet_cells_reader(&name).map_err(damaged)?;
                while let Some(cell) = cells.next_cell().map_err(damaged)? {
                    sheet.add(cell.get_position(), cell.get_value().clone().into());
                }
            }
            Sheets::Xlsb(workbook) => {
                let mut cells = workbook.worksheet_cells_reader(&name).map_err(damaged)?;
                while let Some(cell) = cells.next_cell().map_err(damaged)? {
                    sheet.add(cell.get_position(), cell.get_value().clone().into());
                }
            }
            // The format itself holds no more than 65,536 rows of 256 columns.
            Sheets::Xls(workbook) => {
                let range = workbook.worksheet_range(&name).map_err(damaged)?;
                for (row, column, cell) in range.used_cells() {
                    sheet.add((row as u32, column as u32), cell.clone());
                }
            }
            // Its sheets may repeat a cell without end, and its reader would write out each.
            Sheets::Ods(_) => {
                return Err(Refusal::Damaged("OpenDocument is not read; save it as Excel or CSV".to_owned()));
            }
        }
        states.extend(sheet.finish().map(|state| (name, state)));
    }
    Ok(states)
}

/// Puts the cells of a sheet, which come by rows, together into rows.
struct Sheet<'a> {
    file: usize,
    options: &'a Options,
    rows: Option<Rows<'a>>,
    /// The first column with a cell in the first row.
    start: usize,
    row: u32,
    cells: Vec<Data>,
}

impl<'a> Sheet<'a> {
    fn new(file: usize, options: &'a Options) -> Self {
        Self { file, options, rows: None, start: 0, row: 0, cells: Vec::new() }
    }

    fn add(&mut self, (row, column): (u32, u32), cell: Data) {
        if row != self.row {
            self.end_row();
            self.row = row;
        }
        let column = column as usize;
        if self.rows.is_none() && self.cells.is_empty() {
            self.start = column;
        }
        let Some(at) = column.checked_sub(self.start).filter(|at| *at < MOST_COLUMNS) else { return };
        if at >= self.cells.len() {
            self.cells.resize(at + 1, Data::Empty);
        }
        self.cells[at] = cell;
    }

    fn end_row(&mut self) {
        if self.cells.iter().all(|cell| *cell == Data::Empty) {
            self.cells.clear();
            return;
        }
        let texts: Vec<String> = self.cells.iter().map(text).collect();
        let Some(rows) = &mut self.rows else {
            let looks_so = self.cells.iter().all(|cell| matches!(cell, Data::String(_) | Data::Empty));
            let is_header = self.options.header.unwrap_or(looks_so);
            let blank = vec![String::new(); texts.len()];
            let (names, _) = column_names(if is_header { &texts } else { &blank });
            let storage = vec![String::new(); names.len()];
            let mut rows = Rows::new(names, storage, self.file, self.options);
            if !is_header {
                rows.push(texts.iter().map(String::as_bytes));
            }
            self.rows = Some(rows);
            self.cells.clear();
            return;
        };
        if texts.len() > rows.names().len() {
            let row = self.row + 1;
            rows.notices.add(Notice::LongRow, || format!("row {row}"));
        }
        rows.push(texts.iter().map(String::as_bytes));
        self.cells.clear();
    }

    fn finish(mut self) -> Option<State> {
        self.end_row();
        self.rows.map(|rows| rows.finish("workbook"))
    }
}

/// Unpacks a workbook without keeping it, to know its size whatever it says of itself.
fn check_unpacked(bytes: &[u8]) -> Result<(), Refusal> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut left = MOST_UNPACKED_BYTES;
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).map_err(damaged)?.take(left + 1);
        let size = std::io::copy(&mut entry, &mut std::io::sink()).map_err(damaged)?;
        left = left.checked_sub(size).ok_or(Refusal::TooLarge)?;
    }
    Ok(())
}

fn text(cell: &Data) -> String {
    match cell {
        Data::DateTime(moment) if moment.is_datetime() => date_text(moment.as_f64()),
        cell => cell.to_string(),
    }
}

/// A number of days since 1899-12-30 as text.
fn date_text(days: f64) -> String {
    let seconds = ((days - 25_569.0) * 86_400_000.0).round() / 1000.0;
    let kind = if days.fract() == 0.0 { crate::cell::Kind::Date } else { crate::cell::Kind::DateTime };
    crate::report::moment(seconds, kind)
}
