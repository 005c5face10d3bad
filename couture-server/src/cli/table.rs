//! Tables for people.

use serde_json::Value;

/// The widest column; longer texts are cut.
const MAX_CHARS: usize = 100;

/// Rows under headings, in columns.
#[derive(Debug)]
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    /// What stands below a row, by the row's place.
    notes: Vec<(usize, String)>,
}

impl Table {
    pub(super) fn new(headings: &[&str]) -> Self {
        Self { rows: vec![headings.iter().map(|heading| heading.to_uppercase()).collect()], notes: Vec::new() }
    }

    /// Rows that need no headings, such as names beside values.
    pub(super) fn bare() -> Self {
        Self { rows: Vec::new(), notes: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| fitted(&cell)).collect());
    }

    /// Puts a text below the last row, in whole: on as many lines as it takes.
    pub(super) fn note(&mut self, text: &str) {
        self.notes.push((self.rows.len(), text.to_owned()));
    }

    /// The table as text, two spaces between columns.
    pub(super) fn text(&self) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        let mut notes = self.notes.iter().peekable();
        for (at, row) in (1..).zip(&self.rows) {
            let cells: Vec<String> =
                row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}", width = *width)).collect();
            text.push_str(cells.join("  ").trim_end());
            text.push('\n');
            while let Some((_, note)) = notes.next_if(|(below, _)| *below == at) {
                text.push_str(&wrapped(note));
            }
        }
        text
    }
}

/// So many of something, whose name in the plural ends in s.
pub(super) fn counted(count: u64, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// A text on one line, without what a terminal would obey.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == '\n' || c == '\t' {
                ' '
            } else if c.is_control() {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

/// A text on lines of its own, indented by four more than they are: code stays code. A line that is too long is broken between words; a word
/// longer than a line stays whole.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let line = printable(line);
        let line = line.trim_end();
        if line.is_empty() {
            continue;
        }
        if line.chars().count() <= MAX_CHARS {
            out.push_str(&format!("    {line}\n"));
            continue;
        }
        let indent: String = line.chars().take_while(|c| c.is_whitespace()).take(MAX_CHARS / 2).collect();
        let mut length = 0;
        for word in line.split_whitespace() {
            let chars = word.chars().count();
            if length > 0 && length + 1 + chars + indent.len() > MAX_CHARS {
                out.push('\n');
                length = 0;
            }
            out.push_str(&if length == 0 { format!("    {indent}") } else { " ".to_owned() });
            out.push_str(word);
            length += chars + usize::from(length > 0);
        }
        if length > 0 {
            out.push('\n');
        }
    }
    out
}

fn fitted(text: &str) -> String {
    let text = printable(text);
    if text.chars().count() <= MAX_CHARS {
        return text;
    }
    text.chars().take(MAX_CHARS - 1).chain(['…']).collect()
}

/// A value as a cell: texts as they are, nothing for null.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => fields.get("name").map_or_else(|| value.to_string(), cell),
        other => other.to_string(),
    }
}

/// A duration as a cell.
pub(super) fn seconds(value: &Value) -> String {
    match value.as_f64() {
        None => String::new(),
        Some(seconds) if seconds < 10.0 => format!("{seconds:.3} s"),
        Some(seconds) => format!("{seconds:.1} s"),
    }
}

/// A time as a cell, to the second.
pub(super) fn time(value: &Value) -> String {
    let text = cell(value);
    text.get(..19).map_or(text.clone(), |to_seconds| to_seconds.replace('T', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(&["id", "what"]);
        table.row(["a".into(), "x\n\u{1b}[31my".into()]);
        table.row(["longer".into(), String::new()]);
        assert_eq!(table.text(), "ID      WHAT\na       x \u{fffd}[31my\nlonger\n");
        table.row(["z".repeat(200), String::new()]);
        assert!(table.text().contains(&format!("{}…", "z".repeat(99))));
        let mut noted = Table::new(&["id"]);
        noted.row(["a".into()]);
        noted.note(&format!("why\u{1b}\n\nfirst {} last", "z".repeat(99)));
        noted.row(["b".into()]);
        let long = "z".repeat(99);
        assert_eq!(noted.text(), format!("ID\na\n    why\u{fffd}\n    first\n    {long}\n    last\nb\n"));
        let mut traced = Table::new(&["id"]);
        traced.row(["a".into()]);
        traced.note(&format!("in x\n    if a:\n\tb  = {} c", "z".repeat(99)));
        assert_eq!(traced.text(), format!("ID\na\n    in x\n        if a:\n     b =\n     {long}\n     c\n"));
        let mut bare = Table::bare();
        assert_eq!(bare.text(), "");
        bare.row(["dag".into(), "Mixed_Case".into()]);
        assert_eq!(bare.text(), "dag  Mixed_Case\n");
    }
}
